"""Look whom a filter would find, before it is saved: a walk over customers, so many a call."""

from dataclasses import dataclass
from typing import Any

from ...desk.attributes import BY_FOOTING, values_of
from ...desk.customer_totals import Totals
from ...desk.customers import Customer
from ...desk.segments import Filter, Placement, holds, issues_in, tests
from ...ports import World, ref
from .all_customers import all_customers
from .evaluate_segments import issues_asked_for

PAGE = 1000
PAGES = 5
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
    for _ in range(PAGES):
        page = all_customers(world.store, workspace, PAGE, cursor=cursor)
        totals_by_customer = _totals_by_customer(world, page.items) if wanted else {}
        asked = issues_asked_for(world, issues_in(filter_), [customer.id for customer in page.items])
        found = [
            customer for customer in page.items if holds(filter_, _values(customer, totals_by_customer, asked), now)
        ]
        matched, looked_at = matched + len(found), looked_at + len(page.items)
        sample += found[: SAMPLE - len(sample)]
        cursor = page.next
        if cursor is None:
            break
    return Preview(matched, looked_at, sample, cursor)


def _values(customer: Customer, totals_by_customer: dict[str, Totals], asked: dict[str, list[str]]) -> dict[str, Any]:
    return values_of(customer, totals_by_customer.get(customer.id, Totals()), asked.get(customer.id, ()))


def _totals_by_customer(world: World, customers: list[Customer]) -> dict[str, Totals]:
    found: list[Placement | None] = world.store.many([ref(Placement, customer.id) for customer in customers])
    return {placed.customer: placed.totals for placed in found if placed}
