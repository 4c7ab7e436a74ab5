"""A rate limit counts the requests of each credential and workspace, and visitors by their address (fixed window).

A container lets a share of the minute's limit pass by its own count; only a caller who is busier than that is counted
in the table, so that an ordinary request costs no write for it.
"""

from ...desk.errors import Limited
from ...desk.permissions import Principal
from ...desk.times import HOUR_MS
from ...ports import World

WINDOW_MS = 60_000  # ms
PER_MINUTE = {"agent": 12_000, "user": 1_200, "visitor": 300, "workspace": 60_000}
VISITORS_PER_HOUR = 20  # from one address
SHARE = 20  # a container's own count is worth 1/20 of the limit, then as much again for each write
_counts: dict[str, tuple[int, int]] = {}


def spend(world: World, who: Principal) -> None:
    """Count one request of the caller. Raises Limited, which says when the next minute begins."""
    now = world.clock.now()
    _spend(world, who.credential, PER_MINUTE[who.kind], now)
    _spend(world, who.workspace, PER_MINUTE["workspace"], now)


def spend_visitor(world: World, workspace: str, address: str) -> None:
    """Count a new visitor from a network address. Raises Limited, which says when the next hour begins."""
    now = world.clock.now()
    window = now // HOUR_MS
    name = f"visitors:{workspace[:100]}:{address}"
    if world.store.count(name, window, 1, (window + 2) * HOUR_MS) > VISITORS_PER_HOUR:
        left = (window + 1) * HOUR_MS - now
        raise Limited(
            f"at most {VISITORS_PER_HOUR} visitors an hour are taken from one address", retry_after=-(-left // 1000)
        )


def _spend(world: World, name: str, limit: int, now: int) -> None:
    window, share = now // WINDOW_MS, max(1, limit // SHARE)
    begun, used = _counts.get(name, (window, 0))
    used = used + 1 if begun == window else 1
    if len(_counts) > 10_000:
        _counts.clear()
    _counts[name] = (window, used)
    if used % share:
        return
    if world.store.count(f"rate:{name}", window, share, (window + 2) * WINDOW_MS) > limit - share:
        _counts[name] = (window, used - 1)  # the next request asks again
        raise Limited(
            f"at most {limit} requests a minute are taken from here",
            retry_after=-(-((window + 1) * WINDOW_MS - now) // 1000),
        )
