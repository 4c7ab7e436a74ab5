"""Times, which are milliseconds since 1970 everywhere inside, and the one way to read those that others write
(ADR 106)."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_S, HOUR_S = 60, 60 * 60
MINUTE_MS, HOUR_MS, DAY_MS, WEEK_MS = 60_000, 60 * 60_000, 24 * 60 * 60_000, 7 * 24 * 60 * 60_000
DAY_MINUTES = 24 * 60
LAST_MS = 253_402_300_799_999  # ms: the end of the year 9999
DAYS_OF_400_YEARS = 146_097  # after which the calendar repeats itself
FULL_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
DATE_TIME = re.compile(
    FULL_DATE.pattern + r"[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?"
    r"(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)


def rfc3339(at: int) -> str:
    """A time as others read it: `2026-01-31T12:00:00.000Z`."""
    return (EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> int | None:
    """The moment (ms, what is finer is cut) that a text means to which RFC 3339 is kept to the letter; None for any
    other. A leap second, at the end of a month in UTC, is the second after it, as POSIX counts."""
    found = DATE_TIME.fullmatch(text)
    day = found and _day(found)
    if not found or day is None:
        return None
    hour, minute, second = (int(found[n]) for n in (4, 5, 6))
    away = (int(found[9]) * 60 + int(found[10])) * (-1 if found[8] == "-" else 1) if found[8] else 0
    minutes = day * DAY_MINUTES + hour * 60 + minute - away
    if second == 60 and not _ends_month(minutes):
        return None
    return minutes * MINUTE_MS + second * 1000 + int((found[7] or "")[:3].ljust(3, "0"))


def from_date(text: str) -> int | None:
    """The midnight (ms) in UTC with which a date of RFC 3339 begins: `2026-01-31`. None for what is none."""
    found = FULL_DATE.fullmatch(text)
    day = _day(found) if found else None
    return None if day is None else day * DAY_MS


def _day(found: re.Match[str]) -> int | None:
    """Which day since 1970 it is. RFC 3339 knows the year 0, which Python does not."""
    year, month, day = (int(found[n]) for n in (1, 2, 3))
    try:
        ordinal = date(year or 400, month, day).toordinal() - (0 if year else DAYS_OF_400_YEARS)
    except ValueError:
        return None
    return ordinal - EPOCH.toordinal()


def _ends_month(minutes: int) -> bool:
    """Whether a minute (since 1970, in UTC) is the last one of its month."""
    day, minute = divmod(minutes, DAY_MINUTES)
    there = date.fromordinal((day + EPOCH.toordinal() - 1) % DAYS_OF_400_YEARS + 1)
    return minute == DAY_MINUTES - 1 and there.day == monthrange(there.year, there.month)[1]
