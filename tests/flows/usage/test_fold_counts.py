"""What a fold costs: writes by customers and windows, whatever the number of events and batches."""

from collections import Counter
from typing import Any

from chalicelib.desk.usage_meters import FoldedDay
from chalicelib.flows.usage.seen_before import FEW
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


def test_a_container_that_folds_on_reads_no_customers_rows_anew() -> None:
    log = Log()
    for n in range(CUSTOMERS):
        log.customer(f"c{n}")
    for window in range(3):
        log.put(*(log.line(f"{window}-{n}", customer=f"c{n}", token=f"tok_{n}") for n in range(CUSTOMERS)))
        if window == 2:
            counting = Counting(log)
        log.folded().folded(1)
    seen = counting.seen
    assert (seen["UsageDay"], seen["UsageActor"], seen["Usage"]) == (CUSTOMERS, 0, 0)
    assert seen["read"] <= 30


def test_people_of_a_window_take_no_object_where_they_are_few() -> None:
    log = Log()
    log.customer("acme")
    for window in range(3):
        log.put(*(log.line(f"{window}-{n}", user=f"dev{n}") for n in range(5)))
        log.folded()
    row = next(each for each in log.parley.records() if isinstance(each, FoldedDay))
    assert [(run.count, run.key) for run in (*row.ids, *row.people)] == [(15, ""), (15, "")]
    for n in range(FEW):
        log.put(log.line(f"more-{n}"))
    log.folded()
    row = next(each for each in log.parley.records() if isinstance(each, FoldedDay))
    assert [(run.count, bool(run.key)) for run in row.ids] == [(FEW + 15, True)]
