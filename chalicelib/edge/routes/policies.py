"""Policies, the calendars that they count by, and the segments that are measured."""

from dataclasses import asdict
from typing import Any

from ...desk.calendars import Calendar
from ...desk.policies import Policies, Policy
from ...desk.times import rfc3339
from ...flows.clocks.policies import stored
from ...flows.clocks.save_policies import (
    active,
    calendar_in,
    change_calendar,
    change_policy,
    check_references,
    make_calendar,
    make_policy,
    measure,
    policy_in,
    remove_calendar,
    remove_policy,
)
from ...flows.clocks.try_policy import try_policy
from ...ports import Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import policies as shapes
from ..shapes.answers import named_fields


def _row(call: Call) -> Ref[Any]:
    """All policies and calendars of a workspace are one row: whoever changes one has seen the others."""
    return ref(Policies, call.who.workspace)


@route("GET", "/v1/policies", who="agent", gives=list[shapes.PolicyView])
def policies(call: Call) -> Page[Any]:
    """List the policies in their order: the first that matches holds."""
    found = active(stored(call.world, call.who.workspace))
    return Page([shapes.policy_view((each, place + 1)) for place, each in enumerate(found)])


@route("POST", "/v1/policies", who="agent", need="admin", body=shapes.NewPolicy, gives=shapes.PolicyView, status=201)
def new_policy(call: Call, body: shapes.NewPolicy) -> shapes.PolicyView:
    """Make a policy: how soon the customers of a segment are answered."""
    named = named_fields(body)
    position, fields = named.get("position", 0), shapes.policy_fields(named)
    return call.answering(
        lambda once: make_policy(call.world, call.who, position, fields=fields, once=once), shapes.policy_view
    )


@route(
    "POST",
    "/v1/policies/dry-run",
    who="agent",
    body=shapes.NewPolicy,
    gives=list[shapes.DryRunView],
    query=("cursor",),
)
def dry_run(call: Call, body: shapes.NewPolicy) -> Page[Any]:
    """Tell what a policy would have made of the last thirty days' clocks, by kind; nothing is written. Where there is
    a `next`, add up what its cursor gives."""
    policies = stored(call.world, call.who.workspace)
    tried = Policy(id="", **shapes.policy_fields(named_fields(body)))
    check_references(call.world, policies, tried)
    found, cursor = try_policy(call.world, policies, tried, cursor=call.query("cursor"))
    return Page([shapes.DryRunView(kind=kind, **asdict(each)) for kind, each in sorted(found.items())], cursor)


@route("GET", "/v1/policies/{policy}", tagged=_row, who="agent", gives=shapes.PolicyView)
def policy(call: Call) -> shapes.PolicyView:
    """Show a policy."""
    found = stored(call.world, call.who.workspace)
    one = policy_in(found, call.params["policy"])
    return shapes.policy_view((one, active(found).index(one) + 1))


@route(
    "PATCH",
    "/v1/policies/{policy}",
    tagged=_row,
    who="agent",
    need="admin",
    body=shapes.ChangePolicy,
    gives=shapes.PolicyView,
)
def patch_policy(call: Call, body: shapes.ChangePolicy) -> shapes.PolicyView:
    """Change a policy, or move it to another position."""
    named = named_fields(body)
    position, fields = named.get("position", 0), shapes.policy_fields(named)
    return shapes.policy_view(
        change_policy(call.world, call.who, call.params["policy"], position=position, fields=fields)
    )


@route("DELETE", "/v1/policies/{policy}", tagged=_row, who="agent", need="admin", status=204)
def delete_policy(call: Call) -> None:
    """Remove a policy."""
    remove_policy(call.world, call.who, call.params["policy"])


@route("GET", "/v1/calendars", who="agent", gives=list[shapes.CalendarView])
def calendars(call: Call) -> Page[Any]:
    """List the calendars, oldest first."""
    return Page([shapes.calendar_view(each) for each in stored(call.world, call.who.workspace).calendars])


@route(
    "POST", "/v1/calendars", who="agent", need="admin", body=shapes.NewCalendar, gives=shapes.CalendarView, status=201
)
def new_calendar(call: Call, body: shapes.NewCalendar) -> shapes.CalendarView:
    """Make a calendar of business hours and holidays."""
    fields = shapes.calendar_fields(named_fields(body))
    return call.answering(lambda once: make_calendar(call.world, call.who, fields, once=once), shapes.calendar_view)


@route("GET", "/v1/calendars/{calendar}", tagged=_row, who="agent", gives=shapes.CalendarView)
def calendar(call: Call) -> shapes.CalendarView:
    """Show a calendar."""
    return shapes.calendar_view(calendar_in(stored(call.world, call.who.workspace), call.params["calendar"]))


@route(
    "PATCH",
    "/v1/calendars/{calendar}",
    tagged=_row,
    who="agent",
    need="admin",
    body=shapes.ChangeCalendar,
    gives=shapes.CalendarView,
)
def patch_calendar(call: Call, body: shapes.ChangeCalendar) -> shapes.CalendarView:
    """Change a calendar."""
    fields = shapes.calendar_fields(named_fields(body))
    changed = change_calendar(call.world, call.who, call.params["calendar"], changing=lambda _: fields)
    return shapes.calendar_view(changed)


@route("DELETE", "/v1/calendars/{calendar}", tagged=_row, who="agent", need="admin", status=204)
def delete_calendar(call: Call) -> None:
    """Remove a calendar that no policy counts by."""
    remove_calendar(call.world, call.who, call.params["calendar"])


@route(
    "POST",
    "/v1/calendars/{calendar}/holidays",
    who="agent",
    need="admin",
    body=shapes.AddHolidays,
    gives=shapes.CalendarView,
)
def add_holidays(call: Call, body: shapes.AddHolidays) -> shapes.CalendarView:
    """Add the holidays of an iCalendar file to a calendar."""
    from ...wire.ics import read

    found = read(body.ics, int(rfc3339(call.world.clock.now())[:4]))

    def added(old: Calendar) -> dict[str, Any]:
        return {
            "holidays": tuple(sorted({*old.holidays, *found.dates})),
            "yearly": tuple(sorted({*old.yearly, *found.yearly})),
        }

    id_ = call.params["calendar"]
    return call.answering(
        lambda once: change_calendar(call.world, call.who, id_, changing=added, once=once), shapes.calendar_view
    )


@route("GET", "/v1/measured-segments", tagged=_row, who="agent", gives=shapes.MeasuredView)
def measured_segments(call: Call) -> shapes.MeasuredView:
    """Show how figures are kept."""
    return shapes.measured_view(stored(call.world, call.who.workspace))


@route(
    "PUT",
    "/v1/measured-segments",
    tagged=_row,
    who="agent",
    need="admin",
    body=shapes.MeasureSegments,
    gives=shapes.MeasuredView,
)
def put_measured_segments(call: Call, body: shapes.MeasureSegments) -> shapes.MeasuredView:
    """Say how figures are kept: up to 10 segments apart, by the days of which time zone, and whether a customer's team
    sees its own."""
    return shapes.measured_view(measure(call.world, call.who, shapes.measured_fields(named_fields(body))))
