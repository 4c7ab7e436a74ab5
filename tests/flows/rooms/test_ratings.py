"""How it was: the person who asked is asked once a month, what they say is heard, and silence is silence."""

import json
from typing import Any

import pytest

from chalicelib.desk.times import DAY_MS
from tests.api import Client, Tenant
from tests.fakes import Parley

HOOK = "https://vendor.example/hook"


def ended(tenant: Tenant, *, user: str = "ann", outcome: str = "solved", **fields: Any) -> str:
    room = str(tenant.api.post("/v1/rooms", {"name": "Export", "customer": "acme"}).json["id"])
    assert tenant.user(user=user).post(f"/v1/rooms/{room}/messages", {"text": "It is down"}).status == 201
    body = {"state": "resolved", "outcome": outcome, "reason": "So", "tell": True} | fields
    assert tenant.api.patch(f"/v1/rooms/{room}", body).status == 200
    return room


@pytest.fixture
def acme(tenant: Tenant) -> Tenant:
    tenant.customer()
    return tenant


def rating(client: Client, room: str) -> Any:
    got = client.get(f"/v1/rooms/{room}/rating")
    return got.json["happy"] if got.status == 200 else got.status


def test_who_asked_is_asked_and_others_are_not(acme: Tenant) -> None:
    room = ended(acme)
    assert (rating(acme.user(), room), rating(acme.user(user="bob"), room), rating(acme.api, room)) == (None, 404, None)
    body = {"happy": False, "why": "Slow"}
    assert acme.user(user="bob").put(f"/v1/rooms/{room}/rating", body).status == 409
    assert acme.api.put(f"/v1/rooms/{room}/rating", body).status == 403
    given = acme.user().put(f"/v1/rooms/{room}/rating", body)
    assert (given.status, given.json["happy"], given.json["why"]) == (200, False, "Slow")
    assert acme.user().put(f"/v1/rooms/{room}/rating", {"happy": True}).json["happy"] is True
    (listed,) = acme.api.get("/v1/ratings").json["items"]
    assert (listed["person"]["name"], listed["outcome"], listed["happy"]) == ("ann", "solved", True)
    assert acme.user().get("/v1/ratings").status == 403


def test_a_person_is_asked_once_a_month(parley: Parley, acme: Tenant) -> None:
    first, second, other = ended(acme), ended(acme), ended(acme, user="bob")
    assert [rating(acme.api, room) for room in (first, second, other)] == [None, 404, None]
    parley.clock.at += 30 * DAY_MS
    acme.now = parley.clock.at // 1000
    third = ended(acme)
    assert rating(acme.api, third) is None
    assert [each["happy"] for each in acme.api.get("/v1/ratings").json["items"]] == [None, None, None]  # silence


def test_who_is_one_person_is_asked_once_a_month_whichever_of_theirs_asks(parley: Parley, acme: Tenant) -> None:
    for user in ("ann", "slack:U1"):
        acme.api.put(f"/v1/customers/acme/users/{user}", {"name": "Ann"})
    ann = acme.api.get("/v1/customers/acme/users/ann").json["id"]
    tie = {"member": {"customer": "acme", "user": "slack:U1"}}
    assert acme.api("POST", f"/v1/people/{ann}/ties", tie, customer="acme").status == 200
    assert [rating(acme.api, ended(acme, user=user)) for user in ("ann", "slack:U1")] == [None, 404]


@pytest.mark.parametrize(("outcome", "tell"), [("no_answer", True), ("duplicate", True), ("solved", False)])
def test_what_is_no_end_of_theirs_is_not_asked_about(acme: Tenant, outcome: str, tell: bool) -> None:
    assert rating(acme.api, ended(acme, outcome=outcome, tell=tell)) == 404


def test_whoever_listens_is_told_of_each_once(parley: Parley, acme: Tenant) -> None:
    config = {"url": HOOK, "all_rooms": False, "events": ["rating.given"]}
    assert acme.api.post("/v1/installs", {"kind": "webhook", "name": "H", "config": config}).status == 201
    room = ended(acme)
    parley.settle()
    for happy in (False, False, True):
        acme.user().put(f"/v1/rooms/{room}/rating", {"happy": happy, "why": "W"})
        parley.settle()
    parley.reacted.clear()
    parley.settle()
    bodies = [json.loads(body) for _, body, _ in parley.outside.posts]
    found = [(each["type"], each["rating"]["happy"], each["room"]["id"]) for each in bodies]
    assert found == [("rating.given", False, room), ("rating.given", True, room)]


def test_another_end_is_asked_about_anew_and_the_last_alone(parley: Parley, acme: Tenant) -> None:
    room = ended(acme)
    acme.user().put(f"/v1/rooms/{room}/rating", {"happy": True})
    parley.clock.at += 31 * DAY_MS
    acme.now = parley.clock.at // 1000
    acme.user().post(f"/v1/rooms/{room}/messages", {"text": "Down again"})
    acme.api.patch(f"/v1/rooms/{room}", {"state": "resolved", "outcome": "workaround", "tell": True})
    assert rating(acme.user(), room) is None
    assert [each["happy"] for each in acme.api.get("/v1/ratings").json["items"]] == [None, True]
