"""Import first, declare after: values that are there become what they would have been, or are named; nobody is shut out
by a type that is younger than their values."""

from typing import Any

import pytest

from tests.api import Tenant
from tests.fakes import Parley

# a value that is there, and what it is as each type; ... where it does not fit
VALUES: list[tuple[Any, dict[str, Any]]] = [
    ("120", {"number": 120, "string": "120", "boolean": ..., "time": ..., "list": ["120"]}),
    ("1.5", {"number": 1.5, "string": "1.5"}),
    ("yes", {"boolean": True, "number": ...}),
    ("1", {"boolean": True, "number": 1}),
    ("2026-01-31", {"time": "2026-01-31", "number": ...}),
    ("red; blue", {"list": ["red", "blue"], "string": "red; blue"}),
    (" x ", {"string": " x "}),
    ("", {"string": "", "number": ..., "list": [""]}),
    (5, {"string": "5", "number": 5, "boolean": ..., "list": ["5"]}),
    (True, {"string": "true", "boolean": True, "number": ...}),
    (["a", "b"], {"list": ["a", "b"], "string": "a;b", "number": ...}),
    ({"a": 1}, {"string": '{"a":1}', "number": ...}),
    (None, {"number": None, "list": None}),
]
CASES = [(value, type_, wanted) for value, types in VALUES for type_, wanted in types.items()]


def declared(parley: Parley, tenant: Tenant, type_: str) -> dict[str, Any]:
    got = tenant.api.put("/v1/attributes/it", {"type": type_})
    assert got.status == 200, got.text
    parley.work_all()
    return dict(tenant.api.get(f"/v1/jobs/{got.json['job']}").json)


def it(tenant: Tenant, customer: str = "acme") -> Any:
    return tenant.api.get(f"/v1/customers/{customer}").json["attributes"].get("it")


@pytest.mark.parametrize(("value", "type_", "wanted"), CASES, ids=str)
def test_a_value_becomes_what_it_would_have_been_or_is_named(
    parley: Parley, tenant: Tenant, value: Any, type_: str, wanted: Any
) -> None:
    tenant.customer("acme", attributes={"it": value, "other": "1"})
    tenant.customer("beta")
    job = declared(parley, tenant, type_)
    assert (job["state"], job["done"], job["failed"]) == ("done", 2, wanted is ...)
    wrong = tenant.api.get(f"/v1/jobs/{job['id']}/errors").json["items"]
    assert [(each["field"], each["detail"].partition(":")[0]) for each in wrong] == (
        [("attributes.it", "acme")] if wanted is ... else []
    )
    found = tenant.api.get("/v1/customers/acme").json
    assert found["attributes"] == {"it": value if wanted is ... else wanted, "other": "1"}
    fields = {name: found[name] for name in ("name", "attributes", "domains", "opted_out", "state", "timezone")}
    assert tenant.api.put("/v1/customers/acme", fields).status == 200, "what GET gave can be PUT"


def test_a_filter_finds_whom_an_import_brought_before_the_type_was_declared(parley: Parley, tenant: Tenant) -> None:
    lines = [f"c{number},{number}" for number in range(120)]
    tenant.api.post("/v1/customers/import", {"csv": "\n".join(["external_id,it", *lines])})
    parley.work_all()
    assert it(tenant, "c7") == "7"
    job = declared(parley, tenant, "number")
    assert (job["done"], job["failed"]) == (120, 0)
    got = tenant.api.post("/v1/segments", {"name": "Large", "filter": {"attribute": "it", "greater": 100}})
    assert got.status == 201, got.text
    parley.settle()
    parley.work_all()
    assert len(tenant.api.get(f"/v1/segments/{got.json['id']}/members").json["items"]) == 19


def test_a_type_that_no_segment_uses_may_change(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", attributes={"it": "5"})
    for type_, value in (("number", 5), ("string", "5"), ("list", ["5"]), ("number", 5)):
        declared(parley, tenant, type_)
        assert it(tenant) == value
    made = tenant.api.post("/v1/segments", {"name": "Fives", "filter": {"attribute": "it", "equals": 5}}).json["id"]
    got = tenant.api.put("/v1/attributes/it", {"type": "string"})
    assert (got.status, got.json["field"]) == (409, "type")
    assert "Fives" in got.json["detail"]
    parley.work_all()
    tenant.api.delete(f"/v1/segments/{made}")
    parley.work_all()
    declared(parley, tenant, "string")
    assert it(tenant) == "5"


def test_two_declarations_at_once_leave_the_later_ones_values(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", attributes={"it": "5"})
    first = tenant.api.put("/v1/attributes/it", {"type": "number"}).json["job"]
    assert declared(parley, tenant, "boolean")["failed"] == 1
    assert tenant.api.get(f"/v1/jobs/{first}").json["reason"] == "the attribute was declared anew since"
    assert it(tenant) == "5"


def test_what_changes_is_still_checked(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", attributes={"it": "many"})
    declared(parley, tenant, "number")
    for value, status in (("more", 422), (True, 422), (7, 200), ("many", 422)):
        assert tenant.api.put("/v1/customers/acme", {"attributes": {"it": value}}).status == status
