"""Look whom a filter would find, before it is saved: a walk over customers, so many a call."""

from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from ...desk.attributes import BY_FOOTING, values_of
from ...desk.customer_totals import Totals, glance
from ...desk.customers import Customer
from ...desk.inbox_views import turn_view
from ...desk.rooms import Room
from ...desk.segments import Filter, Placement, holds, issues_in, tests
from ...desk.usage_meters import Usage
from ...desk.workspaces import Workspace
from ...ports import Listing, World, ref
from ..inbox_listing import rooms_in
from ..paging import every
from .all_customers import all_customers
from .evaluate_segments import asks_waits, counts_waits, issues_asked_for, usages_of

PAGE = 1000
PAGES = 5
MANY = 100  # rooms that are read at once
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """How many of the customers looked at are in, some of them, and where to go on (None: all were looked at)."""

    matched: int
    looked_at: int
    sample: list[Customer]
    next: str | None


def preview_filter(world: World, workspace: str, filter_: Filter, *, cursor: str | None) -> Preview:
    """Up to 5,000 customers."""
    now, wanted = world.clock.now(), any(test.attribute in BY_FOOTING for test in tests(filter_))
    matched = looked_at = 0
    sample: list[Customer] = []
    waits = _waits(world, workspace) if asks_waits(filter_) and not _counted(world, workspace) else None
    for _ in range(PAGES):
        page = all_customers(world.store, workspace, PAGE, cursor=cursor)
        totals_by_customer = _totals_by_customer(world, page.items, waits) if wanted else {}
        asked = issues_asked_for(world, issues_in(filter_), [customer.id for customer in page.items])
        usages = usages_of(world, [filter_], [customer.id for customer in page.items])
        found = [
            customer
            for customer in page.items
            if holds(filter_, _values(customer, totals_by_customer, asked, usage=usages.get(customer.id)), now)
        ]
        matched, looked_at = matched + len(found), looked_at + len(page.items)
        sample += found[: SAMPLE - len(sample)]
        cursor = page.next
        if cursor is None:
            break
    return Preview(matched, looked_at, sample, cursor)


def _values(
    customer: Customer, totals_by_customer: dict[str, Totals], asked: dict[str, list[str]], *, usage: Usage | None
) -> dict[str, Any]:
    totals = totals_by_customer.get(customer.id, Totals())
    return values_of(customer, totals, asked.get(customer.id, ()), usage=usage)


def _totals_by_customer(world: World, customers: list[Customer], waits: dict[str, int] | None) -> dict[str, Totals]:
    found: list[Placement | None] = world.store.many([ref(Placement, customer.id) for customer in customers])
    totals = {placed.customer: placed.totals for placed in found if placed}
    if waits is None:
        return totals
    return {each.id: replace(totals.get(each.id, Totals()), oldest_wait=waits.get(each.id, 0)) for each in customers}


def _counted(world: World, workspace: str) -> bool:
    return counts_waits(world.store.one(ref(Workspace, workspace)))


def _waits(world: World, workspace: str) -> dict[str, int]:
    """Since when each customer waits, where nobody has asked for it yet: by the rooms that do."""
    snoozed: Listing[Room] = Listing("snoozed-rooms", (workspace,))
    ids = [row.room for row in every(world.store, rooms_in(workspace, turn_view("vendor")), PAGE)]
    ids += [room.id for room in every(world.store, snoozed, PAGE)]
    found: dict[str, int] = {}
    for start in range(0, len(ids), MANY):
        rooms: list[Room | None] = world.store.many([ref(Room, id_) for id_ in ids[start : start + MANY]])
        for row in [row for room in rooms if (row := glance(room)[0]) and row.waits]:
            found[row.customer] = min(row.waits, found.get(row.customer, row.waits))
    return found
