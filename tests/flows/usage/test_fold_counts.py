"""What a fold costs: writes by customers and windows, whatever the number of events and batches."""

from collections import Counter
from typing import Any

from tests.flows.usage.logged import Log

CUSTOMERS, BATCHES = 60, 20


class Counting:
    """The table and the bucket, whose calls and rows are counted."""

    def __init__(self, log: Log) -> None:
        self.seen: Counter[str] = Counter()
        table = log.parley.store.table
        write, spread, read, query = table.write, table.spread, table.read, table.query

        def written(puts: Any, drops: Any) -> None:
            self.seen["written", len(puts) + len(drops) > 1] += len(puts) + len(drops)  # type: ignore[index]
            self.seen.update(row.t for row, _ in puts)
            write(puts, drops)

        def spread_(puts: Any, drops: Any) -> None:
            self.seen["spread"] += len(puts) + len(drops)
            self.seen.update(row.t for row in puts)
            spread(puts, drops)

        def read_(keys: Any) -> Any:
            self.seen["read"] += len(keys)
            return read(keys)

        def query_(*args: Any, **named: Any) -> Any:
            self.seen["query"] += 1
            return query(*args, **named)

        table.write, table.spread, table.read, table.query = written, spread_, read_, query_
        for name in ("put", "get", "keys"):
            self._count(log.parley.files, name)

    def _count(self, files: Any, name: str) -> None:
        found = getattr(files, name)

        def call(*args: Any, **named: Any) -> Any:
            self.seen[f"s3 {name}"] += 1
            return found(*args, **named)

        setattr(files, name, call)


def test_a_window_writes_a_day_a_customer_however_many_batches_it_has() -> None:
    log = Log()
    for n in range(CUSTOMERS):
        log.customer(f"c{n}")
    log.put(*(log.line(f"first{n}", customer=f"c{n}", user=f"dev{n}", token=f"tok_{n}") for n in range(CUSTOMERS)))
    log.folded().folded(1)
    for batch in range(BATCHES):
        lines = (
            log.line(
                f"{batch}-{n}", customer=f"c{n % CUSTOMERS}", user=f"dev{n % CUSTOMERS}", token=f"tok_{n % CUSTOMERS}"
            )
            for n in range(100)
        )
        log.put(*lines)
    counting = Counting(log)
    log.folded()
    seen = counting.seen
    assert (seen["UsageDay"], seen["UsageActor"], seen["Developer"]) == (CUSTOMERS, 0, 0)
    assert seen["Usage"] <= CUSTOMERS
    assert (seen["s3 get"] <= BATCHES + 4, seen["s3 put"] <= 4) == (True, True)
    assert seen["query"] <= 60
