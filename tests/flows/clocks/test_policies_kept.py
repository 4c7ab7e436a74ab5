"""A workspace's policies are read once a version, and a customer names one of its calendars."""

from dataclasses import replace

import msgspec

from chalicelib.desk.calendars import Calendar
from chalicelib.desk.policies import Policies, Policy
from chalicelib.desk.workspaces import Workspace
from chalicelib.flows.clocks.policies import policies_of
from chalicelib.ports import new, over, ref
from tests.api import Tenant
from tests.fakes import Parley

OFFICE = Calendar(id="cal_1", name="Office", timezone="Asia/Tokyo", week=(((540, 1080),),) * 7)
OURS = Policies(
    version=1, workspace="", policies=(Policy(id="pol_1", name="All", calendar="cal_1"),), calendars=(OFFICE,)
)


def test_a_container_reads_them_once_a_version(parley: Parley, tenant: Tenant) -> None:
    world, asked = parley.world, []
    workspace = world.store.one(ref(Workspace, tenant.id))
    assert workspace is not None
    assert policies_of(world, workspace) is None
    first = msgspec.structs.replace(OURS, workspace=tenant.id)
    having = workspace.changed(policies=1)
    world.store.commit(new(first), over(having, workspace))

    class Counting:
        def one(self, ref: object) -> object:
            asked.append(ref)
            return parley.store.one(ref)  # type: ignore[arg-type]

    counting = replace(world, store=Counting())  # type: ignore[arg-type]
    assert policies_of(counting, having) == policies_of(counting, having) == first
    assert len(asked) == 1
    second = first.changed(policies=())
    world.store.commit(over(second, first))
    assert policies_of(counting, having) == first
    assert policies_of(counting, having.changed(policies=2)) == second
    assert policies_of(counting, having) == second
    assert len(asked) == 2


def test_a_customer_names_a_calendar_that_there_is(parley: Parley, tenant: Tenant) -> None:
    parley.store.commit(new(msgspec.structs.replace(OURS, workspace=tenant.id)))
    assert tenant.customer("acme", calendar="cal_1")["calendar"] == "cal_1"
    got = tenant.api.put("/v1/customers/acme", {"calendar": "cal_2"})
    assert (got.status, got.json["field"]) == (422, "calendar")
    assert tenant.customer("acme")["calendar"] == "cal_1"
    assert tenant.customer("acme", calendar="")["calendar"] == ""
