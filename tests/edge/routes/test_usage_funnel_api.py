"""The developers' funnel over the API: of those who began on the days asked for, and no reading beyond them."""

from typing import Any

import pytest

from chalicelib.desk.times import DAY_MS, MINUTE_MS, rfc3339
from chalicelib.edge.routes import usage_funnel
from tests.api import Tenant
from tests.fakes import Parley
from tests.usage import send, source


def event(parley: Parley, user: str, name: str, **said: Any) -> dict[str, Any]:
    """Something that happens to a developer of acme's now."""
    return {
        "type": "track",
        "event": name,
        "userId": user,
        "timestamp": rfc3339(parley.clock.at),
        "context": {"groupId": "acme"},
        "properties": {"key": f"k-{user}", **said},
    }


def folded(parley: Parley) -> None:
    """What came is folded."""
    parley.use_all()
    parley.clock.at += 6 * MINUTE_MS
    parley.due()
    parley.use_all()


def test_developers_come_from_a_key_to_a_week_with_calls(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme")
    made, key = source(parley, tenant)
    _, test = source(parley, tenant, mode="test")
    own = "ada@vendor.example"
    tenant.api.post("/v1/agents", {"name": "Ada", "email": own, "role": "agent"})
    people = ("ann", "bob", own)
    assert send(key, {"batch": [event(parley, user, "API Key Created") for user in people]}).status == 200
    assert send(test, {"batch": [event(parley, "tom", "API Key Created")]}).status == 200
    parley.clock.at += 10 * MINUTE_MS
    assert send(key, {"batch": [event(parley, "ann", "API Called", status=200)]}).status == 200
    folded(parley)
    shown = tenant.api.get("/v1/usage/funnel", by="source").json
    total = shown["total"]
    assert [total[stage] for stage in ("keys", "called", "succeeded", "active", "timed")] == [2, 1, 1, 1, 1]
    assert total["median_ms"] == total["p85_ms"] == pytest.approx(10 * MINUTE_MS, abs=1000)
    assert shown["parts"] == [{"value": made.id, "stages": total}]
    reach = shown["reach"]
    assert (reach["customers"], reach["largest"]["external_id"], reach["largest_share"]) == (1, "acme", 1.0)
    assert shown["complete"]
    assert tenant.api.get("/v1/usage/funnel", source="src_none").json["total"]["keys"] == 0
    parley.clock.at += 8 * DAY_MS
    later = tenant.api.get("/v1/usage/funnel").json
    assert (later["total"]["succeeded"], later["total"]["active"]) == (1, 0)
    today = later["last_day"]
    assert tenant.api.get("/v1/usage/funnel", first_day=today).json["total"]["keys"] == 0


def test_customers_that_are_the_vendors_own_to_try_things_stay_out_by_a_segment(parley: Parley, tenant: Tenant) -> None:
    _, key = source(parley, tenant)
    tenant.api.put("/v1/attributes/internal", {"type": "boolean"})
    for customer, attributes in (("acme", {}), ("tryout", {"internal": True})):
        tenant.api.put(f"/v1/customers/{customer}", {"name": customer, "attributes": attributes})
        said = event(parley, f"ann@{customer}", "API Key Created") | {"context": {"groupId": customer}}
        assert send(key, {"batch": [said]}).status == 200
    real = {"name": "Real", "filter": {"not": {"attribute": "internal", "equals": True}}}
    segment = tenant.api.post("/v1/segments", real).json["id"]
    folded(parley)
    parley.settle()
    assert tenant.api.get("/v1/usage/funnel").json["total"]["keys"] == 2
    assert tenant.api.get("/v1/usage/funnel", segment=segment).json["total"]["keys"] == 1
    other = Tenant.found("Other", parley.clock.at // 1000)
    others = other.api.post("/v1/segments", {"name": "Theirs", "customers": []}).json["id"]
    assert tenant.api.get("/v1/usage/funnel", segment=others).status == 404


def test_more_than_are_counted_at_once_are_told(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant.customer("acme")
    _, key = source(parley, tenant)
    for user in ("ann", "bob", "cy"):
        assert send(key, {"batch": [event(parley, user, "API Key Created")]}).status == 200
        parley.clock.at += MINUTE_MS
    folded(parley)
    monkeypatch.setattr(usage_funnel, "MOST", 2)
    shown = tenant.api.get("/v1/usage/funnel").json
    assert (shown["total"]["keys"], shown["complete"]) == (2, False)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"by": "customer"}, "by"),
        ({"first_day": "2020-01-01", "last_day": "2022-01-01"}, "last_day"),
        ({"first_day": "2020-01-02", "last_day": "2020-01-01"}, "last_day"),
        ({"first_day": "soon"}, "first_day"),
    ],
)
def test_what_makes_no_sense_is_refused(tenant: Tenant, query: dict[str, str], field: str) -> None:
    refused = tenant.api.get("/v1/usage/funnel", **query)
    assert (refused.status, refused.json["field"]) == (422, field)
