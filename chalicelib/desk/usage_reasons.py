"""Reasons: why a customer's usage moved, as somebody said it once (annotations; ADR 189). Pure.

A reason silences its kind of signal for its customer until its last day. That of a season holds for the same days of
every year. What a one-off brought is no measure for other days, and left out of each trend that is shown.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

from .record import Record
from .usage_signals import SignalKind, shifted

Cause = Literal["season", "launch", "migration", "bug", "other_vendor", "one_off"]
AskedBy = Literal["signal", "person", "broadcast"]

MAX_REASON = 2000
MAX_REASON_DAYS = 366
TREND_DAYS = 7


class Reason(Record, frozen=True):
    """Why a customer's usage moved from a day to a day (UTC, both included): what was said (`text`), in which message
    (id) if in one, for which signal (id) if for one. `by` is who wrote it down: an agent, or one of the customer's
    people."""

    id: str
    workspace: str
    customer: str
    kind: SignalKind
    from_day: str
    until_day: str
    cause: Cause
    text: str
    by: str
    at: int
    message: str = ""
    signal: str = ""


class Question(Record, frozen=True):
    """That a customer was asked something at `at` (ms), in a message: because of a signal (`about`, an id), by an agent
    of their own accord, or by a broadcast that is a question (`about`, an id)."""

    customer: str
    message: str
    workspace: str
    room: str
    at: int
    by: str
    why: AskedBy
    text: str
    about: str = ""


def covers(reason: Reason, kind: SignalKind, day: str) -> bool:
    """Whether a reason explains what a kind of signal finds on a day."""
    return reason.kind == kind and any(first <= day <= last for first, last in _spans(reason, day))


def explaining(reasons: Iterable[Reason], kind: SignalKind, day: str) -> Reason | None:
    """The latest reason that explains a day, if one does."""
    found = [each for each in reasons if covers(each, kind, day)]
    return max(found, key=lambda each: each.at, default=None)


def _spans(reason: Reason, day: str) -> Iterator[tuple[str, str]]:
    """The days that a reason stands for: those of a season in the year of a day, and in the one before, too."""
    yield reason.from_day, reason.until_day
    if reason.cause == "season":
        first, last = date.fromisoformat(reason.from_day), date.fromisoformat(reason.until_day)
        year = int(day[:4])
        for years in (year - first.year, year - first.year - 1):
            if years > 0:
                begins = _years_on(first, years)
                yield begins.isoformat(), (begins + (last - first)).isoformat()


def spans_within(reason: Reason, first: str, last: str) -> list[tuple[str, str]]:
    """The spans of days for which a reason stands that touch those from the first to the last, at most 400 days."""
    spans = {*_spans(reason, first), *_spans(reason, last)}
    return sorted(span for span in spans if span[0] <= last and span[1] >= first)


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return date(day.year + years, 3, 1)


def one_off_days(reasons: Iterable[Reason]) -> frozenset[str]:
    """The days that are no measure for others."""
    return frozenset(day for each in reasons if each.cause == "one_off" for day in _days(each))


def _days(reason: Reason) -> Iterator[str]:
    first, last = date.fromisoformat(reason.from_day), date.fromisoformat(reason.until_day)
    for n in range(min((last - first).days, MAX_REASON_DAYS) + 1):
        yield (first + timedelta(days=n)).isoformat()


def trend(calls: Mapping[str, int], today: str, left_out: Collection[str] = ()) -> float | None:
    """The calls a day of the seven whole days before today, as a multiple of those of the seven before them. None where
    these had none. Days that are left out count in neither."""
    now, before = (_a_day(calls, shifted(today, -TREND_DAYS * n), left_out) for n in (1, 2))
    return round(now / before, 3) if before and now is not None else None


def _a_day(calls: Mapping[str, int], first: str, left_out: Collection[str]) -> float | None:
    days = [day for n in range(TREND_DAYS) if (day := shifted(first, n)) not in left_out]
    return sum(calls.get(day, 0) for day in days) / len(days) if days else None
