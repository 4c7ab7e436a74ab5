"""Segments of those who asked for an issue, and broadcasts to its rooms."""

from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.test_footing import made, members


def raised(tenant: Tenant, *customers: str, **fields: object) -> str:
    """An issue, with the triage rooms of customers behind it."""
    got = tenant.api.post("/v1/issues", {"title": "Secret cause", "kind": "feature", **fields})
    assert got.status == 201, got.text
    for customer in customers:
        tied = tenant.api.post(f"/v1/issues/{got.json['id']}/rooms", {"room": tenant.triage(customer)})
        assert tied.status == 201, tied.text
    return str(got.json["id"])


def settled(parley: Parley) -> None:
    parley.react_all()
    parley.work_all()


def test_who_has_asked_for_an_issue(parley: Parley, tenant: Tenant) -> None:
    issue, other = raised(tenant, "acme", "beta"), raised(tenant)
    segment = made(tenant, {"has_asked_for": issue})
    late = made(tenant, {"not": {"any": [{"has_asked_for": other}, {"has_asked_for": issue}]}})
    tenant.customer("gamma")
    settled(parley)
    assert (members(tenant, segment), members(tenant, late)) == (["acme", "beta"], ["gamma"])
    tenant.api.delete(f"/v1/issues/{issue}/rooms/{tenant.triage('beta')}")
    tenant.api.post(f"/v1/issues/{other}/rooms", {"room": tenant.triage("gamma")})
    settled(parley)
    assert (members(tenant, segment), members(tenant, late)) == (["acme"], ["beta"])
    preview = tenant.api.post("/v1/segments/preview", {"filter": {"has_asked_for": other}}).json
    assert [each["external_id"] for each in preview["sample"]] == ["gamma"]


def test_an_issue_that_was_merged_stands_for_what_it_went_into(parley: Parley, tenant: Tenant) -> None:
    first, second = raised(tenant, "acme"), raised(tenant, "beta")
    segment = made(tenant, {"has_asked_for": first})
    settled(parley)
    assert tenant.api.post(f"/v1/issues/{first}/merge", {"into": second}).status == 200
    parley.sync_all()
    settled(parley)
    assert members(tenant, segment) == ["acme", "beta"]


def test_a_filter_names_an_issue_that_is_there(tenant: Tenant, parley: Parley) -> None:
    theirs = raised(Tenant.found("Other", parley.clock.at // 1000))
    for told in ("iss_none", theirs, 7, None, ["iss"]):
        got = tenant.api.post("/v1/segments", {"name": "S", "filter": {"all": [{"has_asked_for": told}]}})
        assert (got.status, got.json["field"][:6]) == (422, "filter")
