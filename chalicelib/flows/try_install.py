"""Try an install: ask its other side whether it is there and takes what we send."""

from ..desk.errors import NotFound
from ..desk.people import Principal
from ..desk.workspaces import Install
from ..ports import Busy, Denied, World, ref
from .secrets import Opened


def try_install(world: World, who: Principal, install_id: str) -> tuple[bool, str]:
    """(whether it works, what was found, in words for the person who connects it)."""
    install = world.store.one(ref(Install, install_id))
    if install is None or install.workspace != who.workspace:
        raise NotFound("no such install")
    tracker = world.tracker(install.kind)
    if tracker is not None:
        tickets = tracker.tickets(install, Opened(world, install), world.outside, world.clock.now)
        try:
            found = tickets.probe()
        except (Busy, Denied) as refused:
            return False, refused.reason
        return not found.missing, "; ".join(found.missing) or f"It works, as {found.account}."
    outbound = world.outbound(install.kind)
    probe = getattr(outbound, "probe", None)
    if probe is None:
        return True, "There is nothing to call: send something to its address, and a room opens."
    ok, detail = probe(install, Opened(world, install), world.outside, world.clock.now())
    return bool(ok), str(detail)
