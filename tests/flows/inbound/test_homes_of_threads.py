"""Where a thread lives, by its own binding and by that of its whole conversation: the later one says whose it is."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.arrivals import Said, Speaker
from chalicelib.desk.customers import Customer
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.messages import Mapped
from chalicelib.desk.rooms import Binding, Room
from chalicelib.desk.workspaces import Install
from chalicelib.flows.inbound.bridged import Home, home_of
from chalicelib.flows.inbound.context import Arriving
from chalicelib.ports import new, ref
from tests.arriving import INSTALL, WORKSPACE, arrive_as, known, outside
from tests.fakes import Parley

CUSTOMERS = ("acme", "beta")
ties = st.none() | st.tuples(st.sampled_from(CUSTOMERS), st.integers(1, 4))  # whose room, and since when
roots = st.none() | st.sampled_from(CUSTOMERS)


def scene(own: Any, whole: Any, root: str | None = None) -> Parley:
    """A thread `C1/1` and its channel `C1`, each in a room of some customer since then; and the room that the message
    lives in with which the thread began."""
    parley = outside(Parley())
    rooms = {"room_own": own and own[0], "room_whole": whole and whole[0], "room_root": root}
    for name in CUSTOMERS:
        parley.store.commit(new(Customer(id=name, workspace=WORKSPACE, external_id=name, name=name, created_at=1)))
    for id_, customer in rooms.items():
        if customer:
            room = Room(id=id_, workspace=WORKSPACE, kind="topic", name=id_, created_at=1, customer=customer)
            parley.store.commit(new(room))
    for conversation, room_id, tie in (("C1/1", "room_own", own), ("C1", "room_whole", whole)):
        if tie:
            sample = {"install": INSTALL, "conversation": conversation, "workspace": WORKSPACE, "room": room_id}
            parley.store.commit(new(Binding(**sample, bound_at=tie[1])))
    if root:
        parley.store.commit(new(Mapped(source=INSTALL, id="root", workspace=WORKSPACE, room="room_root", n=1)))
    return parley


def home(parley: Parley, conversation: str = "C1/1") -> Home | None:
    install = parley.store.one(ref(Install, INSTALL))
    assert install
    envelope = Envelope(
        id="env_1", workspace=WORKSPACE, install=INSTALL, channel="webhook", received_at=9, headers={}, body=b""
    )
    return home_of(Arriving(parley.world, install, envelope), conversation, "root")


@given(ties, ties, roots)
def test_a_thread_is_its_latest_customers_and_keeps_its_own_room_with_the_same(
    own: tuple[str, int] | None, whole: tuple[str, int] | None, root: str | None
) -> None:
    found = home(scene(own, whole, root))
    if own is None and whole is None:
        assert found is None
        return
    assert found
    assert found.customer
    lost = own and whole and own[0] != whole[0] and own[1] < whole[1]  # the channel was given to another customer
    tie, room = (whole, "room_whole") if own is None or lost else (own, "room_own")
    assert tie
    if room == "room_whole" and root == tie[0]:
        room = "room_root"
    assert (found.customer.id, found.bound_at, found.room.id) == (tie[0], tie[1], room)
    assert (found.root is not None) is (room == "room_root")


@given(ties, ties)
def test_what_is_said_in_a_thread_is_said_to_that_customer(
    own: tuple[str, int] | None, whole: tuple[str, int] | None
) -> None:
    parley = scene(own, whole)
    sample = Said(
        id="m1", speaker=Speaker(outside="U1"), text="x", at=9, conversation="C1/1", reply_to="root", tied=True
    )
    outcome = arrive_as(parley, sample, received_at=9)
    message = known(parley, "m1")
    if own is None and whole is None:
        assert (outcome.ignored, message) == (["unbound-conversation"], None)
        return
    assert message
    room = parley.store.one(ref(Room, message.room))
    latest = max([tie for tie in (whole, own) if tie], key=lambda tie: (tie[1], tie is own))
    assert room
    assert room.customer == latest[0]
