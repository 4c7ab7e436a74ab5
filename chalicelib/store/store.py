"""ports.Store over a table: which records there are, in terms of rows. The table may be DynamoDB or a dict (ADR 2)."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

from ..desk.record import Record
from ..ports import Drop, Listing, Page, Put, R, Ref, Write, over
from .keys import BY_TYPE, Key, Range, possible, span, whose
from .page_cursors import Start, cursor_after, cursor_of, start_of, starts_of
from .rows import Row, from_row, key_of, to_row


class Table(Protocol):
    """Rows by key, conditional writes, range queries."""

    def read(self, keys: Sequence[Key]) -> dict[Key, Row]:
        """Strongly consistent; one call for up to 100."""

    def write(
        self, puts: Sequence[tuple[Row, int | None]], drops: Sequence[Key], *, held: Mapping[Key, int] | None = None
    ) -> None:
        """All or nothing, if those of the drops that are `held` have these versions. Raises Clash with the positions
        (puts first) whose version was another."""

    def spread(self, puts: Sequence[Row], drops: Sequence[Key]) -> None:
        """Each for itself, whatever is there."""

    def query(self, span: Range, forward: bool, limit: int, *, start: Start | None) -> tuple[list[Row], Start | None]:
        """One query; `start` as an earlier one gave it."""

    def size(self, span: Range) -> int:
        """How many rows a range has; eventually consistent."""

    def scan(self) -> Iterator[Row]:
        """Every row that is a record."""

    def add(self, key: Key, amount: int, expires: int) -> int:
        """Add to a counter; its new value."""


class TableStore:
    """What flows see of the table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def place(self, record: R) -> Ref[R]:
        """The address of a record."""
        return Ref(type(record), BY_TYPE[type(record)].ids(record))

    def one(self, ref: Ref[R]) -> R | None:
        """The record at `ref`, or None."""
        return cast("R | None", self.many([ref])[0])

    def many(self, refs: Sequence[Ref[Any]]) -> list[Any]:
        """The records in the order of `refs`."""
        keys = [BY_TYPE[ref.type].key(*ref.ids) for ref in refs]
        rows = self.table.read([key for key in dict.fromkeys(keys) if possible(key)])
        return [from_row(rows[key]) if key in rows else None for key in keys]

    def commit(self, *writes: Write) -> None:
        """One transaction; a single conditional put where that is enough."""
        puts = [(to_row(write.record), write.was) for write in writes if isinstance(write, Put)]
        drops = [(BY_TYPE[each.ref.type].key(*each.ref.ids), each.was) for each in writes if isinstance(each, Drop)]
        held = {key: was for key, was in drops if was is not None}
        self.table.write(puts, [key for key, _ in drops], **({"held": held} if held else {}))

    def spread(self, *writes: Write) -> None:
        """Each for itself."""
        puts = {row.key: row for write in writes if isinstance(write, Put) for row in [to_row(write.record)]}
        drops = {BY_TYPE[write.ref.type].key(*write.ref.ids) for write in writes if isinstance(write, Drop)}
        if writes:
            self.table.spread(list(puts.values()), list(drops))

    def page(self, listing: Listing[R], limit: int, cursor: str | None = None) -> Page[R]:
        """One query of a listing."""
        where = span(listing.name, listing.args, listing.after, before=listing.before)
        if where.low > where.high or not possible((where.pk, where.high)):
            return Page([])  # DynamoDB would refuse the question
        start = start_of(cursor, where) if cursor else None
        rows, last = self.table.query(where, not listing.newest_first, limit, start=start)
        return Page(cast("list[R]", [from_row(row) for row in rows]), cursor_after(last) if last else None)

    def merged(self, listings: Sequence[Listing[R]], limit: int, cursor: str | None = None) -> Page[R]:
        """One query of each, and of what they have the first in their common order."""
        if len(listings) == 1:
            return self.page(listings[0], limit, cursor)
        wheres = [span(each.name, each.args, each.after, before=each.before) for each in listings]
        starts: list[Start | None] = starts_of(cursor, wheres) if cursor else [{} for _ in listings]
        forward, index = not listings[0].newest_first, wheres[0].index
        found: list[tuple[str, int, Row]] = []
        ends = [True] * len(listings)
        for part, (where, start) in enumerate(zip(wheres, starts, strict=True)):
            if start is not None:
                rows, last = self.table.query(where, forward, limit, start=start or None)
                found += [(row.g[index][1] if index else row.sk, part, row) for row in rows]
                ends[part] = last is None
        found.sort(key=lambda each: each[0], reverse=not forward)
        for part in range(len(listings)):
            taken, left = ([row for _, p, row in piece if p == part] for piece in (found[:limit], found[limit:]))
            if taken and (left or not ends[part]):
                starts[part] = key_of(taken[-1], index)
            elif ends[part] and not left:
                starts[part] = None
        page = [from_row(row) for _, _, row in found[:limit]]
        return Page(cast("list[R]", page), cursor_of(starts, wheres) if any(s is not None for s in starts) else None)

    def size(self, listing: Listing[Any]) -> int:
        """How many there are of a listing."""
        return self.table.size(span(listing.name, listing.args, listing.after, before=listing.before))

    def everything(self) -> Iterator[Record]:
        """A full scan; for `rebuild` alone."""
        return (from_row(row) for row in self.table.scan())

    def mend(self, record: Record, *, new: bool) -> bool:
        """Put the row right if it says something else: 0 and 0.0 are the same."""
        row = to_row(record)
        there = self.table.read([row.key]).get(row.key)
        if there is None and not new:
            return False
        if there and replace(there, d=row.d) == row and from_row(there) == record:
            return False
        self.table.write([(row, row.v if there else 0)], [])
        return True

    def touch(self, pk: str, sk: str) -> None:
        """The record under a key as it is, with its next version; where it is gone that of whom it moved."""
        key: Key | None = (pk, sk)
        row = self.table.read([(pk, sk)]).get((pk, sk))
        if row is None and (key := whose((pk, sk))):
            row = self.table.read([key]).get(key)
        if row:
            record = from_row(row)
            self.commit(over(record.changed(), record))

    def count(self, name: str, window: int, amount: int, *, expires_at: int) -> int:
        """Add to the counter `name` of a window. Whose it is (an address, a network) is not to be read in its key."""
        name = hashlib.sha256(name.encode()).hexdigest()
        return self.table.add((f"COUNT#{name}#{window}", "A"), amount, -(-expires_at // 1000))
