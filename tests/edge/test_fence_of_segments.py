"""The tenant fence on every new route of attributes, jobs, imports and segments: strangers find and change nothing."""

import re

import pytest

from chalicelib.edge.router import ROUTES
from tests.api import Tenant
from tests.fakes import Parley

NOUNS = ("/v1/attributes", "/v1/jobs", "/v1/segments", "/v1/customers/bulk", "/v1/customers/import")
# (method, path) → body, and what a stranger is answered; lists are empty, and what is made is made in their own.
FILTER = {"attribute": "plan", "equals": "pro"}
CASES: dict[tuple[str, str], tuple[object, int]] = {
    ("GET", "/v1/attributes"): (None, 200),
    ("GET", "/v1/attributes/{attribute}"): (None, 404),
    ("PUT", "/v1/attributes/{attribute}"): ({"type": "number"}, 200),
    ("GET", "/v1/jobs"): (None, 200),
    ("GET", "/v1/jobs/{job}"): (None, 404),
    ("GET", "/v1/jobs/{job}/errors"): (None, 404),
    ("POST", "/v1/customers/bulk"): ({"customers": [{"external_id": "acme", "name": "Taken"}]}, 202),
    ("POST", "/v1/customers/import"): ({"attachment": "{attachment}"}, 422),
    ("GET", "/v1/segments"): (None, 200),
    ("POST", "/v1/segments"): ({"name": "S", "customers": ["acme"]}, 422),
    ("POST", "/v1/segments/preview"): ({"filter": FILTER}, 422),
    ("GET", "/v1/segments/{segment}"): (None, 404),
    ("PATCH", "/v1/segments/{segment}"): ({"name": "Taken"}, 404),
    ("DELETE", "/v1/segments/{segment}"): (None, 404),
    ("GET", "/v1/segments/{segment}/members"): (None, 404),
    ("PUT", "/v1/segments/{segment}/members/{customer}"): (None, 404),
    ("DELETE", "/v1/segments/{segment}/members/{customer}"): (None, 404),
}


def test_every_route_has_its_case() -> None:
    assert {(route.method, route.path) for route in ROUTES if route.path.startswith(NOUNS)} == set(CASES)


@pytest.fixture
def things(parley: Parley, tenant: Tenant) -> dict[str, str]:
    """A workspace with one of everything."""
    tenant.api.put("/v1/attributes/plan", {"type": "string"})
    tenant.customer("acme", attributes={"plan": "pro"})
    job = tenant.api.post("/v1/customers/bulk", {"customers": [{"external_id": "b", "domains": ["no"]}]}).json["id"]
    file = tenant.api.post("/v1/attachments", {"name": "c.csv", "size": 13, "type": "text/csv"}).json
    parley.files.put(file["upload"]["fields"]["key"], b"external_id\na", "text/csv")
    segment = tenant.api.post("/v1/segments", {"name": "S", "customers": ["acme"]}).json["id"]
    parley.settle()
    return {"attribute": "plan", "job": job, "segment": segment, "customer": "acme", "attachment": file["id"]}


@pytest.mark.parametrize(("method", "path"), CASES)
def test_a_stranger_finds_nothing_and_changes_nothing(
    parley: Parley, tenant: Tenant, things: dict[str, str], method: str, path: str
) -> None:
    stranger = Tenant.found("Beech", tenant.now)
    if "members/" in path:
        stranger.customer("acme")
    before = {key: row for key, row in parley.table.rows.items() if tenant.id in row.d}
    body, status = CASES[method, path]
    if body == {"attachment": "{attachment}"}:
        body = {"attachment": things["attachment"]}
    got = stranger.api(method, re.sub(r"\{(\w+)\}", lambda found: things[found[1]], path), body)
    parley.settle()
    assert got.status == status, got.text
    assert status != 200 or method == "PUT" or got.json["items"] == []
    assert {key: parley.table.rows.get(key) for key in before} == before


def test_a_users_token_opens_none_of_them(tenant: Tenant, things: dict[str, str]) -> None:
    for (method, path), (body, _) in CASES.items():
        url = re.sub(r"\{(\w+)\}", lambda found: things[found[1]], path)
        assert tenant.user()(method, url, body).status == 403, (method, path)


def test_a_strangers_cursor_is_not_taken(tenant: Tenant, things: dict[str, str]) -> None:
    tenant.customer("c")
    for name in ("acme", "c"):
        tenant.api.put(f"/v1/segments/{things['segment']}/members/{name}")
    cursor = tenant.api.get(f"/v1/segments/{things['segment']}/members", limit="1").json["next"]
    stranger = Tenant.found("Beech", tenant.now)
    stranger.customer("x")
    own = stranger.api.post("/v1/segments", {"name": "S", "customers": ["x"]}).json["id"]
    assert stranger.api.get(f"/v1/segments/{own}/members", cursor=cursor).status == 400
