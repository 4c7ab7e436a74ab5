"""Cursors lead through a room by direction and change number, and through what was found by its order (pagination).

They are opaque to whoever holds one.
"""

import base64
import binascii

import msgspec

from ...desk.errors import Malformed
from ...desk.search_index import Place

NONE = "cursor is not one that this API gave out"


def onward(n: int) -> str:
    """Oldest first, from after `n`."""
    return _opaque(f"after:{n}")


def back(n: int) -> str:
    """Newest first, from before `n`."""
    return _opaque(f"before:{n}")


def place_of(cursor: str) -> tuple[bool, int]:
    """(oldest first?, n) of a cursor; Malformed for what is none."""
    way, _, digits = _read(cursor).partition(":")
    if way not in ("after", "before") or not digits.isdecimal() or len(digits) > 12:
        raise Malformed(NONE, "cursor")
    return way == "after", int(digits)


def standing(place: Place) -> str:
    """From after a place among what was found."""
    return _opaque(msgspec.json.encode(place).decode())


def standing_of(cursor: str) -> Place:
    """The place of a cursor; Malformed for what is none."""
    try:
        place: Place = msgspec.json.decode(_read(cursor), type=Place)
    except msgspec.MsgspecError:
        raise Malformed(NONE, "cursor") from None
    return place


def _read(cursor: str) -> str:
    try:
        plain = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return plain.decode()
    except (ValueError, binascii.Error):
        return ""


def _opaque(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
