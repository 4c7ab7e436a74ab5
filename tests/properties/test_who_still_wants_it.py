"""Two broadcasts at once, in any interleaving, paused and resumed, while customers opt out, are blocked, come back and
leave the segment: at the moment at which a message is said its customer wants it, is within its cap and its hours, and
what was skipped says why. The model knows no plans, pieces or wake-ups: it looks at each message as it is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.broadcasts import Broadcast, sums
from chalicelib.desk.customers import Customer
from chalicelib.desk.messages import Message
from chalicelib.desk.rooms import Room
from chalicelib.desk.segments import Member, Segment
from chalicelib.flows.broadcasts import plan
from chalicelib.flows.broadcasts import send as flow
from chalicelib.flows.clock import due
from chalicelib.ports import Drop, Errand, Put, new, ref
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import from_row
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

NAMES = [f"customer{number}" for number in range(5)]
NOON = 4_070_952_000_000  # 2099-01-01T12:00Z
HOUR, WEEK = 3_600_000, 7 * 24 * 3_600_000
INTO = [{}, {"into": "topic", "room_name": "News"}]
SEGMENT = "seg_1"

acts = st.one_of(
    st.tuples(st.just("work"), st.integers(0, 20)),
    st.tuples(st.just("work"), st.integers(0, 20)),
    st.tuples(st.just("between"), st.integers(0, 20)),
    st.tuples(st.sampled_from(["opt out", "opt in", "block", "let in", "leave", "join"]), st.integers(0, 4)),
    st.tuples(st.sampled_from(["pause", "resume"]), st.integers(0, 1)),
    st.tuples(st.just("tick"), st.integers(0, 5)),
    st.tuples(st.just("cap"), st.integers(1, 2)),
)


class Watched(MemoryTable):
    """A table that shows each message of a broadcast as it is written; and lets others go first, once."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = lambda message: None
        self.first = lambda: None

    def write(self, puts, drops):
        first, self.first = self.first, lambda: None
        first()
        super().write(puts, drops)
        for row, was in puts:
            record = from_row(row)
            if isinstance(record, Message) and record.broadcast and not was:
                self.seen(record)


class Scene:
    """Two broadcasts to a segment of five; quiet from eleven to two."""

    def __init__(self, parley: Parley, kinds: list[int]):
        self.parley, self.tenant = parley, Tenant.found("Acorn", parley.clock.at // 1000)
        parley.clock.at = NOON
        self.cap = 1
        self.quiet = {"from": "11:00", "to": "14:00", "timezone": "UTC"}
        self.ids = {name: self.tenant.customer(name)["id"] for name in NAMES}
        parley.store.commit(new(Segment(id=SEGMENT, workspace=self.tenant.id, name="S", created_at=1, built=1)))
        for name in NAMES:
            self.act("join", NAMES.index(name))
        self.act("cap", 1)
        self.said: list[tuple[str, int]] = []
        parley.table.seen = self.look
        self.broadcasts = []
        for kind in kinds:
            body = {"text": "News", "segment": SEGMENT, **INTO[kind]}
            self.broadcasts.append(self.tenant.api.post("/v1/broadcasts", body).json["id"])
            assert self.tenant.api.post(f"/v1/broadcasts/{self.broadcasts[-1]}/send", {}).status == 200

    def look(self, message: Message) -> None:
        room = self.parley.store.one(ref(Room, message.room))
        customer = self.parley.store.one(ref(Customer, room.customer))
        assert customer.state == "active"
        assert not customer.opted_out
        assert self.parley.store.one(ref(Member, SEGMENT, customer.id))
        now = message.created_at
        assert now - NOON >= 2 * HOUR, "it is quiet"
        self.said.append((customer.id, now))
        assert sum(whose == customer.id and at > now - WEEK for whose, at in self.said) <= self.cap

    def act(self, act: str, pick: int) -> None:
        errands, name = self.parley.queues.errands, NAMES[pick % len(NAMES)]
        if act in ("work", "between") and errands:
            errand = errands.pop(pick % len(errands))
            if act == "between" and errands:
                other = errands.pop()
                self.parley.table.first = lambda: self.work(other)
            self.work(errand)
            self.parley.table.first = lambda: None
        elif act in ("opt out", "opt in"):
            self.tenant.customer(name, opted_out=["*"] if act == "opt out" else [])
        elif act in ("block", "let in"):
            self.tenant.customer(name, state="blocked" if act == "block" else "active")
        elif act == "leave":
            self.parley.store.commit(Drop(ref(Member, SEGMENT, self.ids[name])))
        elif act == "join":
            member = Member(segment=SEGMENT, customer=self.ids[name], workspace=self.tenant.id, since=1)
            self.parley.store.commit(Put(member, None))
        elif act in ("pause", "resume"):
            self.tenant.api.post(f"/v1/broadcasts/{self.broadcasts[pick]}/{act}")
        elif act == "tick":
            self.parley.clock.at += pick * HOUR // 2
            due(self.parley.world)
        elif act == "cap" and pick >= self.cap:
            self.cap = pick
            self.tenant.api.put("/v1/broadcast-rules", {"quiet_hours": self.quiet, "per_week": pick})

    def work(self, errand: Errand) -> None:
        flow.send_broadcast(self.parley.world, errand)

    def settle(self) -> list[Broadcast]:
        for pick in (0, 1):
            self.act("resume", pick)
        for _ in range(12):
            while self.parley.queues.errands:
                self.work(self.parley.queues.errands.pop(0))
            self.parley.clock.at += HOUR // 3
            due(self.parley.world)
        return [self.parley.store.one(ref(Broadcast, id_)) for id_ in self.broadcasts]


@pytest.fixture(scope="module", autouse=True)
def small_pieces():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PIECE", "PIECE_OF_TOPICS"):
            patch.setattr(plan, name, 3)
        for name in ("CHUNK", "CHUNK_OF_TOPICS"):
            patch.setattr(flow, name, 2)
        yield


@settings(max_examples=150, deadline=None)
@given(st.lists(acts, max_size=25), st.lists(st.sampled_from([0, 1]), min_size=2, max_size=2))
def test_what_is_said_is_wanted_when_it_is_said(steps, kinds):
    with in_memory(Parley(Watched())) as parley:
        scene = Scene(parley, kinds)
        for act, pick in steps:
            scene.act(act, pick)
        ended = scene.settle()
        assert [each.state for each in ended] == ["done", "done"]
        for each in ended:
            counted = sums(each, flow.tallies(parley.world, each.id))
            assert counted["waiting"] == counted["failed"] == 0
            assert counted["planned"] == counted["skipped"] + counted["stored"]
        if not any(act in ("leave", "block", "opt out", "pause") for act, _ in steps):
            assert len(scene.said) == len(NAMES) * scene.cap, "nobody is left out for nothing"
