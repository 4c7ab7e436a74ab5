"""Bring the open clocks of a workspace under policies that have changed, a page at a time (job)."""

from ...desk.clocks import RoomClocks
from ...desk.workspaces import Workspace
from ...ports import Listing, World, ref
from ..delivery.announce import Listeners
from ..delivery.owed import wake
from .refresh_clocks import refresh_clocks

PAGE = 50


def run_policies(world: World, workspace: str, cursor: str | None) -> None:
    """One page of the rooms in which clocks run; the next one is another message's. What was missed stays missed."""
    tenant = world.store.one(ref(Workspace, workspace))
    if tenant is None:
        return
    listing: Listing[RoomClocks] = Listing("clocks", (workspace,))
    page, listeners = world.store.page(listing, PAGE, cursor), Listeners(world)
    for clocks in page.items:
        wake(world, refresh_clocks(world, clocks.room, tenant, listeners))
    if page.next:
        world.queues.jobs([{"clocks": workspace, "cursor": page.next}])
