"""A file of customers that is imported again changes nobody; a file merges by column; a dry run says what comes."""

import codecs
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.desk.customer_csv import FIXED, OWN
from chalicelib.desk.customers import Customer
from chalicelib.store.rows import from_row
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

TYPES = {"note": "string", "tags": "list", "arr": "number", "vip": "boolean", "renewal": "time"}
VALUES = {
    "note": st.text(max_size=6),
    "tags": st.lists(st.text(max_size=4), max_size=3),
    "arr": st.integers(-9, 9) | st.floats(-1e9, 1e9),
    "vip": st.booleans(),
    "renewal": st.sampled_from(["2026-01-31", "2026-01-31T10:00:00Z"]),
}
odd = st.text(st.sampled_from("a;,'\"\t\n\r =-+ \u3000é1"), max_size=6) | st.text(max_size=4)
ids = st.text(st.sampled_from("aB7;,'\"= é"), min_size=1, max_size=5).filter(lambda id_: id_ == id_.strip())
names = st.text(st.sampled_from("aBn;,'\"= é"), min_size=1, max_size=5) | st.sampled_from(["Name", "ARR", "Domains"])
anything = st.recursive(
    odd | st.integers(-99, 99) | st.booleans() | st.floats(-9, 9), lambda deep: st.lists(deep, max_size=3), max_leaves=4
) | st.dictionaries(odd, odd, max_size=2)
attributes = st.dictionaries(names, anything | st.none(), max_size=4)
declared = st.fixed_dictionaries({}, optional={name: value | st.none() for name, value in VALUES.items()})
companies = st.fixed_dictionaries(
    {"attributes": st.builds(lambda own, more: {**more, **own}, declared, attributes)},
    optional={
        "name": st.text(st.sampled_from("Aé =';\t山　"), min_size=1, max_size=6).filter(str.strip),
        "opted_out": st.lists(st.sampled_from(["*", "news", "a-b"]), max_size=3),
        "state": st.sampled_from(["active", "blocked", "gone"]),
        "language": st.sampled_from(["", "de-AT"]),
        "timezone": st.sampled_from(["", "Asia/Tokyo"]),
        "contact": st.text(st.sampled_from("a'= ;"), max_size=4),
    },
)


def customers(parley: Parley) -> list[Customer]:
    found = [from_row(row) for row in parley.table.rows.values()]
    return sorted((each for each in found if isinstance(each, Customer)), key=lambda each: each.id)


def declare(tenant: Tenant) -> None:
    for name, type_ in TYPES.items():
        assert tenant.api.put(f"/v1/attributes/{name}", {"type": type_}).status in (200, 201)


def imported(parley: Parley, tenant: Tenant, csv: str, **more: Any) -> dict[str, Any]:
    got = tenant.api.post("/v1/customers/import", {"csv": csv, **more})
    assert got.status == 202, got.text
    parley.work_all()
    return dict(tenant.api.get(f"/v1/jobs/{got.json['id']}").json)


def errors(tenant: Tenant, job: dict[str, Any]) -> list[tuple[int, str]]:
    return [(each["line"], each["field"]) for each in tenant.api.get(f"/v1/jobs/{job['id']}/errors").json["items"]]


def exported(tenant: Tenant, external_ids: list[str]) -> str:
    made = tenant.api.post("/v1/segments", {"name": "All", "customers": external_ids})
    assert made.status == 201, made.text
    return str(tenant.api.get(f"/v1/segments/{made.json['id']}/export").json["csv"])


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(ids, companies, min_size=1, max_size=3))
@example({"a": {"attributes": {"plan": "a;b", "tags": ["a;b", ""], "size": 5, "deep": {"a": [1]}}, "state": "blocked"}})
@example({"7": {"attributes": {"Name": "x", "note": "", "arr": None}}, "07": {"attributes": {"'=": " x "}}})
def test_an_export_that_is_imported_changes_nobody(made: dict[str, dict[str, Any]]) -> None:
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        declare(tenant)
        for external_id, fields in made.items():
            tenant.customer(external_id, **fields)
        before, file = customers(parley), exported(tenant, list(made))
        for dry_run in (True, False):
            job = imported(parley, tenant, file, dry_run=dry_run)
            assert (job["state"], job["failed"]) == ("done", 0), errors(tenant, job)
            assert customers(parley) == before
        assert exported(tenant, list(made)) == file


def test_only_what_has_a_column_and_a_cell_is_touched(parley: Parley, tenant: Tenant) -> None:
    declare(tenant)
    was = {"note": "n", "arr": 1, "size": 5, "plan": "a;b"}
    tenant.customer("acme", name="Acme", attributes=was, timezone="Asia/Tokyo", opted_out=["news"])
    for line, changed in (("acme,,", {}), ("acme,2,", {"arr": 2}), ("acme,,big", {"size": "big"})):
        assert imported(parley, tenant, f"external_id,arr,size\n{line}\n")["failed"] == 0
        was |= changed
        found = tenant.api.get("/v1/customers/acme").json
        assert found["attributes"] == was
        assert (found["name"], found["timezone"], found["opted_out"]) == ("Acme", "Asia/Tokyo", ["news"])


def test_names_of_columns_are_compared_without_case(parley: Parley, tenant: Tenant) -> None:
    declare(tenant)
    job = imported(parley, tenant, "External_ID,Name,DOMAINS,Arr,Opted_Out,Plan\nacme,Acme,acme.example,5,*;news,pro\n")
    found = tenant.api.get("/v1/customers/acme").json
    assert (job["failed"], job["undeclared"]) == (0, ["Plan"])
    assert (found["name"], found["domains"], found["opted_out"]) == ("Acme", ["acme.example"], ["*", "news"])
    assert found["attributes"] == {"arr": 5, "Plan": "pro"}


@pytest.mark.parametrize("name", sorted(FIXED))
def test_what_no_file_can_set_is_refused_by_name_unless_it_is_declared(
    parley: Parley, tenant: Tenant, name: str
) -> None:
    got = tenant.api.post("/v1/customers/import", {"csv": f"external_id,{name}\nacme,x\n"})
    assert (got.status, got.json["field"]) == (422, "csv")
    assert name in got.json["detail"]
    tenant.api.put(f"/v1/attributes/{name}", {"type": "string"})
    assert imported(parley, tenant, f"external_id,{name}\nacme,x\n")["failed"] == 0
    assert tenant.api.get("/v1/customers/acme").json["attributes"] == {name: "x"}


def uploaded(parley: Parley, tenant: Tenant, content: bytes) -> Any:
    file = tenant.api.post("/v1/attachments", {"name": "a.csv", "size": len(content)}).json["id"]
    (key,) = [row.key for row in parley.table.rows.values() if getattr(from_row(row), "id", "") == file]
    parley.files.content[from_row(parley.table.rows[key]).key] = content  # type: ignore[attr-defined]
    return tenant.api.post("/v1/customers/import", {"attachment": file})


LINES = "external_id,name,note\nacme,Ácme,x\n"
WRITTEN = {
    "utf-8": LINES.encode(),
    "utf-8 with its mark": codecs.BOM_UTF8 + LINES.encode(),
    "utf-16": LINES.encode("utf-16"),
    "utf-16 le": LINES.encode("utf-16-le"),
    "utf-16 be": LINES.encode("utf-16-be"),
    "utf-16 be with its mark": codecs.BOM_UTF16_BE + LINES.encode("utf-16-be"),
    "semicolons": LINES.replace(",", ";").encode(),
    "tabs": LINES.replace(",", "\t").encode(),
    "utf-16 and tabs": LINES.replace(",", "\t").encode("utf-16"),
    "sep=;": b"sep=;\r\n" + LINES.replace(",", ";").encode(),
    "sep=|": b"SEP=|\n" + LINES.replace(",", "|").encode(),
    "a delimiter at each end": LINES.replace("\n", ",\n").encode(),
    "more of them below": LINES.replace("x\n", "x,,,\n").encode(),
    "carriage returns": LINES.replace("\n", "\r\n").encode(),
    "quotes": b'"external_id","name","note"\n"acme","\xc3\x81cme","x"\n',
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_file_is_taken_as_programs_write_it(parley: Parley, tenant: Tenant, how: str) -> None:
    got = uploaded(parley, tenant, WRITTEN[how])
    assert got.status == 202, got.text
    parley.work_all()
    assert tenant.api.get(f"/v1/jobs/{got.json['id']}").json["failed"] == 0
    found = tenant.api.get("/v1/customers/acme").json
    assert (found["name"], found["attributes"]) == ("Ácme", {"note": "x"})


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"PK\x03\x04xl/workbook.xml", "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "xls"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        ("external_id,name\na,Ä\n".encode("cp1252"), "UTF-8"),
    ],
)
def test_what_is_no_csv_is_named_for_what_it_is(parley: Parley, tenant: Tenant, content: bytes, word: str) -> None:
    got = uploaded(parley, tenant, content)
    assert (got.status, got.json["field"]) == (400, "csv")
    assert word in got.json["detail"]


def test_the_line_of_a_flaw_counts_the_line_that_says_the_delimiter(parley: Parley, tenant: Tenant) -> None:
    job = imported(parley, tenant, "sep=;\nexternal_id;state\na;active\nb;asleep\n")
    assert errors(tenant, job) == [(4, "state")]


domains = st.lists(st.sampled_from(["a.example", "b.example", "c.example"]), max_size=2, unique=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("xyz"), domains), min_size=1, max_size=6), st.integers(0, 55))
def test_a_dry_run_says_of_domains_what_the_real_run_does(rows: list[tuple[str, list[str]]], apart: int) -> None:
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        tenant.customer("x", domains=["a.example"])
        tenant.customer("y", domains=["b.example"])
        lines = ["external_id,domains", *[f"{id_},{';'.join(found)}" for id_, found in rows]]
        lines[2:2] = [f"other{number}," for number in range(apart)]
        dry, real = (errors(tenant, imported(parley, tenant, "\n".join(lines), dry_run=d)) for d in (True, False))
        assert dry == real


def test_every_field_of_a_customer_is_set_or_refused(tenant: Tenant) -> None:
    assert set(tenant.customer("acme")) == {*OWN, *FIXED}
