"""What the clock finds due: deliveries whose next attempt has come, or whose wake-up was lost."""

from ..desk.deliveries import Delivery
from ..ports import Call, Listing, World

SHARDS = ("0", "1", "2", "3")
PAGE = 100
MAX_PAGES = 20


def due(world: World) -> int:
    """Wake the bridge of each due delivery; how many. Reads only what is due."""
    now = world.clock.now()
    found = 0
    for shard in SHARDS:
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            listing: Listing[Delivery] = Listing("due", (shard,), before=now)
            page = world.store.page(listing, PAGE, cursor)
            world.queues.wake(Call(row.bridge, row.n, f"due:{now // 60_000}") for row in page.items)
            found += len(page.items)
            cursor = page.next
            if cursor is None:
                break
    return found
