"""Placing a customer while another change is placed in between any two of its calls: the newest facts decide."""

import pytest

from chalicelib.flows.customers.evaluate_segments import evaluate_segments
from chalicelib.store.memory import MemoryTable
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley


class Interrupted(MemoryTable):
    """Before its n-th call from now, something else happens, once."""

    def __init__(self):
        super().__init__()
        self.left, self.happens = -1, None

    def _called(self):
        self.left -= 1
        if self.left == 0:
            self.happens()

    def read(self, keys):
        self._called()
        return super().read(keys)

    def query(self, *args, **named):
        self._called()
        return super().query(*args, **named)

    def write(self, puts, drops):
        self._called()
        super().write(puts, drops)


@pytest.mark.parametrize("plans", [("free", "pro", "free"), ("pro", "free", "pro"), ("free", "free", "pro")], ids=str)
@pytest.mark.parametrize("call", range(1, 6))
def test_the_newest_facts_decide(call, plans):
    with in_memory(Parley(Interrupted())) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        tenant.api.put("/v1/attributes/plan", {"type": "string"})
        filter_ = {"attribute": "plan", "equals": "pro"}
        segment = tenant.api.post("/v1/segments", {"name": "S", "filter": filter_}).json["id"]
        first, second, last = ({"attributes": {"plan": plan}} for plan in plans)
        customer = tenant.customer("acme", **first)["id"]
        parley.settle()
        tenant.customer("acme", **second)

        def meanwhile():
            tenant.customer("acme", **last)
            evaluate_segments(parley.world, tenant.id, {customer: ()})

        parley.table.left, parley.table.happens = call, meanwhile
        evaluate_segments(parley.world, tenant.id, {customer: ()})
        found = tenant.api.get(f"/v1/segments/{segment}/members").json["items"]
        assert bool(found) == (plans[2] == "pro")
