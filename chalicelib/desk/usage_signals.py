"""Usage signals: a customer's day against the median of the same weekday in eight weeks (anomaly detection; ADR 188).
Pure.

What is found is explained by its numbers: what the day came to, what such a day usually does, between what and what.
Days are UTC's (`2026-11-30`). Of a day that is not over a surge can be said already, a drop cannot.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Literal, get_args

from .record import Part, Record

SignalKind = Literal["surge", "drop", "silence", "error_storm", "first_success", "never_started"]

SIGNAL_KINDS: tuple[SignalKind, ...] = get_args(SignalKind)
WEEKS = 8
LEAST_WEEKS = 4  # of which something has to be known
FLOOR = 100  # events a day under which nothing is said
FACTOR = 1.5  # as tuned on one public series (infra/benchmarks/signals.py)
PERIOD_DAYS = 7
SILENT_DAYS = 3
LEAST_SHARE = 0.05  # of calls that fail, under which no storm is
PREVIEW_DAYS = 90
ONCE: tuple[SignalKind, ...] = ("first_success", "never_started")  # in a customer's life
OF_WHOLE_DAYS: tuple[SignalKind, ...] = ("drop", "silence")
EXPLAINABLE: tuple[SignalKind, ...] = ("surge", "drop", "silence", "error_storm")


class SignalRule(Part, frozen=True):
    """What a segment watches its customers for, once it is `on`: whom it is told (`owner`, an agent) by which
    `sentence`. Nothing is said of days of fewer than `floor` events; a surge is `factor` times the usual, a drop the
    usual through it. There is one thread a customer and `period_days`, after which days `never_started` is said."""

    kind: SignalKind
    owner: str
    sentence: str
    floor: int = FLOOR
    factor: float = FACTOR
    period_days: int = PERIOD_DAYS
    on: bool = False


class Finding(Part, frozen=True):
    """What was found on a `day`: it came to `count`, where `usual` is the median of as many weeks (`weeks`), which lay
    between `low` and `high`. Of a storm these are errors, of `calls`; of silence the sums of its days; of what happens
    once the days since the customer is known."""

    kind: SignalKind
    day: str
    count: int
    usual: float = 0.0
    low: int = 0
    high: int = 0
    weeks: int = 0
    calls: int = 0


class Signal(Record, frozen=True):
    """That a segment's signal was raised for a customer: what was `found`, whose it is, and the internal `room` in
    which it stands. Where a `reason` explained it beforehand there is none, and nobody was asked. `asked` is the
    message (an id) in which the customer was."""

    id: str
    workspace: str
    customer: str
    segment: str
    kind: SignalKind
    owner: str
    at: int
    found: Finding
    room: str = ""
    reason: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A customer's calls and errors by day, zero where there are none; before `since` nothing is known. Days that are
    `left_out` are no measure for others. `first_success` is a day, or ""; `made` is that on which the customer was
    made, where it is not the first one."""

    since: str
    calls: Mapping[str, int]
    errors: Mapping[str, int] = field(default_factory=dict)
    left_out: Collection[str] = ()
    first_success: str = ""
    made: str = ""

    def before(self, day: str) -> list[str]:
        """The same weekdays of the eight weeks before, as far as they are known and count."""
        there = date.fromisoformat(day)
        days = ((there - timedelta(weeks=n)).isoformat() for n in range(1, WEEKS + 1))
        return [each for each in days if each >= self.since and each not in self.left_out]


def signal_id(customer: str, kind: SignalKind, period: int) -> str:
    """The id of the one signal of a customer, kind and period."""
    return f"sig_{customer.partition('_')[2]}.{kind}.{period}"


def period_of(rule: SignalRule, day: str) -> int:
    """Which of its periods a day is in; what happens once has but one."""
    return 0 if rule.kind in ONCE else date.fromisoformat(day).toordinal() // rule.period_days


def days_to_look_at(kind: SignalKind, today: str) -> tuple[str, ...]:
    """The days that may be judged today: what needs a whole one has that of yesterday."""
    yesterday = shifted(today, -1)
    return (yesterday,) if kind in OF_WHOLE_DAYS else (yesterday, today)


def shifted(day: str, days: int) -> str:
    """The day so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def found_on(curve: Curve, rule: SignalRule, day: str) -> Finding | None:
    """What a day says, if anything."""
    return FINDERS[rule.kind](curve, rule, day)


def raised_in(curve: Curve, rule: SignalRule, days: Iterable[str]) -> list[Finding]:
    """What would be said of these days, in their order: once within a period's length."""
    found: list[Finding] = []
    for day in days:
        if found and (rule.kind in ONCE or day < shifted(found[-1].day, rule.period_days)):
            continue
        if finding := found_on(curve, rule, day):
            found.append(finding)
    return found


def _surge(curve: Curve, rule: SignalRule, day: str) -> Finding | None:
    found = _compared(curve, "surge", day)
    return found if found and found.count >= max(rule.floor, found.usual * rule.factor) else None


def _drop(curve: Curve, rule: SignalRule, day: str) -> Finding | None:
    found = _compared(curve, "drop", day)
    return found if found and found.usual >= max(rule.floor, found.count * rule.factor) else None


def _silence(curve: Curve, rule: SignalRule, day: str) -> Finding | None:
    days = [_compared(curve, "silence", shifted(day, -n)) for n in range(SILENT_DAYS)]
    known = [each for each in days if each]
    if len(known) < SILENT_DAYS or any(each.count for each in known):
        return None
    usual = sum(each.usual for each in known)
    weeks = min(each.weeks for each in known)
    low, high = sum(each.low for each in known), sum(each.high for each in known)
    return (
        Finding(kind="silence", day=day, count=0, usual=usual, low=low, high=high, weeks=weeks)
        if (usual >= rule.floor)
        else None
    )


def _storm(curve: Curve, rule: SignalRule, day: str) -> Finding | None:
    errors, calls = curve.errors.get(day, 0), curve.calls.get(day, 0)
    past = [each for each in curve.before(day) if curve.calls.get(each)]
    shares = [curve.errors.get(each, 0) / curve.calls[each] for each in past]
    usual = median(shares) if shares else 0.0
    if not calls or errors < rule.floor or errors / calls < max(LEAST_SHARE, usual * rule.factor):
        return None
    counts = [curve.errors.get(each, 0) for each in past] or [0]
    return Finding(
        kind="error_storm", day=day, count=errors, usual=round(usual * calls, 1), low=min(counts), high=max(counts),
        weeks=len(past), calls=calls,
    )  # fmt: skip


def _first_success(curve: Curve, rule: SignalRule, day: str) -> Finding | None:
    return Finding(kind="first_success", day=day, count=_age(curve, day)) if curve.first_success == day else None


def _never_started(curve: Curve, rule: SignalRule, day: str) -> Finding | None:
    waits = not curve.first_success or curve.first_success > day
    age = _age(curve, day)
    return Finding(kind="never_started", day=day, count=age) if waits and age >= rule.period_days else None


def _age(curve: Curve, day: str) -> int:
    return (date.fromisoformat(day) - date.fromisoformat(curve.made or curve.since)).days


def _compared(curve: Curve, kind: SignalKind, day: str) -> Finding | None:
    past = [curve.calls.get(each, 0) for each in curve.before(day)]
    if len(past) < LEAST_WEEKS:
        return None
    return Finding(
        kind=kind,
        day=day,
        count=curve.calls.get(day, 0),
        usual=float(median(past)),
        low=min(past),
        high=max(past),
        weeks=len(past),
    )


FINDERS: dict[SignalKind, Callable[[Curve, SignalRule, str], Finding | None]] = {
    "surge": _surge,
    "drop": _drop,
    "silence": _silence,
    "error_storm": _storm,
    "first_success": _first_success,
    "never_started": _never_started,
}


def explained(found: Finding) -> str:
    """What was found, by its numbers (Markdown)."""
    return EXPLANATIONS[found.kind](found)


def _on(found: Finding) -> str:
    day = date.fromisoformat(found.day)
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _usual(found: Finding) -> str:
    weekday = f"{date.fromisoformat(found.day):%A}"
    return f"the {found.weeks} {weekday}s before had a median of {found.usual:,.0f} ({found.low:,} to {found.high:,})"


EXPLANATIONS: dict[SignalKind, Callable[[Finding], str]] = {
    "surge": lambda found: f"{found.count:,} calls on {_on(found)}; {_usual(found)}.",
    "drop": lambda found: f"{found.count:,} calls on {_on(found)}; {_usual(found)}.",
    "silence": lambda found: (
        f"No call in the {SILENT_DAYS} days up to {_on(found)}; in {found.weeks} weeks before such days had"
        f" {found.usual:,.0f} ({found.low:,} to {found.high:,})."
    ),
    "error_storm": lambda found: (
        f"{found.count:,} of {found.calls:,} calls failed on {_on(found)}; by the {found.weeks} such weekdays before it"
        f" would have been {found.usual:,.0f}."
    ),
    "first_success": lambda found: (
        f"The first call that succeeded, on {_on(found)}: {found.count} days after the start."
    ),
    "never_started": lambda found: f"No call has succeeded in {found.count} days, up to {_on(found)}.",
}
