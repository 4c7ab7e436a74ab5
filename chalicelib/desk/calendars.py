"""Business hours (SLA calendar): which hours count, by the clock of a place and without its holidays. Pure.

What counts is what a clock on the wall there shows: an hour that is skipped when clocks are put forward counts nothing,
one that is shown twice counts twice.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from msgspec import structs

from .errors import Invalid
from .hours import stretches, zone
from .record import Part
from .times import DAY_MINUTES, DAY_MS, MINUTE_MS

Span = tuple[int, int]  # minutes of the day: from, and to (not included, at most 1440)
Weekdays = tuple[tuple[Span, ...], ...]  # Monday first

MAX_HOLIDAYS = 400  # of either sort
MAX_SPANS = 10  # a day
FARTHEST_MS = 7_305 * DAY_MS  # 20 years: further than that nobody looks
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2200, 12, 31)  # of holidays
MONDAY = 3  # 1970-01-01 was a Thursday
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEAP = 2000  # a year with all days


class Calendar(Part, frozen=True):
    """`week` has the hours of each weekday in their order, Monday first. `holidays` are dates (`2026-04-03`), `yearly`
    days of each year: `12-25`, or the n-th weekday of a month as RFC 5545 names it, `11 4TH`, `05 -1MO`."""

    id: str
    name: str
    timezone: str
    week: Weekdays
    holidays: tuple[str, ...] = ()
    yearly: tuple[str, ...] = ()
    revision: int = 1


def due_at(calendar: Calendar | None, since: int, target: int) -> int:
    """The first moment (ms) by which `target` ms of business time have passed since `since` (ms); 20 years later at
    the latest. Without a calendar the clock goes round."""
    if calendar is None or target <= 0:
        return since + max(target, 0)
    last = since + FARTHEST_MS
    for start, end in _open(calendar, since, last):
        if end - start >= target:
            return start + target
        target -= end - start
    return last


def business_ms(calendar: Calendar | None, since: int, until: int) -> int:
    """The business time (ms) from `since` to `until` (ms), or to 20 years after `since`."""
    if calendar is None:
        return max(until - since, 0)
    return sum(end - start for start, end in _open(calendar, since, min(until, since + FARTHEST_MS)))


def _open(calendar: Calendar, since: int, until: int) -> Iterator[tuple[int, int]]:
    """The stretches (ms) between two moments that count, in order."""
    where, closed = zone(calendar.timezone), frozenset(calendar.holidays) | frozenset(calendar.yearly)
    for start, end, offset in stretches(where, since, until):
        for day in range((start + offset) // DAY_MS, (end - 1 + offset) // DAY_MS + 1):
            spans = calendar.week[(day + MONDAY) % 7]
            if not spans or closed and not closed.isdisjoint(_names(day)):
                continue
            midnight = day * DAY_MS - offset
            for first, last in spans:
                opens, shuts = max(start, midnight + first * MINUTE_MS), min(end, midnight + last * MINUTE_MS)
                if opens < shuts:
                    yield opens, shuts


def _names(day: int) -> tuple[str, ...]:
    """All names under which a day (counted from 1970) may be a holiday."""
    found = date.fromordinal(FIRST_DAY.toordinal() + day)
    text, weekday, month = found.isoformat(), NAMES[found.weekday()], found.month
    nth, from_end = (found.day - 1) // 7 + 1, (monthrange(found.year, month)[1] - found.day) // 7 + 1
    return text, text[5:], f"{month:02} {nth}{weekday}", f"{month:02} -{from_end}{weekday}"


def check_calendar(calendar: Calendar) -> None:
    """Invalid, naming the field, for what can be no calendar, or has no hour."""
    if not calendar.timezone:
        raise Invalid("a calendar needs a time zone, such as Europe/Berlin", "timezone")
    zone(calendar.timezone)
    for day, spans in zip(DAYS, calendar.week, strict=False):
        _check_spans(spans, f"week.{day}")
    if len(calendar.week) != 7 or not any(calendar.week):
        raise Invalid("a calendar needs hours on one day of the week at least", "week")
    for field in ("holidays", "yearly"):
        if len(getattr(calendar, field)) > MAX_HOLIDAYS:
            raise Invalid(f"a calendar has at most {MAX_HOLIDAYS} of them", field)
    for place, holiday in enumerate(calendar.holidays):
        if not _is_date(holiday):
            raise Invalid("a date, such as 2026-12-25, from 1970 to 2200", f"holidays[{place}]")
    for place, each in enumerate(calendar.yearly):
        if not is_yearly(each):
            raise Invalid("a day of each year, such as 12-25, 11 4TH or 05 -1MO", f"yearly[{place}]")
    if due_at(structs.replace(calendar, holidays=()), 0, 1) == FARTHEST_MS:
        raise Invalid("with these days of each year a calendar never has an hour", "yearly")


def _check_spans(spans: tuple[Span, ...], field: str) -> None:
    if len(spans) > MAX_SPANS:
        raise Invalid(f"a day has at most {MAX_SPANS} spans of hours", field)
    ended = 0
    for first, last in spans:
        if not 0 <= first < last <= DAY_MINUTES:
            raise Invalid("hours end after they begin, at 24:00 at the latest: over midnight they are two spans", field)
        if first < ended:
            raise Invalid("hours of a day follow each other and do not overlap", field)
        ended = last


def _is_date(text: str) -> bool:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return False
    return found.isoformat() == text and FIRST_DAY <= found <= LAST_DAY


def is_yearly(text: str) -> bool:
    """Whether it names a day of each year: `12-25`, `11 4TH`, `05 -1MO`."""
    month, space, nth = text.partition(" ")
    if not space:
        return len(text) == 5 and _is_date(f"{LEAP}-{text}")
    number, weekday = nth[:-2], nth[-2:]
    return _is_date(f"{LEAP}-{month}-01") and weekday in NAMES and number.removeprefix("-") in ("1", "2", "3", "4", "5")
