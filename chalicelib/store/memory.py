"""The table as a dict: the twin that unit tests and examples run on. The contract suite holds it to DynamoDB's ways."""

import threading
from collections.abc import Iterator, Mapping, Sequence

from ..desk.errors import Clash
from ..ports import AwsAway
from .keys import MAX_WRITES, Key, Range, possible
from .rows import Row, key_of


class MemoryTable:
    """store.Table in memory, thread safe."""

    def __init__(self) -> None:
        self.rows: dict[Key, Row] = {}
        self.counters: dict[Key, int] = {}
        self.lock = threading.Lock()

    def read(self, keys: Sequence[Key]) -> dict[Key, Row]:
        """The rows that are there."""
        _refuse(not all(map(possible, keys)), "a key is too long")
        _refuse(len(set(keys)) < len(keys), "a key twice")
        with self.lock:
            return {key: self.rows[key] for key in keys if key in self.rows}

    def write(
        self, puts: Sequence[tuple[Row, int | None]], drops: Sequence[Key], *, held: Mapping[Key, int] | None = None
    ) -> None:
        """All or nothing."""
        keys = [row.key for row, _ in puts] + list(drops)
        _refuse(not all(map(possible, keys)), "a key is too long")
        _refuse(len(set(keys)) < len(keys), "a key twice")
        _refuse(len(keys) > MAX_WRITES, "too many writes")
        with self.lock:
            wanted = [(row.key, was) for row, was in puts] + [(key, (held or {}).get(key)) for key in drops]
            bad = tuple(i for i, (key, was) in enumerate(wanted) if not self._holds(key, was))
            if bad:
                raise Clash(bad)
            for row, _ in puts:
                self.rows[row.key] = row
            for key in drops:
                self.rows.pop(key, None)

    def spread(self, puts: Sequence[Row], drops: Sequence[Key]) -> None:
        """Each for itself."""
        keys = [row.key for row in puts] + list(drops)
        _refuse(not all(map(possible, keys)), "a key is too long")
        _refuse(len(set(keys)) < len(keys), "a key twice")
        with self.lock:
            self.rows |= {row.key: row for row in puts}
            for key in drops:
                self.rows.pop(key, None)

    def _holds(self, key: Key, was: int | None) -> bool:
        there = self.rows.get(key)
        return was is None or (there.v if there else 0) == was

    def query(
        self, span: Range, forward: bool, limit: int, *, start: dict[str, str] | None
    ) -> tuple[list[Row], dict[str, str] | None]:
        """The rows in order, `limit` at most, and where to go on."""
        _refuse(span.low > span.high, "bounds in the wrong order")
        with self.lock:
            rows = list(self.rows.values())
        found = [(self._order(row, span.index), row) for row in rows if self._partition(row, span.index) == span.pk]
        found = sorted(
            ((order, row) for order, row in found if span.low <= order[0] <= span.high),
            key=lambda pair: pair[0],
            reverse=not forward,
        )
        if start:
            last = (start[f"{span.index}sk"] if span.index else start["sk"], start["pk"], start["sk"])
            found = [pair for pair in found if (pair[0] > last if forward else pair[0] < last)]
        page = [row for _, row in found[:limit]]
        return page, key_of(page[-1], span.index) if len(found) >= limit and page else None

    def size(self, span: Range) -> int:
        """How many rows a range has."""
        with self.lock:
            rows = list(self.rows.values())
        mine = [self._order(row, span.index)[0] for row in rows if self._partition(row, span.index) == span.pk]
        return sum(span.low <= order <= span.high for order in mine)

    @staticmethod
    def _partition(row: Row, index: str) -> str | None:
        return row.g.get(index, (None, None))[0] if index else row.pk

    @staticmethod
    def _order(row: Row, index: str) -> tuple[str, str, str]:
        return (row.g[index][1] if index in row.g else "") if index else row.sk, row.pk, row.sk

    def scan(self) -> Iterator[Row]:
        """Every row, in no order that means anything."""
        with self.lock:
            rows = list(self.rows.values())
        return iter(rows)

    def add(self, key: Key, amount: int, expires: int) -> int:
        """Add to a counter."""
        with self.lock:
            self.counters[key] = self.counters.get(key, 0) + amount
            return self.counters[key]


def _refuse(wrong: bool, reason: str) -> None:
    """DynamoDB's own refusals, which reach flows as AwsAway: none of them may depend on what callers send."""
    if wrong:
        raise AwsAway(f"ValidationException: {reason}")
