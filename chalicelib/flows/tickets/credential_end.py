"""A token ends: its admins are told before, as far as its tracker says when."""

from ...desk.times import DAY_MS, rfc3339
from ...desk.workspaces import Install
from ...ports import Tickets, World, over, ref
from ..optimistic_retry import again

WARNED_MS = 14 * DAY_MS  # ms before its end from which a token is said to be missing soon


def look_at_end(world: World, install: Install, there: Tickets) -> int:
    """When the install's credential ends (ms, 0: not told), as the tracker says now; kept. Raises ProviderBusy,
    ProviderRefused."""
    ends = there.ends()
    again(world, lambda _: _keep(world, install.id, ends))
    return ends


def _keep(world: World, install_id: str, ends: int) -> None:
    known = world.store.one(ref(Install, install_id))
    if known and known.ends != ends:
        world.store.commit(over(known.changed(ends=ends), known))


def ending(ends: int, now: int) -> tuple[str, bool]:
    """What is said of it ("" if nothing), and whether that is all right."""
    if not ends:
        return "", True
    day = rfc3339(ends)[:10]
    if ends - now > WARNED_MS:
        return f"its token is good until {day}", True
    return f"its token {'ended' if ends <= now else 'ends'} on {day}: make a new one there, and give it here", False
