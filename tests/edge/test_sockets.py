"""The WebSocket: authenticate first, then be told of what one may see, and of nothing else."""

import json
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from chalicelib.desk.broadcasts import Broadcast
from chalicelib.desk.connections import FIRST_FRAME_MS, MAX_LIFE_MS, Connection, Subscription
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.messages import Change, Message
from chalicelib.desk.rooms import Room
from chalicelib.edge import frames
from chalicelib.edge import sockets as edge
from chalicelib.flows.delivery.batch_reads import BatchReads
from chalicelib.flows.live.push import push
from chalicelib.ports import ref
from chalicelib.store.rows import from_row
from tests.api import Client, Tenant
from tests.fakes import FakeSockets


@dataclass
class Line:
    """A client's end of a socket."""

    wire: FakeSockets
    id: str

    def open(self, **headers):
        self.wire.sent[self.id] = []
        edge.on_connect(SimpleNamespace(connection_id=self.id, to_dict=lambda: {"headers": headers}))
        return self

    def say(self, frame):
        body = frame if isinstance(frame, str) or frame is None else json.dumps(frame)
        edge.on_message(SimpleNamespace(connection_id=self.id, body=body))
        return self.wire.sent[self.id][-1]

    def authenticate(self, caller):
        assert self.say({"type": "authenticate", "token": caller.credential})["type"] == "authenticated"
        return self

    @property
    def heard(self):
        return self.wire.sent[self.id]


@pytest.fixture
def wire(parley, monkeypatch):
    monkeypatch.setattr(edge, "world", lambda: parley.world)
    monkeypatch.setattr(edge, "sockets", lambda: parley.sockets)
    return parley.sockets


@pytest.fixture
def line(wire):
    return Line(wire, "c1=").open()


@pytest.fixture
def room(tenant):
    return tenant.triage()


def tell(parley, wire, room, n, internal=False):
    change = Change(version=1, room=room, n=n, type="room", at=1, by="agt_1", internal=internal)
    return push(
        parley.world, wire, frames.changed(change, None, parley.store.one(ref(Room, room)), base_url="", watched=True)
    )


def relayed(parley, wire):
    """What `react` derives from every message there is, pushed."""
    rows = [from_row(row) for row in parley.table.rows.values()]
    for message in sorted((row for row in rows if isinstance(row, Message)), key=lambda m: m.n):
        push(
            parley.world,
            wire,
            frames.changed(message, message, parley.store.one(ref(Room, message.room)), base_url="", watched=True),
        )


def test_a_user_is_told_what_happens_in_a_room(parley, tenant, wire, line, room):
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "before"})
    line.authenticate(tenant.user())
    subscribed = line.say({"type": "subscribe", "room": room})
    assert (subscribed["type"], subscribed["room"], subscribed["change"]) == ("subscribed", room, 1)
    assert [person["name"] for person in subscribed["here"]] == ["ann"]
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "secret"})
    assert tell(parley, wire, room, 2) == 1
    assert line.heard[-1] | {"type": "room.changed", "room": room, "change": 2} == line.heard[-1]
    assert line.say({"type": "ping"}) == {"type": "pong"}
    assert line.say({"type": "unsubscribe", "room": room}) == {"type": "unsubscribed", "room": room}
    assert tell(parley, wire, room, 3) == 0


def test_a_visitors_line_tells_nothing_more_once_a_team_has_spoken_in_their_room(parley, tenant, wire, line):
    tenant.api.patch("/v1/workspace", {"visitors": True})
    tenant.customer()
    body = {"workspace": tenant.id, "name": "Vi", "email": "vi@x.example", "text": "Hello"}
    made = Client().post("/v1/visitors", body).json
    room, agent = made["room"]["id"], Line(wire, "a").open().authenticate(tenant.api)
    agent.say({"type": "subscribe", "room": room})
    assert line.authenticate(Client(made["token"])).say({"type": "subscribe", "room": room})["type"] == "subscribed"
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "For the visitor"})
    parley.settle()
    assert "For the visitor" in str(line.heard)
    tenant.api.post(f"/v1/rooms/{room}/adoption", {"customer": "acme"})
    parley.settle()
    theirs = tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "A secret of the team"}).json["id"]
    tenant.api.delete(f"/v1/rooms/{room}/adoption")
    parley.settle()
    heard = len(line.heard)
    tenant.api.put(f"/v1/rooms/{room}/messages/{theirs}/reactions/%F0%9F%91%80")
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Of the team's secret"})
    parley.settle()
    assert line.heard[heard:] == []
    assert "secret" not in str(line.heard)
    assert "Of the team's secret" in str(agent.heard), "agents go on hearing of it"


def test_agents_alone_are_told_of_notes(parley, tenant, wire, room):
    agent, ann = Line(wire, "a").open().authenticate(tenant.api), Line(wire, "u").open().authenticate(tenant.user())
    for each in (agent, ann):
        each.say({"type": "subscribe", "room": room})
    assert tell(parley, wire, room, 1, internal=True) == 1
    assert (agent.heard[-1]["type"], ann.heard[-1]["type"]) == ("room.changed", "subscribed")


@pytest.mark.parametrize("kind", ["another customer", "another workspace", "nobody"])
def test_nobody_is_told_of_a_room_that_is_not_there_for_them(parley, tenant, wire, line, room, kind):
    if kind == "nobody":
        assert line.say({"type": "subscribe", "room": room}) == "closed"
        assert line.heard[-2]["status"] == 401
    else:
        stranger = tenant.user("beta", "bob") if kind == "another customer" else Tenant.found("B", tenant.now).api
        line.authenticate(stranger)
        assert line.say({"type": "subscribe", "room": room})["status"] == 404
    assert tell(parley, wire, room, 1) == 0


def test_internal_rooms_and_made_up_ones_are_not_there(tenant, line):
    internal = tenant.api.post("/v1/rooms", {"name": "I", "kind": "internal"}).json["id"]
    line.authenticate(tenant.user())
    for id_ in (internal, "room_none", "x" * 200, "\x00"):
        assert line.say({"type": "subscribe", "room": id_})["status"] == 404
    for id_ in ("", "x" * 201, 1, None, [], {}):
        assert line.say({"type": "subscribe", "room": id_})["field"] == "room"


FRAMES = [
    "",
    None,
    "{",
    "[]",
    "null",
    "1",
    '"ping"',
    '{"type": "dance"}',
    '{"type": []}',
    '{"type": {}}',
    '{"type": null}',
]
FRAMES += ["{}", '{"type": "ping", "type": "ping"}', "[" * 10_000, '{"type": NaN}', '{"type": "\ud800"}', "\x00"]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: str(frame)[:20])
def test_a_strange_frame_is_answered_with_a_problem_and_the_line_stays(tenant, line, frame):
    line.authenticate(tenant.user())
    problem = line.say(frame)
    assert problem["type"] == "problem"
    assert 400 <= problem["status"] < 500
    assert line.say({"type": "ping"}) == {"type": "pong"}


@pytest.mark.parametrize("token", [None, 1, "", "x", "a.b.c", "pk_a_b_c", ["x"]])
def test_a_bad_credential_ends_the_line(line, token):
    line.say({"type": "authenticate", "token": token})
    assert line.heard[-2]["status"] == 401
    assert line.heard[-1] == "closed"


def test_the_first_frame_must_come_soon(parley, tenant, line):
    parley.clock.at += FIRST_FRAME_MS + 1
    line.say({"type": "authenticate", "token": tenant.user().credential})
    assert (line.heard[-2]["detail"], line.heard[-1]) == ("the first frame came too late", "closed")


def test_a_line_belongs_to_one_person_who_may_renew(parley, tenant, line, room):
    line.authenticate(tenant.user())
    line.authenticate(tenant.user(exp=tenant.now + 600))
    line.say({"type": "authenticate", "token": tenant.user(user="bob").credential})
    assert (line.heard[-2]["detail"], line.heard[-1]) == ("a connection belongs to one person", "closed")


def test_an_unknown_line_is_closed(wire):
    wire.sent["stray"] = []
    edge.on_message(SimpleNamespace(connection_id="stray", body='{"type": "ping"}'))
    assert wire.sent["stray"][-1] == "closed"


def test_a_key_without_read_is_refused(tenant, line):
    key = tenant.api.post("/v1/api-keys", {"name": "K", "scopes": ["write"]}).json["key"]
    assert line.say({"type": "authenticate", "token": key})["status"] == 403


def test_it_ends_with_the_token_and_at_the_latest_after_two_hours(parley, tenant, wire, room):
    short = Line(wire, "short").open().authenticate(tenant.user(exp=tenant.now + 60))
    long = Line(wire, "long").open().authenticate(tenant.api)
    for each in (short, long):
        each.say({"type": "subscribe", "room": room})
    parley.clock.at += 61_000
    assert tell(parley, wire, room, 1) == 1
    short.say({"type": "subscribe", "room": room})
    assert (short.heard[-2]["detail"], short.heard[-1]) == ("the token is expired", "closed")
    parley.clock.at += MAX_LIFE_MS
    assert tell(parley, wire, room, 2) == 0
    records = [from_row(row) for row in parley.table.rows.values()]
    ends = [each.expires_at for each in records if isinstance(each, Connection | Subscription)]
    assert len(ends) == 4
    assert max(ends) <= parley.clock.at


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("what", ["user", "customer", "agent"])
def test_who_was_blocked_enters_no_further_room_with_what_they_had(tenant, wire, line, room, what, back):
    if what == "agent":
        made = tenant.api.post("/v1/agents", {"name": "Ag"}).json["id"]
        key = tenant.api.post("/v1/api-keys", {"name": "K", "agent": made}).json["key"]
        line.say({"type": "authenticate", "token": key})
        method, path = "PATCH", f"/v1/agents/{made}"
    else:
        line.authenticate(tenant.user())
        method, path = "PUT", "/v1/customers/acme" + ("/users/ann" if what == "user" else "")
    for state in ["blocked", "active"][: 1 + back]:
        assert tenant.api(method, path, {"state": state}).status == 200
    line.say({"type": "subscribe", "room": room})
    assert (line.heard[-2]["detail"], line.heard[-1]) == ("the credential was revoked", "closed")


def test_a_line_that_is_gone_is_forgotten(parley, tenant, wire, line, room):
    line.authenticate(tenant.user())
    line.say({"type": "subscribe", "room": room})
    edge.on_disconnect(SimpleNamespace(connection_id=line.id))
    assert parley.store.one(ref(Connection, line.id)) is None
    del wire.sent[line.id]
    assert tell(parley, wire, room, 1) == 0
    assert not [row for row in parley.table.rows.values() if isinstance(from_row(row), Subscription)]


def test_everybody_in_a_large_room_is_told(parley, tenant, wire, room):
    for number in range(130):
        Line(wire, f"c{number}").open().authenticate(tenant.user()).say({"type": "subscribe", "room": room})
    assert tell(parley, wire, room, 1) == 130


def test_what_is_said_while_somebody_subscribes_is_in_the_number_that_they_are_told(
    parley, tenant, line, room, monkeypatch
):
    line.authenticate(tenant.user())
    commit = parley.store.commit

    def meanwhile(*writes):
        monkeypatch.setattr(parley.store, "commit", commit)
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"})
        commit(*writes)

    monkeypatch.setattr(parley.store, "commit", meanwhile)
    assert line.say({"type": "subscribe", "room": room})["change"] == 1


def blocked_later(parley, wire):
    """What the stream tells once somebody was blocked."""
    for row in list(parley.table.rows.values()):
        record = from_row(row)
        if getattr(record, "valid_after", 0):
            push(parley.world, wire, {"ended": record.id, "at": record.valid_after})


@pytest.mark.parametrize("what", ["user", "customer"])
def test_the_line_of_who_was_blocked_ends(parley, tenant, wire, line, room, what):
    line.authenticate(tenant.user()).say({"type": "subscribe", "customer": "acme"})
    other = Line(wire, "o").open().authenticate(tenant.user("beta", "bob"))
    path = "/v1/customers/acme" + ("/users/ann" if what == "user" else "")
    tenant.api.put(path, {"state": "blocked"})
    blocked_later(parley, wire)
    assert (line.heard[-2]["status"], line.heard[-1]) == (401, "closed")
    assert "closed" not in other.heard
    assert tell(parley, wire, room, 1) == 0


def test_a_line_on_which_nobody_authenticates_ends(parley, tenant, wire):
    silent, known = Line(wire, "s").open(), Line(wire, "k").open().authenticate(tenant.user())
    assert parley.queues.pushes == [{"unproven": "s"}, {"unproven": "k"}]
    for asked_for in parley.queues.pushes:
        push(parley.world, wire, asked_for)
    assert silent.heard[-1] == "closed"
    assert known.say({"type": "ping"}) == {"type": "pong"}


def test_who_watches_a_customer_is_told_of_its_rooms_and_of_no_other(parley, tenant, wire, line, room):
    line.authenticate(tenant.user()).say({"type": "subscribe", "customer": "acme"})
    before = len(line.heard)
    topic = tenant.user().post("/v1/rooms", {"name": "T"}).json["id"]
    secret = tenant.api.post("/v1/rooms", {"name": "I", "kind": "internal", "customer": "acme"}).json["id"]
    other = tenant.triage("beta")
    for id_ in (room, topic, secret, other):
        tenant.api.post(f"/v1/rooms/{id_}/messages", {"text": "words"})
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "a note", "internal": True})
    relayed(parley, wire)
    heard = line.heard[before:]
    assert sorted(frame["room"] for frame in heard) == sorted([room, topic])
    assert {frame["message"]["text"] for frame in heard} == {"words"}
    assert heard[0]["summary"]["messages"] == 1
    assert "note" not in json.dumps(heard)


@pytest.mark.parametrize("topic", [{"customer": "beta"}, {"customer": "none"}, {"inbox": True}])
def test_a_user_watches_no_other_customer_and_no_inbox(tenant, line, topic):
    tenant.customer("beta")
    line.authenticate(tenant.user())
    assert line.say({"type": "subscribe", **topic})["status"] == 404


def test_an_agent_watches_the_inbox_of_their_own_workspace(parley, tenant, wire, line, room):
    other = Tenant.found("Other", tenant.now)
    line.authenticate(tenant.api).say({"type": "subscribe", "inbox": True})
    stranger = Line(wire, "x").open().authenticate(other.api)
    stranger.say({"type": "subscribe", "inbox": True})
    assert stranger.say({"type": "subscribe", "customer": "acme"})["status"] == 404
    line.say({"type": "subscribe", "room": room})
    before, ties = len(line.heard), BatchReads(parley.store)
    assert (ties.watched(tenant.id, parley.clock.now()), ties.watched("wsp_none", 1)) == (True, False)
    assert not ties.watched(tenant.id, parley.clock.now() + 2 * MAX_LIFE_MS)
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "once"})
    relayed(parley, wire)
    assert [frame["message"]["text"] for frame in line.heard[before:]] == ["once"]
    assert stranger.heard[-1]["status"] == 404


def test_typing_is_told_to_who_has_the_room_open_and_a_notes_to_agents_alone(parley, tenant, wire, room):
    ann, bob, agent = (Line(wire, name).open() for name in "abg")
    ann.authenticate(tenant.user(name="Ann"))
    bob.authenticate(tenant.user(user="bob"))
    agent.authenticate(tenant.api)
    for each in (ann, bob, agent):
        each.say({"type": "subscribe", "room": room})
    before = dict(parley.table.rows)
    ann.say({"type": "typing", "room": room})
    assert (bob.heard[-1]["type"], bob.heard[-1]["name"]) == ("room.typing", "Ann")
    assert agent.heard[-1]["type"] == "room.typing"
    assert ann.heard[-1]["type"] != "room.typing"
    heard = len(ann.heard)
    agent.say({"type": "typing", "room": room, "internal": True})
    assert len(ann.heard) == heard
    assert parley.table.rows == before
    listing = Line(wire, "l").open().authenticate(tenant.user(user="cy"))
    listing.say({"type": "subscribe", "customer": "acme"})
    parley.clock.at += 2_000
    ann.say({"type": "typing", "room": room})
    assert bob.heard[-1]["type"] == "room.typing"
    assert listing.heard[-1]["type"] == "subscribed"
    stranger = Line(wire, "z").open().authenticate(tenant.user("beta", "eve"))
    assert stranger.say({"type": "typing", "room": room})["status"] == 404


def test_who_comes_and_goes_is_told_once_a_person(tenant, wire, room):
    agent, ann, again = (Line(wire, name).open() for name in ("g", "a", "a2"))
    agent.authenticate(tenant.api).say({"type": "subscribe", "room": room})
    ann.authenticate(tenant.user()).say({"type": "subscribe", "room": room})
    assert (agent.heard[-1]["type"], agent.heard[-1]["here"]) == ("room.presence", True)
    here = again.authenticate(tenant.user()).say({"type": "subscribe", "room": room})["here"]
    assert len(here) == 2
    heard = len(agent.heard)
    ann.say({"type": "unsubscribe", "room": room})
    assert len(agent.heard) == heard
    edge.on_disconnect(SimpleNamespace(connection_id=again.id))
    assert agent.heard[-1]["here"] is False


def test_a_visitor_watches_their_own_room(parley, tenant, wire, line, room):
    tenant.api.patch("/v1/workspace", {"visitors": True})
    body = {"workspace": tenant.id, "name": "Vi", "email": "vi@x.example", "text": "Hello?"}
    made = Client().post("/v1/visitors", body).json
    line.say({"type": "authenticate", "token": made["token"]})
    assert line.say({"type": "subscribe", "room": made["room"]["id"]})["change"] == 1
    assert line.say({"type": "subscribe", "room": room})["status"] == 404
    assert line.say({"type": "subscribe", "customer": "acme"})["status"] == 404
    tenant.api.post(f"/v1/rooms/{made['room']['id']}/messages", {"text": "Hi Vi"})
    relayed(parley, wire)
    assert line.heard[-1]["message"]["text"] == "Hi Vi"


def test_a_read_mark_is_told(parley, tenant, wire, line, room):
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"})
    line.authenticate(tenant.user()).say({"type": "subscribe", "customer": "acme"})
    parley.queues.pushes.clear()
    assert tenant.user().put(f"/v1/rooms/{room}/read", {}).json["unread"] == 0
    (only,) = parley.queues.pushes
    assert push(parley.world, wire, only) == 1
    assert line.heard[-1] == {"type": "room.read", "room": room, "person": only["frame"]["person"], "change": 1}


def test_a_large_message_and_one_with_files_are_hints(parley, tenant, wire, line, room):
    line.authenticate(tenant.user()).say({"type": "subscribe", "room": room})
    file = tenant.api.post("/v1/attachments", {"name": "a.txt", "size": 1}).json["id"]
    for body in ({"text": "x" * 39_000}, {"text": "f", "attachments": [file]}):
        tenant.api.post(f"/v1/rooms/{room}/messages", body)
    relayed(parley, wire)
    assert [frame["message"] for frame in line.heard[-2:]] == [None, None]


def test_agents_who_watch_the_inbox_hear_of_trouble_with_deliveries_and_of_broadcasts(parley, tenant, wire, line, room):
    config = {"url": "https://vendor.example/hook"}
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H", "config": config})
    ann = Line(wire, "u").open().authenticate(tenant.user())
    ann.say({"type": "subscribe", "room": room})
    line.authenticate(tenant.api).say({"type": "subscribe", "inbox": True})
    parley.outside.down(1)
    for text in ("fails at first", "goes through"):
        tenant.user().post(f"/v1/rooms/{room}/messages", {"text": text})
    parley.settle()
    heard = len(ann.heard)
    rows = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Delivery)]
    found = [news for row in rows if (news := frames.delivery(row))]
    broadcast = tenant.api.post("/v1/broadcasts", {"customers": ["acme"], "text": "Hello"}).json["id"]
    found.append(frames.progress(parley.store.one(ref(Broadcast, broadcast))))
    for each in found:
        push(parley.world, wire, each)
    last = line.heard[-len(found) :]
    assert [frame["type"] for frame in last][-1] == "broadcast.changed"
    assert (last[0]["type"], last[0]["state"], last[0]["attempts"]) == ("delivery.changed", "queued", 1)
    assert len(found) == 1 + sum(row.state != "sent" for row in rows)
    assert len(ann.heard) == heard


def test_pages_of_other_sites_open_no_line_as_a_user(parley, tenant, wire):
    tenant.api.patch("/v1/workspace", {"allowed_origins": ["https://app.example.com"]})
    parley.clock.at += 31_000
    good, bad = Line(wire, "g").open(Origin="https://app.example.com"), Line(wire, "b").open(origin="https://x.example")
    good.authenticate(tenant.user())
    assert bad.say({"type": "authenticate", "token": tenant.user().credential})["status"] == 403
    bad.authenticate(tenant.api)


def test_a_users_coding_agent_opens_no_line(line, tenant):
    key = tenant.user().post("/v1/agent-keys", {"name": "Editor"}).json["key"]
    refused = line.say({"type": "authenticate", "token": key})
    assert (refused["type"], refused["status"]) == ("problem", 403)
