"""What a room's records say of each other: what came over which bridge, what is unread, who was named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.messages import Source
from chalicelib.desk.rooms import MAX_MENTIONED, Bridge, Room, Seen, came_over, mentioned, naming, unread, within

ROOM = Room(id="room_1", workspace="wsp_1", kind="topic", name="R", created_at=1, version=1)


@pytest.mark.parametrize(
    ("conversation", "inside"),
    [("C1", True), ("C1/5", True), ("C12", False), ("C", False), ("C2/C1", False), ("", False)],
)
def test_a_thread_is_within_its_channel(conversation: str, inside: bool) -> None:
    assert within(conversation, "C1") is inside


@pytest.mark.parametrize(
    ("install", "conversation", "thread", "bridge", "over"),
    [
        ("ins_1", "C1", "", "C1", True),
        ("ins_1", "C1", "C1/5", "C1", True),
        ("ins_1", "C1", "C1/5", "C1/5", True),
        ("ins_1", "C1", "C1/6", "C1/5", False),
        ("ins_1", "C1", "", "C1/5", False),
        ("ins_1", "C2", "", "C1", False),
        ("ins_1", "C2", "C1/5", "C1", True),  # the thread says more
        ("ins_2", "C1", "C1/5", "C1", False),
        ("ins_1", "", "", "C1", True),  # an install that names no conversations
        ("ins_1", "", "", "", True),
        ("ins_1", "C1", "", "", False),
    ],
)
def test_what_came_over_a_bridge(install: str, conversation: str, thread: str, bridge: str, over: bool) -> None:
    source = Source(channel="slack", install=install, conversation=conversation, thread=thread)
    sample = Bridge(room="room_1", install="ins_1", channel="slack", workspace="wsp_1", bound_at=1, conversation=bridge)
    assert came_over(source, sample) is over


@given(st.integers(0, 4), st.integers(0, 4), st.none() | st.tuples(st.integers(0, 5), st.integers(0, 5)), st.booleans())
def test_what_is_unread(posts: int, notes: int, read: tuple[int, int] | None, agent: bool) -> None:
    seen = read and Seen(person="p", room="room_1", n=1, posts=read[0], notes=read[1])
    found = unread(ROOM.changed(posts=posts, notes=notes), seen or None, agent)
    have = read or (0, 0)
    assert found == max(0, posts - have[0]) + (max(0, notes - have[1]) if agent else 0)


@pytest.mark.parametrize(("n", "named"), [(None, True), (0, True), (4, True), (5, False), (6, False)])
def test_who_is_named_in_what_they_have_not_read(n: int | None, named: bool) -> None:
    seen = None if n is None else Seen(person="p", room="room_1", n=n, posts=0, notes=0)
    room = ROOM.changed(mentioned={"p": 5})
    assert (mentioned(room, "p", seen), mentioned(room, "q", seen)) == (named, False)


def test_who_was_named_last_is_remembered_longest() -> None:
    room = ROOM.changed(mentioned={"a": 1, "b": 2})
    assert list(naming(room, ["a", "c"], 3).items()) == [("b", 2), ("a", 3), ("c", 3)]
    full = ROOM.changed(mentioned={f"p{number}": number for number in range(MAX_MENTIONED)})
    found = naming(full, ["new"], 99)
    assert (len(found), "p0" in found, "p1" in found, found["new"]) == (MAX_MENTIONED, False, True, 99)


@pytest.mark.parametrize(
    ("kind", "hidden"), [("triage", False), ("topic", False), ("internal", True), ("visitor", True)]
)
def test_which_rooms_agents_alone_see(kind: str, hidden: bool) -> None:
    assert Room(id="r", workspace="w", kind=kind, name="", created_at=1).vendor_only is hidden  # type: ignore[arg-type]
