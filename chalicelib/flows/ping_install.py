"""Ping a channel's install: ask its other side whether it is there and takes what we send."""

from ..desk.errors import Conflict, NotFound
from ..desk.people import Principal
from ..desk.workspaces import Install
from ..ports import World, ref
from .secrets import Opened


def ping_install(world: World, who: Principal, install_id: str) -> tuple[bool, str]:
    """(whether it works, what was found, in words for the person who connects it)."""
    install = world.store.one(ref(Install, install_id))
    if install is None or install.workspace != who.workspace:
        raise NotFound("no such install")
    if world.tracker(install.kind) is not None:
        raise Conflict("a tracker has a try of its own: POST /v1/installs/{install}/try")
    probe = getattr(world.outbound(install.kind), "probe", None)
    if probe is None:
        return True, "There is nothing to call: send something to its address, and a room opens."
    ok, detail = probe(install, Opened(world, install), world.outside, world.clock.now())
    return bool(ok), str(detail)
