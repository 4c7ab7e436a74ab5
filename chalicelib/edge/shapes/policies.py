"""Policies and calendars as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ...desk.calendars import DAYS, MAX_HOLIDAYS, MAX_SPANS, Calendar, Weekdays
from ...desk.errors import Invalid
from ...desk.hours import minute_of, shown
from ...desk.policies import (
    MAX_ESCALATE,
    MAX_MEASURED,
    MAX_POLICIES,
    MAX_TARGET_MS,
    NO_TARGET,
    NoAnswer,
    Policies,
    Policy,
    Targets,
)
from ...desk.rooms import Priority
from ...desk.times import DAY_MINUTES, DAY_MS, MINUTE_MS
from .answers import Body, Name, TimeZone, View

Target = Annotated[int, Meta(ge=1, le=MAX_TARGET_MS // MINUTE_MS, description="Minutes of business time")]
SegmentId = Annotated[str, Meta(max_length=60, description="Of whose customers it is; empty: of all")]
CalendarId = Annotated[str, Meta(max_length=60, description="By whose hours it counts; empty: the clock round")]
Warn = Annotated[int, Meta(ge=0, le=28 * 24 * 60, description="Agents are warned so long before; 0: never")]
Episode = Annotated[int, Meta(ge=1, le=365, description="An ask after so long a silence is a first one again")]
Words = Annotated[str, Meta(max_length=500, description="What the customer is shown of it; empty: nothing")]
Reminder = Annotated[str, Meta(min_length=1, max_length=2000, description="What the customer is told")]
Escalate = Annotated[
    list[Annotated[str, Meta(max_length=60)]],
    Meta(max_length=MAX_ESCALATE, description="The agents who are told of what was missed, besides who is on it"),
]
Position = Annotated[int, Meta(ge=1, le=MAX_POLICIES, description="Its place: the first that matches holds")]
ClockTime = Annotated[str, Meta(max_length=5, examples=["08:30", "24:00"])]
Dates = Annotated[
    list[Annotated[str, Meta(max_length=10, examples=["2026-12-25"])]],
    Meta(max_length=MAX_HOLIDAYS, description="Days without hours"),
]
Yearly = Annotated[
    list[Annotated[str, Meta(max_length=8, examples=["12-25", "11 4TH", "05 -1MO"])]],
    Meta(
        max_length=MAX_HOLIDAYS,
        description="Days of each year without hours: month and day, or the n-th (-1: last) weekday of a month",
    ),
]


class TargetsBody(Body, frozen=True):
    """How soon the first answer of an episode, each next one, news of what is being worked on, and the end are due, in
    minutes of business time; null: no target."""

    first_minutes: Target | None = None
    next_minutes: Target | None = None
    update_minutes: Target | None = None
    outcome_minutes: Target | None = None


class PriorityTargets(Body, frozen=True):
    """What differs for a priority: what is not named is the policy's own; null: no target."""

    first_minutes: Target | None | UnsetType = UNSET
    next_minutes: Target | None | UnsetType = UNSET
    update_minutes: Target | None | UnsetType = UNSET
    outcome_minutes: Target | None | UnsetType = UNSET


class NoAnswerBody(Body, frozen=True):
    """Who does not answer is reminded twice, each time after so many minutes of business time, and after as many more
    the room is closed as `no_answer`. Never while something is promised or an issue behind it is open. It holds for
    what is said from then on."""

    after_minutes: Annotated[int, Meta(ge=1, le=MAX_TARGET_MS // MINUTE_MS)]
    reminders: Annotated[list[Reminder], Meta(min_length=2, max_length=2)]


class NewPolicy(Body, frozen=True):
    """A policy for the customers of a segment. At a `position`, or as the last."""

    name: Name
    segment: SegmentId = ""
    targets: TargetsBody = TargetsBody()
    priorities: dict[Priority, PriorityTargets] = msgspec.field(default_factory=dict)
    calendar: CalendarId = ""
    warn_minutes: Warn = 30
    episode_days: Episode = 7
    words: Words = ""
    no_answer: NoAnswerBody | None = None
    escalate: Escalate = []
    position: Position | UnsetType = UNSET


class ChangePolicy(Body, frozen=True):
    """Change a policy: what is not named stays; `targets` and `priorities` are told whole."""

    name: Name | UnsetType = UNSET
    segment: SegmentId | UnsetType = UNSET
    targets: TargetsBody | UnsetType = UNSET
    priorities: dict[Priority, PriorityTargets] | UnsetType = UNSET
    calendar: CalendarId | UnsetType = UNSET
    warn_minutes: Warn | UnsetType = UNSET
    episode_days: Episode | UnsetType = UNSET
    words: Words | UnsetType = UNSET
    no_answer: NoAnswerBody | None | UnsetType = UNSET
    escalate: Escalate | UnsetType = UNSET
    position: Position | UnsetType = UNSET


class DryRunView(View, frozen=True):
    """Of the last thirty days' clocks of a `kind` that the policy has a target for: how many there were, how many it
    would have found missed, and how many were."""

    kind: str
    clocks: int
    missed: int
    were_missed: int


class SpanBody(Body, frozen=True):
    """Hours of a day, to 24:00 at the latest."""

    start: ClockTime = msgspec.field(name="from")
    end: ClockTime = msgspec.field(name="to")


Spans = Annotated[list[SpanBody], Meta(max_length=MAX_SPANS)]


class WeekBody(Body, frozen=True):
    """The hours of each weekday; a day that is not named has none."""

    monday: Spans = msgspec.field(default_factory=list)
    tuesday: Spans = msgspec.field(default_factory=list)
    wednesday: Spans = msgspec.field(default_factory=list)
    thursday: Spans = msgspec.field(default_factory=list)
    friday: Spans = msgspec.field(default_factory=list)
    saturday: Spans = msgspec.field(default_factory=list)
    sunday: Spans = msgspec.field(default_factory=list)


class NewCalendar(Body, frozen=True):
    """Business hours by the clock of a time zone, and the days without any."""

    name: Name
    timezone: TimeZone
    week: WeekBody
    holidays: Dates = msgspec.field(default_factory=list)
    yearly: Yearly = msgspec.field(default_factory=list)


class ChangeCalendar(Body, frozen=True):
    """Change a calendar: what is not named stays; `week`, `holidays` and `yearly` are told whole."""

    name: Name | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    week: WeekBody | UnsetType = UNSET
    holidays: Dates | UnsetType = UNSET
    yearly: Yearly | UnsetType = UNSET


class AddHolidays(Body, frozen=True):
    """The text of an iCalendar file (RFC 5545): whole days, also several in a row, and those of each year. Else it
    is refused, with the events named; days before last year are left out."""

    ics: str


class MeasureSegments(Body, frozen=True):
    """The segments whose figures are kept apart, the time zone whose days count, and whether a customer's team sees
    its own; what is not named stays."""

    segments: Annotated[list[str], Meta(max_length=MAX_MEASURED)] | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    shared: bool | UnsetType = UNSET


class TargetsView(View, frozen=True):
    """Minutes of business time; null: no target."""

    first_minutes: int | None
    next_minutes: int | None
    update_minutes: int | None
    outcome_minutes: int | None


class PriorityTargetsView(View, frozen=True):
    """What differs for a priority; null: no target."""

    first_minutes: int | None | UnsetType = UNSET
    next_minutes: int | None | UnsetType = UNSET
    update_minutes: int | None | UnsetType = UNSET
    outcome_minutes: int | None | UnsetType = UNSET


class NoAnswerView(View, frozen=True):
    """When who does not answer is reminded, with what, and after two reminders the room is closed."""

    after_minutes: int
    reminders: list[str]


class PolicyView(View, frozen=True):
    """A policy."""

    id: str
    name: str
    revision: int
    position: int
    segment: str
    targets: TargetsView
    priorities: dict[str, PriorityTargetsView]
    calendar: str
    warn_minutes: int
    episode_days: int
    words: str
    no_answer: NoAnswerView | None
    escalate: list[str]


class SpanView(View, frozen=True):
    """Hours of a day."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")


class WeekView(View, frozen=True):
    """The hours of each weekday."""

    monday: list[SpanView]
    tuesday: list[SpanView]
    wednesday: list[SpanView]
    thursday: list[SpanView]
    friday: list[SpanView]
    saturday: list[SpanView]
    sunday: list[SpanView]


class CalendarView(View, frozen=True):
    """A calendar."""

    id: str
    name: str
    revision: int
    timezone: str
    week: WeekView
    holidays: list[str]
    yearly: list[str]


class MeasuredView(View, frozen=True):
    """The segments whose figures are kept apart, by the days of which time zone, and whether a customer's team sees
    its own."""

    segments: list[str]
    timezone: str
    shared: bool


def policy_fields(named: dict[str, Any]) -> dict[str, Any]:
    """The fields of a policy that a request names."""
    found: dict[str, Any] = {name: named[name] for name in ("name", "segment", "calendar", "words") if name in named}
    if "targets" in named:
        found["targets"] = _targets(named["targets"], 0)
    if "priorities" in named:
        found["priorities"] = {name: _targets(each, NO_TARGET) for name, each in sorted(named["priorities"].items())}
    if "warn_minutes" in named:
        found["warn"] = named["warn_minutes"] * MINUTE_MS
    if "episode_days" in named:
        found["episode"] = named["episode_days"] * DAY_MS
    if "escalate" in named:
        found["escalate"] = tuple(dict.fromkeys(named["escalate"]))
    if "no_answer" in named:
        found["no_answer"] = _no_answer(named["no_answer"]) if named["no_answer"] else None
    return found


def _no_answer(body: NoAnswerBody) -> NoAnswer:
    for place, text in enumerate(body.reminders):
        if not text.strip() or "\x00" in text:
            raise Invalid("a reminder says something", f"no_answer.reminders[{place}]")
    first, second = body.reminders
    return NoAnswer(wait=body.after_minutes * MINUTE_MS, texts=(first, second))


def _targets(body: TargetsBody | PriorityTargets, none: int) -> Targets:
    def of(minutes: int | None | UnsetType) -> int:
        return 0 if minutes is UNSET else minutes * MINUTE_MS if isinstance(minutes, int) else none

    return Targets(
        first=of(body.first_minutes),
        next=of(body.next_minutes),
        update=of(body.update_minutes),
        outcome=of(body.outcome_minutes),
    )


def calendar_fields(named: dict[str, Any]) -> dict[str, Any]:
    """The fields of a calendar that a request names; Invalid, naming the place."""
    found: dict[str, Any] = {name: named[name] for name in ("name", "timezone") if name in named}
    found |= {name: tuple(dict.fromkeys(named[name])) for name in ("holidays", "yearly") if name in named}
    return found | ({"week": _week(named["week"])} if "week" in named else {})


def _week(body: WeekBody) -> Weekdays:
    return tuple(
        tuple(
            (_minute(span.start, f"week.{day}[{place}].from"), _minute(span.end, f"week.{day}[{place}].to"))
            for place, span in enumerate(getattr(body, day))
        )
        for day in DAYS
    )


def _minute(text: str, field: str) -> int:
    if text == shown(DAY_MINUTES) and field.endswith("to"):
        return DAY_MINUTES
    try:
        return minute_of(text)
    except Invalid as wrong:
        raise Invalid(wrong.detail, field) from None


def policy_view(placed: tuple[Policy, int]) -> PolicyView:
    """A policy, and its position."""
    policy, position = placed
    own = policy.targets
    return PolicyView(
        id=policy.id,
        name=policy.name,
        revision=policy.revision,
        position=position,
        segment=policy.segment,
        targets=TargetsView(
            first_minutes=own.first // MINUTE_MS or None,
            next_minutes=own.next // MINUTE_MS or None,
            update_minutes=own.update // MINUTE_MS or None,
            outcome_minutes=own.outcome // MINUTE_MS or None,
        ),
        priorities={name: _priority_view(each) for name, each in policy.priorities.items()},
        calendar=policy.calendar,
        warn_minutes=policy.warn // MINUTE_MS,
        episode_days=policy.episode // DAY_MS,
        words=policy.words,
        no_answer=_no_answer_view(policy.no_answer),
        escalate=list(policy.escalate),
    )


def _no_answer_view(asked: NoAnswer | None) -> NoAnswerView | None:
    return NoAnswerView(after_minutes=asked.wait // MINUTE_MS, reminders=list(asked.texts)) if asked else None


def _priority_view(targets: Targets) -> PriorityTargetsView:
    def of(ms: int) -> int | None | UnsetType:
        return UNSET if ms == 0 else None if ms == NO_TARGET else ms // MINUTE_MS

    return PriorityTargetsView(
        first_minutes=of(targets.first),
        next_minutes=of(targets.next),
        update_minutes=of(targets.update),
        outcome_minutes=of(targets.outcome),
    )


def calendar_view(calendar: Calendar) -> CalendarView:
    """A calendar."""
    week = {
        day: [SpanView(start=shown(first), end=shown(last)) for first, last in spans]
        for day, spans in zip(DAYS, calendar.week, strict=True)
    }
    return CalendarView(
        id=calendar.id,
        name=calendar.name,
        revision=calendar.revision,
        timezone=calendar.timezone,
        week=WeekView(**week),
        holidays=list(calendar.holidays),
        yearly=list(calendar.yearly),
    )


def measured_view(policies: Policies) -> MeasuredView:
    """The segments whose figures are kept apart."""
    return MeasuredView(segments=list(policies.measured), timezone=policies.timezone, shared=policies.shared)


def measured_fields(named: dict[str, Any]) -> dict[str, Any]:
    """The fields that a request about figures names."""
    segments = {"measured": tuple(dict.fromkeys(named["segments"]))} if "segments" in named else {}
    return segments | {name: named[name] for name in ("timezone", "shared") if name in named}
