"""Eight at once on customers' segments and on jobs: the last state of a customer decides, a piece ends once."""

import random

import pytest

from chalicelib.flows.customers.evaluate_segments import evaluate_segments
from chalicelib.flows.customers.run_job import run_job
from chalicelib.store.rows import from_row
from tests.races.test_races import at_once, parley, tenant  # noqa: F401  fixtures


def members(parley, segment):  # noqa: F811
    return {sk for pk, sk in parley.table.rows if pk == f"S#{segment}" and sk != "A"}


@pytest.mark.parametrize("round_", range(10))
def test_whoever_decides_on_older_facts_decides_again(parley, tenant, round_):  # noqa: F811
    tenant.api.put("/v1/attributes/plan", {"type": "string"})
    filter_ = {"attribute": "plan", "equals": "pro"}
    segment = tenant.api.post("/v1/segments", {"name": "S", "filter": filter_}).json["id"]
    customer = tenant.customer("acme")["id"]

    def act(number):
        plan = random.Random(round_ * 8 + number).choice(["pro", "free"])
        tenant.customer("acme", attributes={"plan": plan})
        evaluate_segments(parley.world, tenant.id, {customer: ()})

    at_once(act)
    last = from_row(parley.table.rows[f"C#{customer}", "A"]).attributes["plan"]
    assert members(parley, segment) == ({customer} if last == "pro" else set())


def test_a_piece_that_eight_workers_do_ends_once(parley, tenant):  # noqa: F811
    rows = [{"external_id": f"c{i}", "domains": ["gmail.com"] if i % 10 == 0 else []} for i in range(120)]
    job = tenant.api.post("/v1/customers/bulk", {"customers": rows}).json["id"]
    parley.queues.tasks.clear()
    at_once(lambda _: run_job(parley.world, job, 0))
    parley.work_all()
    answer = tenant.api.get(f"/v1/jobs/{job}").json
    assert (answer["state"], answer["done"], answer["failed"]) == ("done", 120, 12)
    lines = [each["line"] for each in tenant.api.get(f"/v1/jobs/{job}/errors").json["items"]]
    assert lines == list(range(1, 121, 10))
    stored = [from_row(row) for key, row in parley.table.rows.items() if key[0].startswith("C#") and key[1] == "A"]
    assert [each.version for each in stored] == [1] * 108
