"""Counts of the inbox's views: what a list of the view has, up to 99, and 100 for more."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.desk.times import DAY_MS, rfc3339
from tests.api import Tenant
from tests.fakes import Parley

VIEWS = {
    "mine": {"assignee": "me"},
    "unassigned": {"assignee": "none"},
    "us": {"turn": "vendor"},
    "them": {"turn": "customer"},
    "open": {},
    "promised": {"promise": "open"},
    "due": {"clock": "any"},
    "snoozed": {"snoozed": "true"},
}


def asked(tenant: Tenant, number: int) -> str:
    ann = tenant.user()
    room = ann.post("/v1/rooms", {"name": f"R{number}"}).json["id"]
    assert ann.post(f"/v1/rooms/{room}/messages", {"text": "x"}).status == 201
    return str(room)


def counts(tenant: Tenant) -> dict[str, int]:
    got = tenant.api.get("/v1/room-counts")
    assert got.status == 200, got.text
    return dict(got.json)


@pytest.fixture
def rooms(parley: Parley, tenant: Tenant) -> list[str]:
    tenant.customer()
    found = [asked(tenant, number) for number in range(7)]
    me = tenant.api.get("/v1/session").json["agent"]["id"]
    tomorrow = rfc3339(parley.clock.at + DAY_MS)
    changes: list[dict[str, Any]] = [
        {"assignees": [me]},
        {"assignees": [me], "turn": None},
        {"turn": "customer"},
        {"promise": {"text": "it", "due": tomorrow}},
        {"snoozed_until": tomorrow},
        {"state": "resolved"},
    ]
    for room, change in zip(found, changes, strict=False):
        assert tenant.api.patch(f"/v1/rooms/{room}", change).status == 200
    parley.settle()
    return found


@pytest.mark.usefixtures("rooms")
def test_a_count_is_what_the_list_has(tenant: Tenant) -> None:
    listed = {name: len(tenant.api.get("/v1/rooms", **query).json["items"]) for name, query in VIEWS.items()}
    assert counts(tenant) == listed
    assert [listed[name] for name in ("mine", "unassigned", "open", "snoozed")] == [2, 3, 5, 1]


def test_beyond_99_it_is_100(parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.customer()
    for number in range(103):
        asked(tenant, number)
    parley.settle()
    queries: Counter[str] = Counter()
    query = parley.table.query

    def counting(where: Any, *rest: Any, **named: Any) -> Any:
        queries[where.pk] += 1
        return query(where, *rest, **named)

    monkeypatch.setattr(parley.table, "query", counting)
    found = counts(tenant)
    assert (found["unassigned"], found["us"], found["open"], found["mine"]) == (100, 100, 100, 0)
    assert sum(queries.values()) == len(VIEWS)


@pytest.mark.usefixtures("parley")
def test_a_customers_people_have_no_inbox(tenant: Tenant) -> None:
    tenant.customer()
    assert tenant.user().get("/v1/room-counts").status == 403
