"""Business time by the minute: every minute is looked at on the wall clock of the place. Knows nothing of our code."""

import calendar
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

MINUTE = 60_000


def open_minute(
    at: int, place: str, hours: dict[int, list[tuple[str, str]]], closed: Callable[[datetime], bool]
) -> bool:
    """Whether the minute that begins `at` (ms) counts. `hours`: weekday (Monday is 0) → [("09:00", "17:00")]."""
    there = datetime.fromtimestamp(at // 1000, tz=UTC).astimezone(ZoneInfo(place))
    if closed(there):
        return False
    clock = f"{there.hour:02d}:{there.minute:02d}"
    return any(first <= clock < last for first, last in hours.get(there.weekday(), []))


def counted(since: int, until: int, is_open: Callable[[int], bool]) -> int:
    """Open milliseconds between two moments, which are whole minutes."""
    return sum(MINUTE for at in range(since, until, MINUTE) if is_open(at))


def due(since: int, target: int, is_open: Callable[[int], bool], most: int) -> int | None:
    """The first moment by which `target` open milliseconds have passed; None if `most` minutes do not suffice."""
    left = target
    for at in range(since, since + most * MINUTE, MINUTE):
        if left <= 0:
            return at
        if is_open(at):
            if left <= MINUTE:
                return at + left
            left -= MINUTE
    return None


def closed_on(
    dates: Iterable[str], days: Iterable[str], nth: Iterable[tuple[int, int, int]]
) -> Callable[[datetime], bool]:
    """Closed on these dates, on these days (`12-25`) of each year, and on the n-th (-1: last) weekday of a month:
    (month, n, weekday)."""
    on, yearly, weekdays = set(dates), set(days), list(nth)

    @cache
    def closed_all(day: date) -> bool:
        if day.strftime("%Y-%m-%d") in on or day.strftime("%m-%d") in yearly:
            return True
        return any(day.month == month and day == _nth(day.year, month, n, weekday) for month, n, weekday in weekdays)

    return lambda there: closed_all(there.date())


def _nth(year: int, month: int, n: int, weekday: int) -> object:
    found = [
        each
        for week in calendar.Calendar().monthdatescalendar(year, month)
        for each in week
        if each.month == month and each.weekday() == weekday
    ]
    place = n - 1 if n > 0 else n
    return found[place] if -len(found) <= place < len(found) else None
