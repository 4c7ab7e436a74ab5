"""What it takes to forget somebody of a customer who says much: calls of the table and the bucket, counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest

from chalicelib.desk.erasures import Erasure
from chalicelib.desk.messages import Author, Message, Source
from chalicelib.desk.rooms import Room
from chalicelib.flows import dispatch
from chalicelib.flows.erasures.start import next_piece
from chalicelib.ports import Put, ref
from chalicelib.store.keys import Key
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import Row
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

MANY, HERS, NAMED = 1_000, 40, 10  # messages of a room; those that she said, and those that name her
RUNS = 60


class Counting(MemoryTable):
    """A table that counts its calls, and how often each message was read."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()
        self.read_again: Counter[Key] = Counter()
        self.most = 0

    def read(self, keys: Sequence[Key]) -> dict[Key, Row]:
        self.calls["read"] += 1
        return super().read(keys)

    def write(self, puts: Sequence[tuple[Row, int | None]], drops: Sequence[Key]) -> None:
        self.calls["write"] += 1
        super().write(puts, drops)

    def query(self, *args: Any, **named: Any) -> Any:
        self.calls["query"] += 1
        rows, last = super().query(*args, **named)
        self.read_again.update(row.key for row in rows if row.t == "Message")
        return rows, last


@pytest.fixture
def parley(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parley]:
    monkeypatch.setattr("chalicelib.flows.erasures.places.KEPT_EVENTS_MS", 3_600_000)
    with in_memory(Parley(Counting())) as made:
        yield made


def forgotten(parley: Parley, *, many: int = MANY) -> tuple[Erasure, Counter[str], list[int]]:
    """The erasure at its end, the calls that it took, and those of each call of its worker."""
    table: Any = parley.table
    tenant = Tenant.found("Acorn", parley.clock.at // 1000)
    room = tenant.triage()
    ann = tenant.user(name="Ann Zebra", email="zebra@acme.example")
    assert ann.post(f"/v1/rooms/{room}/messages", {"text": "first words"}).status == 201
    parley.settle()
    _fill(parley, room, many)
    parley.queues.tasks.clear()
    id_ = tenant.api.delete("/v1/customers/acme/users/ann").json["id"]
    for counted in (table.calls, table.read_again):
        counted.clear()
    runs = []
    for _ in range(RUNS):
        erasure = parley.store.one(ref(Erasure, tenant.id, id_))
        assert erasure
        if erasure.ended:
            return erasure, table.calls, runs
        before = sum(table.calls.values())
        dispatch.job(parley.world, next_piece(erasure))
        runs.append(sum(table.calls.values()) - before)
        parley.clock.at += 4_000_000
    raise AssertionError(erasure)


def _fill(parley: Parley, room: str, many: int) -> None:
    """Everybody talks; she now and then, and others now and then of her."""
    there = parley.store.one(ref(Room, room))
    (first,) = [each for each in parley.records() if isinstance(each, Message)]
    assert there
    n = there.version
    for number in range(many):
        hers, of_her = number % (many // HERS) == 0, number % (many // NAMED) == 1
        message = Message(
            version=1,
            room=room,
            n=n + number,
            workspace=there.workspace,
            author=first.author if hers else Author(kind="user", id="usr_bob", name="Bob"),
            text="her words" if hers else "Ann Zebra said so" if of_her else "others' words",
            created_at=parley.clock.at,
            source=Source(channel="widget"),
        )
        parley.store.spread(Put(message, None))
    parley.store.commit(Put(msgspec.structs.replace(there, version=n + many, posts=n + many - 1), there.version))


def test_what_tells_nothing_of_her_is_passed_by(parley: Parley) -> None:
    erasure, calls, runs = forgotten(parley)
    assert erasure.removed["User"] == 1
    said = [each for each in parley.records() if isinstance(each, Message)]
    assert sum(each.deleted for each in said) == HERS + 1
    assert not [each for each in said if "Zebra" in each.text]
    amends = HERS + NAMED + 1
    assert calls["write"] <= amends + MANY / 20 + 40, "one for each that changes, and for the pages of what does"
    assert calls["read"] <= amends + erasure.piece + 4 * len(runs), "and whose room it is, once a piece"


def test_a_walk_reads_each_message_once(parley: Parley) -> None:
    erasure, _, _ = forgotten(parley)
    table: Any = parley.table
    times = sorted(table.read_again.values())
    assert times[len(times) // 2] <= erasure.walks
    assert times[-1] <= erasure.walks + 1, "one more where most of a page is hers"


def test_a_call_of_its_worker_is_bounded(parley: Parley) -> None:
    _, _, runs = forgotten(parley, many=4 * MANY)
    assert max(runs) <= 600
