"""Internal notes: no way of a user, of a bridge or of a socket leads to one, nor to what quotes one."""

import json

import pytest

from chalicelib.desk.deliveries import Delivery
from chalicelib.store.rows import from_row
from tests.api import Tenant
from tests.fakes import Parley

MARK = "zebra-crossing"


@pytest.fixture
def room(parley: Parley, tenant: Tenant) -> str:
    """A room that a feed is told of, with a note between two messages; the note was edited and reacted to."""
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H", "config": {"url": "https://v.example/h"}})
    room = tenant.triage()
    said = tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "Hello"}).json
    note = tenant.api.post(
        f"/v1/rooms/{room}/messages", {"text": f"{MARK} 1", "internal": True, "reply_to": said["id"]}
    )
    url = f"/v1/rooms/{room}/messages/{note.json['id']}"
    assert tenant.api.patch(url, {"text": f"{MARK} 2"}).status == 200
    assert tenant.api.put(f"{url}/reactions/tada").status == 200
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Hi"})
    tenant.note = note.json["id"]
    parley.settle()
    return room


def everything(caller, room: str) -> str:
    """All that a caller can read of a room."""
    urls = [
        "/v1/rooms",
        f"/v1/rooms/{room}",
        f"/v1/rooms/{room}/messages",
        f"/v1/rooms/{room}/changes",
        f"/v1/rooms/{room}/roster",
    ]
    found = [caller.get(url) for url in urls]
    found += [
        caller.get(f"/v1/rooms/{room}/messages", after="0"),
        caller.get(f"/v1/rooms/{room}/messages", before="99"),
    ]
    assert all(got.status == 200 for got in found)
    return "\n".join(got.text for got in found)


def test_no_listing_of_a_users_shows_a_note(parley: Parley, tenant: Tenant, room: str) -> None:
    answer = everything(tenant.user(), room)
    assert "Hello" in answer
    assert MARK not in answer
    assert "note_" not in answer
    assert "tada" not in answer
    assert MARK in everything(tenant.api, room)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"text": "x"}),
        ("DELETE", "", None),
        ("PUT", "/reactions/tada", None),
        ("DELETE", "/reactions/tada", None),
    ],
)
@pytest.mark.parametrize("as_message", [False, True])
def test_a_note_is_not_there_for_a_user(tenant: Tenant, room: str, method, path, body, as_message) -> None:
    note = tenant.note.replace("note_", "msg_") if as_message else tenant.note
    assert tenant.user()(method, f"/v1/rooms/{room}/messages/{note}{path}", body).status == 404


def test_a_user_can_neither_answer_nor_fork_nor_mark_a_note_nor_write_one(tenant: Tenant, room: str) -> None:
    ann, url = tenant.user(), f"/v1/rooms/{room}"
    quote = {"message": tenant.note, "quote": {"start": 0, "end": 5}}
    for reply in (tenant.note, quote):
        refused = ann.post(f"{url}/messages", {"text": "x", "reply_to": reply})
        assert (refused.status, refused.json["field"]) == (422, "reply_to.message")
    assert ann.post(f"{url}/fork", {"name": "F", "from": tenant.note}).status == 422
    assert ann.put(f"{url}/read", {"message": tenant.note}).status == 422
    assert ann.post(f"{url}/messages", {"text": "x", "internal": True}).status == 403


def test_an_agent_cannot_quote_or_name_a_note_in_public(tenant: Tenant, room: str) -> None:
    url = f"/v1/rooms/{room}/messages"
    for reply in (tenant.note, {"message": tenant.note, "quote": {"start": 0, "end": 5}}):
        refused = tenant.api.post(url, {"text": "x", "reply_to": reply})
        assert (refused.status, refused.json["field"]) == (422, "reply_to.message")
        assert MARK not in refused.text
    kept = tenant.api.post(url, {"text": "x", "internal": True, "reply_to": tenant.note})
    assert kept.status == 201


def test_a_fork_takes_no_note_along(parley: Parley, tenant: Tenant, room: str) -> None:
    said = tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"]
    first, *_, last = [message["id"] for message in said if not message["internal"]]
    made = tenant.api.post(f"/v1/rooms/{room}/fork", {"name": "F", "from": first, "to": last}).json
    parley.settle()
    assert MARK not in everything(tenant.api, made["id"])
    assert "note_" not in everything(tenant.api, made["id"])
    refused = tenant.api.post(f"/v1/rooms/{room}/fork", {"name": "F", "from": tenant.note})
    assert refused.status == 422


def test_nothing_is_owed_or_sent_for_a_note(parley: Parley, tenant: Tenant, room: str) -> None:
    assert len(parley.outside.posts) == 2
    assert MARK not in json.dumps([body.decode() for _, body, _ in parley.outside.posts])
    rows = [from_row(row) for row in parley.table.rows.values()]
    assert {row.message for row in rows if isinstance(row, Delivery)} == {1, 5}


def test_notes_neither_count_nor_show_nor_move_the_room_for_a_user(parley: Parley, tenant: Tenant, room: str) -> None:
    ann = tenant.user()
    before = ann.get(f"/v1/rooms/{room}").json
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": MARK, "internal": True})
    after = ann.get(f"/v1/rooms/{room}").json
    for name in ("unread", "messages", "last_message", "last_message_at", "turn", "state"):
        assert after[name] == before[name]


def test_internal_rooms_are_not_there_for_users_and_never_leave(parley: Parley, tenant: Tenant, room: str) -> None:
    made = tenant.api.post("/v1/rooms", {"name": MARK, "kind": "internal", "customer": "acme"}).json
    tenant.api.post(f"/v1/rooms/{made['id']}/messages", {"text": MARK})
    parley.settle()
    ann = tenant.user()
    assert MARK not in ann.get("/v1/rooms").text
    assert ann.get(f"/v1/rooms/{made['id']}").status == 404
    assert ann.get(f"/v1/rooms/{made['id']}/messages").status == 404
    assert len(parley.outside.posts) == 2
    assert tenant.api.get(f"/v1/rooms/{made['id']}/deliveries").json["items"] == []
