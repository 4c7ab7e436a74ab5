"""Whatever is killed, redelivered or comes in another order, and whenever it is paused, cancelled or undone: a room
gets at most one message, nothing stays after an undo, and the results add up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk import broadcasts as desk
from chalicelib.desk.broadcasts import Broadcast, sums
from chalicelib.desk.messages import Message
from chalicelib.desk.rooms import Room
from chalicelib.flows.broadcasts import plan
from chalicelib.flows.broadcasts import send as flow
from chalicelib.flows.clock import due
from chalicelib.ports import AwsAway, Errand, ref
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import from_row
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

CUSTOMERS = 9
PLACES = ["", "Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles"]
# Into triage rooms; into rooms that are made; each in the customer's own hours.
KINDS = [{}, {"into": "topic", "room_name": "News"}, {"hours": {"from": "09:00", "to": "12:00"}}]
VERBS = ["pause", "resume", "cancel", "undo"]


class Killed(BaseException):
    """The worker dies here: nothing catches it."""


class Mortal(MemoryTable):
    """A table on whose nth write from now its caller dies, or AWS is away, or something else happens: before it, or
    right after."""

    fuse, after = 0, False

    def blow(self):
        raise Killed

    def write(self, puts, drops):
        self.fuse -= 1
        burnt = self.fuse == 0
        if burnt and not self.after:
            self.blow()
        super().write(puts, drops)
        if burnt and self.after:
            self.blow()


acts = st.one_of(
    st.tuples(st.just("work"), st.integers(0, 20)),
    st.tuples(st.just("work"), st.integers(0, 20)),
    st.tuples(st.just("again"), st.integers(0, 20)),
    st.tuples(st.sampled_from(["dies before", "dies after", "away before", "away after"]), st.integers(1, 5)),
    st.tuples(st.sampled_from(["undo before", "undo after", "cancel before", "twin before"]), st.integers(1, 5)),
    st.tuples(st.just("tick"), st.just(0)),
    st.tuples(st.just("talk"), st.integers(0, CUSTOMERS - 1)),
    st.tuples(st.sampled_from(VERBS), st.just(0)),
)


class Scene:
    """A broadcast to nine customers in pieces of four, two rooms a transaction."""

    def __init__(self, parley: Parley, fields: dict[str, object]):
        self.parley, self.table = parley, parley.table
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.names = [f"customer{i}" for i in range(CUSTOMERS)]
        for name in self.names:
            place = PLACES[self.names.index(name) % len(PLACES)]
            self.tenant.customer(name, opted_out=["news"] if name == "customer4" else [], timezone=place)
        body = {"text": "News", "customers": self.names, **fields}
        self.id = self.tenant.api.post("/v1/broadcasts", body).json["id"]
        assert self.tenant.api.post(f"/v1/broadcasts/{self.id}/send", {}).status == 200
        self.known: list[Errand] = []

    def act(self, act: str, pick: int) -> None:
        errands = self.parley.queues.errands
        if act == "tick":
            self.parley.clock.at += 200_000
            due(self.parley.world)
        elif act == "talk":
            name = self.names[pick]
            self.tenant.user(name, "ann").post(f"/v1/rooms/{self.tenant.triage(name)}/messages", {"text": "Hello"})
        elif act in VERBS:
            self.tenant.api.post(f"/v1/broadcasts/{self.id}/{act}")
        elif act == "again":
            if self.known:
                self.work(self.known[pick % len(self.known)])
        elif errands:
            errand = errands.pop(pick % len(errands))
            self.known.append(errand)
            if act != "work":
                self.table.fuse, self.table.after = pick, act.endswith("after")
                self.table.blow = lambda: self.meanwhile(act.partition(" ")[0], errand)
            try:
                self.work(errand)
            except (Killed, AwsAway):
                errands.append(errand)
            self.table.fuse = 0
        self.check()

    def meanwhile(self, what: str, errand: Errand) -> None:
        """In the middle of an errand: its worker dies, or others go on to their ends."""
        if what == "dies":
            raise Killed
        if what == "away":
            raise AwsAway
        if what in VERBS:
            self.tenant.api.post(f"/v1/broadcasts/{self.id}/{what}")
        for each in [errand, *self.parley.queues.errands]:
            self.work(each)

    def work(self, errand: Errand) -> None:
        flow.send_broadcast(self.parley.world, errand)

    def settle(self) -> Broadcast:
        for _ in range(12):  # a day and more: everybody's hours have come
            while self.parley.queues.errands:
                self.work(self.parley.queues.errands.pop(0))
            self.parley.clock.at += 3 * 3_600_000
            due(self.parley.world)
        self.check()
        found = self.parley.store.one(ref(Broadcast, self.id))
        assert found
        return found

    def copies(self, deleted: bool | None = None) -> list[int]:
        """How many copies each room has."""
        found = []
        records = [from_row(row) for row in self.parley.table.rows.values()]
        whose = {each.id: each.customer_external_id for each in records if isinstance(each, Room)}
        ours = [each for each in records if isinstance(each, Message) and each.broadcast]
        for name in self.names:
            found.append(sum(whose[m.room] == name and (deleted is None or m.deleted == deleted) for m in ours))
        return found

    def check(self) -> None:
        """At every moment: at most one copy a room, none where it was not wanted, and as many as are counted."""
        copies = self.copies()
        assert max(copies) <= 1
        assert copies[4] == 0
        answer = self.tenant.api.get(f"/v1/broadcasts/{self.id}").json["sums"]
        assert answer["stored"] == sum(copies)
        assert answer["planned"] == answer["skipped"] + answer["stored"] + answer["failed"] + answer["waiting"]


@pytest.fixture(scope="module", autouse=True)
def small_pieces():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PIECE", "PIECE_OF_TOPICS"):
            patch.setattr(plan, name, 4)
        for name in ("CHUNK", "CHUNK_OF_TOPICS"):
            patch.setattr(flow, name, 2)
        yield


@settings(max_examples=120)
@given(st.lists(acts, max_size=25), st.sampled_from(KINDS))
def test_any_order_any_number_of_times_any_death(steps, kind):
    with in_memory(Parley(Mortal())) as parley:
        scene = Scene(parley, kind)
        for act, pick in steps:
            scene.act(act, pick)
        parley.table.fuse = 0
        ended = scene.settle()
        counted = sums(ended, flow.tallies(parley.world, ended.id))
        assert ended.state in ("done", "paused", "cancelled", "undone")
        if ended.state == "done":
            assert sum(scene.copies(deleted=False)) == CUSTOMERS - 1
            assert (counted["stored"], counted["skipped"], counted["waiting"]) == (CUSTOMERS - 1, 1, 0)
        if ended.state == "undone":
            assert sum(scene.copies(deleted=False)) == 0
            assert counted["deleted"] == counted["stored"]


def test_one_transaction_never_takes_more_than_it_may():
    assert 3 * desk.CHUNK + 1 <= 100
    assert desk.PIECE + 3 <= 100
    assert 4 * desk.CHUNK_OF_TOPICS + 1 <= 100
    assert 2 * desk.PIECE_OF_TOPICS + 3 <= 100
