"""Folds of usage are torn anywhere: whatever call of the table or the bucket fails, before or after its effect, or is
the last that a worker makes, each event is in its customer's meters once in the end."""

from typing import Any

import pytest

from chalicelib.desk.errors import Contended
from chalicelib.desk.usage_developers import Developer
from chalicelib.flows import dispatch
from chalicelib.flows.usage.fold import AT_IT_MS, fold
from chalicelib.ports import AwsAway, Listing
from tests.faults.test_twice import Death, Failing
from tests.flows.usage.logged import WORKSPACE, Log, plain


class FailingFiles(Failing):
    """The bucket, in the same count."""

    def __init__(self, files: Any, table: Failing) -> None:
        super().__init__(files, table.at, table.how)
        self.of = table

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.table, name)
        if name not in ("put", "get", "keys", "remove"):
            return found

        def call(*args: Any, **named: Any) -> Any:
            self.of.calls += 1
            if self.of.calls != self.at:
                return found(*args, **named)
            if self.how == "before":
                raise AwsAway(name)
            done = found(*args, **named)
            raise AwsAway(name) if self.how == "after" else Death
            return done

        return call


def history() -> tuple[Log, str, str]:
    """Two windows of two customers, one of whom nobody knew when the first was folded."""
    log = Log()
    acme = log.customer("acme")
    log.put(
        log.line("1", user="ann", token="tok_1"),
        log.line("2", customer="beta", user="bea"),
        log.line("3", customer="", user="bob"),
    )
    log.folded()
    beta = log.customer("beta")
    log.put(log.line("4", user="ann", errors=1, error="5xx"), log.line("1"), log.line("5", customer="beta"))
    log.put(log.line("6", kind="group", means="", user="bob", calls=0))
    return log, acme, beta


def run(log: Log, at: int = 0, how: str = "") -> int:
    """Fold what is due, the `at`-th call failing once; how many there were. What failed comes again."""
    window = log.now // 300_000
    log.parley.clock.at += 360_000
    table, files = log.parley.store.table, log.parley.world.files
    log.parley.store.table = failing = Failing(table, at, how)
    object.__setattr__(log.parley.world, "files", FailingFiles(files, failing))
    for _ in range(4):
        try:
            fold(log.parley.world, WORKSPACE, [window], known=["c:beta"])
            while log.parley.queues.used:
                dispatch.usage(log.parley.world, log.parley.queues.used[0])
                log.parley.queues.used.pop(0)
            break
        except (AwsAway, Contended, Death):
            log.parley.clock.at += AT_IT_MS
    log.parley.store.table = table
    object.__setattr__(log.parley.world, "files", files)
    return failing.calls


def meters(log: Log, customers: tuple[str, str]) -> list[Any]:
    """All that is counted."""
    developers: list[Any] = []
    for customer in customers:
        listing: Listing[Developer] = Listing("developers", (customer,))
        developers += log.parley.store.page(listing, 100).items
    return [
        [plain(log.days(customer)) for customer in customers],
        [sorted(log.actors(customer)) for customer in customers],
        [(each.customer, each.who, each.first_call_at, each.tokens) for each in developers],
    ]


@pytest.mark.parametrize("how", ["before", "after", "death"])
def test_each_call_may_fail_once(how: str) -> None:
    log, *customers = history()
    run(log)
    wanted = meters(log, (customers[0], customers[1]))
    assert [sum(day.calls for day in days) for days in wanted[0]] == [3, 2]
    at, calls = 1, 1
    while at <= calls:
        log, *customers = history()
        calls = run(log, at, how)
        assert meters(log, (customers[0], customers[1])) == wanted, at
        at += 1
    assert at > 20


def test_two_workers_at_once_count_once() -> None:
    log, acme, beta = history()
    log.parley.clock.at += 360_000
    world, window = log.parley.world, (log.now - 360_000) // 300_000
    put, begun = log.parley.files.put, []

    def meanwhile(key: str, content: bytes, type_: str) -> None:
        if key.startswith("usage-fold/entries/") and not begun:
            begun.append(key)
            fold(world, WORKSPACE, [window])
        put(key, content, type_)

    log.parley.files.put = meanwhile  # type: ignore[method-assign]
    with pytest.raises(Contended):
        fold(world, WORKSPACE, [window])
    fold(world, WORKSPACE, [window], known=["c:beta", "u:bob"])
    assert [sum(day.calls for day in log.days(each)) for each in (acme, beta)] == [3, 2]


def test_what_a_worker_is_at_nobody_else_writes_until_it_must_have_died() -> None:
    """The clock wakes one each minute: five of them at one entry wrote each row five times."""
    log, acme, beta = history()
    log.parley.clock.at += 360_000
    world, window = log.parley.world, (log.now - 360_000) // 300_000
    log.parley.store.table = torn = Failing(log.parley.store.table, 9, "death")
    with pytest.raises(Death):
        fold(world, WORKSPACE, [window])
    log.parley.store.table = torn.table
    before = log.parley.records()
    log.parley.clock.at += AT_IT_MS - 1000
    with pytest.raises(Contended):
        fold(world, WORKSPACE, [window])
    assert log.parley.records() == before
    log.parley.clock.at += 1000
    fold(world, WORKSPACE, [window], known=["c:beta", "u:bob"])
    assert [sum(day.calls for day in log.days(each)) for each in (acme, beta)] == [3, 2]
