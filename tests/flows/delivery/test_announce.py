"""Entering and leaving a segment are told to installs that ask for it, once each and in order; members are counted and
exported."""

import json

import pytest

from chalicelib.desk.deliveries import Circuit, Delivery
from chalicelib.flows.delivery.share import PAUSE_MS
from chalicelib.ports import Put
from chalicelib.store.rows import from_row
from tests.api import Tenant
from tests.fakes import Parley

PRO = {"attribute": "plan", "equals": "pro"}
EVENTS = ["segment.entered", "segment.left"]


@pytest.fixture
def hook(parley: Parley, tenant: Tenant) -> str:
    tenant.api.put("/v1/attributes/plan", {"type": "string"})
    config = {"url": "https://vendor.example/hook", "all_rooms": False, "events": EVENTS}
    got = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})
    assert got.json["config"] == config
    return str(got.json["id"])


def told(parley: Parley) -> list[dict]:
    return [json.loads(body) for _, body, _ in parley.outside.posts]


def planned(parley: Parley, tenant: Tenant, plan: str) -> None:
    """The stream tells of each placement, also of one that another follows at once."""
    tenant.customer("acme", name="Acme", attributes={"plan": plan})
    parley.react_all()
    while parley.queues.tasks:
        rest = parley.queues.tasks[1:]
        del parley.queues.tasks[1:]
        parley.work_all()
        parley.react_all()
        parley.queues.tasks += rest
    parley.deliver_all()


def test_who_enters_and_leaves_is_told_once(parley: Parley, tenant: Tenant, hook: str) -> None:
    segment = tenant.api.post("/v1/segments", {"name": "Pro", "filter": PRO}).json["id"]
    for plan in ("pro", "free", "pro"):
        planned(parley, tenant, plan)
    parley.reacted.clear()
    parley.settle()
    events = told(parley)
    assert [event["type"] for event in events] == ["segment.entered", "segment.left", "segment.entered"]
    assert len({event["id"] for event in events}) == 3
    assert events[0]["segment"] == {"id": segment, "name": "Pro"}
    assert events[0]["customer"] == {"external_id": "acme", "name": "Acme"}
    assert tenant.api.get(f"/v1/segments/{segment}").json["members"] == 1


def test_only_what_is_asked_for_and_nothing_of_a_removed_segment(parley: Parley, tenant: Tenant, hook: str) -> None:
    config = {"url": "https://vendor.example/hook", "all_rooms": False, "events": ["segment.left"]}
    assert tenant.api.patch(f"/v1/installs/{hook}", {"config": config}).status == 200
    first, second = (tenant.api.post("/v1/segments", {"name": n, "filter": PRO}).json["id"] for n in ("A", "B"))
    planned(parley, tenant, "pro")
    tenant.api.delete(f"/v1/segments/{first}")
    planned(parley, tenant, "free")
    assert [(event["type"], event["segment"]["id"]) for event in told(parley)] == [("segment.left", second)]


def test_what_fails_comes_again_and_can_be_sent_again(parley: Parley, tenant: Tenant, hook: str) -> None:
    tenant.api.post("/v1/segments", {"name": "Pro", "filter": PRO})
    parley.outside.down()
    planned(parley, tenant, "pro")
    parley.clock.at += 3_600_000
    parley.due()
    parley.deliver_all()
    (row,) = [each for each in map(from_row, parley.table.rows.values()) if isinstance(each, Delivery)]
    assert (row.state, row.attempts) == ("sent", 2)
    again = tenant.api.post(f"/v1/deliveries/{row.id}/replay")
    assert again.status == 202, again.text
    parley.deliver_all()
    assert len({event["id"] for event in told(parley)}) == 1
    assert len(told(parley)) == 3


def test_who_enters_while_the_endpoint_hangs_is_told_once_it_answers(parley: Parley, tenant: Tenant, hook: str) -> None:
    tenant.api.post("/v1/segments", {"name": "Pro", "filter": PRO})
    until = parley.clock.at + 60_000
    parley.store.commit(Put(Circuit(install=hook, until=until, hangs=3), None))
    planned(parley, tenant, "pro")
    assert told(parley) == []
    parley.clock.at = until + PAUSE_MS
    parley.due()
    parley.deliver_all()
    assert [event["type"] for event in told(parley)] == ["segment.entered"]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"events": EVENTS}, "config.events"),
        ({"url": "https://a.example", "events": ["segment.gone"]}, "config.events[0]"),
    ],
)
def test_what_cannot_be_asked_for(tenant: Tenant, config: dict, field: str) -> None:
    got = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})
    assert (got.status, got.json["field"]) == (422, field)


def test_an_export_is_a_file_that_can_be_imported(parley: Parley, tenant: Tenant) -> None:
    for name, type_ in (("plan", "string"), ("arr", "number"), ("vip", "boolean"), ("tags", "list")):
        tenant.api.put(f"/v1/attributes/{name}", {"type": type_})
    attributes = {"plan": 'a, "b"\nc', "arr": 7.5, "vip": True, "tags": ["x", "y"]}
    tenant.customer("acme", name="Acme", domains=["acme.example"], language="de", attributes=attributes)
    tenant.customer("beta")
    names = ["acme", "beta"]
    segment = tenant.api.post("/v1/segments", {"name": "L", "customers": names}).json["id"]
    page = tenant.api.get(f"/v1/segments/{segment}/export").json
    assert page["next"] is None
    other = Tenant.found("Other", parley.clock.at // 1000)
    for name, type_ in (("plan", "string"), ("arr", "number"), ("vip", "boolean"), ("tags", "list")):
        other.api.put(f"/v1/attributes/{name}", {"type": type_})
    assert other.api.post("/v1/customers/import", {"csv": page["csv"]}).status == 202
    parley.work_all()
    there, here = (each.api.get("/v1/customers/acme").json for each in (other, tenant))
    for field in ("name", "domains", "language", "attributes"):
        assert there[field] == here[field]
