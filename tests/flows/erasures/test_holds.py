"""A hold wins (legal hold): who meets a held person, customer or user waits, and goes on once nobody holds them."""

from typing import Any

import pytest

from chalicelib.desk.holds import Reach
from chalicelib.desk.workspaces import Audit
from tests.api import Client, Tenant
from tests.fakes import Parley


@pytest.fixture
def api(tenant: Tenant) -> Client:
    return tenant.api


@pytest.fixture
def ids(parley: Parley, tenant: Tenant, api: Client) -> dict[str, str]:
    """Ann of Acme and Ann of Bolt, who are one person; Bob of Acme; a visitor."""
    found = {}
    for customer, user in (("acme", "ann"), ("acme", "bob"), ("bolt", "ann")):
        tenant.user(customer, user).get("/v1/me")
        shown = api.get(f"/v1/customers/{customer}/users/{user}").json
        found[f"{user} of {customer}"] = shown["id"]
        found[customer] = api.get(f"/v1/customers/{customer}").json["id"]
    api.patch("/v1/workspace", {"visitors": True})
    visit = {"workspace": tenant.id, "name": "Eve", "email": "eve@gate.example", "text": "Hello?"}
    found["visit"] = Client(Client().post("/v1/visitors", visit).json["token"]).get("/v1/me").json["id"]
    tie = {"member": {"customer": "bolt", "user": "ann"}}
    path = f"/v1/people/{found['ann of acme']}"
    assert api.post(f"{path}/ties", tie, customer="acme").status == 200
    found["person"] = api.get(path, customer="acme").json["id"]
    parley.settle()
    return found


ASKED: dict[str, Any] = {
    "ann of acme": {"user": "ann of acme", "customer": "acme"},
    "bob of acme": {"user": "bob of acme", "customer": "acme"},
    "ann of bolt": {"user": "ann of bolt", "customer": "bolt"},
    "acme": {"customer": "acme"},
    "bolt": {"customer": "bolt"},
    "person": {"person": "person"},
    "visit": {"visitor": "visit"},
}
# Held → all whose erasure it stops.
STOPS = {
    "ann of acme": {"ann of acme", "acme", "person"},
    "bob of acme": {"bob of acme", "acme"},
    "acme": {"ann of acme", "bob of acme", "acme", "person"},
    "person": {"ann of acme", "ann of bolt", "person", "acme", "bolt"},
    "visit": {"visit"},
}


def body(ids: dict[str, str], name: str) -> dict[str, str]:
    return {field: ids[value] for field, value in ASKED[name].items()}


@pytest.mark.parametrize("held", STOPS)
@pytest.mark.parametrize("name", ASKED)
def test_a_hold_stops_whoever_meets_it_and_its_end_lets_them_go_on(
    parley: Parley, api: Client, ids: dict[str, str], held: str, name: str
) -> None:
    hold = api.post("/v1/holds", body(ids, held) | {"reason": "Case 7"}).json
    in_the_way = [hold["id"]] if name in STOPS[held] else []
    assert [each["id"] for each in api("GET", "/v1/holds", **body(ids, name)).json["items"]] == in_the_way
    erasure = api.post("/v1/erasures", body(ids, name)).json
    assert state(parley, api, erasure["id"]) == ("held" if name in STOPS[held] else "done")
    assert api.delete(f"/v1/holds/{hold['id']}").status == 204
    assert state(parley, api, erasure["id"]) == "done"
    assert api.get("/v1/holds").json["items"] == []


def state(parley: Parley, api: Client, erasure: str) -> str:
    """How an erasure stands once its worker has nothing more to do for some hours."""
    for _ in range(12):
        parley.settle()
        parley.clock.sleep(900)
        parley.due()
    return str(api.get(f"/v1/erasures/{erasure}").json["state"])


def test_a_hold_is_there_once_and_says_whose_why_and_who_placed_it(
    parley: Parley, api: Client, ids: dict[str, str]
) -> None:
    first = api.post("/v1/holds", body(ids, "ann of acme") | {"reason": "Case 7"})
    again = api.post("/v1/holds", body(ids, "ann of acme"))
    assert first.status == again.status == 201
    assert first.json == again.json
    [shown] = api.get("/v1/holds").json["items"]
    assert shown == first.json
    assert (shown["of"], shown["target"], shown["customer"], shown["reason"]) == (
        "user",
        ids["ann of acme"],
        ids["acme"],
        "Case 7",
    )
    api.delete(f"/v1/holds/{shown['id']}")
    verbs = [each for each in parley.records() if isinstance(each, Audit) and each.verb.startswith("hold.")]
    assert sorted(each.verb for each in verbs) == ["hold.placed", "hold.released"]
    assert "Case 7" not in str(verbs)


def test_nobody_is_held_who_is_not_there(api: Client, ids: dict[str, str]) -> None:
    assert api.post("/v1/holds", {"visitor": "vis_none"}).status == 404
    assert api.post("/v1/holds", {"user": ids["ann of acme"], "customer": ids["bolt"]}).status == 404
    assert api.post("/v1/holds", {"user": ids["ann of acme"]}).status == 422
    assert api.post("/v1/holds", {}).status == 422
    assert api.delete("/v1/holds/hol_none").status == 404


def reach(people: str = "", within: str = "", customers: str = "") -> Reach:
    return Reach(frozenset(people), frozenset(within), frozenset(customers))


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (reach(), reach(), False),
        (reach("a"), reach("ab"), True),
        (reach("a", "x"), reach("b", "x"), False),
        (reach("a", "x"), reach(customers="x"), True),
        (reach("a", "x"), reach(customers="y"), False),
        (reach(customers="x"), reach(customers="x"), True),
    ],
)
def test_meeting_is_mutual(one: Reach, other: Reach, meets: bool) -> None:
    assert one.meets(other) == other.meets(one) == meets


def test_who_is_held_or_exported_is_called_as_they_are_now(api: Client, ids: dict[str, str]) -> None:
    called = {
        name: api.get(f"/v1/people/{ids[name]}", customer=name.partition(" of ")[2]).json["name"]
        for name in ("ann of acme", "bob of acme", "ann of bolt")
    }
    called |= {"person": called["ann of acme"], "visit": "Eve", "acme": "acme", "bolt": "bolt"}
    for way in ("holds", "exports"):
        made = {name: api.post(f"/v1/{way}", body(ids, name)).json for name in ASKED}
        assert {name: each["name"] for name, each in made.items()} == called
        listed = {each["id"]: each["name"] for each in api.get(f"/v1/{way}").json["items"]}
        assert listed == {each["id"]: each["name"] for each in made.values()}
    assert api.get(f"/v1/exports/{made['person']['id']}").json["target"] == ids["person"]


def test_of_somebody_who_is_not_there_no_hold_is_listed(api: Client, ids: dict[str, str]) -> None:
    assert api("GET", "/v1/holds", visitor="vis_none").status == 404
    assert api("GET", "/v1/holds", user=ids["ann of acme"]).status == 422
    assert api("GET", "/v1/holds", **body(ids, "acme")).json == {"items": [], "next": None}
