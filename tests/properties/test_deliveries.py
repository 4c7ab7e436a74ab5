"""Whatever fails, crashes or comes late: what is owed ends as sent, failed or skipped, none lost, in order."""

import json
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.deliveries import WAITS, Delivery
from chalicelib.desk.messages import Author, Draft, Source
from chalicelib.desk.rooms import Room
from chalicelib.desk.workspaces import Install, Secret, Workspace
from chalicelib.flows.bridges.replay import replay
from chalicelib.flows.clock import due
from chalicelib.flows.delivery.in_order import deliver
from chalicelib.flows.rooms.amend import amend, delete_step, edit_step
from chalicelib.flows.rooms.post import post
from chalicelib.ports import Answer, AwsAway, Unreachable, new, ref
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import from_row
from tests.fakes import Parley

ROOM, INSTALL = "room_1", "ins_1"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANSWERS = {
    "ok": Answer(200),
    "error": Answer(500),
    "later": Answer(429, {"retry-after": "7200"}),
    "moved": Answer(302),
    "nobody": Unreachable("refused"),
}


class Fragile(MemoryTable):
    """A table that is away when it is told to be: also right after something was sent."""

    away = 0

    def write(self, puts, drops):
        if self.away:
            self.away -= 1
            raise AwsAway("write")
        super().write(puts, drops)


@dataclass
class OtherSide:
    """Answers as it is told, and remembers what it took, in order."""

    table: Fragile
    answers: list = field(default_factory=list)
    crash_after: int = 0
    taken: list = field(default_factory=list)

    def send(self, request):
        answer = self.answers.pop(0) if self.answers else ANSWERS["ok"]
        if isinstance(answer, Exception):
            raise answer
        if answer.status == 200:
            self.taken.append(json.loads(request.body)["id"])
        if self.crash_after:
            self.crash_after -= 1
            self.table.away = 1
        return answer


class Bridge:
    """A room whose every change is owed to one feed."""

    def __init__(self):
        self.parley = Parley(Fragile())
        self.other = OtherSide(self.parley.table)
        self.world = replace(self.parley.world, outside=self.other)
        sealed = self.world.sealer.seal(SECRET, {"workspace": "wsp_1", "owner": INSTALL})
        self.parley.store.commit(
            new(Workspace(id="wsp_1", name="W", created_at=1, feeds={INSTALL: 1})),
            new(Room(id=ROOM, workspace="wsp_1", kind="topic", name="R", created_at=1)),
            new(
                Install(
                    id=INSTALL,
                    workspace="wsp_1",
                    kind="webhook",
                    name="H",
                    created_at=1,
                    config={"url": "https://v.example/", "all_rooms": True},
                    secrets=(Secret(id="sec_1", sealed=sealed, created_at=1),),
                )
            ),
        )
        self.said, self.dead = [], []
        self.buried = []

    def say(self):
        draft = Draft(author=Author(kind="agent", id="agt_1"), text="x", source=Source(channel="api"))
        self.said.append(post(self.world, ROOM, draft).n)

    def change(self, pick, step, type_):
        if self.said:
            amend(
                self.world, ROOM, self.said[pick % len(self.said)], internal=False, step=step, type_=type_, by="agt_1"
            )

    def rows(self):
        found = [from_row(row) for row in self.parley.table.rows.values()]
        return sorted((row for row in found if isinstance(row, Delivery)), key=lambda row: row.n)

    def work(self, shuffle=None):
        """The queue of wake-ups, in any order; a crash brings the wake-up back once more, the next one buries it."""
        calls = self.parley.queues.calls
        while calls:
            call = calls.pop((shuffle or 0) % len(calls))
            for _ in range(2):
                try:
                    deliver(self.world, call.bridge, call.n)
                    break
                except AwsAway:
                    continue
            else:
                self.dead.append(call)

    def tick(self, seconds):
        self.parley.clock.at += seconds * 1000
        due(self.world)

    def settle(self):
        """The other side is well again, dead letters are replayed, and enough time goes by."""
        self.parley.queues.calls += self.buried
        self.other.answers, self.other.crash_after, self.parley.table.away = [], 0, 0
        self.parley.react_all()
        self.parley.queues.calls += self.dead
        self.work()
        for _ in range(len(WAITS) + 3):
            self.tick(49 * 3600)
            self.work()


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["say", "say", "edit", "delete"]), st.integers(0, 9)),
        st.tuples(st.just("answers"), st.lists(st.sampled_from(sorted(ANSWERS)), max_size=8)),
        st.tuples(st.sampled_from(["work", "tick", "crash", "replay", "bury wake-ups"]), st.integers(0, 9)),
    ),
    max_size=30,
)


def play(bridge, acts):
    for act, more in acts:
        if act == "say":
            bridge.say()
        elif act == "edit":
            bridge.change(more, edit_step(f"edited {more}", None, bridge.parley.clock.now()), "edited")
        elif act == "delete":
            bridge.change(more, delete_step, "deleted")
        elif act == "answers":
            bridge.other.answers = [ANSWERS[name] for name in more]
        elif act == "crash":
            bridge.other.crash_after = 1 + more % 2
        elif act == "replay":
            over = [row for row in bridge.rows() if row.state != "queued"]
            if over:
                replay(bridge.world, over[more % len(over)])
        elif act == "bury wake-ups":
            bridge.parley.react_all()
            bridge.buried += bridge.parley.queues.calls
            bridge.dead += bridge.parley.queues.calls
            bridge.parley.queues.calls.clear()
        elif act == "tick":
            bridge.tick(WAITS[more % len(WAITS)])
            bridge.work(more)
        else:
            bridge.parley.react_all()
            bridge.work(more)


@settings(max_examples=200)
@given(steps)
def test_everything_owed_ends_and_nothing_is_lost(acts):
    bridge = Bridge()
    play(bridge, acts)
    bridge.settle()
    rows = bridge.rows()
    room = bridge.parley.store.one(ref(Room, ROOM))
    assert [row.n for row in rows] == list(range(1, room.n + 1))
    assert {row.state for row in rows} <= {"sent", "failed", "skipped"}
    for row in rows:
        assert (row.id in bridge.other.taken) >= (row.state == "sent")
        assert row.state != "skipped" or row.reason == "the message was deleted before it was sent"
        assert row.next_at == 0


@settings(max_examples=200)
@given(steps.map(lambda acts: [act for act in acts if act[0] != "replay"]))
def test_changes_of_a_message_arrive_in_their_order(acts):
    bridge = Bridge()
    play(bridge, acts)
    bridge.settle()
    first = {id_: place for place, id_ in reversed(list(enumerate(bridge.other.taken)))}
    for row in bridge.rows():
        later = [each for each in bridge.rows() if each.message == row.message and each.n > row.n]
        for each in later:
            if row.id in first and each.id in first:
                assert first[row.id] < first[each.id]


@given(st.integers(1, 12), st.lists(st.sampled_from(sorted(ANSWERS)), max_size=6))
def test_without_crashes_and_replays_each_change_is_taken_once(count, answers):
    bridge = Bridge()
    for _ in range(count):
        bridge.say()
    bridge.other.answers = [ANSWERS[name] for name in answers]
    bridge.parley.react_all()
    bridge.parley.react_all()
    bridge.work()
    bridge.settle()
    assert sorted(bridge.other.taken) == sorted(row.id for row in bridge.rows())
