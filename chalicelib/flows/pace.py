"""So many in an hour, a minute, a day: windows of time that the table counts in, for all containers."""

from ..desk.errors import Limited
from ..ports import World


def spent(world: World, name: str, per: int, *, amount: int = 1) -> int:
    """Count `amount` more of what has this name in the window of `per` ms that is now; how many it has."""
    window = world.clock.now() // per
    return world.store.count(name, window, amount, expires_at=(window + 2) * per)


def next_window(now: int, per: int) -> int:
    """When (ms) the window after this one begins."""
    return (now // per + 1) * per


def seconds_left(now: int, per: int) -> int:
    """Until the window ends, rounded up."""
    return -(-(next_window(now, per) - now) // 1000)


def hold_to(world: World, name: str, per: int, *, most: int, words: str) -> None:
    """Count one. Raises Limited with these words, and when the next window begins, for one too many."""
    if spent(world, name, per) > most:
        raise Limited(words, retry_after=seconds_left(world.clock.now(), per))
