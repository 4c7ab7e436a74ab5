"""Try again what clashed with another writer (optimistic locking, full-jitter exponential backoff)."""

from collections.abc import Callable
from typing import TypeVar

from ..desk.errors import Clash, Contended
from ..ports import R, Ref, World, new
from .once import KEYLESS, Once

T = TypeVar("T")
TRIES = 24


def again(world: World, attempt: Callable[[int], T], once: Once = KEYLESS) -> T:
    """Call `attempt(0)`, and after each Clash the next one, with growing pauses; Contended after two dozen. A clash may
    be the same request running beside this one: then its answer is ours."""
    for tries in range(TRIES):
        try:
            return attempt(tries)
        except Clash:
            for claim in once.refs():
                once.check(world.store.one(claim))
            world.clock.sleep(world.clock.chance() * min(1.0, 0.02 * 1.6**tries))
    raise Contended("too many writers at once; try again")


def there_or_new(world: World, place: Ref[R], made: R) -> R:
    """What is at a place: what somebody put there before, else what is `made` (get or create)."""

    def attempt(_: int) -> R:
        found = world.store.one(place)
        if found is None:
            world.store.commit(new(made))
        return found or made

    return again(world, attempt)
