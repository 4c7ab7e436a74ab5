"""Slack's ids and times, and the marks of our own messages."""

import re

TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}\Z")
ID = re.compile(r"[A-Z][A-Z0-9]{1,30}\Z")
MARK, CARD = "parley_message", "parley_card"
MAX_PARTS = 100  # of a long text


def milliseconds(ts: str) -> int:
    """Milliseconds of a ts, which is never a float: its digits are an id."""
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1000 + int(rest[:3].ljust(3, "0"))


def revision(ts: str) -> int:
    """A number that grows with the ts: its microseconds."""
    if not TS.match(ts):
        return 0
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int(rest[:6].ljust(6, "0"))
