"""What it takes to forget somebody of a customer who says much: calls of the table and the bucket, counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest

from chalicelib.desk import search_query
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.erasures import Erasure
from chalicelib.desk.ids import bridge_id
from chalicelib.desk.messages import Author, Message, Source
from chalicelib.desk.rooms import Room
from chalicelib.desk.search_index import Wanted
from chalicelib.flows import dispatch
from chalicelib.flows.erasures.run import REST_S
from chalicelib.flows.erasures.start import next_piece
from chalicelib.flows.erasures.walk import PAGE
from chalicelib.flows.search import forget
from chalicelib.flows.search.forget import forget_in_tree
from chalicelib.flows.search.index import put_places
from chalicelib.ports import Put, ref
from chalicelib.store.keys import Key
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import Row
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

MANY, HERS, NAMED = 1_000, 40, 10  # messages of a room; those that she said, and those that name her
RUNS = 200


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


def forgotten(parley: Parley, *, many: int = MANY, indexed: bool = False) -> tuple[Erasure, Counter[str], list[int]]:
    """The erasure at its end, the calls that it took, and those of each call of its worker."""
    table: Any = parley.table
    tenant = Tenant.found("Acorn", parley.clock.at // 1000)
    room = tenant.triage()
    ann = tenant.user(name="Ann Zebra", email="zebra@acme.example")
    assert ann.post(f"/v1/rooms/{room}/messages", {"text": "first words"}).status == 201
    parley.settle()
    _fill(parley, room, many)
    if indexed:
        places = [(f"m:{room}", each.n) for each in parley.records() if isinstance(each, Message)]
        for tree in trees(parley):
            put_places(parley.store, parley.world.index, tree, places=places)
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


def trees(parley: Parley) -> set[str]:
    """Of search: the workspace's, and its customer's."""
    return {of for each in parley.records() if isinstance(each, Room) for of in (each.workspace, each.customer)}


def asked(word: str) -> Wanted:
    return Wanted(terms=search_query.asked(word).terms)


def _fill(parley: Parley, room: str, many: int) -> None:
    """Everybody talks; she now and then, and others now and then of her; what others say leaves over a bridge."""
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
        sent = Delivery(
            bridge=bridge_id(room, "ins_1"),
            n=message.n,
            room=room,
            install="ins_1",
            channel="webhook",
            workspace=there.workspace,
            message=message.n,
            what="post",
            created_at=parley.clock.at,
            state="sent",
        )
        parley.store.spread(Put(message, None), *([] if hers else [Put(sent, None)]))
    parley.store.commit(Put(msgspec.structs.replace(there, version=n + many, posts=n + many - 1), there.version))


def test_what_tells_nothing_of_her_is_passed_by(parley: Parley) -> None:
    erasure, calls, runs = forgotten(parley)
    assert erasure.removed["User"] == 1
    said = [each for each in parley.records() if isinstance(each, Message)]
    assert sum(each.deleted for each in said) == HERS + 1
    assert not [each for each in said if "Zebra" in each.text]
    amends = HERS + NAMED + 1
    assert calls["write"] <= amends + erasure.piece + 20, "one for each that changes, and for the pages of what does"
    assert erasure.piece <= 2 * amends / PAGE + 60
    assert calls["read"] <= amends + erasure.piece + 4 * len(runs), "and whose room it is, once a piece"


def test_a_walk_reads_each_message_once(parley: Parley) -> None:
    erasure, _, _ = forgotten(parley)
    table: Any = parley.table
    times = sorted(table.read_again.values())
    assert times[len(times) // 2] <= 2 * erasure.walks, "itself, and what was sent of it"
    assert times[-1] <= 2 * erasure.walks + 2, "and where two pages meet"


def test_search_forgets_some_in_one_go(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much she said: what a tree of search knew of her is put anew a few pages at a time."""
    puts: list[int] = []
    monkeypatch.setattr(forget, "MANY", 2)
    put = forget.put_places

    def counted(*args: Any, places: list[tuple[str, int]], **named: Any) -> None:
        puts[-1] += len(places)
        put(*args, places=places, **named)

    def one_go(*args: Any, **named: Any) -> str:
        puts.append(0)
        return forget_in_tree(*args, **named)

    monkeypatch.setattr(forget, "put_places", counted)
    monkeypatch.setattr("chalicelib.flows.erasures.run.forget_in_tree", one_go)
    erasure, _, _ = forgotten(parley, indexed=True)
    assert sum(puts) >= HERS
    assert max(puts) <= 2 * forget.ROUNDS + 1
    for tree in trees(parley):
        assert len(parley.world.index.find(tree, asked("others"), None, limit=99)) == 99
        assert not parley.world.index.find(tree, asked("her"), None, limit=9)


def test_a_call_of_its_worker_is_bounded(parley: Parley) -> None:
    _, _, runs = forgotten(parley, many=4 * MANY)
    assert max(runs) <= 600


def test_a_call_of_its_worker_changes_little_and_the_next_one_waits(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows from a change of a room is slower than the walk: others would wait behind it."""
    waits: list[int] = []
    monkeypatch.setattr(parley.queues, "jobs", lambda tasks, after=0: waits.extend(after for each in tasks if each))
    forgotten(parley)
    assert waits.count(REST_S) >= 2 * (HERS + NAMED) / PAGE
    assert waits.count(0) < len(waits) / 2
