"""Cursors through a room: a direction and a change number, opaque to whoever holds one."""

import base64
import binascii

from ..desk.errors import Malformed


def onward(n: int) -> str:
    """Oldest first, from after `n`."""
    return _told(f"after:{n}")


def back(n: int) -> str:
    """Newest first, from before `n`."""
    return _told(f"before:{n}")


def place_of(cursor: str) -> tuple[bool, int]:
    """(oldest first?, n) of a cursor; Malformed for what is none."""
    try:
        told = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        way, _, digits = told.decode("ascii").partition(":")
    except (ValueError, binascii.Error):
        way, digits = "", ""
    if way not in ("after", "before") or not digits.isdigit() or len(digits) > 12:
        raise Malformed("cursor is not one that this API gave out", "cursor")
    return way == "after", int(digits)


def _told(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
