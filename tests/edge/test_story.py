"""The whole way of a message in memory: form and webhook in, room, answer, signed webhook out."""

import json

from standardwebhooks.webhooks import Webhook

from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.proofs import prove


def test_form_to_room_to_answer_to_webhook(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme", domains=["acme.example"])
    prove(parley, "acme.example")
    form = tenant.api.post("/v1/installs", {"kind": "form", "name": "Form"}).json
    hook = tenant.api.post(
        "/v1/installs", {"kind": "webhook", "name": "Hook", "config": {"url": "https://vendor.example/hook"}}
    ).json
    sent = Client().post(
        form["url"].removeprefix("https://parley.test"),
        raw="name=Ann&email=ann%40acme.example&message=It+is+broken",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
    )
    assert sent.status == 202, sent.text
    parley.settle()
    rooms = tenant.api.get("/v1/rooms", customer="acme").json["items"]
    room = next(room for room in rooms if room["kind"] == "topic")
    assert room["name"] == "It is broken"
    assert room["turn"] == "vendor"
    assert room["unread"] == 1
    said = tenant.api.get(f"/v1/rooms/{room['id']}/messages").json["items"][0]
    assert said["author"]["kind"] == "visitor"
    assert said["author"]["verified"] is False
    answered = tenant.api.post(f"/v1/rooms/{room['id']}/messages", {"text": "On it"})
    assert answered.status == 201
    parley.settle()
    rows = tenant.api.get(f"/v1/rooms/{room['id']}/deliveries").json["items"]
    assert [(row["what"], row["state"]) for row in rows] == [("post", "sent"), ("post", "sent")]
    _, body, headers = parley.outside.posts[-1]
    event = Webhook(hook["secret"]).verify(body, headers)
    assert event["message"]["text"] == "On it"


def test_a_user_talks_and_an_agent_answers(parley: Parley, tenant: Tenant) -> None:
    ann = tenant.user(name="Ann", email="ann@acme.example")
    room = ann.get("/v1/rooms").json["items"][0]
    assert room["kind"] == "triage"
    posted = ann.post(f"/v1/rooms/{room['id']}/messages", {"text": "Hello"}, headers={"Idempotency-Key": "k1"})
    again = ann.post(f"/v1/rooms/{room['id']}/messages", {"text": "Hello"}, headers={"Idempotency-Key": "k1"})
    other = ann.post(f"/v1/rooms/{room['id']}/messages", {"text": "Other"}, headers={"Idempotency-Key": "k1"})
    assert (posted.status, again.status, other.status) == (201, 201, 422)
    assert posted.text == again.text
    note = tenant.api.post(f"/v1/rooms/{room['id']}/messages", {"text": "Hm", "internal": True}).json
    assert note["internal"] is True
    assert ann.get(f"/v1/rooms/{room['id']}/messages/{note['id']}").status == 404
    tenant.api.post(f"/v1/rooms/{room['id']}/messages", {"text": "Hi Ann"})
    assert [m["text"] for m in ann.get(f"/v1/rooms/{room['id']}/messages").json["items"]] == ["Hi Ann", "Hello"]
    assert [m["text"] for m in tenant.api.get(f"/v1/rooms/{room['id']}/messages", after="0").json["items"]] == [
        "Hello",
        "Hm",
        "Hi Ann",
    ]
    assert ann.get(f"/v1/rooms/{room['id']}").json["unread"] == 1
    assert ann.put(f"/v1/rooms/{room['id']}/read", {}).json["unread"] == 0
    mine = posted.json["id"]
    edited = ann.patch(f"/v1/rooms/{room['id']}/messages/{mine}", {"text": "Hello!"}, headers={"If-Match": '"1"'})
    assert edited.json["edited_at"]
    stale = ann.patch(f"/v1/rooms/{room['id']}/messages/{mine}", {"text": "No"}, headers={"If-Match": '"1"'})
    assert stale.status == 412
    reacted = tenant.api.put(f"/v1/rooms/{room['id']}/messages/{mine}/reactions/%F0%9F%91%8D").json
    assert reacted["reactions"][0]["emoji"] == "👍"
    changes = ann.get(f"/v1/rooms/{room['id']}/changes", after="0").json["items"]
    assert [(c["change"], c["type"]) for c in changes] == [(1, "posted"), (3, "posted"), (4, "edited"), (5, "reaction")]
    fork = tenant.api.post(f"/v1/rooms/{room['id']}/fork", {"name": "Greeting", "from": mine}).json
    assert fork["origin"]["room"] == room["id"]
    assert [m["text"] for m in ann.get(f"/v1/rooms/{fork['id']}/messages").json["items"]] == ["Hello!"]
    assert tenant.api.patch(f"/v1/rooms/{room['id']}", {"state": "resolved"}).json["state"] == "resolved"
    ann.post(f"/v1/rooms/{room['id']}/messages", {"text": "Again"})
    assert ann.get(f"/v1/rooms/{room['id']}").json["state"] == "open"
    roster = ann.get(f"/v1/rooms/{room['id']}/roster").json["items"]
    assert {member["side"] for member in roster} == {"vendor", "customer"}
    assert json.loads(tenant.api.get("/v1/audit").text)["items"][0]["verb"] in {"room.changed", "room.forked"}
