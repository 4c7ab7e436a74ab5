"""Rooms and outside conversations: bound, taken from each other, forked, paused and caught up with."""

import pytest

from chalicelib.desk.arrivals import Connected, Said, Shut, Speaker
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.messages import Mapped, Message
from chalicelib.desk.rooms import Room
from chalicelib.desk.workspaces import Install
from chalicelib.ports import Listing, new, over, ref
from chalicelib.store.rows import from_row
from tests.arriving import arrive_as
from tests.chat import Chat, joined, pass_on

ONE, TWO = "ins_one", "ins_two"


@pytest.fixture
def scene(parley, tenant):
    """Two chats; channel C1 of the first and D1 of the second are bound to Acme's triage room."""
    tenant.chats = {id_: Chat(parley.clock.now) for id_ in (ONE, TWO)}
    tenant.room = tenant.triage()
    joined(parley, tenant.chats)
    for id_ in tenant.chats:
        parley.store.commit(new(Install(id=id_, workspace=tenant.id, kind="webhook", name=id_, created_at=1)))
    bind(tenant, tenant.room, ONE, "C1")
    bind(tenant, tenant.room, TWO, "D1")
    tenant.one, tenant.two = tenant.chats.values()
    return tenant


def bind(tenant, room, install, conversation, status=201, **more):
    got = tenant.api.post(f"/v1/rooms/{room}/bridges", {"install": install, "conversation": conversation, **more})
    assert got.status == status, got.text
    return got.json


def go(parley, scene, rounds=8):
    """Everything that happened is told thrice, and time goes by until nothing is left to do."""
    for _ in range(rounds):
        for _ in range(2):  # echoes come soon, before anything is tried again
            for id_, chat in scene.chats.items():
                pass_on(parley, chat, id_, times=3)
            parley.settle()
        parley.clock.at += 61_000
        parley.due()
        parley.settle()


def texts(chat, conversation):
    return [p.text for p in chat.posts.values() if p.conversation == conversation and not p.deleted]


def rows(parley):
    return [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Delivery)]


def test_what_is_typed_in_one_appears_in_the_other_and_nothing_echoes(parley, scene):
    root = scene.one.type("C1", "ann", "It is broken")
    go(parley, scene)
    assert texts(scene.two, "D1") == ["It is broken"]
    answered = next(iter(scene.two.posts))
    scene.two.type("D1", "bob", "Which one?", thread=answered)
    scene.one.edit(root, "It is broken again")
    scene.two.react(answered, "bob", "eyes")
    go(parley, scene)
    assert texts(scene.one, "C1") == ["It is broken again", "Which one?"]
    assert texts(scene.two, "D1") == ["It is broken again", "Which one?"]
    assert [post.thread for post in scene.one.posts.values()] == [root, root]
    assert scene.one.posts[root].reactions == {("us", "eyes")}
    scene.two.react(answered, "bob", "eyes", on=False)
    scene.one.remove(root)
    go(parley, scene)
    assert scene.one.posts[root].reactions == set()
    assert scene.two.posts[answered].deleted
    assert {row.state for row in rows(parley)} == {"sent"}


def test_settings_say_what_crosses(parley, scene):
    listed = scene.api.get(f"/v1/rooms/{scene.room}/bridges").json["items"]
    two = next(bridge for bridge in listed if bridge["install"] == TWO)
    path = f"/v1/rooms/{scene.room}/bridges/{two['id']}"
    assert scene.api.patch(path, {"edits": False, "reactions": False}).json["edits"] is False
    root = scene.one.type("C1", "ann", "First")
    go(parley, scene)
    scene.one.edit(root, "Changed")
    scene.one.react(root, "ann", "tada")
    go(parley, scene)
    assert texts(scene.two, "D1") == ["First"]
    assert {row.reason for row in rows(parley) if row.state == "skipped"} == {
        "edits do not cross this bridge",
        "reactions do not cross this bridge",
    }
    assert scene.api.patch(path, {"direction": "in"}).status == 200
    scene.one.type("C1", "ann", "Not over there")
    scene.two.type("D1", "bob", "But from there")
    go(parley, scene)
    assert texts(scene.two, "D1") == ["First", "But from there"]
    assert texts(scene.one, "C1") == ["Changed", "Not over there", "But from there"]
    assert scene.api.delete(path).status == 204
    scene.two.type("D1", "bob", "Into the void")
    go(parley, scene)
    assert "Into the void" not in texts(scene.one, "C1")


def test_a_conversation_is_one_rooms_and_what_came_before_it_was_bound_is_for_agents_alone(parley, scene):
    other = scene.triage("beta")
    assert scene.api.post(f"/v1/rooms/{other}/bridges", {"install": ONE, "conversation": "C1"}).status == 409
    root = scene.one.type("C1", "ann", "To Acme")
    late = scene.one.events.pop()
    assert isinstance(late, Said)
    scene.one.type("C1", "ann", "Still to Acme")
    go(parley, scene)
    bind(scene, other, ONE, "C1", rebind=True)
    arrive_as(parley, late, install=ONE)
    reply = scene.one.type("C1", "eve", "In Acme's thread, to Beta", thread=root)
    go(parley, scene)
    landed = {text: parley.store.one(ref(Room, room)) for text, room in said(parley)}
    assert landed["To Acme"].kind == "visitor"
    assert landed["Still to Acme"].id == scene.room
    assert landed["In Acme's thread, to Beta"].id == other
    assert parley.store.one(ref(Mapped, ONE, reply)).room == other
    assert texts(scene.two, "D1") == ["Still to Acme"]


def said(parley):
    found = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Message)]
    return [(message.text, message.room) for message in found]


@pytest.mark.parametrize("since", [0, 100])
def test_a_forked_thread_takes_its_late_events_along(parley, scene, since):
    """Whatever change of the first room its bridges began with: that is no number of the other one's."""
    root = scene.one.type("C1", "ann", "One thing")
    go(parley, scene)
    scene.one.type("C1", "ann", "and more of it", thread=root)
    scene.one.edit(root, "One thing, edited late")
    edit = scene.one.events.pop()
    go(parley, scene)
    first = parley.store.page(Listing("posts", (scene.room,)), 10).items[0]
    for bridge in parley.store.page(Listing("bridges", (scene.room,)), 10).items:
        parley.store.commit(over(bridge.changed(since=since), bridge))
    forked = scene.api.post(f"/v1/rooms/{scene.room}/fork", {"name": "One", "from": first.id}).json["id"]
    arrive_as(parley, edit, install=ONE)
    scene.one.type("C1", "ann", "said in the thread", thread=root)
    scene.one.type("C1", "ann", "said beside it")
    go(parley, scene)
    rooms = dict(said(parley))
    assert rooms["said in the thread"] == rooms["One thing, edited late"] == forked
    assert rooms["said beside it"] == scene.room
    assert scene.api.post(f"/v1/rooms/{forked}/messages", {"text": "Answer"}).status == 201
    there = scene.two.posts[next(iter(scene.two.posts))]
    scene.two.react(there.id, "bob", "eyes")
    go(parley, scene)
    answer = next(post for post in scene.one.posts.values() if post.text == "Answer")
    assert answer.thread == root
    assert ("us", "eyes") in scene.one.posts[root].reactions
    assert "Answer" in texts(scene.two, "D1")


def test_a_code_connects_once(parley, scene):
    beta = scene.triage("beta")
    made = scene.api.post(f"/v1/rooms/{beta}/connect-codes").json
    connected = Connected(code=made["code"].upper(), conversation="C9", account="T2", name="#help")
    for _ in range(2):
        arrive_as(parley, connected, install=ONE)
    bridge = scene.api.get(f"/v1/rooms/{beta}/bridges").json["items"][0]
    assert (bridge["conversation"], bridge["name"], bridge["account"]) == ("C9", "#help", "T2")
    arrive_as(parley, Connected(code=made["code"], conversation="C10", account="T2"), install=ONE)
    assert len(scene.api.get(f"/v1/rooms/{beta}/bridges").json["items"]) == 1
    scene.one.type("C9", "zoe", "Hello")
    go(parley, scene)
    assert dict(said(parley))["Hello"] == beta


def test_a_lost_account_pauses_the_install_and_what_it_missed_follows(parley, scene):
    scene.two.failing = ["gone"]
    for number in range(60):
        scene.one.type("C1", "ann", f"n{number}")
    go(parley, scene)
    install = scene.api.get(f"/v1/installs/{TWO}").json
    assert (install["state"], install["disabled_because"]) == ("paused", "token_revoked")
    assert texts(scene.two, "D1") == []
    assert scene.api.post(f"/v1/installs/{TWO}/replay").status == 409
    assert scene.api.patch(f"/v1/installs/{TWO}", {"state": "active"}).status == 200
    assert scene.api.post(f"/v1/installs/{TWO}/replay").json == {"replayed": 50, "more": True}
    go(parley, scene, 70)
    assert texts(scene.two, "D1") == [f"n{number}" for number in range(60)]


def test_an_archived_conversation_pauses_its_bridge(parley, scene):
    arrive_as(parley, Shut(conversation="D1", reason="the channel is archived"), install=TWO)
    bridges = {b["install"]: b for b in scene.api.get(f"/v1/rooms/{scene.room}/bridges").json["items"]}
    assert bridges[TWO]["paused"] == "the channel is archived"
    scene.one.type("C1", "ann", "Missed")
    go(parley, scene)
    assert texts(scene.two, "D1") == []
    arrive_as(parley, Shut(conversation="D1"), install=TWO)
    path = f"/v1/rooms/{scene.room}/bridges/{bridges[TWO]['id']}/replay"
    assert scene.api.post(path).json == {"replayed": 1, "more": False}
    go(parley, scene)
    assert texts(scene.two, "D1") == ["Missed"]


def test_an_unbound_conversation_opens_no_room(parley, scene):
    speaker = Speaker(outside="ann")
    arrival = Said(id="C7/1", speaker=speaker, text="Hm", at=1, conversation="C7", thread="C7/1", tied=True)
    assert arrive_as(parley, arrival, install=ONE).ignored == ["unbound-conversation"]


def test_an_echo_that_comes_before_the_answer_completes_the_delivery(parley, scene):
    scene.two.failing = ["lost answer"]
    scene.one.type("C1", "ann", "Once")
    go(parley, scene)
    assert texts(scene.two, "D1") == ["Once"]
    assert [row.state for row in rows(parley)] == ["sent"]


def test_a_lane_takes_one_a_second_and_a_pause_that_was_asked_for(parley, scene):
    for number in range(4):
        scene.one.type("C1", "ann", f"n{number}")
    scene.two.failing = ["", "429"]
    began = parley.clock.at
    pass_on(parley, scene.one, ONE)
    parley.receive_all()
    parley.react_all()
    while parley.queues.calls or parley.queues.late:
        parley.deliver_all()
        for call, seconds in parley.queues.late[:1]:
            parley.clock.at += seconds * 1000
            parley.queues.late.pop(0)
            parley.queues.wake([call])
    assert texts(scene.two, "D1") == [f"n{number}" for number in range(4)]
    times = [at for _, how, at in scene.two.calls if how != "429"]
    assert all(later - before >= 1000 for before, later in zip(times, times[1:], strict=False))
    assert 33_000 < parley.clock.at - began < 45_000
