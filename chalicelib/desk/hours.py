"""Hours of the day in somebody's time zone: when a broadcast may be sent (ADR 34)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .errors import Invalid
from .record import Part
from .times import DAY_MINUTES, DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

FARTHEST_MS = 3 * DAY_MS  # a clock shows each minute in every two days, moved or not


class Hours(Part, frozen=True):
    """From a minute of the day to another one (not included), by the clock of a time zone ("": whoever is meant).
    `end` before `start` goes over midnight."""

    start: int
    end: int
    timezone: str = ""

    def holds(self, minute: int) -> bool:
        """Whether a minute of the day lies within."""
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def zone(name: str) -> "ZoneInfo":
    """The time zone of that name; Invalid for none."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid("no time zone that IANA knows, such as Europe/Berlin", "timezone") from None


def day_in(timezone: str, at: int) -> str:
    """The day (`2026-11-30`) that a clock of the time zone shows at a moment (ms)."""
    return datetime.fromtimestamp(at / 1000, zone(timezone)).date().isoformat()


def minute_of(text: str) -> int:
    """The minute of the day of `22:30`; Invalid for what is none."""
    hours, colon, minutes = text.partition(":")
    if not (
        colon and len(hours) == 2 and len(minutes) == 2 and (hours + minutes).isascii() and (hours + minutes).isdigit()
    ):
        raise Invalid("a time of day, such as 08:30", "from")
    minute = int(hours) * 60 + int(minutes)
    if minute >= DAY_MINUTES or int(minutes) > 59:
        raise Invalid("a time of day, from 00:00 to 23:59", "from")
    return minute


def shown(minute: int) -> str:
    """`22:30`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def opens(at: int, hours: Hours, timezone: str, *, within: bool) -> int:
    """The first moment (ms) from `at` on that lies within the hours (or, not `within`, outside of them), by the clock
    of the hours' own time zone, or else of `timezone`. `at` itself if there is no such moment."""
    if hours.start == hours.end:
        return at
    where, edge = zone(hours.timezone or timezone or "UTC"), hours.start if within else hours.end
    for start, end, offset in stretches(where, at, at + FARTHEST_MS):
        shown_there = start + offset
        if hours.holds(shown_there // MINUTE_MS % DAY_MINUTES) is within:
            return start
        wait = (edge * MINUTE_MS - shown_there) % DAY_MS
        if start + wait < end:
            return start + wait
    return at


def stretches(where: "ZoneInfo", since: int, until: int) -> Iterator[tuple[int, int, int]]:
    """(from, to, offset from UTC), each of at most a day, over which the offset (ms) is one."""
    at = since
    while at < until:
        end, offset = min(at + DAY_MS, until), _offset(where, at)
        if _offset(where, end - 1) != offset:
            end = _changes(where, at, end, offset=offset)
        yield at, end, offset
        at = end


def _changes(where: "ZoneInfo", low: int, high: int, *, offset: int) -> int:
    """The first moment after `low`, at which that offset holds, from which on another one does; `high` is past it."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(where, middle) == offset else (low, middle)
    return high


def _offset(where: "ZoneInfo", at: int) -> int:
    offset = datetime.fromtimestamp(at // 1000, where).utcoffset()
    return (offset or timedelta()) // timedelta(milliseconds=1)
