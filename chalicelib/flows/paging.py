"""Pages of what is due: a listing of the time index, read shard by shard (pagination)."""

from collections.abc import Iterator
from typing import Any

from ..desk.ids import TIME_SHARDS
from ..ports import Listing, World

PAGE = 100
MAX_PAGES = 50


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
