"""Listings read page by page (pagination): all that one has, or what is due of the time index, shard by shard."""

from collections.abc import Iterator
from typing import Any

from ..desk.ids import TIME_SHARDS
from ..ports import Listing, R, Store, World

PAGE = 100
MAX_PAGES = 50


def every(store: Store, listing: Listing[R], page: int = PAGE) -> Iterator[R]:
    """All that a listing has, read as far as it is asked for, `page` at once."""
    for items in pages(store, listing, page):
        yield from items


def pages(store: Store, listing: Listing[R], page: int = PAGE) -> Iterator[list[R]]:
    """The same in the pages in which it is read: for what is done to a page at once."""
    cursor: str | None = None
    while True:
        found = store.page(listing, page, cursor)
        yield found.items
        cursor = found.next
        if cursor is None:
            return


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
