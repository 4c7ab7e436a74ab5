"""Hours of the day in somebody's time zone: when a broadcast may be sent."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from .errors import Invalid
from .record import Part
from .times import EPOCH

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MINUTES = 24 * 60


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


def minute_of(text: str) -> int:
    """The minute of the day of `22:30`; Invalid for what is none."""
    hours, colon, minutes = text.partition(":")
    if not (
        colon and len(hours) == 2 and len(minutes) == 2 and (hours + minutes).isascii() and (hours + minutes).isdigit()
    ):
        raise Invalid("a time of day, such as 08:30", "from")
    minute = int(hours) * 60 + int(minutes)
    if minute >= MINUTES or int(minutes) > 59:
        raise Invalid("a time of day, from 00:00 to 23:59", "from")
    return minute


def shown(minute: int) -> str:
    """`22:30`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def opens(at: int, hours: Hours, timezone: str, *, within: bool) -> int:
    """The first moment (ms) from `at` on that lies within the hours (or, not `within`, outside of them), by the clock
    of the hours' own time zone, or else of `timezone`. `at` itself if it does, or if there is no such moment."""
    where = zone(hours.timezone or timezone or "UTC")
    here = (EPOCH + timedelta(milliseconds=at)).astimezone(where)
    if hours.start == hours.end or hours.holds(here.hour * 60 + here.minute) is within:
        return at
    edge = hours.start if within else hours.end
    for day in range(3):  # a day on which clocks are put forward may skip the minute: then the next moment is past it
        found = _moment(here.date() + timedelta(days=day), edge, where)
        if found > at:
            return found
    return at


def _moment(day: date, minute: int, where: "ZoneInfo") -> int:
    there = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=where)
    return (there.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)
