"""A page calls its message by a name of its own (client id), and finds it again by it wherever the message is told."""

import pytest

from chalicelib.desk.messages import Message
from chalicelib.desk.rooms import Room
from chalicelib.edge import frames
from chalicelib.ports import ref
from tests.api import Tenant
from tests.fakes import Parley


def test_it_is_told_back_wherever_the_message_is(parley: Parley, tenant: Tenant) -> None:
    ann, room = tenant.user(), tenant.triage()
    posted = ann.post(f"/v1/rooms/{room}/messages", {"text": "Hello", "client_id": "a1b2"}, headers=KEY)
    assert posted.json["client_id"] == "a1b2"
    again = ann.post(f"/v1/rooms/{room}/messages", {"text": "Hello", "client_id": "a1b2"}, headers=KEY)
    assert again.json == posted.json
    page = ann.get(f"/v1/rooms/{room}/messages").json["items"]
    changes = ann.get(f"/v1/rooms/{room}/changes", after="0").json["items"]
    assert [m["client_id"] for m in page] == [c["message"]["client_id"] for c in changes] == ["a1b2"]
    message, stored = parley.store.one(ref(Message, room, 1, False)), parley.store.one(ref(Room, room))
    assert stored
    assert message
    assert (
        frames.changed(message, message, stored, base_url="", watched=True)["frame"]["message"]["client_id"] == "a1b2"
    )


KEY = {"Idempotency-Key": "a1b2"}


def test_a_message_needs_none(tenant: Tenant) -> None:
    room = tenant.triage()
    assert tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Hello"}).json["client_id"] is None


@pytest.mark.parametrize("bad", ["a b", "a\n", "<b>", "x" * 65, 7, None])
def test_one_that_is_no_name_is_refused(tenant: Tenant, bad: object) -> None:
    got = tenant.api.post(f"/v1/rooms/{tenant.triage()}/messages", {"text": "Hello", "client_id": bad})
    assert (got.status, got.json["field"]) == (422, "client_id")
