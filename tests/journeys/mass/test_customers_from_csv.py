"""Customers from a CSV file, its worker killed half-way, and a segment of them, on the packaged stack. PARLEY_FULL=1
has the issue's 10,000."""

import os
import signal
import time
from typing import Any

from tests.full import FULL
from tests.journeys.caller import Caller, eventually
from tests.journeys.conftest import ComesBack
from tests.stack import LocalStack

CUSTOMERS, IN_SEGMENT = (10_000, 3_000) if FULL else (400, 120)
PATIENCE = 900.0 if FULL else 300.0
KILLS = 3 if FULL else 1
PRO = {"all": [{"attribute": "plan", "equals": "pro"}, {"attribute": "arr", "greater": 50_000}]}


def workspace(stack: LocalStack) -> Caller:
    """One of its own, so that other journeys' customers do not count."""
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Segments"})
    return Caller(stack.base_url, founded["api_key"])


def ended(api: Caller, job: str) -> dict[str, Any]:
    def look() -> Any:
        found = api.get(f"/v1/jobs/{job}")
        return found if found["state"] in ("done", "failed") else None

    over: dict[str, Any] = eventually(look, PATIENCE)
    return over


def killed(stack: LocalStack, api: Caller, job: str) -> None:
    """Kill the workers that are at it, while it goes on."""
    for _ in range(KILLS):
        before = api.get(f"/v1/jobs/{job}")["done"]
        eventually(lambda before=before: api.get(f"/v1/jobs/{job}")["done"] > before, PATIENCE)  # type: ignore[misc]
        time.sleep(0.3)
        for pid in stack.worker_pids("jobs"):
            os.kill(pid, signal.SIGKILL)


def members(api: Caller, segment: str) -> set[str]:
    return {member["customer"]["external_id"] for member in api.all(f"/v1/segments/{segment}/members")}


def test_customers_from_csv_and_a_segment_that_follows_them(stack: LocalStack, comes_back: ComesBack) -> None:
    api = workspace(stack)
    comes_back("Jobs", 15)
    for name, type_ in (("plan", "string"), ("arr", "number"), ("renewal", "time")):
        assert api("PUT", f"/v1/attributes/{name}", {"type": type_}).status == 200
    early = api.post("/v1/segments", {"name": "Pro, from the start", "filter": PRO})
    lines = [
        f"c{i},Customer {i},{'pro' if i < IN_SEGMENT + 50 else 'free'},{40_000 if i < 50 else 60_000},2026-01-31"
        for i in range(CUSTOMERS)
    ]
    csv = "\n".join(["external_id,name,plan,arr,renewal", *lines, "bad,Bad,pro,much,2026-01-31"])

    dry = ended(api, api.post("/v1/customers/import", {"csv": csv, "dry_run": True})["id"])
    assert (dry["done"], dry["failed"]) == (CUSTOMERS + 1, 1)
    assert api.get("/v1/customers")["items"] == []
    started = api.post("/v1/customers/import", {"csv": csv})["id"]
    killed(stack, api, started)
    job = ended(api, started)
    assert (job["state"], job["done"], job["failed"]) == ("done", CUSTOMERS + 1, 1)
    (wrong,) = api.all(f"/v1/jobs/{job['id']}/errors")
    assert (wrong["line"], wrong["field"]) == (CUSTOMERS + 2, "attributes.arr")

    wanted = {f"c{i}" for i in range(50, IN_SEGMENT + 50)}
    eventually(lambda: members(api, early["id"]) == wanted, PATIENCE)
    late = api.post("/v1/segments", {"name": "Pro, afterwards", "filter": PRO})
    eventually(lambda: api.get(f"/v1/segments/{late['id']}")["ready"], PATIENCE)
    assert members(api, late["id"]) == wanted

    assert api("PUT", "/v1/customers/c50", {"attributes": {"plan": "free"}}).status == 200
    assert api("PUT", "/v1/customers/c0", {"attributes": {"plan": "pro", "arr": 99_999}}).status == 200
    for segment in (early, late):
        eventually(lambda segment=segment: members(api, segment["id"]) == wanted - {"c50"} | {"c0"})  # type: ignore[misc]
    assert api("PATCH", f"/v1/segments/{late['id']}", {"filter": {"not": PRO}}).status == 200
    eventually(lambda: api.get(f"/v1/segments/{late['id']}")["ready"], PATIENCE)
    assert len(members(api, late["id"])) == CUSTOMERS - IN_SEGMENT
