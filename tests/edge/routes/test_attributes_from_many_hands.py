"""Attributes from many hands: a PATCH merges by name, each value keeps its source and time, nobody undoes another."""

from typing import Any

import pytest

from chalicelib.desk.attributes import merged
from tests.api import Client, Tenant
from tests.races.test_races import at_once

PATHS = ("/v1/customers/acme", "/v1/customers/acme/users/ann")


@pytest.fixture(params=PATHS)
def path(request: Any, tenant: Tenant) -> str:
    for each in PATHS:
        tenant.api.put(each, {"name": "N"})
    return str(request.param)


def key(tenant: Tenant, name: str) -> tuple[Client, str]:
    made = tenant.api.post("/v1/api-keys", {"name": name}).json
    return Client(made["key"]), made["id"]


def test_what_one_says_stays_when_another_says_more(tenant: Tenant, path: str) -> None:
    crm, crm_id = key(tenant, "CRM")
    billing, billing_id = key(tenant, "Billing")
    assert crm.patch(path, {"attributes": {"plan": "pro", "seats": 3}}).status == 200
    shown = billing.patch(path, {"attributes": {"arr": 1200, "plan": "pro"}}).json
    assert shown["attributes"] == {"plan": "pro", "seats": 3, "arr": 1200}
    sources = shown["attribute_sources"]
    assert {name: each["id"] for name, each in sources.items()} == {"plan": crm_id, "seats": crm_id, "arr": billing_id}
    assert sources["plan"]["kind"] == "key"
    assert sources["arr"]["at"] > sources["plan"]["at"] == sources["seats"]["at"]
    assert billing.patch(path, {"attributes": {"plan": "team"}}).json["attribute_sources"]["plan"]["id"] == billing_id
    gone = crm.patch(path, {"attributes": {"plan": None, "never": None}}).json
    assert (gone["attributes"], set(gone["attribute_sources"])) == ({"seats": 3, "arr": 1200}, {"seats", "arr"})
    assert crm.patch(path, {"name": "M"}).json["attributes"] == gone["attributes"]
    whole = tenant.api.put(path, {"attributes": {"seats": 3, "tier": 1}}).json
    assert whole["attributes"] == {"seats": 3, "tier": 1}
    assert whole["attribute_sources"]["seats"]["id"] == crm_id
    assert tenant.api.get(path).json == whole


def test_a_value_that_cannot_be_taken_refuses_all_and_is_named(tenant: Tenant) -> None:
    tenant.api.put("/v1/customers/acme", {"attributes": {"plan": "pro"}})
    tenant.api.put("/v1/attributes/arr", {"type": "number"})
    refused = tenant.api.patch("/v1/customers/acme", {"attributes": {"plan": "team", "arr": "much"}})
    assert (refused.status, refused.json["field"]) == (422, "attributes.arr")
    assert tenant.api.get("/v1/customers/acme").json["attributes"] == {"plan": "pro"}
    many = {f"a{n}": n for n in range(100)}
    assert tenant.api.patch("/v1/customers/acme", {"attributes": many}).status == 422
    assert tenant.api.patch("/v1/customers/nobody", {"attributes": {"plan": "pro"}}).status == 404
    assert tenant.api.patch("/v1/customers/acme/users/nobody", {"name": "N"}).status == 404


def test_an_import_is_the_source_of_what_it_changed(parley: Any, tenant: Tenant) -> None:
    tenant.api.put("/v1/customers/acme", {"attributes": {"plan": "pro", "tier": "1"}})
    before = tenant.api.get("/v1/customers/acme").json["attribute_sources"]
    job = tenant.api.post("/v1/customers/import", {"csv": "external_id,plan,tier\nacme,team,1"}).json["id"]
    parley.settle()
    shown = tenant.api.get("/v1/customers/acme").json["attribute_sources"]
    assert (shown["plan"]["kind"], shown["plan"]["id"]) == ("job", job)
    assert shown["tier"] == before["tier"]


def test_two_writers_at_once_lose_nothing(tenant: Tenant, path: str) -> None:
    answers = at_once(lambda n: tenant.api.patch(path, {"attributes": {f"a{n}": n}}), 8)
    assert {each.status for each in answers} == {200}
    assert tenant.api.get(path).json["attributes"] == {f"a{n}": n for n in range(8)}


def test_a_merge_changes_what_it_names_alone() -> None:
    assert merged({"a": 1, "b": None}, {"c": {"d": None}, "a": None}) == {"b": None, "c": {"d": None}}
