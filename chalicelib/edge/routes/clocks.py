"""Clocks: those of a room, and those of the workspace that have ended."""

from datetime import date
from typing import Any

from ...desk.clocks import Clock
from ...desk.errors import Invalid
from ...desk.figures import SUBJECTS, subjects_of
from ...desk.times import DAY_MS, LAST_MS, from_date
from ...ports import Listing, Page
from ..door.calls import Call
from ..door.router import route
from ..shapes import clocks as shapes
from ..shapes.answers import PAGED, day_of, moment_of
from .customers import customer_of

MAX_LOOKED_AT = 5  # pages that one answer of a filtered list is made of


@route("GET", "/v1/rooms/{room}/clocks", who="agent", gives=list[shapes.ClockView], query=PAGED)
def room_clocks(call: Call) -> Page[Any]:
    """List what a room was and is owed: each clock, and how it ended."""
    listing: Listing[Clock] = Listing("room-clocks", (call.here.id,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.clock_view(each) for each in page.items], page.next)


@route(
    "GET",
    "/v1/clocks",
    who="agent",
    gives=list[shapes.ClockView],
    query=(*PAGED, "after", "before", "first_day", "last_day", "kind", "customer"),
)
def ended_clocks(call: Call) -> Page[Any]:
    """List the clocks that have ended, the oldest end first: those `after` a time, and `before` one; those of a number
    of the figures: of days (both included), of a `kind` (`first`, `next`, `update`, `outcome`, `promise`), of a
    customer."""
    after, before = (moment_of(call.query(name), name) for name in ("after", "before"))
    if after and before and before <= after:
        raise Invalid("`before` is later than `after`", "before")
    first, last = (day_of(call.query(name), name) for name in ("first_day", "last_day"))
    if first and last and last < first:
        raise Invalid("the last day is not before the first one", "last_day")
    kind, external_id = call.query("kind"), call.query("customer")
    if kind not in (None, *SUBJECTS):
        raise Invalid(f"kind is {', '.join(SUBJECTS)}", "kind")
    customer = None if external_id is None else customer_of(call, external_id).id

    def wanted(clock: Clock) -> bool:
        return (
            (first is None or clock.day >= first.isoformat())
            and (last is None or clock.day <= last.isoformat())
            and (kind is None or kind in subjects_of(clock))
            and customer in (None, clock.customer)
        )

    # A day begins somewhere up to a day before or after it does in UTC.
    earliest = max(after, _begins(first) - DAY_MS if first else 0)
    latest = min(before or LAST_MS, _begins(last) + 2 * DAY_MS if last else LAST_MS)
    listing: Listing[Clock] = Listing("ended-clocks", (call.who.workspace,), after=earliest or None, before=latest)
    found: list[Clock] = []
    cursor = call.query("cursor")
    for _ in range(MAX_LOOKED_AT):  # what a filter leaves out makes room for more, within reason
        page = call.world.store.page(listing, call.limit - len(found), cursor)
        found += filter(wanted, page.items)
        cursor = page.next
        if cursor is None or len(found) >= call.limit:
            break
    return Page([shapes.clock_view(each) for each in found], cursor)


def _begins(day: date) -> int:
    """When it begins in UTC (ms)."""
    return from_date(day.isoformat()) or 0
