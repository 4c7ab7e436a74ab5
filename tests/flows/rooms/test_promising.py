"""What a room is promised: set by agents, read by its customer, marked when it is late, settled by what is told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.desk.errors import Stale
from chalicelib.desk.permissions import Principal
from chalicelib.desk.rooms import Room
from chalicelib.edge.shapes.answers import time_of
from chalicelib.flows.rebuild import rebuild
from chalicelib.flows.rooms.update_room import update_room
from chalicelib.ports import ref
from tests.api import Client, Got, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.tracking import DONE, OPEN, WONTFIX, Desk

HOUR = 3_600_000


@pytest.fixture
def room(tenant: Tenant) -> str:
    return tenant.triage()


def due(parley: Parley, hours: float = 1) -> str:
    return time_of(parley.clock.at + int(hours * HOUR)) or ""


def promise(parley: Parley, caller: Client, room: str, hours: float = 1, text: str = "We will look") -> Got:
    got = caller.patch(f"/v1/rooms/{room}", {"promise": {"text": text, "due": due(parley, hours)}})
    parley.react_all()
    return got


def settle(parley: Parley, caller: Client, room: str, state: str) -> Got:
    got = caller.patch(f"/v1/rooms/{room}", {"promise": {"state": state}})
    parley.react_all()
    return got


def listed(caller: Client, **query: str) -> list[str]:
    got = caller.get("/v1/rooms", **query)
    assert got.status == 200, got.text
    return [each["id"] for each in got.json["items"]]


def changes(caller: Client, room: str) -> list[Any]:
    """Of each change of the promise, what it became."""
    items = caller.get(f"/v1/rooms/{room}/changes").json["items"]
    return [each["promise"] and each["promise"]["state"] for each in items if "promise" in each["fields"]]


def test_a_promise_is_kept_with_the_room_that_it_resolves(parley: Parley, tenant: Tenant, room: str) -> None:
    promise(parley, tenant.api, room)
    got = tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved", "promise": {"state": "kept"}})
    assert (got.status, got.json["state"], got.json["promise"]["state"]) == (200, "resolved", "kept")


def test_a_room_is_changed_by_who_has_seen_it_as_it_is(parley: Parley, room: str) -> None:
    found = parley.store.one(ref(Room, room))
    assert found
    who = Principal(workspace=found.workspace, kind="agent", id="agt_1", name="Bo", credential="key_1")
    moved = update_room(parley.world, who, room, fields={"name": "Seen"}, if_version=found.version)
    assert (moved.name, moved.version) == ("Seen", found.version + 1)
    with pytest.raises(Stale):
        update_room(parley.world, who, room, fields={"name": "Not seen"}, if_version=found.version)
    assert parley.store.one(ref(Room, room)) == moved


def test_an_agent_promises_and_the_customer_reads_it(parley: Parley, tenant: Tenant, room: str) -> None:
    ann = tenant.user()
    assert tenant.api.get(f"/v1/rooms/{room}").json["promise"] is None
    made = promise(parley, tenant.api, room).json["promise"]
    me = tenant.api.get("/v1/session").json["agent"]["id"]
    assert (made["text"], made["state"], made["by"], made["overdue"]) == ("We will look", "open", me, False)
    assert ann.get(f"/v1/rooms/{room}").json["promise"] == made
    assert settle(parley, tenant.api, room, "kept").json["promise"]["settled_at"]
    assert settle(parley, tenant.api, room, "kept").status == 200
    assert settle(parley, tenant.api, room, "open").json["promise"] == made
    assert tenant.api.patch(f"/v1/rooms/{room}", {"promise": None}).json["promise"] is None
    assert changes(ann, room) == changes(tenant.api, room) == ["open", "kept", "open", None]


def test_what_is_wrong_is_named(parley: Parley, tenant: Tenant, room: str) -> None:
    internal = tenant.api.post("/v1/rooms", {"name": "Us", "kind": "internal"}).json["id"]
    whole = {"text": "We will look", "due": due(parley)}
    assert tenant.user().patch(f"/v1/rooms/{room}", {"promise": whole}).status == 403
    for where, wanted, status, field in (
        (room, {"text": "We will look"}, 422, "promise.due"),
        (room, whole | {"due": "tomorrow"}, 422, "promise.due"),
        (room, whole | {"due": "2027-01-01T00:00:00"}, 422, "promise.due"),
        (room, whole | {"due": due(parley, -1)}, 422, "promise.due"),
        (room, whole | {"text": "a\nb"}, 422, "promise.text"),
        (room, whole | {"state": "lost"}, 422, "promise.state"),
        (room, {"state": "kept"}, 409, ""),
        (internal, whole, 409, "promise"),
    ):
        got = tenant.api.patch(f"/v1/rooms/{where}", {"promise": wanted})
        assert (got.status, got.json.get("field", "")) == (status, field), (wanted, got.text)
    tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved"})
    assert promise(parley, tenant.api, room).status == 409
    assert tenant.api.get("/v1/rooms", promise="kept").status == 422


def test_what_is_late_is_marked_once_and_comes_up(parley: Parley, tenant: Tenant, room: str) -> None:
    other = tenant.triage("beta")
    bo = tenant.api.post("/v1/agents", {"name": "Bo"}).json["id"]
    key = Client(tenant.api.post("/v1/api-keys", {"name": "Bo's", "agent": bo}).json["key"])
    tenant.api.patch(f"/v1/rooms/{room}", {"assignees": [bo]})
    promise(parley, tenant.api, room, 2)
    promise(parley, tenant.api, other, 1)
    assert listed(tenant.api, promise="open") == [other, room]
    assert listed(key, promise="open", assignee="me") == [room]
    assert listed(tenant.api, promise="overdue") == []
    assert listed(tenant.user(), promise="open") == [room]
    for hours, late in ((1.5, [other]), (1, [other, room]), (1, [other, room])):
        parley.clock.at += int(hours * HOUR)
        parley.due()
        parley.due()
        parley.react_all()
        assert listed(tenant.api, promise="overdue") == late
    assert listed(key, promise="overdue", assignee="me") == [room]
    seen = key.get(f"/v1/rooms/{room}").json
    assert (seen["promise"]["overdue"], seen["mentioned"]) == (True, True)
    assert not key.get(f"/v1/rooms/{other}").json["mentioned"]
    assert tenant.api.get(f"/v1/rooms/{other}").json["mentioned"]
    assert changes(key, room) == ["open", "open"]
    promise(parley, key, room, 5, "We look still")
    assert listed(tenant.api, promise="open") == [other, room]
    assert listed(tenant.api, promise="overdue") == [other]
    settle(parley, key, other, "broken")
    assert listed(tenant.api, promise="open") == [room]
    assert not any(name in rebuild(parley.store) for name in ("Room", "Shelf", "Place"))


def test_who_resolves_a_room_settles_its_promise(parley: Parley, tenant: Tenant, room: str) -> None:
    promise(parley, tenant.api, room)
    got = tenant.user().patch(f"/v1/rooms/{room}", {"state": "resolved"}).json
    parley.react_all()
    assert got["promise"]["state"] == "kept"
    assert listed(tenant.api, promise="open") == []
    parley.clock.at += 2 * HOUR
    parley.due()
    assert not tenant.api.get(f"/v1/rooms/{room}").json["promise"]["overdue"]


def test_webhooks_that_ask_are_told_what_becomes_of_it(parley: Parley, tenant: Tenant, room: str) -> None:
    events = ["promise.broken", "promise.kept", "promise.made", "promise.overdue", "promise.withdrawn"]
    for url, asked in (("https://a.example/", events), ("https://b.example/", ["promise.overdue"])):
        config = {"url": url, "all_rooms": False, "events": asked}
        assert tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config}).status == 201
    promise(parley, tenant.api, room)
    parley.deliver_all()
    parley.clock.at += 2 * HOUR
    parley.due()
    parley.react_all()
    settle(parley, tenant.api, room, "kept")
    parley.reacted.clear()
    parley.react_all()
    settle(parley, tenant.api, room, "open")
    tenant.api.patch(f"/v1/rooms/{room}", {"promise": None})
    parley.settle()
    fields: dict[str, list[dict[str, Any]]] = {}
    for url, body, _ in parley.outside.posts:
        fields.setdefault(url, []).append(json.loads(body))
    assert [each["type"] for each in fields["https://b.example/"]] == ["promise.overdue"] * 2
    mine = fields["https://a.example/"]
    assert [each["type"].partition(".")[2] for each in mine] == ["made", "overdue", "kept", "overdue", "withdrawn"]
    assert mine[0]["promise"]["text"] == "We will look"
    assert (mine[0]["room"]["id"], "message" in mine[0], mine[-1]["promise"]) == (room, False, None)
    rows = tenant.api.get(f"/v1/rooms/{room}/deliveries").json["items"]
    assert {row["state"] for row in rows} == {"sent"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with in_memory(Parley()) as parley:
        yield Desk(parley)


def state(desk: Desk, room: str) -> str:
    return str(desk.api.get(f"/v1/rooms/{room}").json["promise"]["state"])


@pytest.mark.parametrize("word", [DONE, WONTFIX], ids=["done", "declined"])
@pytest.mark.parametrize("resolve", [False, True])
def test_telling_that_the_issue_is_closed_keeps_each_rooms_promise(desk: Desk, word: Any, resolve: bool) -> None:
    desk.cross(policy="tell", resolve=resolve)
    desk.raised("acme", "beta", "gamma")
    rooms = [desk.room("acme"), desk.room("beta")]
    for room in rooms:
        promise(desk.parley, desk.api, room)
    desk.there.turn("1", word)
    desk.deliver(3)
    assert [state(desk, room) for room in rooms] == ["kept", "kept"]
    by = desk.api.get(f"/v1/rooms/{rooms[0]}/changes").json["items"]
    assert sum("promise" in each["fields"] for each in by) == 2
    promise(desk.parley, desk.api, rooms[1], 9, "Something else") if not resolve else None
    desk.there.turn("1", OPEN)
    desk.deliver(3)
    assert [state(desk, room) for room in rooms] == ["open", "open"]
    there = desk.api.get(f"/v1/rooms/{rooms[1]}").json["promise"]
    assert there["text"] == ("We will look" if resolve else "Something else")
    assert desk.api.get(f"/v1/rooms/{desk.room('gamma')}").json["promise"] is None


def test_what_an_agent_settled_stays_so_when_the_issue_is_reopened(desk: Desk) -> None:
    desk.cross(policy="tell")
    desk.raised("acme")
    room = desk.room("acme")
    promise(desk.parley, desk.api, room)
    settle(desk.parley, desk.api, room, "broken")
    desk.there.turn("1", DONE)
    desk.deliver()
    desk.there.turn("1", OPEN)
    desk.deliver()
    assert state(desk, room) == "broken"


def test_a_draft_settles_nothing_until_it_is_told(desk: Desk) -> None:
    desk.raised("acme")
    room = desk.room("acme")
    promise(desk.parley, desk.api, room)
    desk.there.turn("1", DONE)
    desk.deliver()
    assert state(desk, room) == "open"
    (draft,) = desk.notices()
    assert desk.api.post(f"/v1/notices/{draft['id']}/approve").status == 200
    desk.settle()
    assert state(desk, room) == "kept"
