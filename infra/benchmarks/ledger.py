"""A table in memory that counts as DynamoDB does: calls by kind, and the capacity units of each (units.py). For scenes
of a size that no pretended AWS bears."""

import math
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.store.keys import Key, Range
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import Row, key_of, packed
from infra.benchmarks.meter import Count
from infra.benchmarks.units import READ_STEP, Item, Written, size, written

BATCH, SPREAD = 100, 25  # items of one BatchGetItem, and of one BatchWriteItem
Order = tuple[str, str, str]


class Ledger(MemoryTable):
    """store.Table. `count` is what it counts into."""

    def __init__(self) -> None:
        super().__init__()
        self.count = Count()
        self.parts: defaultdict[tuple[str, str], list[Order]] = defaultdict(list)
        self.sizes: dict[Key, int] = {}

    def read(self, keys: Sequence[Key]) -> dict[Key, Row]:
        """As GetItem and BatchGetItem."""
        found = super().read(keys)
        self.count.calls["GetItem" if len(keys) == 1 else "BatchGetItem"] += max(1, math.ceil(len(keys) / BATCH))
        self.count.reads += sum(_steps(self.sizes.get(key, 0)) for key in keys)
        return found

    def write(
        self, puts: Sequence[tuple[Row, int | None]], drops: Sequence[Key], *, held: Mapping[Key, int] | None = None
    ) -> None:
        """As PutItem, DeleteItem and TransactWriteItems."""
        places = [*(row.key for row, _ in puts), *drops]
        before = {key: self.rows.get(key) for key in places}
        super().write(puts, drops, held=held)
        alone = len(places) == 1
        self.count.calls[("PutItem" if puts else "DeleteItem") if alone else "TransactWriteItems"] += 1
        self._moved(before, transaction=not alone)

    def spread(self, puts: Sequence[Row], drops: Sequence[Key]) -> None:
        """As BatchWriteItem."""
        places = [*(row.key for row in puts), *drops]
        before = {key: self.rows.get(key) for key in places}
        super().spread(puts, drops)
        self.count.calls["BatchWriteItem"] += math.ceil(len(places) / SPREAD)
        self._moved(before, transaction=False)

    def query(
        self, span: Range, forward: bool, limit: int, *, start: dict[str, str] | None
    ) -> tuple[list[Row], dict[str, str] | None]:
        """As Query, by orders that are kept."""
        orders = self.parts[span.index, span.pk]
        low, high = bisect_left(orders, (span.low, "", "")), bisect_right(orders, (span.high, "\U0010ffff", ""))
        if start:
            last = (start[f"{span.index}sk"] if span.index else start["sk"], start["pk"], start["sk"])
            low, high = (bisect_right(orders, last), high) if forward else (low, bisect_left(orders, last))
        taken = orders[low : min(high, low + limit)] if forward else orders[max(low, high - limit) : high][::-1]
        rows = [self.rows[pk, sk] for _, pk, sk in taken]
        self.count.calls["Query"] += 1
        steps = _steps(sum(self.sizes[row.key] for row in rows))
        self.count.reads += steps / 2 if span.index else steps
        more = high - low >= limit and bool(rows)
        return rows, key_of(rows[-1], span.index) if more else None

    def _moved(self, before: dict[Key, Row | None], *, transaction: bool) -> None:
        for key, was in before.items():
            now = self.rows.get(key)
            old, new = _item(was), _item(now)
            self.count.writes += written(Written(old, new), transaction)
            self.sizes[key] = size(new)
            if was is None or now is None or was.g != now.g:
                self._placed(was, now)

    def _placed(self, was: Row | None, now: Row | None) -> None:
        for place, order in _orders(was):
            orders = self.parts[place]
            del orders[bisect_left(orders, order)]
        for place, order in _orders(now):
            insort(self.parts[place], order)


def _steps(bytes_: int) -> int:
    return max(1, math.ceil(bytes_ / READ_STEP))


def _orders(row: Row | None) -> list[tuple[tuple[str, str], Order]]:
    if row is None:
        return []
    listed = [((index, pk), (sk, row.pk, row.sk)) for index, (pk, sk) in row.g.items()]
    return [(("", row.pk), (row.sk, row.pk, row.sk)), *listed]


def _item(row: Row | None) -> Item | None:
    """The row as it is sent to DynamoDB."""
    if row is None:
        return None
    small = packed(row)
    item: dict[str, dict[str, Any]] = {"pk": {"S": row.pk}, "sk": {"S": row.sk}, "v": {"N": str(row.v)}}
    item |= {"t": {"S": row.t}, **({"d": {"S": row.d}} if small is None else {"z": {"B": small}})}
    for name, (pk, sk) in row.g.items():
        item |= {f"{name}pk": {"S": pk}, f"{name}sk": {"S": sk}}
    return item | ({"expires": {"N": str(row.expires)}} if row.expires else {})
