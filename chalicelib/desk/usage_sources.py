"""Sources of usage (ingestion, Segment's word): a vendor's backend, gateway or page, and the write keys it sends with.

A key in a browser is public: whoever looks at the page has it, so that it never says who somebody is (ADR 184).
"""

import re
from typing import Literal

from .record import Part, Record
from .times import DAY_MS

SourceKind = Literal["server", "browser"]
Mode = Literal["live", "test"]
MAX_SOURCES = 100  # of a workspace
MAX_LIVE_KEYS = 2  # of a mode: while one is rolled, both are good
KEPT_MS = 30 * DAY_MS  # ms for which what was set aside may be replayed
SHAPE = re.compile(r"wk_(live|test)_([0-9a-z]{1,40})_([0-9a-z]{1,40})_[0-9a-z]{1,100}\Z")


class WriteKey(Part, frozen=True):
    """A key that a source sends with: known by the hash of what was shown once."""

    id: str
    hash: str
    mode: Mode
    created_at: int


class Source(Record, frozen=True):
    """What sends usage. Only one that `creates` makes customers and users of those that it names. Of traits those named
    in `traits` are kept (None: all). `names` are the vendor's names of events by which we know ours. What comes with a
    test key counts for nobody's figures."""

    id: str
    workspace: str
    name: str
    kind: SourceKind
    created_at: int
    creates: bool = False
    traits: tuple[str, ...] | None = ()
    names: dict[str, str] = {}
    keys: tuple[WriteKey, ...] = ()


class SourceUse(Record, frozen=True):
    """When (ms, right to five minutes) the last event of a source came."""

    workspace: str
    source: str
    at: int


class UsageLog(Record, frozen=True):
    """That a workspace has a raw log, whose oldest days are to be looked at when it is `due` (ms)."""

    workspace: str
    due: int


class AsideReason(Part, frozen=True):
    """Why events of a request were set aside, and how many."""

    reason: str
    events: int


class SetAside(Record, frozen=True):
    """What of one request was set aside: its events lie in the bucket at `kept` until `ends` (ms)."""

    workspace: str
    source: str
    id: str
    at: int
    ends: int
    mode: Mode
    kept: str
    reasons: tuple[AsideReason, ...]

    @property
    def events(self) -> int:
        """How many they are."""
        return sum(each.events for each in self.reasons)


def key_names(plain: str) -> tuple[Mode, str, str] | None:
    """(mode, workspace, source) that a write key names, so that it is found in one read; None for what is none."""
    named = SHAPE.match(plain)
    if not named:
        return None
    return "live" if named[1] == "live" else "test", f"wsp_{named[2]}", f"src_{named[3]}"
