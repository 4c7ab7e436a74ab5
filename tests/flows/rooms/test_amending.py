"""What was said is changed once, by whom it may be, in the order that its source tells, and before it came as after."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.errors import Forbidden, Invalid, NotFound, Stale
from chalicelib.desk.messages import Author, Draft, Mapped, Message, Source
from chalicelib.desk.rooms import MAX_SPEAKERS, Room, Seen, read_mark
from chalicelib.flows.rooms.amend import (
    PENDING_LIFE_MS,
    amend,
    amend_known,
    delete_step,
    delete_wait,
    edit_step,
    edit_wait,
    react_step,
    react_wait,
)
from chalicelib.flows.rooms.mark_read import mark_read, mark_unread
from chalicelib.flows.rooms.post import post
from chalicelib.ports import new, ref
from tests.fakes import Parley

WORKSPACE, ROOM, INSTALL = "wsp_1", "room_1", "ins_1"


@pytest.fixture
def parley() -> Parley:
    return fresh()


def fresh() -> Parley:
    made = Parley()
    made.store.commit(new(Room(id=ROOM, workspace=WORKSPACE, kind="topic", name="R", created_at=1, customer="cus_1")))
    return made


def source(id_: str = "m1", **more: Any) -> Source:
    return Source(channel=more.pop("channel", "webhook"), install=INSTALL, id=id_, **more)


def say(parley: Parley, id_: str = "m1", kind: Any = "user", **more: Any) -> Message:
    author = Author(kind=kind, id=more.pop("by", f"{kind}_1"), name="N")
    from_afar = more.pop("from_afar", False)
    sample = {"author": author, "text": "one", "source": source(id_)} | more
    return post(parley.world, ROOM, Draft(**sample), from_afar=from_afar)


def room(parley: Parley) -> Room:
    found = parley.store.one(ref(Room, ROOM))
    assert found
    return found


def mark_of(parley: Parley, person: str) -> Seen | None:
    return read_mark(room(parley), person, parley.store.one(ref(Seen, person, ROOM)))


def stored(parley: Parley, message: Message) -> Message:
    found = parley.store.one(ref(Message, ROOM, message.n, message.internal))
    assert found
    return found


def mapped(parley: Parley, id_: str = "m1") -> Mapped:
    found = parley.store.one(ref(Mapped, INSTALL, id_))
    assert found
    return found


# --- one change ---------------------------------------------------------------------------------------------------


def test_a_change_moves_the_room_and_what_changes_nothing_does_not(parley: Parley) -> None:
    message = say(parley)
    for text, version in (("two", 2), ("two", 2), ("three", 3)):
        amend(parley.world, ROOM, message.n, internal=False, step=edit_step(text, None, 5), type_="edited", by="user_1")
        now = stored(parley, message)
        assert (now.text, now.version, now.revision, room(parley).n) == (text, version, version - 1, version)


def test_a_change_of_what_is_not_there_or_has_changed_or_is_anothers_is_refused(parley: Parley) -> None:
    message, step = say(parley), edit_step("two", None, 5)
    for where, n, internal in (("room_9", 1, False), (ROOM, 9, False), (ROOM, message.n, True)):
        with pytest.raises(NotFound):
            amend(parley.world, where, n, internal=internal, step=step, type_="edited", by="user_1")
    with pytest.raises(Stale):
        amend(parley.world, ROOM, message.n, internal=False, step=step, type_="edited", by="user_1", if_version=2)
    with pytest.raises(Forbidden):
        amend(parley.world, ROOM, message.n, internal=False, step=step, type_="edited", by="user_1", customer="cus_2")
    with pytest.raises(Forbidden):
        amend(parley.world, ROOM, message.n, internal=False, step=step, type_="edited", by="user_1", customer="")
    assert stored(parley, message) == message
    amend(
        parley.world,
        ROOM,
        message.n,
        internal=False,
        step=step,
        type_="edited",
        by="user_1",
        if_version=1,
        customer="cus_1",
    )
    assert stored(parley, message).text == "two"


@pytest.mark.parametrize("text", ["", " \n", "a\x00"])
def test_nothing_is_edited_into_what_cannot_be_said(text: str) -> None:
    with pytest.raises(Invalid):
        edit_step(text, 1, 5)


def test_what_is_deleted_is_neither_edited_nor_reacted_to(parley: Parley) -> None:
    message = say(parley)
    amend(parley.world, ROOM, message.n, internal=False, step=delete_step, type_="deleted", by="user_1")
    gone, n = stored(parley, message), room(parley).n
    for step in (
        edit_step("two", None, 5),
        edit_step("two", 9, 5),
        delete_step,
        react_step("p", "eyes", True, revision=None),
    ):
        amend(parley.world, ROOM, message.n, internal=False, step=step, type_="edited", by="user_1")
    assert (stored(parley, message), room(parley).n) == (gone, n)


@pytest.mark.parametrize("revision", [None, 5])
def test_a_reaction_is_put_and_taken_back_once(parley: Parley, revision: int | None) -> None:
    message = say(parley)
    for count, on in enumerate([False, True, True, False, False, True]):
        number = None if revision is None else revision + count
        amend(
            parley.world,
            ROOM,
            message.n,
            internal=False,
            step=react_step("p", "eyes", on, revision=number),
            type_="reaction",
            by="p",
        )
        mark = stored(parley, message).reactions.get("eyes", {}).get("p")
        assert (mark.on if mark else False) is on
    assert room(parley).n == message.n + (3 if revision is None else 6)
    mark = stored(parley, message).reactions["eyes"]["p"]
    assert mark.revision == (3 if revision is None else 10)


# --- before it came -----------------------------------------------------------------------------------------------

EDITS = [("a", 1), ("b", 2), ("c", 2), ("c", 1)]


@pytest.mark.parametrize("order", list(permutations(range(len(EDITS)))))
@pytest.mark.parametrize("came", [0, 2, 4])
def test_the_newest_edit_wins_in_whatever_order_and_however_early_it_comes(order: tuple[int, ...], came: int) -> None:
    parley = fresh()
    for count, which in enumerate(order):
        if count == came:
            say(parley)
        text, revision = EDITS[which]
        step, wait = edit_step(text, revision, 5), edit_wait(text, revision, 5)
        amend_known(parley.world, source(), WORKSPACE, step=step, wait=wait, type_="edited", by=INSTALL)
    message = say(parley)
    assert (stored(parley, message).text, stored(parley, message).revision) == ("c", 2)


@given(st.lists(st.sampled_from(["edit", "delete", "say", "react"]), min_size=1, max_size=8))
def test_a_delete_is_final_whenever_it_comes(acts: list[str]) -> None:
    parley = fresh()
    for act in [*acts, "say"]:
        if act == "say":
            said = say(parley)
        elif act == "edit":
            amend_known(
                parley.world,
                source(),
                WORKSPACE,
                step=edit_step("two", 2, 5),
                wait=edit_wait("two", 2, 5),
                type_="edited",
                by=INSTALL,
            )
        elif act == "delete":
            amend_known(
                parley.world, source(), WORKSPACE, step=delete_step, wait=delete_wait, type_="deleted", by=INSTALL
            )
        else:
            step = react_step("p", "eyes", True, revision=1)
            wait = react_wait("p", "eyes", True, revision=1, customer="cus_1")
            amend_known(parley.world, source(), WORKSPACE, step=step, wait=wait, type_="reaction", by="p")
    now, gone = stored(parley, said), "delete" in acts
    assert (now.deleted, now.text) == (gone, "" if gone else "two" if "edit" in acts else "one")
    assert bool(now.reactions) is ("react" in acts and not gone)
    assert (mapped(parley).pending, mapped(parley).expires_at) == (None, 0)


def test_what_waits_waits_a_month_from_the_last_that_came(parley: Parley) -> None:
    for revision, changes in ((2, True), (1, False), (3, True)):
        parley.clock.at += 1000
        before = parley.store.one(ref(Mapped, INSTALL, "m1"))
        sample = {"step": edit_step("x", revision, 5), "wait": edit_wait("x", revision, 5)}
        assert amend_known(parley.world, source(), WORKSPACE, **sample, type_="edited", by=INSTALL) is None
        now = mapped(parley)
        assert (now != before) is changes
        assert not changes or now.expires_at == parley.clock.at + PENDING_LIFE_MS
    assert (now.n, now.workspace, now.version) == (0, WORKSPACE, 2)


@pytest.mark.parametrize(("customer", "has_a_say"), [("cus_1", True), ("cus_2", False), ("", False), (None, True)])
def test_of_reactions_that_came_before_only_those_of_the_rooms_own_people_count(
    parley: Parley, customer: str | None, has_a_say: bool
) -> None:
    steps = {
        "step": react_step("p", "eyes", True, revision=1),
        "wait": react_wait("p", "eyes", True, revision=1, customer=customer, via="ins_1/C1"),
    }
    amend_known(parley.world, source(), WORKSPACE, **steps, type_="reaction", by="p", customer=customer)
    agents = {
        "step": react_step("agt_1", "eyes", True, revision=1),
        "wait": react_wait("agt_1", "eyes", True, revision=1, customer=None),
    }
    amend_known(parley.world, source(), WORKSPACE, **agents, type_="reaction", by="agt_1")
    message = say(parley, source=source(thread="C1/5"))
    marks = stored(parley, message).reactions["eyes"]
    assert set(marks) == ({"p", "agt_1"} if has_a_say else {"agt_1"})
    assert marks["agt_1"].via == ""
    assert not has_a_say or marks["p"].via == "ins_1/C1/5"


def test_without_a_thread_a_reaction_keeps_the_conversation_that_it_came_from(parley: Parley) -> None:
    steps = {
        "step": react_step("p", "eyes", True, revision=1),
        "wait": react_wait("p", "eyes", True, revision=1, customer=None, via="ins_1/C1"),
    }
    amend_known(parley.world, source(), WORKSPACE, **steps, type_="reaction", by="p")
    assert stored(parley, say(parley)).reactions["eyes"]["p"].via == "ins_1/C1"


# --- said, and read -----------------------------------------------------------------------------------------------


def test_what_has_an_id_is_said_once_and_what_has_none_each_time(parley: Parley) -> None:
    one = say(parley)
    assert say(parley, text="other words") == one
    other = say(parley, source=Source(channel="api"))
    assert say(parley, source=Source(channel="api")).n == other.n + 1
    assert (mapped(parley).room, mapped(parley).n, mapped(parley).internal) == (ROOM, one.n, False)
    note = say(parley, "m2", "agent", internal=True)
    assert (mapped(parley, "m2").internal, say(parley, "m2", "agent", internal=True)) == (True, note)
    with pytest.raises(NotFound):
        post(parley.world, "room_9", Draft(author=Author(kind="user", id="u"), text="x", source=source("m9")))
    with pytest.raises(Invalid):
        say(parley, "m9", text=" ")


READS = [
    ("agent", "webhook", "agt_1", True),
    ("user", "webhook", "usr_1", True),
    ("visitor", "webhook", "vis_1", False),
    ("visitor", "widget", "vis_1", True),
    ("system", "webhook", "sys", False),
    ("agent", "issue", "", False),
]


@pytest.mark.parametrize(("kind", "channel", "by", "reads"), READS)
def test_who_speaks_has_read_what_was_said_before(
    parley: Parley, kind: str, channel: str, by: str, reads: bool
) -> None:
    say(parley, "m0")
    message = say(parley, "m1", kind, by=by, source=source("m1", channel=channel))
    seen = mark_of(parley, by)
    assert (seen is not None) is reads
    assert not seen or (seen.n, seen.posts) == (message.n, message.posts)


@pytest.mark.parametrize(("read", "moves"), [(None, False), (1, False), (2, True), (3, True)])
def test_by_mail_the_mark_moves_over_ones_own_words_alone(parley: Parley, read: int | None, moves: bool) -> None:
    for number in range(2):
        say(parley, f"o{number}", "agent")
    if read is not None:
        seen = Seen(version=read, person="usr_1", room=ROOM, n=read, posts=read, notes=0)
        parley.store.commit(new(seen))
    message = say(parley, "m1", "user", by="usr_1", source=source("m1", channel="email"), from_afar=True)
    found = mark_of(parley, "usr_1")
    assert (found.n if found else None) == (message.n if moves else read)
    first = fresh()
    say(first, "m1", "user", by="usr_1", source=source("m1", channel="email"))
    assert first.store.one(ref(Seen, "usr_1", ROOM))


def test_ones_own_words_are_the_mark_and_no_row_of_their_own(parley: Parley) -> None:
    first = say(parley, "m0")
    for number in range(1, 4):
        last = say(parley, f"m{number}")
    assert parley.store.one(ref(Seen, "user_1", ROOM)).n == first.n  # type: ignore[union-attr]
    mark = mark_of(parley, "user_1")
    assert mark
    assert (mark.n, mark.posts) == (last.n, last.posts)


def test_however_many_speak_each_has_read_up_to_their_own_last_words(parley: Parley) -> None:
    speakers = [f"agt_{number}" for number in range(MAX_SPEAKERS + 2)]
    last = {by: say(parley, f"{turn}-{by}", "agent", by=by).n for turn in range(3) for by in speakers}
    assert {by: mark.n for by in speakers if (mark := mark_of(parley, by))} == last
    assert list(room(parley).own_words) == speakers[-MAX_SPEAKERS:]


def test_ones_own_words_that_were_taken_back_stay_so_while_what_is_before_them_is_read(parley: Parley) -> None:
    first = say(parley, "m1")
    for number in range(2, 4):
        say(parley, f"m{number}", "agent", by="agt_1")
    assert mark_unread(parley.world, "agt_1", room(parley), message=first).n == 0
    assert mark_read(parley.world, "agt_1", room(parley), message=first).n == 1
    assert mark_of(parley, "agt_1").n == 1  # type: ignore[union-attr]


people = st.sampled_from([f"agt_{number}" for number in range(MAX_SPEAKERS + 3)])
DEEDS = st.lists(st.tuples(st.sampled_from(["speak", "read", "unread"]), people, st.integers(0, 5)), max_size=40)


@given(DEEDS)
def test_marks_are_what_was_done_last_however_many_speak(deeds: list[tuple[str, str, int]]) -> None:
    """As if each mark were a number of its own: speaking and reading move it on, marking as unread moves it back."""
    parley, said, wanted = fresh(), [], dict[str, int]()
    for at, (deed, person, back) in enumerate(deeds):
        upto = said[-1 - back] if back < len(said) else None
        if deed == "speak":
            said.append(say(parley, f"m{at}", "agent", by=person))
            wanted[person] = said[-1].n
        elif deed == "read" and upto:
            mark_read(parley.world, person, room(parley), message=upto)
            wanted[person] = max(wanted.get(person, 0), upto.n)
        elif upto:
            mark_unread(parley.world, person, room(parley), message=upto)
            wanted[person] = min(wanted.get(person, 0), upto.n - 1)
    for person, n in wanted.items():
        mark = mark_of(parley, person)
        assert (mark.n, mark.posts) == (n, n) if mark else n == 0
    assert len(room(parley).own_words) <= MAX_SPEAKERS


def test_a_read_mark_only_moves_forward(parley: Parley) -> None:
    messages = [say(parley, f"m{number}", "visitor") for number in range(3)]
    for upto, n in ((None, 3), (0, 3)):
        sample = None if upto is None else messages[upto]
        assert mark_read(parley.world, "p", room(parley), message=sample).n == n
    for upto, n in ((0, 1), (2, 3), (1, 3), (2, 3)):
        assert mark_read(parley.world, "q", room(parley), message=messages[upto]).n == n
        seen = parley.store.one(ref(Seen, "q", ROOM))
        assert seen
        assert (seen.n, seen.posts, seen.version) == (n, n, n)
    other = Room(id="room_2", workspace=WORKSPACE, kind="topic", name="R", created_at=1, version=1)
    with pytest.raises(Invalid):
        mark_read(parley.world, "q", other, message=messages[0])
    assert mark_read(parley.world, "q", other, message=None).n == 0
    assert parley.store.one(ref(Seen, "q", "room_2")) is None
