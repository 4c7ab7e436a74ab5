"""Cursors of a list's pages (pagination): the key of the last row, good for that very list alone."""

import base64
import binascii
from collections.abc import Sequence

import msgspec

from ..desk.errors import Malformed
from .keys import Range, possible

Start = dict[str, str]


def cursor_after(last: Start) -> str:
    """What continues behind the row with the key `last`."""
    return base64.urlsafe_b64encode(msgspec.json.encode(last)).decode().rstrip("=")


def cursor_of(places: Sequence[Start | None], wheres: Sequence[Range]) -> str:
    """What continues several listings behind these rows; None for one that is at its end. It names the listings,
    since a page may end where each of them is at its end or not begun, and no key is left to tell."""
    return base64.urlsafe_b64encode(msgspec.json.encode((_named(wheres), places))).decode().rstrip("=")


def starts_of(cursor: str, wheres: Sequence[Range]) -> list[Start | None]:
    """The keys that a cursor of several listings holds, one for each; an empty one is where nothing was taken yet."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        of, found = msgspec.json.decode(raw, type=tuple[list[str], list[Start | None]])
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise Malformed("cursor is not one that this API gave out", "cursor") from None
    if of != _named(wheres) or len(found) != len(wheres):
        raise Malformed("cursor is not of this list", "cursor")
    return [_checked(each, where) if each else each for each, where in zip(found, wheres, strict=True)]


def start_of(cursor: str, where: Range) -> Start:
    """The key a cursor holds. It must lie in the very partition that is asked for: the fence needs no more."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        start = msgspec.json.decode(raw, type=dict[str, str])
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise Malformed("cursor is not one that this API gave out", "cursor") from None
    return _checked(start, where)


def _named(wheres: Sequence[Range]) -> list[str]:
    return [where.pk for where in wheres]


def _checked(start: Start, where: Range) -> Start:
    names = {"pk", "sk"} | ({f"{where.index}pk", f"{where.index}sk"} if where.index else set())
    partition, order = (f"{where.index}pk", f"{where.index}sk") if where.index else ("pk", "sk")
    fits = set(start) == names and possible((start["pk"], start["sk"]))
    if not fits or start[partition] != where.pk or not where.low <= start[order] <= where.high:
        raise Malformed("cursor is not of this list", "cursor")
    return start
