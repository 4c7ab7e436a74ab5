"""The engine of search."""

from collections.abc import Sequence
from typing import Protocol

from ..desk.search_index import Entry, Found, Place, Wanted


class Index(Protocol):
    """What finds things by their words. It may know of things that are no more, or that no longer say what they said;
    whoever finds one reads it."""

    def put(self, tree: str, entries: Sequence[Entry]) -> None:
        """Know these: what was known of the same things is outdated. Raises Clash if somebody else writes the tree."""

    def renew(self, tree: str) -> None:
        """Write anew all that is known, without what is outdated, of which nothing is left. Raises Clash as `put`."""

    def find(self, tree: str, wanted: Wanted, after: Place | None, *, limit: int) -> list[Found]:
        """The first `limit` after that place in the order; a thing that was put again perhaps at its old place too."""
