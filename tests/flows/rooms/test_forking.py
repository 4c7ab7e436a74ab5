"""A fork takes what a transaction takes, to the last byte and write, and moves what belongs to its messages alone."""

import msgspec
import pytest

from chalicelib.desk.errors import Invalid
from chalicelib.desk.ids import slot_of
from chalicelib.desk.messages import Author, Draft, Mapped, Message, Source
from chalicelib.desk.permissions import Principal
from chalicelib.desk.rooms import Binding, Bridge, Room
from chalicelib.flows.rooms import fork
from chalicelib.flows.rooms.post import post
from chalicelib.ports import Listing, new, ref
from tests.fakes import Parley

WORKSPACE, ROOM, INSTALL = "wsp_1", "room_1", "ins_1"
WHO = Principal(workspace=WORKSPACE, kind="agent", id="agt_1", name="Bo", credential="key_1")


@pytest.fixture
def messages(parley: Parley) -> list[Message]:
    parley.store.commit(new(Room(id=ROOM, workspace=WORKSPACE, kind="topic", name="R", created_at=1, customer="cus_1")))
    author = Author(kind="user", id="usr_1", name="Ann")
    sources = [Source(channel="webhook", install=INSTALL, id=id_) for id_ in ("m1", "m2")]
    return [post(parley.world, ROOM, Draft(author=author, text="x", source=source)) for source in sources]


@pytest.mark.parametrize("limit", ["MAX_FORKED", "MAX_BYTES", "MAX_WRITTEN"])
def test_the_limit_itself_is_taken_and_no_more(
    parley: Parley, messages: list[Message], limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {
        "MAX_FORKED": len(messages),
        "MAX_BYTES": sum(len(msgspec.json.encode(message)) for message in messages),
        "MAX_WRITTEN": 2 * len(messages),
    }[limit]
    monkeypatch.setattr(fork, limit, asked - 1)
    with pytest.raises(Invalid) as refused:
        fork.fork(parley.world, WHO, ROOM, first=1, last=2, name="F")
    assert refused.value.field == "to"
    monkeypatch.setattr(fork, limit, asked)
    made = fork.fork(parley.world, WHO, ROOM, first=1, last=2, name="F")
    moved = parley.store.one(ref(Mapped, INSTALL, "m2"))
    assert moved
    assert (moved.room, moved.n) == (made.id, 2)


# --- the outside threads ------------------------------------------------------------------------------------------


def scene(parley: Parley, *threads: str) -> None:
    """A room, with a message of outside in each of some threads."""
    parley.store.commit(new(Room(id=ROOM, workspace=WORKSPACE, kind="topic", name="R", created_at=1, customer="cus_1")))
    for number, thread in enumerate(threads, 1):
        source = Source(channel="slack", install=INSTALL, id=f"C1/{number}", conversation="C1", thread=thread)
        post(parley.world, ROOM, Draft(author=Author(kind="user", id="usr_1", name="Ann"), text="x", source=source))


def bound(parley: Parley, conversation: str, *, slot: bool = True, bridge: bool = True) -> None:
    named = slot_of(conversation) if slot else ""
    both = {"install": INSTALL, "conversation": conversation, "workspace": WORKSPACE, "room": ROOM, "slot": named}
    parley.store.commit(new(Binding(bound_at=1, **both)))  # type: ignore[arg-type]
    if bridge:
        parley.store.commit(new(Bridge(channel="slack", bound_at=1, **both)))  # type: ignore[arg-type]


def forked(parley: Parley, room: str, first: int, last: int) -> str:
    return fork.fork(parley.world, WHO, room, first=first, last=last, name="F").id


def bridges(parley: Parley, room: str) -> list[tuple[str, str]]:
    listing: Listing[Bridge] = Listing("bridges", (room,))
    return [(each.conversation, each.direction) for each in parley.store.page(listing, 10).items]


def home(parley: Parley, conversation: str) -> str:
    binding = parley.store.one(ref(Binding, INSTALL, conversation))
    return binding.room if binding else ""


def test_a_thread_that_was_forked_is_forked_on(parley: Parley) -> None:
    scene(parley, "C1/1")
    bound(parley, "C1")
    one = forked(parley, ROOM, 1, 1)
    assert (home(parley, "C1/1"), bridges(parley, one)) == (one, [("C1/1", "both")])
    two = forked(parley, one, 1, 1)
    assert [home(parley, conversation) for conversation in ("C1", "C1/1")] == [ROOM, two]
    assert [bridges(parley, room) for room in (ROOM, one, two)] == [
        [("C1", "both")],
        [("C1/1", "out")],
        [("C1/1", "both")],
    ]


def test_of_several_threads_of_a_conversation_the_last_is_answered_in(parley: Parley) -> None:
    scene(parley, "C1/1", "C1/2", "C2/3")
    for conversation in ("C1", "C2"):
        bound(parley, conversation)
    made = forked(parley, ROOM, 1, 3)
    assert [home(parley, thread) for thread in ("C1/1", "C1/2", "C2/3")] == [made] * 3
    assert sorted(bridges(parley, made)) == [("C1/2", "both"), ("C2/3", "both")]


@pytest.mark.parametrize("begun", [False, True])
def test_what_is_bound_nowhere_or_was_begun_for_the_old_room_stays(parley: Parley, begun: bool) -> None:
    scene(parley, "C1/1")
    if begun:
        bound(parley, "C1/1", slot=False)
    made = forked(parley, ROOM, 1, 1)
    assert home(parley, "C1/1") == (ROOM if begun else "")
    assert bridges(parley, made) == []


@pytest.mark.parametrize("conversation", ["C1", "C1/1"])
def test_a_thread_whose_bridge_was_taken_away_moves_without_one(parley: Parley, conversation: str) -> None:
    scene(parley, "C1/1")
    bound(parley, conversation, bridge=False)
    made = forked(parley, ROOM, 1, 1)
    assert (home(parley, "C1/1"), bridges(parley, made)) == (made, [])
