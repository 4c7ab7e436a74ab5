"""What the clock finds due: deliveries, broadcasts and their pieces whose time has come, or whose wake-up was lost;
promises that were not kept."""

from collections.abc import Iterator
from typing import Any

from ..desk.broadcasts import Broadcast, Tally
from ..desk.deliveries import Delivery
from ..desk.ids import TIME_SHARDS
from ..desk.rooms import Room
from ..ports import Call, Listing, World
from .broadcasts.control import look_after
from .broadcasts.send import wake_piece
from .rooms.promise_due import fall_due

PAGE = 100
MAX_PAGES = 20


def due(world: World) -> int:
    """Wake the bridge of each due delivery, look after each due broadcast, mark each room whose promise is due; how
    many."""
    found, minute = 0, world.clock.now() // 60_000
    for page in pages_due(world, "due"):
        world.queues.wake(Call(row.bridge, row.n, f"due:{minute}") for row in page if isinstance(row, Delivery))
        for row in page:
            if isinstance(row, Broadcast):
                look_after(world, row)
            elif isinstance(row, Tally):
                wake_piece(world, row)
            elif isinstance(row, Room):
                fall_due(world, row.id)
        found += len(page)
    return found


def pages_due(world: World, name: str) -> Iterator[list[Any]]:
    """What the listing `name` has that is due, in pages. Reads only what is due; the rest of very many comes again."""
    now = world.clock.now()
    for shard in range(TIME_SHARDS):
        listing: Listing[Any] = Listing(name, (str(shard),), before=now)
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            page = world.store.page(listing, PAGE, cursor)
            yield page.items
            cursor = page.next
            if cursor is None:
                break
