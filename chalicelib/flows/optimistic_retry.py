"""Try again what clashed with another writer (optimistic locking, full-jitter exponential backoff)."""

from collections.abc import Callable
from typing import TypeVar

from ..desk.errors import Clash, Contended
from ..ports import World
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
