"""The developers' funnel: from a key that was made to a week with calls (ADR 191)."""

from datetime import date, timedelta
from itertools import islice
from typing import get_args

from ...desk.customers import Customer
from ...desk.errors import Invalid
from ...desk.segments import Member
from ...desk.times import DAY_MS, from_date
from ...desk.usage_developers import Developer
from ...desk.usage_funnel import By, funnel_of
from ...desk.usage_meters import day_of as utc_day
from ...flows.paging import every
from ...flows.usage.owners import many
from ...ports import Listing, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import usage_funnel as shapes
from ..shapes.answers import day_of

DAYS_SHOWN = 84  # twelve weeks
MAX_DAYS = 400
MOST = 10_000  # developers that are counted at once
PAGE = 1000


@route(
    "GET",
    "/v1/usage/funnel",
    who="agent",
    gives=shapes.FunnelView,
    query=("first_day", "last_day", "by", "source", "segment"),
)
def usage_funnel(call: Call) -> shapes.FunnelView:
    """Show how far the developers came who began on days (UTC), both included (the last twelve weeks if none are
    named), `by` cohort (the week in which they began) or source; of one `source`, or of the customers in a `segment`.
    Test keys and the vendor's own people are left out."""
    by = call.query("by") or "cohort"
    if by not in get_args(By):
        raise Invalid(f"by is {' or '.join(get_args(By))}", "by")
    now = call.world.clock.now()
    first, last = _days(call, now)
    found = _began(call, first, last)
    source = call.query("source")
    some = _of_segment(call, [each for each in found[:MOST] if source in (None, each.source)])
    funnel = funnel_of(some, by, now=now)  # type: ignore[arg-type]
    largest = call.world.store.one(ref(Customer, funnel.reach.largest)) if funnel.reach.largest else None
    return shapes.funnel_view(
        funnel,
        by,  # type: ignore[arg-type]
        days=(first, last),
        largest=largest,
        complete=len(found) <= MOST,
    )


def _days(call: Call, now: int) -> tuple[str, str]:
    last = day_of(call.query("last_day"), "last_day") or date.fromisoformat(utc_day(now))
    first = day_of(call.query("first_day"), "first_day") or last - timedelta(days=DAYS_SHOWN - 1)
    if not timedelta(0) <= last - first < timedelta(days=MAX_DAYS):
        raise Invalid(
            f"the last day is not before the first one, and at most {MAX_DAYS} days are asked for", "last_day"
        )
    return first.isoformat(), last.isoformat()


def _of_segment(call: Call, developers: list[Developer]) -> list[Developer]:
    """Those whose customers are in the segment that is asked for, if one is."""
    from ...flows.customers.save_segment import segment_of

    name = call.query("segment")
    if name is None:
        return developers
    segment = segment_of(call.world, call.who.workspace, name)
    owners = dict.fromkeys(each.customer for each in developers)
    members = many(call.world.store, [ref(Member, segment.id, owner) for owner in owners])
    inside = {member.customer for member in members if member}
    return [each for each in developers if each.customer in inside]


def _began(call: Call, first: str, last: str) -> list[Developer]:
    """The developers who began on those days, the latest first, and one more than are counted."""
    since, until = from_date(first) or 1, (from_date(last) or 0) + DAY_MS
    listing: Listing[Developer] = Listing(
        "developers-begun", (call.who.workspace,), after=since - 1, before=until, newest_first=True
    )
    return list(islice(every(call.world.store, listing, PAGE), MOST + 1))
