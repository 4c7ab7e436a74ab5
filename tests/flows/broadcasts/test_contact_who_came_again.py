"""Whom the vendor knows at a customer is found, also once they were forgotten and came again."""

from chalicelib.desk.customers import Customer
from chalicelib.desk.ids import user_id
from chalicelib.flows.broadcasts.plan import contacts
from tests.api import Tenant
from tests.fakes import Parley


def test_who_came_again_is_found(parley: Parley, tenant: Tenant) -> None:
    tenant.user(name="Ann").get("/v1/me")
    tenant.customer(contact="ann")
    erasure = tenant.api.delete("/v1/customers/acme/users/ann").json["id"]
    for _ in range(200):
        parley.settle()
        parley.clock.at += 130_000
        parley.due()
        if tenant.api.get(f"/v1/erasures/{erasure}").json["state"] == "done":
            break
    tenant.customer(contact="ann")
    tenant.user(name="Ann again", iat=parley.clock.at // 1000, exp=parley.clock.at // 1000 + 60).get("/v1/me")
    (acme,) = [each for each in parley.records() if isinstance(each, Customer)]
    (found,) = contacts(parley.world, [acme])
    assert found.name == "Ann again"
    assert found.id != user_id(acme.id, "ann")
