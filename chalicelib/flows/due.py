"""What the clock finds due: deliveries, broadcasts and their pieces whose time has come, or whose wake-up was lost;
promises that were not kept."""

from ..desk.broadcasts import Broadcast, Tally
from ..desk.deliveries import Delivery
from ..desk.rooms import Room
from ..ports import Call, Listing, World
from .broadcast import wake_piece
from .direct_broadcast import look_after
from .fall_due import fall_due

SHARDS = ("0", "1", "2", "3")
PAGE = 100
MAX_PAGES = 20


def due(world: World) -> int:
    """Wake the bridge of each due delivery, look after each due broadcast, mark each room whose promise is due; how
    many. Reads only what is due."""
    now = world.clock.now()
    found = 0
    for shard in SHARDS:
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            listing: Listing[Delivery | Broadcast | Tally | Room] = Listing("due", (shard,), before=now)
            page = world.store.page(listing, PAGE, cursor)
            rows = [row for row in page.items if isinstance(row, Delivery)]
            world.queues.wake(Call(row.bridge, row.n, f"due:{now // 60_000}") for row in rows)
            for row in page.items:
                if isinstance(row, Broadcast):
                    look_after(world, row)
                elif isinstance(row, Tally):
                    wake_piece(world, row)
                elif isinstance(row, Room):
                    fall_due(world, row.id)
            found += len(page.items)
            cursor = page.next
            if cursor is None:
                break
    return found
