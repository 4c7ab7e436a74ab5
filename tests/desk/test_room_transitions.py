"""How a room moves by what is said in it, whatever it was before: whose turn it is, since when somebody waits, what is
open and what counts."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.messages import Author, Broadcasted, Draft, Message, Pending, Source
from chalicelib.desk.promises import Promise
from chalicelib.desk.room_transitions import MAX_HEARD, glimpse, read_up_to, room_changed, said, touched
from chalicelib.desk.rooms import Glimpse, Room, Spoken

spoken = st.just(Spoken(broadcast="bct_1", piece=2, n=1))
rooms = st.builds(
    Room,
    id=st.just("room_1"),
    workspace=st.just("wsp_1"),
    kind=st.just("topic"),
    name=st.just("R"),
    created_at=st.just(1),
    version=st.integers(1, 3),
    state=st.sampled_from(["open", "resolved"]),
    outcome=st.sampled_from(["", "fixed"]),
    turn=st.sampled_from(["vendor", "customer", ""]),
    waiting_since=st.sampled_from([0, 7]),
    channels=st.sampled_from([(), ("slack",), ("email", "webhook")]),
    posts=st.integers(0, 2),
    notes=st.integers(0, 2),
    broadcast=st.none() | spoken,
)
authors = st.sampled_from(["user", "visitor", "agent", "system"])


def draft(kind: Any, **fields: Any) -> Draft:
    return Draft(author=Author(kind=kind, id=f"{kind}_1", name="N"), text="x", source=Source(channel="slack"), **fields)


@given(rooms, authors, st.integers(10, 20))
def test_what_a_customer_says_opens_the_room_and_the_waiting_begins_where_it_had_ended(
    room: Room, kind: str, at: int
) -> None:
    moved, message = said(room, draft(kind), at)
    assert (message.n, message.posts, message.created_at) == (room.n + 1, room.posts + 1, at)
    assert (moved.n, moved.posts, moved.notes) == (message.n, room.posts + 1, room.notes)
    assert (moved.last_message_at, moved.last_message) == (at, glimpse(message))
    if kind in ("user", "visitor"):
        waited = room.turn == "vendor" and room.state == "open"
        assert moved.waiting_since == (room.waiting_since if waited else at)
        assert (moved.turn, moved.state, moved.outcome) == ("vendor", "open", "")
        assert moved.channels == tuple(sorted({*room.channels, "slack"}))
        assert (message.answers is not None, moved.broadcast) == (room.broadcast is not None, None)
        return
    assert (moved.state, moved.channels) == (room.state, room.channels)
    assert (message.answers, moved.broadcast) == (None, room.broadcast)
    own = (room.turn, room.waiting_since)
    answered = ("", 0) if room.state == "resolved" else ("customer", 0)
    assert (moved.turn, moved.waiting_since) == (answered if kind == "agent" else own)


@given(rooms, authors, st.booleans())
def test_a_note_and_a_broadcast_move_nothing_that_anybody_waits_by(room: Room, kind: str, note: bool) -> None:
    sample = {"internal": True} if note else {"broadcast": Broadcasted(broadcast="bct_2", piece=3)}
    moved, message = said(room, draft(kind, **sample), 10)
    assert (message.posts, message.notes) == (moved.posts, moved.notes) == (room.posts + (not note), room.notes + note)
    for name in ("state", "outcome", "turn", "waiting_since", "channels", "last_message", "last_message_at"):
        assert getattr(moved, name) == getattr(room, name)
    heard = room.broadcast if note else Spoken(broadcast="bct_2", piece=3, n=message.n)
    assert (moved.broadcast, moved.heard) == (heard, () if note else (10,))


def test_a_room_remembers_so_many_broadcasts() -> None:
    room = Room(id="room_1", workspace="wsp_1", kind="topic", name="R", created_at=1, version=1)
    for at in range(MAX_HEARD + 3):
        room, _ = said(room, draft("agent", broadcast=Broadcasted(broadcast="bct", piece=0)), at)
    assert room.heard == tuple(range(3, MAX_HEARD + 3))


def test_of_those_named_a_note_remembers_agents_alone() -> None:
    room = Room(id="room_1", workspace="wsp_1", kind="topic", name="R", created_at=1, version=1)
    named = ("agt_1", "usr_1")
    assert said(room, draft("agent", mentions=named, internal=True), 1)[0].mentioned == {"agt_1": 1}
    assert said(room, draft("agent", mentions=named), 1)[0].mentioned == {"agt_1": 1, "usr_1": 1}
    assert said(room, draft("agent"), 1)[0].mentioned == {}


def test_what_came_before_a_message_is_folded_into_it_as_it_is_said() -> None:
    room = Room(id="room_1", workspace="wsp_1", kind="topic", name="R", created_at=1, version=1)
    assert said(room, draft("user"), 1, pending=Pending(text="newer", revision=2))[1].text == "newer"
    assert said(room, draft("user"), 1, pending=Pending(deleted=True))[1].deleted


def posted(n: int, **fields: Any) -> Message:
    sample = {"author": Author(kind="user", id="usr_1"), "source": Source(channel="slack"), "created_at": 1} | fields
    return Message(room="room_1", n=n, workspace="wsp_1", text="after", **sample)


@given(st.integers(1, 3), st.booleans(), st.booleans())
def test_the_inbox_shows_an_edit_of_the_last_public_message_alone(n: int, internal: bool, empty: bool) -> None:
    last = None if empty else Glimpse(author="usr_1", author_kind="user", author_name="", text="before", n=2)
    room = Room(id="room_1", workspace="wsp_1", kind="topic", name="R", created_at=1, version=4, last_message=last)
    message = posted(n, internal=internal)
    moved, now, change = touched(room, message, message, type_="edited", by="usr_1", at=9)
    assert (moved.n, now.changed_n, change.n, now.version) == (4, 4, 4, message.version + 1)
    shown = moved.last_message.text if moved.last_message else None
    assert shown == (None if empty else "after" if n == 2 and not internal else "before")


@given(
    st.none() | st.sampled_from(["open", "kept", "broken"]), st.sampled_from([{}, {"labels": ("a",)}, {"name": "S"}])
)
def test_who_resolves_a_room_keeps_the_promise_that_is_open_and_no_other(state: Any, other: dict[str, Any]) -> None:
    promise = Promise(text="Soon", due=50, by="agt_1", made_at=1, state=state) if state else None
    room = Room(id="room_1", workspace="wsp_1", kind="topic", name="R", created_at=1, version=1, promise=promise)
    resolved, change = room_changed(room, 9, "agt_2", fields={}, act=("vendor", "resolve"))
    if state == "open":
        assert resolved.promise
        assert (resolved.promise.state, resolved.promise.settled_by, resolved.promise.settled_at) == (
            "kept",
            "agt_2",
            9,
        )
        assert change.fields == ("promise", "state")
    else:
        assert (resolved.promise, change.fields) == (promise, ("state",))
    assert room_changed(room, 9, "agt_2", fields=other)[0].promise == promise
    taken, _ = room_changed(room, 9, "agt_2", fields={"promise": None}, act=("vendor", "resolve"))
    assert taken.promise is None


def test_a_read_mark_is_that_of_the_message() -> None:
    seen = read_up_to("usr_1", posted(3, posts=2, notes=1))
    assert (seen.person, seen.n, seen.posts, seen.notes) == ("usr_1", 3, 2, 1)
