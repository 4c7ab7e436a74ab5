"""The list of customers pages by id: whoever syncs finds each once, whoever is renamed, made or changed meanwhile."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.customers import Customer
from chalicelib.desk.workspaces import Workspace
from chalicelib.flows.customers import run_job
from chalicelib.flows.customers.all_customers import all_customers
from chalicelib.flows.rebuild import rebuild
from chalicelib.ports import over, ref
from chalicelib.store.rows import to_row
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

names = st.sampled_from(["", "a", "m", "zz", "Ä", "Émile", "\U0001f600"]).map(lambda text: f"x{text}")
renames = st.lists(st.tuples(st.integers(0, 11), names), max_size=4)


@settings(max_examples=80)
@given(st.integers(1, 12), st.integers(1, 5), st.lists(renames, min_size=12, max_size=12))
def test_who_reads_all_pages_finds_each_once_whatever_is_renamed(size: int, limit: int, between: list[Any]) -> None:
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        ids = {tenant.customer(f"c{n}", name=f"n{n}")["id"] for n in range(size)}
        found, cursor = [], {}
        for renamed in between:
            page = tenant.api.get("/v1/customers", limit=str(limit), **cursor).json
            found += [each["id"] for each in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
            for n, name in renamed:
                if n < size:
                    tenant.customer(f"c{n}", name=name)
        assert sorted(found) == sorted(ids)
        assert found == sorted(found)


def older(parley: Parley, tenant: Tenant) -> None:
    """As an older version has left it: no customer is in the index by id, and the workspace does not say so."""
    workspace = parley.store.one(ref(Workspace, tenant.id))
    assert workspace
    parley.store.commit(over(workspace.changed(customers_by_id=False), workspace))
    for key, row in list(parley.table.rows.items()):
        if row.t == "Customer":
            parley.table.rows[key] = row.__class__(
                **{name: getattr(row, name) for name in row.__dataclass_fields__} | {"g": {"g1": row.g["g1"]}}
            )


def test_customers_of_older_versions_are_listed_before_and_after_a_rebuild(parley: Parley, tenant: Tenant) -> None:
    for n, name in enumerate(("Cedar", "Acorn", "Beech", "Dogwood")):
        tenant.customer(f"c{n}", name=name)
    older(parley, tenant)
    first = tenant.api.get("/v1/customers", limit="2").json
    assert [each["name"] for each in first["items"]] == ["Acorn", "Beech"]
    rebuild(parley.store)
    ids = [each["id"] for each in tenant.api.get("/v1/customers").json["items"]]
    assert (len(ids), ids) == (4, sorted(ids))
    rest = tenant.api.get("/v1/customers", cursor=first["next"], limit="2").json
    assert [each["name"] for each in rest["items"]] == ["Cedar", "Dogwood"]  # by the cursor of old


def test_a_cursor_of_neither_kind_or_of_another_workspace_is_refused(parley: Parley, tenant: Tenant) -> None:
    other = Tenant.found("Other", tenant.now)
    for each in (tenant, other):
        for n in range(3):
            each.customer(f"c{n}")
    theirs = other.api.get("/v1/customers", limit="1").json["next"]
    row = to_row(next(each for each in parley.records() if isinstance(each, Customer) and each.workspace == other.id))
    keys = {"pk": row.pk, "sk": row.sk, "g1pk": row.g["g1"][0], "g1sk": row.g["g1"][1]}
    old = base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")
    for cursor in (theirs, old, "x", "e30"):
        got = tenant.api.get("/v1/customers", cursor=cursor)
        assert (got.status, got.json["field"]) == (400, "cursor")


def test_a_job_over_all_customers_passes_nobody_over_who_is_renamed(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_job, "PIECE", 25)
    for n in range(60):
        tenant.customer(f"c{n:02}", name=f"b{n:02}", attributes={"arr": str(n)})
    parley.settle()
    pages: list[int] = []

    def renaming(*asked: Any, **named: Any) -> Any:
        """A page; and all who come last by name come first from now on."""
        page = all_customers(*asked, **named)
        pages.append(len(page.items))
        for n in range(60):
            tenant.customer(f"c{n:02}", name=f"{'ab'[len(pages) % 2]}{60 - n:02}")
        return page

    monkeypatch.setattr(run_job, "all_customers", renaming)
    tenant.api.put("/v1/attributes/arr", {"type": "number"})
    parley.work_all()
    assert pages == [25, 25, 10]
    found = tenant.api.get("/v1/customers", limit="100").json["items"]
    assert sorted(each["attributes"]["arr"] for each in found) == list(range(60))
