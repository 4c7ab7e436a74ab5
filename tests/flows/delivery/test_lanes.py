"""A lane takes one message at a time: who comes while it is taken gets the next free moment, and waits for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.customers import Customer
from chalicelib.desk.deliveries import Delivery, Lane
from chalicelib.desk.ids import customer_id, slot_of
from chalicelib.desk.messages import Author, Draft, Source
from chalicelib.desk.rooms import Binding, Bridge, Room
from chalicelib.desk.workspaces import Install, Workspace
from chalicelib.flows.delivery.attempt import PATIENCE_MS
from chalicelib.flows.delivery.lanes import hold_lane, turn_in_lane
from chalicelib.flows.rooms.post import post
from chalicelib.ports import new, ref
from chalicelib.store.rows import from_row
from tests.arriving import WORKSPACE
from tests.chat import Chat, joined
from tests.fakes import Parley

CUSTOMER, INSTALL, APART = customer_id(WORKSPACE, "acme"), "ins_one", 1000
CLOCK_MS = 50  # by which the clock moves between a turn and the call
ROW = Delivery(
    bridge="b",
    n=1,
    room="room_1",
    install=INSTALL,
    channel="webhook",
    workspace=WORKSPACE,
    message=1,
    what="post",
    created_at=1,
)


@given(st.lists(st.tuples(st.sampled_from(["C1", "C2"]), st.integers(0, 2 * APART)), max_size=12))
def test_turns_of_a_lane_are_apart_and_no_later_than_they_need_be(comers: list[tuple[str, int]]) -> None:
    parley = Parley()
    free = {"C1": 0, "C2": 0}
    for name, passed in comers:
        parley.clock.at += passed
        now = parley.clock.at + 1
        turn = turn_in_lane(parley.world, ROW, name, apart=APART)
        assert turn == (0 if free[name] <= now else free[name])
        free[name] = max(now, free[name]) + APART
        lane = parley.store.one(ref(Lane, INSTALL, name))
        assert lane
        assert lane.free_at == free[name]


@pytest.mark.parametrize(("left", "turn"), [(-1, 0), (0, 0), (1, 5000)])
def test_a_turn_that_was_given_is_kept_once_its_time_has_come_and_takes_no_second_one(left: int, turn: int) -> None:
    parley = Parley()
    now = parley.clock.at + 1
    parley.store.commit(new(Lane(install=INSTALL, name="C1", free_at=now + 5000)))
    found = turn_in_lane(parley.world, ROW.changed(turn_at=now + left), "C1", apart=APART)
    assert found == (now + 5000 if turn else 0)
    lane = parley.store.one(ref(Lane, INSTALL, "C1"))
    assert lane
    assert lane.free_at == now + 5000 + (APART if turn else 0)


@pytest.mark.parametrize(("free_in", "held_for"), [(0, 3000), (2999, 3000), (3001, 3001)])
def test_a_pause_only_ever_makes_a_lane_later(free_in: int, held_for: int) -> None:
    parley = Parley()
    now = parley.clock.at + 1
    parley.store.commit(new(Lane(install=INSTALL, name="C1", free_at=now + free_in)))
    hold_lane(parley.world, INSTALL, "C1", seconds=3)
    lane = parley.store.one(ref(Lane, INSTALL, "C1"))
    assert lane
    assert lane.free_at == now + held_for
    hold_lane(parley.world, INSTALL, "", seconds=3)
    assert parley.store.one(ref(Lane, INSTALL, "")) is None


class Scene:
    """Two rooms that are bridged to threads of one channel of a chat, and one of another channel's."""

    PLACES = ("C1/1", "C1/2", "C2")

    def __init__(self) -> None:
        self.parley = parley = Parley()
        self.chat = Chat(parley.clock.now)
        joined(parley, {INSTALL: self.chat})
        parley.store.commit(
            new(Workspace(id=WORKSPACE, name="W", created_at=1)),
            new(Customer(id=CUSTOMER, workspace=WORKSPACE, external_id="acme", name="Acme", created_at=1)),
            new(Install(id=INSTALL, workspace=WORKSPACE, kind="webhook", name="One", created_at=1)),
        )
        for number, conversation in enumerate(self.PLACES):
            sample = {
                "install": INSTALL,
                "conversation": conversation,
                "workspace": WORKSPACE,
                "room": f"room_{number}",
            }
            sample |= {"bound_at": 1, "slot": slot_of(conversation)}
            room = Room(
                id=f"room_{number}", workspace=WORKSPACE, kind="topic", name="R", created_at=1, customer=CUSTOMER
            )
            parley.store.commit(new(room), new(Binding(**sample)), new(Bridge(**sample, channel="webhook")))

    def say(self, room: int, text: str) -> None:
        draft = Draft(author=Author(kind="agent", id="agt_1", name="Bo"), text=text, source=Source(channel="api"))
        post(self.parley.world, f"room_{room}", draft)

    def work(self) -> None:
        self.parley.react_all()
        self.parley.deliver_all()

    def later(self, ms: int) -> None:
        self.parley.clock.at += ms
        self.parley.due()
        self.parley.deliver_all()

    def rows(self) -> dict[str, Delivery]:
        found = [row for row in map(from_row, self.parley.table.rows.values()) if isinstance(row, Delivery)]
        return {row.room: row for row in found}

    def calls(self) -> dict[str, list[int]]:
        """When each channel was spoken in."""
        rows = [row for row in map(from_row, self.parley.table.rows.values()) if isinstance(row, Delivery)]
        rooms, found = {row.id: row.room for row in rows}, {"C1": [], "C2": []}
        for id_, _, at in self.chat.calls:
            found["C2" if rooms[id_] == "room_2" else "C1"].append(at)
        return found


def test_two_bridges_of_one_lane_take_turns_and_another_lane_waits_for_nobody() -> None:
    scene = Scene()
    for room in range(3):
        scene.say(room, f"words {room}")
    scene.work()
    states = {room: row.state for room, row in scene.rows().items()}
    assert sorted(states.values()) == ["queued", "sent", "sent"]
    assert states["room_2"] == "sent"
    (waiting,) = [row for row in scene.rows().values() if row.state == "queued"]
    assert (waiting.attempts, waiting.turn_at == waiting.next_at > scene.parley.clock.at) == (0, True)
    assert [call.bridge for call, _ in scene.parley.queues.late] == [waiting.bridge]
    scene.later(100)
    assert len(scene.chat.calls) == 2
    scene.later(APART)
    assert {row.state for row in scene.rows().values()} == {"sent"}
    first, second = scene.calls()["C1"]
    assert second - first >= APART - CLOCK_MS


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1500)), min_size=1, max_size=8))
def test_whatever_is_said_when_a_lane_takes_one_at_a_time(acts: list[tuple[int, int]]) -> None:
    scene = Scene()
    for count, (room, passed) in enumerate(acts):
        scene.say(room, f"words {count}")
        scene.work()
        scene.later(passed)
    for _ in range(len(acts) + 1):
        scene.work()
        scene.later(APART)
    assert {row.state for row in scene.rows().values()} == {"sent"}
    assert len(scene.chat.calls) == len(acts)
    for times in scene.calls().values():
        # who comes late to their turn keeps it: never are there more than have had one by then
        assert all(at - times[0] >= count * APART - CLOCK_MS for count, at in enumerate(times))


@pytest.mark.parametrize(("age", "attempts"), [(PATIENCE_MS - 1000, 0), (PATIENCE_MS + 1000, 1)])
def test_a_pause_that_was_asked_for_costs_no_attempt_for_three_days(age: int, attempts: int) -> None:
    scene = Scene()
    scene.say(0, "words")
    scene.parley.react_all()
    scene.chat.failing = ["429"]
    scene.parley.clock.at += age
    scene.parley.deliver_all()
    row = scene.rows()["room_0"]
    assert (row.state, row.attempts, row.reason) == ("queued", attempts, "HTTP 429")
    lane = scene.parley.store.one(ref(Lane, INSTALL, "C1"))
    assert lane
    assert (lane.free_at > scene.parley.clock.at + 25_000) is (attempts == 0)
    assert row.turn_at == 0
    scene.say(1, "others")
    scene.later(2 * APART)
    scene.work()
    assert (scene.rows()["room_1"].state == "sent") is (attempts == 1)
    scene.later(60_000)
    scene.later(APART)
    assert {each.state for each in scene.rows().values()} == {"sent"}


def test_a_world_without_lanes_sends_at_once() -> None:
    scene = Scene()
    chat = scene.chat
    chat.lane = lambda *_: None  # type: ignore[assignment, method-assign]
    for room in range(3):
        scene.say(room, "words")
    scene.work()
    assert {row.state for row in scene.rows().values()} == {"sent"}
