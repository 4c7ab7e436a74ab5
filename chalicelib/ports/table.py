"""The table as flows see it: what is read, and what is written if nobody wrote meanwhile (compare-and-swap)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ..desk.record import Record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Ref(Generic[R]):
    """The address of one record: its type and the ids that its key is made of (store/keys.py)."""

    type: type[R]
    ids: tuple[str | int, ...]


def ref(type_: type[R], *ids: str | int) -> Ref[R]:
    """`ref(Room, room_id)`."""
    return Ref(type_, ids)


@dataclass(frozen=True, slots=True)
class Put:
    """Write `record`, if what is stored has version `was` (0: nothing is there; None: whatever is there)."""

    record: Record
    was: int | None


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove what lies at `ref`, if that has version `was` (None: whatever is there)."""

    ref: Ref[Any]
    was: int | None = None


Write = Put | Drop


def new(record: Record) -> Put:
    """Put a record that must not be there yet. Its version may be any but 0."""
    return Put(record if record.version else record.changed(), 0)


def over(record: Record, old: Record) -> Put:
    """Put a record over the `old` that it was made from."""
    return Put(record, old.version)


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A question that one query answers: a name known to store/keys.py and its arguments. `after` and `before` bound
    the order number exclusively, where the listing has one."""

    name: str
    args: tuple[str, ...]
    after: int | None = None
    before: int | None = None
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Records of a listing, and the cursor of what comes after them (None at the end)."""

    items: list[R]
    next: str | None = None


class Store(Protocol):
    """The table. Reads by ref are strongly consistent; listings that use an index are not."""

    def place(self, record: R) -> Ref[R]:
        """Where a record lies."""

    def one(self, ref: Ref[R]) -> R | None:
        """The record, or None."""

    def many(self, refs: Sequence[Ref[Any]]) -> list[Any]:
        """The records (None where nothing is), in one call for up to 100."""

    def commit(self, *writes: Write) -> None:
        """All or nothing, up to 100 writes in one transaction. Raises Clash with the positions that did not hold."""

    def spread(self, *writes: Write) -> None:
        """Each for itself, whatever is there, in no order, 25 to a call: for what may be written again."""

    def page(self, listing: Listing[R], limit: int, cursor: str | None = None) -> Page[R]:
        """One query. Raises Malformed for a cursor that is not of this listing."""

    def merged(self, listings: Sequence[Listing[R]], limit: int, cursor: str | None = None) -> Page[R]:
        """A page of several listings of one kind as if they were one: a query of each. A cursor is of that number of
        them."""

    def size(self, listing: Listing[Any]) -> int:
        """How many records a listing has; a query a thousand or so, which may not know of the last second."""

    def touch(self, pk: str, sk: str) -> None:
        """Write the record of a key anew as it is, so that the stream tells of it again. Where it is gone that
        of whom its going moves, if of anybody: what follows is the same, and no image of it is kept."""

    def count(self, name: str, window: int, amount: int, *, expires_at: int) -> int:
        """Add to a counter that lives for a while; the new total. For rate limits."""


class Scanned(Store, Protocol):
    """The table as `rebuild` alone sees it."""

    def everything(self) -> Iterator[Record]:
        """Every record, by a full scan."""

    def mend(self, record: Record, *, new: bool) -> bool:
        """Write a record under its own version if the stored row differs from it, also where none is there if it may be
        `new`; whether it did. Raises Clash if another version is there."""
