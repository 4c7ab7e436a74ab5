"""A tracker's project is called otherwise now, or lies elsewhere: its install and each of its tickets follow."""

from ...desk.issues import TicketOwner
from ...desk.workspaces import Install
from ...ports import Listing, ProviderBusy, ProviderRefused, Task, World, over, ref
from ..optimistic_retry import again
from ..paging import pages
from .readership import readers_now
from .tracker import tickets_of

PAGE = 100


def follow_renamed_project(world: World, install_id: str, why: str) -> int:
    """Take over what the config is to say now, and have every ticket looked at; how many. What is not told now, each
    look finds out for itself."""
    install = world.store.one(ref(Install, install_id))
    if install is None or install.state != "active":
        return 0
    try:
        there = tickets_of(world, install)
        renamed = there.probe().renamed
        readers_now(world, install, there, anew=True)
    except (ProviderBusy, ProviderRefused):
        renamed = {}
    if renamed:
        again(world, lambda _: _renamed(world, install_id, renamed))
    found = 0
    listing: Listing[TicketOwner] = Listing("install-tickets", (install_id,))
    for owners in pages(world.store, listing):
        world.queues.sync(Task("look", owner.issue, install_id, owner.ticket, why=f"project:{why}") for owner in owners)
        found += len(owners)
    return found


def _renamed(world: World, install_id: str, renamed: dict[str, str]) -> None:
    install = world.store.one(ref(Install, install_id))
    if install and any(install.config.get(name) != value for name, value in renamed.items()):
        world.store.commit(over(install.changed(config=install.config | renamed), install))
