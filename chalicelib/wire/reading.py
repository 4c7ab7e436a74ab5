"""Reading a provider's JSON without trusting its shape: what is not as expected is as good as absent."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ..desk.times import LAST_MS

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@/-]{0,127}")
_OLD_UTC = re.compile(r" UTC$")


def walk(value: Any, *path: str | int) -> Any:
    """What lies at a path of names and positions; None if anything on the way is missing."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def words(value: Any, *path: str | int) -> str:
    """The text there; "" if there is none."""
    found = walk(value, *path)
    return found if isinstance(found, str) else ""


def part(value: Any, *path: str | int) -> dict[str, Any]:
    """The object there; empty if there is none."""
    found = walk(value, *path)
    return found if isinstance(found, dict) else {}


def ident(value: Any, *path: str | int) -> str:
    """The id there, which some tell as a number; "" unless it looks like one: ids become keys."""
    found = walk(value, *path)
    text = str(found) if isinstance(found, int) and not isinstance(found, bool) else found
    return text if isinstance(text, str) and _ID.fullmatch(text) else ""


def items(value: Any, *path: str | int) -> list[Any]:
    """The list there; empty if there is none."""
    found = walk(value, *path)
    return found if isinstance(found, list) else []


def count(value: Any, *path: str | int) -> int | None:
    """The number of things there; None if none is told."""
    found = walk(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def moment(value: Any, *path: str | int) -> int:
    """The time there in ms: told in ms already, or as ISO 8601, or as old GitLab does (`2017-09-15 16:52:00 UTC`).
    0 for what is none."""
    found = walk(value, *path)
    if isinstance(found, int) and not isinstance(found, bool):
        return found if 0 <= found <= LAST_MS else 0
    if not isinstance(found, str):
        return 0
    try:
        at = datetime.fromisoformat(_OLD_UTC.sub("+00:00", found))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0, int(at.replace(microsecond=0).timestamp()) * 1000 + at.microsecond // 1000)
    except (ValueError, OverflowError):
        return 0


def host(url: str) -> str:
    """The host that a URL leads to, with its port if it names one: `www.` leads where the name alone does. "" for what
    is no URL of the web."""
    try:
        parts = urlsplit(url.strip())
        name = (parts.hostname or "").removeprefix("www.") if parts.scheme in ("http", "https") else ""
        return f"{name}:{parts.port}" if name and parts.port else name
    except ValueError:
        return ""


def slug(kind: str) -> str:
    """A provider's name of a thing as a reason: `[a-z][a-z-]*`, short."""
    word = re.sub(r"[^a-z]+", "-", kind.lower()).strip("-")[:40].strip("-")
    return word or "other"


def named(kind: str) -> str:
    """A provider's name of an event, repeated only if it looks like one."""
    return kind if re.fullmatch(r"[\w.:/-]{1,64}", kind, re.ASCII) else "other"
