"""A broadcast to a segment: its members get it, once the segment is ready; a segment that is gone takes none."""

from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.broadcasts.test_broadcasting import work


def test_the_members_get_it_once_the_segment_is_ready(parley: Parley, tenant: Tenant) -> None:
    tenant.api.put("/v1/attributes/plan", {"type": "string"})
    for name, plan in (("acme", "pro"), ("beta", "pro"), ("free", "basic")):
        tenant.customer(name, attributes={"plan": plan})
    filter_ = {"attribute": "plan", "equals": "pro"}
    segment = tenant.api.post("/v1/segments", {"name": "Pro", "filter": filter_}).json
    draft = tenant.api.post("/v1/broadcasts", {"segment": segment["id"], "text": "Hello {{customer.name}}"}).json
    early = tenant.api.post(f"/v1/broadcasts/{draft['id']}/send", {})
    assert early.status == 409, early.text
    parley.settle()
    assert tenant.api.post(f"/v1/broadcasts/{draft['id']}/send", {}).status == 200
    work(parley)
    heard = {}
    for name in ("acme", "beta", "free"):
        room = tenant.api.get(f"/v1/customers/{name}").json["triage_room"]
        heard[name] = [message["text"] for message in tenant.api.get(f"/v1/rooms/{room}/messages").json["items"]]
    assert heard == {"acme": ["Hello acme"], "beta": ["Hello beta"], "free": []}


def test_a_segment_that_is_gone_takes_no_broadcast(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme")
    segment = tenant.api.post("/v1/segments", {"name": "S", "customers": ["acme"]}).json["id"]
    draft = tenant.api.post("/v1/broadcasts", {"segment": segment, "text": "Hello"}).json["id"]
    assert tenant.api.delete(f"/v1/segments/{segment}").status == 204
    parley.settle()
    got = tenant.api.post(f"/v1/broadcasts/{draft}/send", {})
    assert (got.status, got.json["field"]) == (422, "segment")
