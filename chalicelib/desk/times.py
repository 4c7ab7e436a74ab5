"""Times, which are milliseconds since 1970 everywhere inside."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_S, HOUR_S = 60, 60 * 60
MINUTE_MS, HOUR_MS, DAY_MS, WEEK_MS = 60_000, 60 * 60_000, 24 * 60 * 60_000, 7 * 24 * 60 * 60_000


def rfc3339(at: int) -> str:
    """A time as others read it: `2026-01-31T12:00:00.000Z`."""
    return (EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
