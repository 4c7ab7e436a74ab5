"""Figures counted anew (naive model), from what the API says of rooms alone: nothing of the product is imported."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

WEEK_S = 7 * 24 * 3600
Row = tuple[str, str, datetime, datetime, bool]  # kind, day, since, end, answered


def seconds(text: str) -> datetime:
    """A moment of the API."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def ended(get: Callable[..., Any], room: str, zone: str) -> Iterator[Row]:
    """Each answer and end that a room was owed, once it was over."""
    changes = pages(get, f"/v1/rooms/{room}/changes")
    waits = opened = spoke = None
    resolved = False
    for change in sorted(changes, key=lambda each: each["change"]):
        at = seconds(change["at"])
        message = change["message"] if change["type"] == "posted" else None
        if message and not message["deleted"]:
            asks = message["author"]["kind"] == "user"
            if asks:
                if waits is None:
                    silent = resolved or spoke is None or (at - spoke).total_seconds() > WEEK_S
                    waits = ("first" if silent else "next", at)
                opened, resolved = opened or at, False
            elif waits:
                yield row(waits, at, True, zone)
                waits = None
            spoke = at
        elif change["type"] == "room" and "state" in change["fields"]:
            if waits:
                yield row(waits, at, False, zone)
            if opened:
                yield row(("outcome", opened), at, False, zone)
            waits, opened, resolved = None, None, True


def row(waits: tuple[str, datetime], end: datetime, answered: bool, zone: str) -> Row:
    """One that is over."""
    return waits[0], end.astimezone(ZoneInfo(zone)).date().isoformat(), waits[1], end, answered


def pages(get: Callable[..., Any], path: str) -> list[Any]:
    """All that a list has."""
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = json.loads(get(path, limit="100", **cursor).text)
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def recounted(rows: list[Row]) -> dict[tuple[str, str], dict[str, Any]]:
    """By day and kind: how many were answered and not, and the durations (ms), sorted."""
    found: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(lambda: {"yes": 0, "no": 0, "ms": []})
    for kind, day, since, end, answered in rows:
        here = found[day, kind]
        here["yes" if answered else "no"] += 1
        if answered or kind == "outcome":
            here["ms"] = sorted([*here["ms"], round((end - since).total_seconds() * 1000)])
    return dict(found)
