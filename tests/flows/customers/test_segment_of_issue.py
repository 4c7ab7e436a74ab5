"""Segments of those who asked for an issue, and broadcasts to its rooms."""

from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.broadcasts.test_broadcasting import results, sent, shown, texts
from tests.flows.customers.test_customer_totals import made, members


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
    for name in ("iss_none", theirs, 7, None, ["iss"]):
        got = tenant.api.post("/v1/segments", {"name": "S", "filter": {"all": [{"has_asked_for": name}]}})
        assert (got.status, got.json["field"][:6]) == (422, "filter")


def test_a_broadcast_goes_to_the_rooms_behind_an_issue(parley: Parley, tenant: Tenant) -> None:
    public = {"public_title": "Exports", "public_text": "They are quicker now."}
    issue = raised(tenant, "acme", "beta", **public)
    tenant.customer("gamma")
    topic = tenant.api.post("/v1/rooms", {"name": "Exports fail", "customer": "gamma"}).json["id"]
    for room in (topic, tenant.triage("gamma")):
        assert tenant.api.post(f"/v1/issues/{issue}/rooms", {"room": room}).status == 201
    id_ = sent(parley, tenant, issue=issue, text="{{issue.title}}: {{issue.text}} ({{room.name}})")
    fields = {row["room"]: row["reason"] for row in results(tenant, id_)}
    assert set(fields) == {tenant.triage("acme"), tenant.triage("beta"), tenant.triage("gamma"), topic}
    assert sorted(fields.values(), key=str) == [None, None, None, "the customer gets it in another room"]
    assert texts(tenant, "acme") == ["Exports: They are quicker now. (Triage)"]
    assert shown(tenant, id_)["issue"] == issue
    again = sent(parley, tenant, issue=issue, into="triage", text="Done")
    assert {row["room"] for row in results(tenant, again) if row["state"] == "stored"} == {
        tenant.triage(name) for name in ("acme", "beta", "gamma")
    }


def test_what_is_private_of_an_issue_is_never_told(parley: Parley, tenant: Tenant) -> None:
    issue = raised(tenant, "acme")
    id_ = tenant.api.post("/v1/broadcasts", {"issue": issue, "text": "About {{issue.title}}"}).json["id"]
    preview = tenant.api.get(f"/v1/broadcasts/{id_}/preview")
    assert [each["reason"] for each in preview.json["missing"]] == ["acme: issue.title is missing"]
    assert "Secret" not in preview.text
    for body, field in (
        ({"issue": "iss_none"}, "issue"),
        ({"customers": ["acme"], "text": "{{issue.title}}"}, "text"),
        ({"customers": ["acme"], "into": "room"}, "into"),
    ):
        got = tenant.api.post("/v1/broadcasts", {"text": "x", **body})
        assert (got.status, got.json["field"]) == (422, field)
