"""What is owed for a change: to whom, once, and never a note, an echo or what was said before the bridge was there."""

import pytest

from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.messages import Author, Change, Draft, Message, Source
from chalicelib.desk.permissions import Principal
from chalicelib.desk.rooms import Bridge, Room
from chalicelib.desk.workspaces import Install, Workspace
from chalicelib.flows.delivery import owed as flow
from chalicelib.flows.delivery.batch_reads import BatchReads
from chalicelib.flows.delivery.owed import wake
from chalicelib.flows.rooms.amend import amend, delete_step, edit_step, react_step
from chalicelib.flows.rooms.fork import fork
from chalicelib.flows.rooms.post import post
from chalicelib.flows.rooms.update_room import update_room
from chalicelib.ports import Call, Listing, new, over, ref
from chalicelib.store.rows import from_row
from tests.arriving import WORKSPACE, outside
from tests.fakes import Parley

ROOM = "room_1"
AGENT = Principal(workspace=WORKSPACE, kind="agent", id="agt_1", name="Ag", credential="key_1", role="owner")


@pytest.fixture
def parley():
    made = outside(Parley())
    feed(made, "ins_feed", since=1)
    made.store.commit(new(Room(id=ROOM, workspace=WORKSPACE, kind="topic", name="R", created_at=1, customer="cus_1")))
    return made


def feed(parley, install, since):
    workspace = parley.store.one(ref(Workspace, WORKSPACE))
    parley.store.commit(over(workspace.changed(feeds={**workspace.feeds, install: since}), workspace))


def bridge(parley, install, since=1, room=ROOM):
    parley.store.commit(new(Bridge(room=room, install=install, channel="webhook", workspace=WORKSPACE, bound_at=since)))


def say(parley, text="x", room=ROOM, source=None, kind="agent", **more):
    author = Author(kind=kind, id="agt_1")
    return post(parley.world, room, Draft(author=author, text=text, source=source or Source(channel="api"), **more))


def owed(parley):
    parley.react_all()
    rows = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Delivery)]
    return sorted((row.install, row.n, row.what, row.message) for row in rows)


def test_a_message_is_owed_to_each_feed_and_each_bridge_of_its_room(parley):
    bridge(parley, "ins_2")
    bridge(parley, "ins_3", room="room_other")
    say(parley)
    assert owed(parley) == [("ins_2", 1, "post", 1), ("ins_feed", 1, "post", 1)]


def test_each_change_of_a_message_is_owed_and_changes_of_the_room_are_not(parley):
    say(parley)
    amend(parley.world, ROOM, 1, internal=False, step=edit_step("y", None, 1), type_="edited", by="agt_1")
    amend(
        parley.world,
        ROOM,
        1,
        internal=False,
        step=react_step("agt_1", "tada", True, revision=None),
        type_="reaction",
        by="agt_1",
    )
    update_room(parley.world, AGENT, ROOM, fields={"name": "New"})
    amend(parley.world, ROOM, 1, internal=False, step=delete_step, type_="deleted", by="agt_1")
    assert owed(parley) == [
        ("ins_feed", 1, "post", 1),
        ("ins_feed", 2, "edit", 1),
        ("ins_feed", 3, "reaction", 1),
        ("ins_feed", 5, "delete", 1),
    ]


def test_nothing_is_owed_for_notes_and_their_changes(parley):
    note = say(parley, internal=True)
    amend(parley.world, ROOM, note.n, internal=True, step=edit_step("y", None, 1), type_="edited", by="agt_1")
    amend(parley.world, ROOM, note.n, internal=True, step=delete_step, type_="deleted", by="agt_1")
    assert owed(parley) == []


def test_nothing_is_owed_for_internal_rooms_and_system_messages(parley):
    parley.store.commit(new(Room(id="room_in", workspace=WORKSPACE, kind="internal", name="R", created_at=1)))
    bridge(parley, "ins_2", room="room_in")
    say(parley, room="room_in")
    say(parley, kind="system")
    assert owed(parley) == []


def test_a_visitors_room_is_told_to_feeds(parley):
    parley.store.commit(new(Room(id="room_v", workspace=WORKSPACE, kind="visitor", name="R", created_at=1)))
    say(parley, room="room_v")
    assert owed(parley) == [("ins_feed", 1, "post", 1)]


def test_nothing_goes_back_to_where_it_came_from(parley):
    bridge(parley, "ins_1")
    from_outside = Source(channel="webhook", install="ins_1", id="m1")
    say(parley, source=from_outside)
    amend(
        parley.world,
        ROOM,
        1,
        internal=False,
        step=edit_step("y", 5, 1),
        type_="edited",
        by="ins_1",
        source=from_outside,
    )
    amend(
        parley.world,
        ROOM,
        1,
        internal=False,
        step=edit_step("z", None, 1),
        type_="edited",
        by="agt_1",
        source=Source(channel="api"),
    )
    assert owed(parley) == [
        ("ins_1", 3, "edit", 1),
        ("ins_feed", 1, "post", 1),
        ("ins_feed", 2, "edit", 1),
        ("ins_feed", 3, "edit", 1),
    ]


def test_nothing_from_before_the_bridge_or_the_feed(parley):
    say(parley)
    since = parley.clock.now()
    bridge(parley, "ins_2", since)
    feed(parley, "ins_late", since)
    say(parley)
    amend(parley.world, ROOM, 1, internal=False, step=edit_step("y", None, 1), type_="edited", by="agt_1")
    assert [row for row in owed(parley) if row[0] != "ins_feed"] == [
        ("ins_2", 2, "post", 2),
        ("ins_2", 3, "edit", 1),
        ("ins_late", 2, "post", 2),
        ("ins_late", 3, "edit", 1),
    ]


def test_the_copies_of_a_fork_are_not_sent_again(parley):
    say(parley)
    owed(parley)
    made = fork(parley.world, AGENT, ROOM, first=1, last=1, name="Forked")
    assert owed(parley) == [("ins_feed", 1, "post", 1)]
    assert parley.store.page(Listing("posts", (made.id,)), 10).items[0].forked_from.room == ROOM


def records(parley):
    return [each for each in map(from_row, parley.table.rows.values()) if isinstance(each, Message | Change)]


def test_twice_is_once_and_derives_from_state_alone(parley):
    """Also where the change comes late, after its message has moved on: a set-aside record is derived again."""
    say(parley)
    amend(parley.world, ROOM, 1, internal=False, step=edit_step("y", None, 1), type_="edited", by="agt_1")
    changed = records(parley)
    for happening in (*changed, *reversed(changed)):
        flow.owed(parley.world, happening, BatchReads(parley.store))
    before = deliveries(parley)
    assert owed(parley) == [("ins_feed", 1, "post", 1), ("ins_feed", 2, "edit", 1)]
    assert deliveries(parley) == before


def test_a_repeat_leaves_a_row_that_has_moved_on(parley):
    parley.store.commit(
        new(Install(id="ins_feed", workspace=WORKSPACE, kind="webhook", name="H", created_at=1, config={"url": ""}))
    )
    say(parley)
    parley.settle()
    assert [row.state for row in deliveries(parley)] == ["skipped"]
    for happening in records(parley):
        flow.owed(parley.world, happening, BatchReads(parley.store))
    assert [row.state for row in deliveries(parley)] == ["skipped"]


def deliveries(parley):
    return [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Delivery)]


def test_a_bridge_is_woken_once_for_each_of_its_changes(parley):
    """One of them may lie behind its mark."""
    wake(parley.world, [Call("a", 7), Call("b", 1), Call("a", 30), Call("a", 7)])
    assert [(call.bridge, call.n) for call in parley.queues.calls] == [("a", 7), ("b", 1), ("a", 30)]
    wake(parley.world, [])
    assert len(parley.queues.calls) == 3


def test_an_edit_soon_after_its_post_wakes_the_bridge_again(parley):
    say(parley)
    owed(parley)
    parley.queues.calls.clear()
    amend(parley.world, ROOM, 1, internal=False, step=edit_step("y", None, 1), type_="edited", by="agt_1")
    owed(parley)
    assert [call.n for call in parley.queues.calls] == [2]


def test_rooms_bridges_and_workspace_are_read_once_a_batch(parley, monkeypatch):
    reads, many = [], parley.store.many
    for _ in range(5):
        say(parley)
    monkeypatch.setattr(parley.store, "many", lambda refs: reads.append(refs) or many(refs))
    ties = BatchReads(parley.store)
    for happening in records(parley):
        ties.of(happening.room, WORKSPACE)
    assert len(reads) == 1
