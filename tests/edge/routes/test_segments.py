"""Segments through the API: filters and their errors, lists, previews, members that follow what changes."""

import pytest

from chalicelib.desk.segments import MAX_SEGMENTS
from chalicelib.desk.times import rfc3339
from chalicelib.flows.clock import due_work
from tests.api import Client, Tenant
from tests.fakes import Parley

DAY = 24 * 60 * 60 * 1000
PRO = {"attribute": "plan", "equals": "pro"}


@pytest.fixture(autouse=True)
def _declared(tenant: Tenant) -> None:
    for name, type_ in {"plan": "string", "arr": "number", "vip": "boolean", "renewal": "time", "tags": "list"}.items():
        assert tenant.api.put(f"/v1/attributes/{name}", {"type": type_}).status == 200


def made(tenant: Tenant, filter_: object, name: str = "S") -> str:
    got = tenant.api.post("/v1/segments", {"name": name, "filter": filter_})
    assert got.status == 201, got.text
    return str(got.json["id"])


def members(tenant: Tenant, segment: str) -> list[str]:
    got = tenant.api.get(f"/v1/segments/{segment}/members", limit="100")
    return sorted(member["customer"]["external_id"] for member in got.json["items"])


def test_members_follow_customers_from_before_and_after(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("old", attributes={"plan": "pro"})
    tenant.customer("other", attributes={"plan": "free"})
    parley.settle()
    segment = made(tenant, PRO)
    assert tenant.api.get(f"/v1/segments/{segment}").json["ready"] is False
    parley.settle()
    shown = tenant.api.get(f"/v1/segments/{segment}").json
    assert shown["ready"] is True
    assert tenant.api.get(f"/v1/jobs/{shown['job']}").json["state"] == "done"
    assert members(tenant, segment) == ["old"]
    tenant.customer("new", attributes={"plan": "pro"})
    tenant.customer("old", attributes={"plan": "free"})
    parley.settle()
    assert members(tenant, segment) == ["new"]


def test_another_filter_is_another_revision_and_other_members(parley: Parley, tenant: Tenant) -> None:
    for name, plan in (("a", "pro"), ("b", "free")):
        tenant.customer(name, attributes={"plan": plan})
    segment = made(tenant, PRO)
    parley.settle()
    got = tenant.api.patch(f"/v1/segments/{segment}", {"filter": {"not": PRO}, "name": "Not pro"}).json
    assert (got["revision"], got["ready"], got["name"]) == (2, False, "Not pro")
    parley.settle()
    assert members(tenant, segment) == ["b"]
    same = tenant.api.patch(f"/v1/segments/{segment}", {"filter": {"not": PRO}}).json
    assert same["revision"] == 2
    assert same["ready"] is True


def test_a_removed_segment_is_gone_with_its_members(parley: Parley, tenant: Tenant) -> None:
    for number in range(120):
        tenant.customer(f"c{number}", attributes={"plan": "pro"})
    segment = made(tenant, PRO)
    parley.settle()
    assert tenant.api.delete(f"/v1/segments/{segment}").status == 204
    assert tenant.api.get(f"/v1/segments/{segment}").status == 404
    assert tenant.api.delete(f"/v1/segments/{segment}").status == 404
    assert tenant.api.get("/v1/segments").json["items"] == []
    parley.settle()
    tenant.customer("c1", attributes={"plan": "free"})
    parley.settle()
    assert [key for key in parley.table.rows if key[0] == f"S#{segment}"] == []


def test_passing_time_moves_members_at_the_very_moment(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme")
    segment = made(tenant, {"attribute": "first_seen", "within_days": 7})
    parley.settle()
    assert members(tenant, segment) == ["acme"]
    parley.clock.at += 7 * DAY - 60_000
    assert due_work(parley.world) == 0
    parley.clock.at += 61_000
    assert due_work(parley.world) == 1
    parley.settle()
    assert members(tenant, segment) == []
    assert due_work(parley.world) == 0


def test_who_renews_within_the_next_days_comes_in_and_goes_by_the_clock(parley: Parley, tenant: Tenant) -> None:
    renewal = rfc3339(parley.clock.at + 10 * DAY)
    tenant.customer("acme", attributes={"renewal": renewal[:-1] + "999999Z"})
    segment = made(tenant, {"attribute": "renewal", "next_days": 3})
    parley.settle()
    found = []
    for step in (7 * DAY - 60_000, 61_000, 3 * DAY - 61_000, 60_001):
        parley.clock.at += step
        due_work(parley.world)
        parley.settle()
        found.append(members(tenant, segment))
    assert found == [[], ["acme"], ["acme"], []]
    assert due_work(parley.world) == 0


def test_a_list_is_kept_by_hand(parley: Parley, tenant: Tenant) -> None:
    for name in ("a", "b", "c"):
        tenant.customer(name, attributes={"plan": "pro"})
    got = tenant.api.post("/v1/segments", {"name": "Friends", "customers": ["a", "b"]}).json
    assert (got["kind"], got["ready"], got["filter"]) == ("list", True, None)
    url = f"/v1/segments/{got['id']}/members"
    assert tenant.api.put(f"{url}/c").status == 200
    since = tenant.api.put(f"{url}/c").json["since"]
    assert tenant.api.put(f"{url}/c").json["since"] == since
    assert tenant.api.delete(f"{url}/a").status == 204
    assert tenant.api.delete(f"{url}/a").status == 204
    assert tenant.api.put(f"{url}/nobody").status == 404
    parley.settle()
    assert members(tenant, got["id"]) == ["b", "c"]
    assert tenant.api.patch(f"/v1/segments/{got['id']}", {"filter": PRO}).status == 409
    filtered = made(tenant, PRO)
    assert tenant.api.put(f"/v1/segments/{filtered}/members/a").status == 409
    missing = tenant.api.post("/v1/segments", {"name": "X", "customers": ["a", "nobody"]})
    assert (missing.status, missing.json["field"]) == (422, "customers[1]")


def test_a_preview_counts_and_shows_some(tenant: Tenant) -> None:
    for number in range(15):
        tenant.customer(f"c{number:02}", attributes={"plan": "pro" if number % 5 else "free"})
    got = tenant.api.post("/v1/segments/preview", {"filter": PRO}).json
    assert (got["matched"], got["looked_at"], got["next"]) == (12, 15, None)
    assert len(got["sample"]) == 10
    assert tenant.api.post("/v1/segments/preview", {"filter": PRO, "cursor": "x"}).status == 400


@pytest.mark.parametrize(
    ("filter_", "field"),
    [
        ({}, "filter"),
        ({"all": []}, "filter.all"),
        ({"all": [PRO], "any": [PRO]}, "filter"),
        ({"none": [PRO]}, "filter"),
        ({"attribute": "plan"}, "filter"),
        ({"attribute": "plan", "equals": "a", "in": ["a"]}, "filter"),
        ({"attribute": "plan", "like": "a"}, "filter"),
        ({"attribute": "plam", "equals": "a"}, "filter.attribute"),
        ({"attribute": 1, "equals": "a"}, "filter.attribute"),
        ({"all": [PRO, {"attribute": "plan", "equals": 1}]}, "filter.all[1].equals"),
        ({"not": {"any": [{"attribute": "arr", "in": [1, "2"]}]}}, "filter.not.any[0].in[1]"),
        ({"attribute": "arr", "contains": "a"}, "filter.contains"),
        ({"attribute": "plan", "less": "a"}, "filter.less"),
        ({"attribute": "renewal", "greater": "tomorrow"}, "filter.greater"),
        ({"attribute": "renewal", "within_days": 0}, "filter.within_days"),
        ({"attribute": "renewal", "within_days": 1.5}, "filter.within_days"),
        ({"attribute": "vip", "exists": "yes"}, "filter.exists"),
        ({"attribute": "arr", "equals": True}, "filter.equals"),
        ({"any": [PRO] * 101}, "filter"),
        ({"attribute": "plan", "in": ["x"] * 101}, "filter.in"),
        ({"attribute": "plan", "equals": "x" * 8000}, "filter"),
    ],
)
def test_what_is_no_filter_is_refused_by_its_place(tenant: Tenant, filter_: object, field: str) -> None:
    for path, body in (
        ("/v1/segments", {"name": "S", "filter": filter_}),
        ("/v1/segments/preview", {"filter": filter_}),
    ):
        got = tenant.api.post(path, body)
        assert (got.status, got.json["field"]) == (422, field)


def test_a_filter_goes_only_so_deep(tenant: Tenant) -> None:
    deep: object = PRO
    for _ in range(9):
        deep = {"not": deep}
    made(tenant, deep)
    assert tenant.api.post("/v1/segments", {"name": "S", "filter": {"not": deep}}).status == 422


def test_a_segment_has_either_a_filter_or_customers(tenant: Tenant) -> None:
    assert tenant.api.post("/v1/segments", {"name": "S"}).status == 422
    assert tenant.api.post("/v1/segments", {"name": "S", "filter": PRO, "customers": []}).status == 422


def test_a_key_makes_one_segment(tenant: Tenant) -> None:
    sent = [
        tenant.api.post("/v1/segments", {"name": "S", "filter": PRO}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert sent[0].json == sent[1].json
    assert len(tenant.api.get("/v1/segments").json["items"]) == 1


def test_there_is_an_end_to_segments(tenant: Tenant) -> None:
    for number in range(MAX_SEGMENTS):
        made(tenant, PRO, f"S{number}")
    assert tenant.api.post("/v1/segments", {"name": "S", "filter": PRO}).status == 409


def test_a_customer_may_enter_every_segment_at_once(parley: Parley, tenant: Tenant) -> None:
    segments = [made(tenant, PRO, f"S{number}") for number in range(MAX_SEGMENTS)]
    tenant.customer("acme", attributes={"plan": "pro"})
    parley.settle()
    assert all(members(tenant, segment) == ["acme"] for segment in (segments[0], segments[-1]))


def test_attributes_are_declared_once_and_checked(tenant: Tenant) -> None:
    assert tenant.api.post("/v1/segments", {"name": "Pro", "filter": PRO}).status == 201
    assert tenant.api.put("/v1/attributes/plan", {"type": "number"}).status == 409
    assert tenant.api.put("/v1/attributes/name", {"type": "string"}).status == 409
    assert tenant.api.put("/v1/attributes/plan", {"type": "string", "description": "What they pay for"}).status == 200
    assert tenant.api.get("/v1/attributes/plan").json["description"] == "What they pay for"
    assert tenant.api.get("/v1/attributes/first_seen").json["built_in"] is True
    assert tenant.api.get("/v1/attributes/nothing").status == 404
    names = [each["name"] for each in tenant.api.get("/v1/attributes").json["items"]]
    assert names == ["arr", "plan", "renewal", "tags", "vip"]
    wrong = {"plan": 1, "arr": "1", "vip": 1, "renewal": "soon", "tags": ["a", 1]}
    for name, value in wrong.items():
        got = tenant.api.put("/v1/customers/acme", {"attributes": {name: value}})
        assert (got.status, got.json["field"]) == (422, f"attributes.{name}")
    right = {"plan": "p", "arr": 1.5, "vip": False, "renewal": "2026-01-31T00:00:00Z", "tags": [], "other": {"x": 1}}
    assert tenant.api.put("/v1/customers/acme", {"attributes": right}).status == 201
    assert tenant.api.put("/v1/customers/acme", {"attributes": dict.fromkeys(wrong)}).status == 200


def test_readers_read_and_users_do_not(tenant: Tenant) -> None:
    reader = tenant.api.post("/v1/agents", {"name": "R", "role": "reader"}).json["id"]
    key = Client(tenant.api.post("/v1/api-keys", {"name": "K", "agent": reader}).json["key"])
    assert key.get("/v1/segments").status == 200
    assert key.post("/v1/segments", {"name": "S", "filter": PRO}).status == 403
    assert key.post("/v1/customers/bulk", {"customers": [{"external_id": "a"}]}).status == 403
    assert tenant.user().get("/v1/segments").status == 403
    assert tenant.user().get("/v1/attributes").status == 403


def test_another_segments_cursor_is_not_taken(tenant: Tenant) -> None:
    for name in ("a", "b"):
        tenant.customer(name)
    ids = [tenant.api.post("/v1/segments", {"name": "S", "customers": ["a", "b"]}).json["id"] for _ in range(2)]
    cursor = tenant.api.get(f"/v1/segments/{ids[0]}/members", limit="1").json["next"]
    assert tenant.api.get(f"/v1/segments/{ids[0]}/members", cursor=cursor).status == 200
    assert tenant.api.get(f"/v1/segments/{ids[1]}/members", cursor=cursor).status == 400
