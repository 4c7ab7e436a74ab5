"""An agent's own marks on a room: it is unread again, it is followed; and who has read it up to where."""

import pytest

from tests.api import Client, Tenant
from tests.fakes import Parley


def colleague(tenant: Tenant, name: str, role: str = "agent") -> tuple[str, Client]:
    made = tenant.api.post("/v1/agents", {"name": name, "role": role}).json
    key = tenant.api.post("/v1/api-keys", {"name": name, "agent": made["id"], "scopes": ["read", "write"]}).json
    return str(made["id"]), Client(key["key"])


@pytest.fixture
def room(tenant: Tenant) -> str:
    return f"/v1/rooms/{tenant.triage()}"


def say(who: Client, room: str, text: str, **fields: object) -> str:
    return str(who.post(f"{room}/messages", {"text": text, **fields}).json["id"])


def test_a_room_is_unread_again_until_it_is_read(tenant: Tenant, room: str) -> None:
    api = tenant.api
    first = say(tenant.user(), room, "One")
    say(tenant.user(), room, "Two")
    note = say(api, room, "A note", internal=True)
    assert api.get(room).json["unread"] == 0  # who speaks has read
    got = api.put(f"{room}/read", {"unread": True}).json
    assert (got["unread"], got["change"]) == (1, 2)
    assert api.put(f"{room}/read", {"unread": True, "message": first}).json["unread"] == 3
    again = api.put(f"{room}/read", {"unread": True, "message": note}).json
    assert again["unread"] == 3, "it is no way to read"
    say(tenant.user(), room, "Three")
    assert api.get(room).json["unread"] == 4
    assert [each["unread"] for each in api.get("/v1/rooms").json["items"]] == [4]
    assert api.put(f"{room}/read", {}).json["unread"] == 0


def test_it_is_of_nobody_elses_mark_and_of_agents_alone(tenant: Tenant, room: str) -> None:
    _, other = colleague(tenant, "Bea")
    say(tenant.user(), room, "One")
    for who in (tenant.api, other):
        who.put(f"{room}/read", {})
    tenant.api.put(f"{room}/read", {"unread": True})
    assert (tenant.api.get(room).json["unread"], other.get(room).json["unread"]) == (1, 0)
    assert tenant.user().put(f"{room}/read", {"unread": True}).status == 403
    empty = tenant.user().post("/v1/rooms", {"name": "Nothing yet"}).json["id"]
    refused = tenant.api.put(f"/v1/rooms/{empty}/read", {"unread": True})
    assert (refused.status, refused.json["field"]) == (422, "unread")


def test_a_room_is_followed_by_whoever_wants_to_and_no_customer_sees_it(tenant: Tenant, room: str) -> None:
    bea, api = colleague(tenant, "Bea", role="reader")
    for _ in range(2):
        got = api.put(f"{room}/follow")
        assert (got.status, got.json["followers"]) == (200, [bea])
    change = tenant.api.get(room).json["change"]
    assert change == 1, "the same again changes nothing"
    assert tenant.user().get(room).json["followers"] == []
    assert tenant.user().put(f"{room}/follow").status == 403
    ci = tenant.api.post("/v1/api-keys", {"name": "CI", "kind": "machine", "scopes": ["read", "write"]}).json
    assert Client(ci["key"]).put(f"{room}/follow").status == 403
    for _ in range(2):
        assert api.delete(f"{room}/follow").json["followers"] == []


def test_who_has_read_it_up_to_where_is_for_agents(parley: Parley, tenant: Tenant, room: str) -> None:
    ann, bob = tenant.user(), tenant.user(user="bob")
    asked = say(ann, room, "One")
    say(tenant.api, room, "Two")
    bob.put(f"{room}/read", {"message": asked})
    marks = tenant.api.get(f"{room}/read-marks").json["items"]
    assert [(each["kind"], each["name"], each["change"]) for each in marks] == [
        ("agent", tenant.api.get("/v1/me").json["name"], 2),
        ("user", "ann", 1),
        ("user", "bob", 1),
    ]
    assert ann.get(f"{room}/read-marks").status == 403
