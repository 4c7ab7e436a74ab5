"""What customers do: their calls by day and hour, and what is true of them."""

from datetime import date, timedelta

from ...desk.errors import Invalid
from ...desk.times import DAY_MS, from_date
from ...desk.times import rfc3339 as written
from ...desk.usage_meters import Usage
from ...flows.usage.days import read_actors, read_days
from ...ports import ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import usage as shapes
from ..shapes.answers import day_of
from .customers import customer_of

DAYS_SHOWN = 30
MAX_DAYS = 400
STEPS = ("day", "hour")


@route(
    "GET",
    "/v1/customers/{customer}/usage",
    who="agent",
    gives=shapes.UsageView,
    query=("first_day", "last_day", "by"),
)
def customer_usage(call: Call) -> shapes.UsageView:
    """Show a customer's calls on days (UTC), both included (the last thirty if none are named): errors by class,
    distinct developers and tokens, SDKs; with `by=hour` their hours, too; and what filters see of it."""
    by = call.query("by") or "day"
    if by not in STEPS:
        raise Invalid(f"by is {' or '.join(STEPS)}", "by")
    customer, now = customer_of(call, call.params["customer"]), call.world.clock.now()
    since, until = days_asked(call, now)
    days = read_days(call.world, customer.id, since=since, until=until)
    actors = read_actors(call.world, customer.id, since=since, until=until)
    usage = call.world.store.one(ref(Usage, customer.id))
    return shapes.usage_view(usage, days, actors, hours=by == "hour", now=now)


def days_asked(call: Call, now: int) -> tuple[int, int]:
    """From which moment (ms) to which usage is asked for, the latter not included."""
    last = day_of(call.query("last_day"), "last_day") or date.fromisoformat(written(now)[:10])
    first = day_of(call.query("first_day"), "first_day") or last - timedelta(days=DAYS_SHOWN - 1)
    if not timedelta(0) <= last - first < timedelta(days=MAX_DAYS):
        raise Invalid(
            f"the last day is not before the first one, and at most {MAX_DAYS} days are asked for", "last_day"
        )
    return from_date(first.isoformat()) or 0, (from_date(last.isoformat()) or 0) + DAY_MS
