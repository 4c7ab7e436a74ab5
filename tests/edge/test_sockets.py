"""The WebSocket: authenticate first, then be told of rooms that one may see; hints, never content."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from chalicelib.desk.sockets import FIRST_FRAME, MAX_LIFE, Connection, Subscription
from chalicelib.edge import sockets as edge
from chalicelib.flows.push import push
from chalicelib.ports import ref
from chalicelib.store.rows import from_row
from tests.api import Tenant


@dataclass
class FakeSockets:
    """What each open connection was sent."""

    sent: dict = field(default_factory=dict)

    def send(self, connection, frame):
        if connection not in self.sent:
            return False
        json.dumps(frame)
        self.sent[connection].append(frame)
        return True

    def close(self, connection):
        self.sent[connection].append("closed")


@dataclass
class Line:
    """A client's end of a socket."""

    wire: FakeSockets
    id: str

    def open(self):
        self.wire.sent[self.id] = []
        edge.on_connect(SimpleNamespace(connection_id=self.id))
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
    made = FakeSockets()
    monkeypatch.setattr(edge, "world", lambda: parley.world)
    monkeypatch.setattr(edge, "sockets", lambda: made)
    return made


@pytest.fixture
def line(wire):
    return Line(wire, "c1=").open()


@pytest.fixture
def room(tenant):
    return tenant.triage()


def tell(parley, wire, room, n, internal=False):
    return push(parley.world, wire, {"room": room, "n": n, "internal": internal})


def test_a_user_is_told_that_a_room_moved_and_nothing_of_what_was_said(parley, tenant, wire, line, room):
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "before"})
    line.authenticate(tenant.user())
    assert line.say({"type": "subscribe", "room": room}) == {"type": "subscribed", "room": room, "change": 1}
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "secret"})
    assert tell(parley, wire, room, 2) == 1
    assert line.heard[-1] == {"type": "room.changed", "room": room, "change": 2}
    assert line.say({"type": "ping"}) == {"type": "pong"}
    assert line.say({"type": "unsubscribe", "room": room}) == {"type": "unsubscribed", "room": room}
    assert tell(parley, wire, room, 3) == 0


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
    parley.clock.at += FIRST_FRAME + 1
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
    parley.clock.at += MAX_LIFE
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
    assert parley.store.one(ref(Subscription, room, line.id)) is None


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
