"""Send what a paused install or bridge missed (backfill), in the order in which it would have gone."""

from ...desk.deliveries import Delivery
from ...desk.ids import bridge_parts
from ...ports import Listing, World
from .replay import replay

PAGE = 50


def replay_missed(world: World, install: str, bridge: str = "") -> tuple[int, bool]:
    """Queue a page of what was missed (over one bridge, or over all of the install's): how many, and whether there is
    more, which follows by itself. A replayed delivery is missed no longer."""
    room, _, slot = bridge_parts(bridge)
    listing: Listing[Delivery] = (
        Listing("missed-of-bridge", (install, room, slot)) if bridge else Listing("missed", (install,))
    )
    page = world.store.page(listing, PAGE)
    missed = sorted(page.items, key=lambda row: (row.room, row.n))
    for row in missed:
        replay(world, row)
    if page.next:
        world.queues.jobs([{"catch_up": install, "bridge": bridge}])
    return len(missed), page.next is not None
