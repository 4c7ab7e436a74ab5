"""Policies, the calendars that they count by, and the segments that are measured."""

from dataclasses import asdict
from typing import Any

from ...desk.calendars import Calendar
from ...desk.policies import Policy
from ...desk.times import rfc3339
from ...flows.clocks.policies import stored
from ...flows.clocks.save_policies import (
    active,
    change_calendar,
    change_policy,
    check_references,
    make_calendar,
    make_policy,
    measure,
    remove_calendar,
    remove_policy,
)
from ...flows.clocks.try_policy import try_policy
from ...ports import Page
from ..door.calls import Call
from ..door.router import route
from ..shapes import policies as shapes
from ..shapes.answers import named_fields


@route("GET", "/v1/policies", who="agent", gives=list[shapes.PolicyView])
def policies(call: Call) -> Page[Any]:
    """List the policies in their order: the first that matches holds."""
    found = active(stored(call.world, call.who.workspace))
    return Page([shapes.policy_view((policy, place + 1)) for place, policy in enumerate(found)])


@route("POST", "/v1/policies", who="agent", need="admin", body=shapes.NewPolicy, gives=shapes.PolicyView, status=201)
def new_policy(call: Call, body: shapes.NewPolicy) -> shapes.PolicyView:
    """Make a policy: how soon the customers of a segment are answered."""
    named = named_fields(body)
    position, fields = named.get("position", 0), shapes.policy_fields(named)
    return call.answering(lambda once: make_policy(call.world, call.who, position, fields, once), shapes.policy_view)


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
    policy = Policy(id="", **shapes.policy_fields(named_fields(body)))
    check_references(call.world, policies, policy)
    found, cursor = try_policy(call.world, policies, policy, call.query("cursor"))
    return Page([shapes.DryRunView(kind=kind, **asdict(tried)) for kind, tried in sorted(found.items())], cursor)


@route("PATCH", "/v1/policies/{policy}", who="agent", need="admin", body=shapes.ChangePolicy, gives=shapes.PolicyView)
def patch_policy(call: Call, body: shapes.ChangePolicy) -> shapes.PolicyView:
    """Change a policy, or move it to another position."""
    named = named_fields(body)
    position, fields = named.get("position", 0), shapes.policy_fields(named)
    return shapes.policy_view(change_policy(call.world, call.who, call.params["policy"], position, fields))


@route("DELETE", "/v1/policies/{policy}", who="agent", need="admin", status=204)
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
    return call.answering(lambda once: make_calendar(call.world, call.who, fields, once), shapes.calendar_view)


@route(
    "PATCH",
    "/v1/calendars/{calendar}",
    who="agent",
    need="admin",
    body=shapes.ChangeCalendar,
    gives=shapes.CalendarView,
)
def patch_calendar(call: Call, body: shapes.ChangeCalendar) -> shapes.CalendarView:
    """Change a calendar."""
    fields = shapes.calendar_fields(named_fields(body))
    changed = change_calendar(call.world, call.who, call.params["calendar"], lambda _: fields)
    return shapes.calendar_view(changed)


@route("DELETE", "/v1/calendars/{calendar}", who="agent", need="admin", status=204)
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

    def added(calendar: Calendar) -> dict[str, Any]:
        return {
            "holidays": tuple(sorted({*calendar.holidays, *found.dates})),
            "yearly": tuple(sorted({*calendar.yearly, *found.yearly})),
        }

    id_ = call.params["calendar"]
    return call.answering(lambda once: change_calendar(call.world, call.who, id_, added, once), shapes.calendar_view)


@route("GET", "/v1/measured-segments", who="agent", gives=shapes.MeasuredView)
def measured_segments(call: Call) -> shapes.MeasuredView:
    """List the segments whose figures are kept apart."""
    return shapes.measured_view(stored(call.world, call.who.workspace))


@route(
    "PUT",
    "/v1/measured-segments",
    who="agent",
    need="admin",
    body=shapes.MeasureSegments,
    gives=shapes.MeasuredView,
)
def put_measured_segments(call: Call, body: shapes.MeasureSegments) -> shapes.MeasuredView:
    """Say whose figures are kept apart: those of up to 10 segments."""
    return shapes.measured_view(measure(call.world, call.who, body.segments))
