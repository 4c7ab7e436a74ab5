"""Who knows: those who said the most useful things, with reasons, and nothing of others."""

import pytest

from tests.api import Client, Tenant
from tests.fakes import Parley


@pytest.fixture
def story(parley: Parley, tenant: Tenant) -> Tenant:
    """Zoe settled it, Max talked about it, Ann and Bob asked; at Acme's and at Bolt's."""
    tenant.customer("acme", name="Acme")
    tenant.zoe, tenant.max = (agent(tenant, name) for name in ("Zoe", "Max"))
    ann, bob = tenant.user("acme", "ann", name="Ann"), tenant.user("bolt", "bob", name="Bob")
    tenant.done = ann.post("/v1/rooms", {"name": "Webhook signatures"}).json["id"]
    tenant.open = bob.post("/v1/rooms", {"name": "Signature trouble"}).json["id"]
    ann.post(f"/v1/rooms/{tenant.done}/messages", {"text": "The signature of the webhook does not fit"})
    answer = {"text": "The webhook signature covers the raw body: do not parse it first"}
    tenant.zoe.post(f"/v1/rooms/{tenant.done}/messages", answer)
    tenant.api.patch(f"/v1/rooms/{tenant.done}", {"state": "resolved"})
    bob.post(f"/v1/rooms/{tenant.open}/messages", {"text": "A webhook with a wrong signature (secret of Bolt)"})
    tenant.max.post(f"/v1/rooms/{tenant.open}/messages", {"text": "I look at the signature of Bolt"})
    tenant.max.post(f"/v1/rooms/{tenant.open}/messages", {"text": "webhook signature hint", "internal": True})
    parley.settle()
    return tenant


def agent(tenant: Tenant, name: str) -> Client:
    made = tenant.api.post("/v1/agents", {"name": name}).json["id"]
    return Client(tenant.api.post("/v1/api-keys", {"name": "K", "agent": made}).json["key"])


def names(caller: Client, **query: str) -> list[str]:
    return [each["person"]["name"] for each in caller.get("/v1/experts", **query).json["items"]]


def test_who_settled_it_comes_first_with_the_reason(story: Tenant) -> None:
    zoe, *rest = story.api.get("/v1/experts", q="webhook signature").json["items"]
    assert (zoe["side"], zoe["person"]["name"], zoe["customer"]) == ("vendor", "Zoe", None)
    (reason,) = zoe["reasons"]
    assert (reason["why"], reason["room"]["id"], reason["room"]["state"]) == ("resolved", story.done, "resolved")
    assert "raw body" in reason["text"]
    assert [each["person"]["name"] for each in rest][:1] == ["Max"]
    ann = next(each for each in rest if each["person"]["name"] == "Ann")
    assert (ann["side"], ann["customer"]["name"], ann["reasons"][0]["why"]) == ("customer", "Acme", "asked")


def test_a_user_is_told_of_their_own_rooms_alone(story: Tenant) -> None:
    got = story.user("acme", "ann").get("/v1/experts", q="webhook signature")
    assert {each["person"]["name"] for each in got.json["items"]} == {"Zoe", "Ann"}
    assert "Bolt" not in got.text
    assert "note_" not in got.text
    bob = story.user("bolt", "bob").get("/v1/experts", q="webhook signature")
    assert {each["person"]["name"] for each in bob.json["items"]} == {"Max", "Bob"}
    assert "hint" not in bob.text
    assert "raw body" not in bob.text


def test_of_a_room_those_who_know_what_it_is_about(story: Tenant) -> None:
    assert names(story.api, room=story.open)[0] == "Zoe" or "Zoe" in names(story.api, room=story.open)
    assert story.user("acme", "ann").get("/v1/experts", room=story.open).status == 404
    assert story.api.get("/v1/experts", room="room_none").status == 404
    assert story.api.get("/v1/experts").json["field"] == "q"


def test_who_raised_and_tied_an_issue_and_what_a_customer_reads_of_it(story: Tenant, parley: Parley) -> None:
    raised = {"title": "HMAC of retries (internal)", "kind": "bug"}
    issue = story.max.post(f"/v1/rooms/{story.done}/issues", raised).json["id"]
    (found,) = [
        each for each in story.api.get("/v1/experts", q="webhook").json["items"] if each["person"]["name"] == "Max"
    ]
    assert [(each["why"], each["issue"]) for each in found["reasons"] if each["issue"]] == [("raised", issue)]
    ann = story.user("acme", "ann")
    assert "HMAC" not in ann.get("/v1/experts", q="webhook").text
    story.api.patch(f"/v1/issues/{issue}", {"public_title": "Signatures of retries"})
    answer = ann.get("/v1/experts", q="webhook").text
    assert "Signatures of retries" in answer
    assert "HMAC" not in answer


def test_who_is_gone_is_no_expert(story: Tenant) -> None:
    zoe = story.api.get("/v1/experts", q="webhook").json["items"][0]["person"]["id"]
    story.api.patch(f"/v1/agents/{zoe}", {"state": "gone"})
    assert "Zoe" not in names(story.api, q="webhook")


def test_a_topic_that_nobody_spoke_of(story: Tenant) -> None:
    assert names(story.api, q="chess") == []
    empty = story.api.post("/v1/rooms", {"name": "…", "customer": "acme"}).json["id"]
    assert names(story.api, room=empty) == []
