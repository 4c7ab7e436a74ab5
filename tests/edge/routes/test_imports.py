"""Many customers at once: calls, CSV files, reports per line, workers that die."""

import pytest

from chalicelib.desk.errors import Busy
from chalicelib.desk.jobs import WAKE_AFTER_MS
from chalicelib.flows.clock import due_work
from chalicelib.flows.customers import run_job as working
from tests.api import Tenant
from tests.fakes import Parley


def errors(tenant: Tenant, job: str) -> list[tuple[int, str]]:
    return [(each["line"], each["field"]) for each in tenant.api.get(f"/v1/jobs/{job}/errors").json["items"]]


def imported(parley: Parley, tenant: Tenant, csv: str, **more: object) -> dict[str, object]:
    got = tenant.api.post("/v1/customers/import", {"csv": csv, **more})
    assert got.status == 202, got.text
    parley.work_all()
    return dict(tenant.api.get(f"/v1/jobs/{got.json['id']}").json)


def attributes(tenant: Tenant, customer: str) -> object:
    return tenant.api.get(f"/v1/customers/{customer}").json["attributes"]


def test_a_call_of_a_thousand_is_a_job_with_progress(parley: Parley, tenant: Tenant) -> None:
    rows = [{"external_id": f"c{i}", "name": f"Customer {i}"} for i in range(1000)]
    job = tenant.api.post("/v1/customers/bulk", {"customers": rows}).json
    assert (job["state"], job["total"], job["done"]) == ("queued", 1000, 0)
    task = parley.queues.tasks.pop(0)
    working.run_job(parley.world, task["job"], task["piece"])
    half = tenant.api.get(f"/v1/jobs/{job['id']}").json
    assert half["state"] == "running"
    assert 0 < half["done"] < 1000
    parley.work_all()
    done = tenant.api.get(f"/v1/jobs/{job['id']}").json
    assert (done["state"], done["done"], done["failed"]) == ("done", 1000, 0)
    assert tenant.api.get("/v1/customers/c999").json["name"] == "Customer 999"
    assert [each["id"] for each in tenant.api.get("/v1/jobs").json["items"]] == [job["id"]]
    assert tenant.api.post("/v1/customers/bulk", {"customers": [*rows, {"external_id": "one"}]}).status == 422


def test_a_row_that_cannot_be_is_told_by_its_number(parley: Parley, tenant: Tenant) -> None:
    tenant.api.put("/v1/attributes/arr", {"type": "number"})
    tenant.customer("holder", domains=["held.example"])
    rows = [
        {"external_id": "a", "attributes": {"arr": 1}},
        {"external_id": "b", "attributes": {"arr": "1"}},
        {"external_id": "c", "domains": ["gmail.com"]},
        {"external_id": "d", "domains": ["held.example"]},
        {"external_id": "e", "state": "blocked"},
    ]
    wanted = [(2, "attributes.arr"), (3, "domains[0]"), (4, "domains")]
    for dry_run in (True, False):
        job = tenant.api.post("/v1/customers/bulk", {"customers": rows, "dry_run": dry_run}).json
        parley.work_all()
        assert errors(tenant, job["id"]) == wanted
        assert tenant.api.get("/v1/customers/a").status == (404 if dry_run else 200)
    assert tenant.api.get("/v1/customers/b").status == 404
    shape = tenant.api.post("/v1/customers/bulk", {"customers": [{"external_id": "a"}, {"name": "B"}]})
    assert (shape.status, shape.json["field"]) == (422, "customers[1].external_id")


def test_cells_are_read_as_their_types(parley: Parley, tenant: Tenant) -> None:
    for name, type_ in {"arr": "number", "vip": "boolean", "renewal": "time", "tags": "list"}.items():
        tenant.api.put(f"/v1/attributes/{name}", {"type": type_})
    csv = (
        "\ufeffexternal_id,name,domains,arr,vip,renewal,tags,note\r\n"
        'a,"Acorn, Inc.",acorn.example; acorn.test,50000,yes,2026-01-31,red; blue,"two\nlines"\r\n'
        "\r\n"
        "b,,,1.5,,,,\r\n"
        "c,C,,many,,,,\r\n"
        "d,D,,,maybe,,,\r\n"
        "e,E,,,,soon,,\r\n"
        ",F,,,,,,\r\n"
        "g,G,,,,,,,too,many\r\n"
        "h,H,,inf,,,,\r\n"
    )
    job = imported(parley, tenant, csv)
    assert (job["state"], job["total"], job["failed"]) == ("done", 8, 6)
    assert errors(tenant, str(job["id"])) == [
        (6, "attributes.arr"),
        (7, "attributes.vip"),
        (8, "attributes.renewal"),
        (9, "external_id"),
        (10, ""),
        (11, "attributes.arr"),
    ]
    found = tenant.api.get("/v1/customers/a").json
    assert (found["name"], found["domains"]) == ("Acorn, Inc.", ["acorn.example", "acorn.test"])
    assert found["attributes"] == {
        "arr": 50000,
        "vip": True,
        "renewal": "2026-01-31",
        "tags": ["red", "blue"],
        "note": "two\nlines",
    }
    assert attributes(tenant, "b") == {"arr": 1.5}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"csv": "", "attachment": ""}, 422),
        ({"csv": ""}, 422),
        ({"csv": "name\nx"}, 422),
        ({"csv": "external_id,external_id\na,b"}, 422),
        ({"csv": "external_id,,name\na,b,c"}, 422),
        ({"csv": "external_id,Name,name\n"}, 422),
        ({"csv": "External_ID,NAME,Name\na,b,c"}, 422),
        ({"csv": "external_id,created_at\na,b"}, 422),
        ({"csv": "external_id,Triage_Room\na,b"}, 422),
        ({"csv": "external_id\n\n"}, 422),
        ({"csv": 'external_id\n"a'}, 400),
        ({"attachment": "att_nothing"}, 422),
    ],
)
def test_what_is_no_file_of_customers_is_refused_at_once(tenant: Tenant, body: object, status: int) -> None:
    assert tenant.api.post("/v1/customers/import", body).status == status


def test_a_customers_calendar_is_one_of_the_workspaces(parley: Parley, tenant: Tenant) -> None:
    week = {"monday": [{"from": "09:00", "to": "17:00"}]}
    made = tenant.api.post("/v1/calendars", {"name": "Office", "timezone": "Europe/Berlin", "week": week})
    office = made.json["id"]
    rows = [
        {"external_id": "a", "calendar": office},
        {"external_id": "b", "calendar": "cal_none"},
        {"external_id": "c"},
    ]
    for dry_run in (True, False):
        job = tenant.api.post("/v1/customers/bulk", {"customers": rows, "dry_run": dry_run}).json["id"]
        parley.work_all()
        assert errors(tenant, job) == [(2, "calendar")]
    assert tenant.api.get("/v1/customers/a").json["calendar"] == office
    assert tenant.api.get("/v1/customers/c").json["calendar"] == ""
    job = imported(parley, tenant, f"external_id,calendar\nc,{office}\nd,Office\na,\n")
    assert errors(tenant, str(job["id"])) == [(3, "calendar")]
    assert tenant.api.get("/v1/customers/a").json["calendar"] == office
    everybody = tenant.api.post("/v1/segments", {"name": "All", "filter": {"attribute": "name", "exists": True}})
    parley.work_all()
    written = tenant.api.get(f"/v1/segments/{everybody.json['id']}/export").json["csv"]
    head, *lines = written.split("\r\n")
    place = head.split(",").index("calendar")
    assert [line.split(",")[place] for line in lines if line] == [office, office]
    assert imported(parley, tenant, written)["failed"] == 0
    cleared = [{"external_id": "a", "calendar": ""}]
    tenant.api.post("/v1/customers/bulk", {"customers": cleared})
    parley.work_all()
    assert tenant.api.get("/v1/customers/a").json["calendar"] == ""


def test_a_file_may_be_uploaded_first(parley: Parley, tenant: Tenant) -> None:
    content = b"external_id,name\na,\xc3\xa9\n"
    file = tenant.api.post("/v1/attachments", {"name": "c.csv", "size": len(content), "type": "text/csv"}).json
    assert tenant.api.post("/v1/customers/import", {"attachment": file["id"]}).status == 422
    parley.files.put(file["upload"]["fields"]["key"], content, "text/csv")
    assert tenant.api.post("/v1/customers/import", {"attachment": file["id"]}).status == 202
    parley.work_all()
    assert tenant.api.get("/v1/customers/a").json["name"] == "é"
    parley.files.put(file["upload"]["fields"]["key"], b"external_id\n\xff", "text/csv")
    assert tenant.api.post("/v1/customers/import", {"attachment": file["id"]}).status == 400
    large = {"name": "c.csv", "size": 11 * 1024 * 1024, "type": "text/csv"}
    large_id = tenant.api.post("/v1/attachments", large).json["id"]
    assert tenant.api.post("/v1/customers/import", {"attachment": large_id}).status == 413
    users = tenant.user().post("/v1/attachments", {"name": "c.csv", "size": 1, "type": "text/csv"}).json["id"]
    assert tenant.api.post("/v1/customers/import", {"attachment": users}).status == 422


def test_a_key_starts_one_job(tenant: Tenant) -> None:
    body = {"customers": [{"external_id": "a"}]}
    sent = [tenant.api.post("/v1/customers/bulk", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert sent[0].json == sent[1].json
    assert len(tenant.api.get("/v1/jobs").json["items"]) == 1


def test_a_worker_that_dies_and_messages_that_come_twice_change_nothing(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"external_id": f"c{i}", "domains": ["gmail.com"] if i % 7 == 0 else []} for i in range(730)]
    job = tenant.api.post("/v1/customers/bulk", {"customers": rows}).json["id"]
    real, calls = working.merge_customer, iter(range(10_000))

    def dying(*args: object, **fields: object) -> object:
        if next(calls) % 211 == 40:
            raise Busy("killed")
        return real(*args, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(working, "merge_customer", dying)
    seen = []
    while parley.queues.tasks:
        task = parley.queues.tasks.pop(0)
        seen.append(task)
        try:
            working.run_job(parley.world, task["job"], task["piece"])
        except Busy:
            parley.queues.tasks.append(task)
    for task in seen:
        working.run_job(parley.world, task["job"], task["piece"])
    answer = tenant.api.get(f"/v1/jobs/{job}").json
    assert (answer["state"], answer["done"], answer["failed"]) == ("done", 730, 105)
    assert parley.queues.tasks == []
    for i in range(0, 730, 50):
        assert tenant.api.get(f"/v1/customers/c{i}").status == (404 if i % 7 == 0 else 200)
        if i % 7:
            stored = parley.table.rows[(f"C#{tenant.api.get(f'/v1/customers/c{i}').json['id']}", "A")]
            assert stored.v == 1


def test_the_clock_finds_a_job_whose_wake_up_was_lost(parley: Parley, tenant: Tenant) -> None:
    job = tenant.api.post("/v1/customers/bulk", {"customers": [{"external_id": "a"}]}).json["id"]
    parley.queues.tasks.clear()
    assert due_work(parley.world) == 0
    parley.clock.at += WAKE_AFTER_MS
    assert due_work(parley.world) == 1
    parley.work_all()
    assert tenant.api.get(f"/v1/jobs/{job}").json["state"] == "done"
    assert due_work(parley.world) == 0


def test_rows_that_are_no_longer_kept_end_the_job_loudly(parley: Parley, tenant: Tenant) -> None:
    job = tenant.api.post("/v1/customers/bulk", {"customers": [{"external_id": "a"}]}).json["id"]
    parley.files.content.clear()
    parley.work_all()
    answer = tenant.api.get(f"/v1/jobs/{job}").json
    assert (answer["state"], answer["reason"]) == ("failed", "its rows are no longer kept")
