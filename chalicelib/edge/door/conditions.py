"""ETags, and the conditions that callers make of them (RFC 9110, 13): If-Match for writes, If-None-Match for reads
(ADR 108).

A tag names the version of the record that is shown, which a write is conditional on, and what of it was shown: a room
has its asker's unread messages besides.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any

from ...desk.errors import Invalid, Stale
from ...desk.record import Record
from ...ports import Put, Ref, Store, Write
from ...store.keys import BY_TYPE

OURS = re.compile(r'(?:W/)?"(\d{1,15})(?:-[0-9a-f]{12})?"', re.ASCII)


def etag(version: int, text: str) -> str:
    """The tag of a record's version, as `text` shows it."""
    return f'"{version}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"'


def unchanged(tag: str, if_none_match: str) -> bool:
    """Whether the asker has what the tag names already: compared weakly, as proxies weaken tags."""
    known = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in known or tag in known


def version_of(if_match: str) -> int | None:
    """The version that If-Match names; None for any (`*`, or no If-Match). Invalid for what is no tag of ours."""
    if if_match.strip() in ("", "*"):
        return None
    found = OURS.fullmatch(if_match.strip())
    if found is None:
        raise Invalid("If-Match is not an ETag that this API gave out", "If-Match")
    return int(found[1])


def taken(headers: dict[str, str]) -> Callable[[int], bool]:
    """Which versions of a record a write may go over (0: there is none), as its headers say."""
    if_match, wanted = headers.get("if-match"), version_of(headers.get("if-match", ""))
    if wanted is not None:
        return lambda version: version == wanted
    if if_match is not None and if_match.strip() == "*":
        return lambda version: version > 0
    if headers.get("if-none-match", "").strip() == "*":
        return lambda version: version == 0
    return lambda version: True


class TaggedStore:
    """The store of a call that shows or changes one record: it knows the version that was last read or written. Flows
    decide by what they read, and write on condition that it is still there: so whoever reads a version that the caller
    does not take is Stale. What is another workspace's is none of the caller's."""

    def __init__(self, store: Store, place: Ref[Any], workspace: str, *, takes: Callable[[int], bool]) -> None:
        self._store, self._place, self._workspace, self._takes = store, place, workspace, takes
        self.version: int | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def one(self, ref: Ref[Any]) -> Any:
        """As the store."""
        return self._seen(ref, self._store.one(ref))

    def many(self, refs: Sequence[Ref[Any]]) -> list[Any]:
        """As the store."""
        return [self._seen(*each) for each in zip(refs, self._store.many(refs), strict=True)]

    def commit(self, *writes: Write) -> None:
        """As the store. What the call has written itself holds it up no more."""
        self._store.commit(*writes)
        for write in writes:
            if isinstance(write, Put) and self._is_it(write.record):
                self.version, self._takes = write.record.version, lambda version: True

    def _seen(self, ref: Ref[Any], record: Any) -> Any:
        if ref == self._place and getattr(record, "workspace", self._workspace) == self._workspace:
            self.version = record.version if record else 0
            if not self._takes(self.version):
                raise Stale("it has changed since" if record else "there is none", "If-Match")
        return record

    def _is_it(self, record: Record) -> bool:
        return type(record) is self._place.type and BY_TYPE[type(record)].ids(record) == self._place.ids
