"""Policies and calendars over the API: their order, their revisions, what they refuse, and who may change them."""

from typing import Any

import pytest

from chalicelib.desk.policies import Policies
from chalicelib.desk.workspaces import Workspace
from chalicelib.flows.clocks.policies import policies_of
from chalicelib.ports import ref
from tests.api import Client, Tenant
from tests.fakes import Parley

HOURS = [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "24:00"}]
OFFICE = {"name": "Tokyo", "timezone": "Asia/Tokyo", "week": {"monday": HOURS, "friday": HOURS[:1]}}


def made(got: Any) -> Any:
    assert got.status in (200, 201), got.text
    return got.json


def order(tenant: Tenant) -> list[str]:
    return [each["name"] for each in made(tenant.api.get("/v1/policies"))["items"]]


def test_a_policy_is_shown_as_it_was_made(tenant: Tenant) -> None:
    calendar = made(tenant.api.post("/v1/calendars", OFFICE))
    segment = made(tenant.api.post("/v1/segments", {"name": "Gold", "customers": []}))
    body = {
        "name": "Gold",
        "segment": segment["id"],
        "targets": {"first_minutes": 60, "next_minutes": 240, "update_minutes": None, "outcome_minutes": 600},
        "priorities": {"urgent": {"first_minutes": 15}, "low": {"first_minutes": None, "update_minutes": 10}},
        "calendar": calendar["id"],
        "warn_minutes": 10,
        "episode_days": 3,
        "words": "Within an hour",
        "no_answer": None,
        "escalate": [tenant.api.get("/v1/agents").json["items"][0]["id"]],
    }
    found = made(tenant.api.post("/v1/policies", body))
    assert found == body | {"id": found["id"], "revision": 1, "position": 1}
    assert made(tenant.api.get("/v1/policies"))["items"] == [found]


def test_the_least_of_a_policy(tenant: Tenant) -> None:
    found = made(tenant.api.post("/v1/policies", {"name": "All"}))
    none = dict.fromkeys(["first_minutes", "next_minutes", "update_minutes", "outcome_minutes"])
    assert found["targets"] == none
    assert (found["segment"], found["calendar"], found["priorities"], found["words"]) == ("", "", {}, "")
    assert (found["warn_minutes"], found["episode_days"]) == (30, 7)


def test_a_calendar_is_shown_as_it_was_made(tenant: Tenant) -> None:
    more = {"holidays": ["2026-12-25"], "yearly": ["01-01", "11 4TH"]}
    found = made(tenant.api.post("/v1/calendars", OFFICE | more))
    week = dict.fromkeys(["tuesday", "wednesday", "thursday", "saturday", "sunday"], []) | OFFICE["week"]
    assert found == OFFICE | more | {"id": found["id"], "revision": 1, "week": week}
    assert made(tenant.api.get("/v1/calendars"))["items"] == [found]


def test_policies_are_moved(tenant: Tenant) -> None:
    ids = [made(tenant.api.post("/v1/policies", {"name": name}))["id"] for name in "abc"]
    assert order(tenant) == ["a", "b", "c"]
    assert made(tenant.api.patch(f"/v1/policies/{ids[2]}", {"position": 1}))["position"] == 1
    assert order(tenant) == ["c", "a", "b"]
    assert made(tenant.api.patch(f"/v1/policies/{ids[2]}", {"position": 50}))["position"] == 3
    assert made(tenant.api.post("/v1/policies", {"name": "d", "position": 2}))["position"] == 2
    assert order(tenant) == ["a", "d", "b", "c"]
    assert tenant.api.delete(f"/v1/policies/{ids[0]}").status == 204
    assert order(tenant) == ["d", "b", "c"]
    assert [each["position"] for each in made(tenant.api.get("/v1/policies"))["items"]] == [1, 2, 3]
    assert tenant.api.patch(f"/v1/policies/{ids[0]}", {"name": "e"}).status == 404


def test_a_change_is_a_new_revision_and_moving_is_none(parley: Parley, tenant: Tenant) -> None:
    policy = made(tenant.api.post("/v1/policies", {"name": "All"}))["id"]
    path = f"/v1/policies/{policy}"
    assert made(tenant.api.patch(path, {"name": "All"}))["revision"] == 1
    assert made(tenant.api.patch(path, {"position": 1}))["revision"] == 1
    assert made(tenant.api.patch(path, {"targets": {"first_minutes": 5}}))["revision"] == 2
    assert made(tenant.api.patch(path, {"warn_minutes": 0, "name": "Everybody"}))["revision"] == 3
    calendar = made(tenant.api.post("/v1/calendars", OFFICE))["id"]
    assert made(tenant.api.patch(f"/v1/calendars/{calendar}", {"name": "Tokyo"}))["revision"] == 1
    assert made(tenant.api.patch(f"/v1/calendars/{calendar}", {"holidays": ["2026-12-25"]}))["revision"] == 2
    assert tenant.api.delete(path).status == 204
    workspace = parley.store.one(ref(Workspace, tenant.id))
    assert workspace is not None
    row = parley.store.one(ref(Policies, tenant.id))
    assert row is not None
    assert policies_of(parley.world, workspace) == row
    assert workspace.policies == row.version == 6  # a change that changes nothing is not written
    assert [(each.id, each.state, each.revision) for each in row.policies] == [(policy, "gone", 4)]


def test_a_calendar_in_use_is_not_deleted(tenant: Tenant) -> None:
    calendar = made(tenant.api.post("/v1/calendars", OFFICE))["id"]
    policy = made(tenant.api.post("/v1/policies", {"name": "All", "calendar": calendar}))["id"]
    got = tenant.api.delete(f"/v1/calendars/{calendar}")
    assert (got.status, got.json["detail"]) == (409, "the policy “All” counts by this calendar")
    made(tenant.api.patch(f"/v1/policies/{policy}", {"calendar": ""}))
    assert tenant.api.delete(f"/v1/calendars/{calendar}").status == 204
    assert tenant.api.delete(f"/v1/calendars/{calendar}").status == 404
    got = tenant.api.patch(f"/v1/policies/{policy}", {"calendar": calendar})
    assert (got.status, got.json["field"]) == (422, "calendar")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("policies", {}, "name"),
        ("policies", {"name": "A", "segment": "seg_none"}, "segment"),
        ("policies", {"name": "A", "calendar": "cal_none"}, "calendar"),
        ("policies", {"name": "A", "targets": {"first_minutes": 0}}, "targets.first_minutes"),
        ("policies", {"name": "A", "targets": {"first_minutes": 1.5}}, "targets.first_minutes"),
        ("policies", {"name": "A", "targets": {"last_minutes": 1}}, "targets.last_minutes"),
        ("policies", {"name": "A", "priorities": {"highest": {}}}, "priorities"),
        ("policies", {"name": "A", "warn_minutes": -1}, "warn_minutes"),
        ("policies", {"name": "A", "episode_days": 0}, "episode_days"),
        ("policies", {"name": "A", "position": 0}, "position"),
        ("policies", {"name": "A", "words": "a" * 501}, "words"),
        ("calendars", OFFICE | {"timezone": "Mars/Olympus"}, "timezone"),
        ("calendars", OFFICE | {"timezone": ""}, "timezone"),
        ("calendars", OFFICE | {"week": {}}, "week"),
        ("calendars", OFFICE | {"week": {"monday": [{"from": "9:00", "to": "17:00"}]}}, "week.monday[0].from"),
        ("calendars", OFFICE | {"week": {"sunday": [{"from": "09:00", "to": "24:01"}]}}, "week.sunday[0].to"),
        ("calendars", OFFICE | {"week": {"sunday": [{"from": "24:00", "to": "24:00"}]}}, "week.sunday[0].from"),
        ("calendars", OFFICE | {"week": {"friday": [{"from": "22:00", "to": "06:00"}]}}, "week.friday"),
        ("calendars", OFFICE | {"week": {"moonday": []}}, "week.moonday"),
        ("calendars", OFFICE | {"holidays": ["2026-02-30"]}, "holidays[0]"),
        ("calendars", OFFICE | {"yearly": ["01-01", "11 6TH"]}, "yearly[1]"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tenant: Tenant, path: str, body: Any, field: str) -> None:
    got = tenant.api.post(f"/v1/{path}", body)
    assert (got.status, got.json["field"]) == (422, field)


def test_fifty_are_enough(tenant: Tenant) -> None:
    for n in range(50):
        made(tenant.api.post("/v1/policies", {"name": f"P{n}"}))
        made(tenant.api.post("/v1/calendars", OFFICE))
    assert tenant.api.post("/v1/policies", {"name": "More"}).status == 409
    assert tenant.api.post("/v1/calendars", OFFICE).status == 409
    assert len(made(tenant.api.get("/v1/policies"))["items"]) == 50


def test_the_row_stays_small_enough_to_be_stored(tenant: Tenant) -> None:
    many = [f"{year}-{month:02}-{day:02}" for year in (2026, 2027) for month in range(1, 13) for day in range(1, 17)]
    statuses = [tenant.api.post("/v1/calendars", OFFICE | {"holidays": many}).status for _ in range(50)]
    names = [tenant.api.post("/v1/policies", {"name": "€" * 200, "words": "€" * 500}).status for _ in range(50)]
    assert set(statuses) == {201}
    assert set(names) == {201, 409}


def test_admins_change_them_and_agents_read_them(tenant: Tenant) -> None:
    agent = made(tenant.api.post("/v1/agents", {"name": "Ann"}))["id"]
    key = Client(made(tenant.api.post("/v1/api-keys", {"name": "CI", "agent": agent}))["key"])
    assert key.get("/v1/policies").status == key.get("/v1/calendars").status == 200
    assert key.get("/v1/measured-segments").status == 200
    for method, path in [
        ("POST", "policies"), ("PATCH", "policies/pol_1"), ("DELETE", "policies/pol_1"),
        ("POST", "calendars"), ("PATCH", "calendars/cal_1"), ("DELETE", "calendars/cal_1"),
        ("POST", "calendars/cal_1/holidays"), ("PUT", "measured-segments"),
    ]:  # fmt: skip
        assert key(method, f"/v1/{path}", {}).status == 403
    tenant.customer("acme")
    assert tenant.user().get("/v1/policies").status == 403


def test_changes_are_in_the_audit_log(tenant: Tenant) -> None:
    policy = made(tenant.api.post("/v1/policies", {"name": "All"}))["id"]
    made(tenant.api.patch(f"/v1/policies/{policy}", {"name": "Everybody", "position": 1}))
    tenant.api.delete(f"/v1/policies/{policy}")
    entries = made(tenant.api.get("/v1/audit"))["items"]
    found = [(each["verb"], each["fields"]) for each in entries if each["subject"] == policy]
    assert found == [("policy.removed", []), ("policy.changed", ["name", "position"]), ("policy.made", [])]


def test_an_idempotency_key_makes_one(tenant: Tenant) -> None:
    key = {"headers": {"Idempotency-Key": "once"}}
    first = made(tenant.api.post("/v1/policies", {"name": "All"}, **key))
    assert made(tenant.api.post("/v1/policies", {"name": "All"}, **key)) == first
    assert order(tenant) == ["All"]


def test_segments_are_measured(tenant: Tenant) -> None:
    gold = made(tenant.api.post("/v1/segments", {"name": "Gold", "customers": []}))["id"]
    measured = {"segments": [gold], "timezone": "UTC", "shared": False}
    assert made(tenant.api.put("/v1/measured-segments", {"segments": [gold, gold]})) == measured
    assert made(tenant.api.get("/v1/measured-segments")) == measured
    got = tenant.api.put("/v1/measured-segments", {"segments": [gold, "seg_none"]})
    assert (got.status, got.json["field"]) == (422, "segments[1]")
    got = tenant.api.put("/v1/measured-segments", {"segments": [gold] * 11})
    assert (got.status, got.json["field"]) == (422, "segments")


def ics(*lines: str) -> str:
    event = ["BEGIN:VEVENT", "SUMMARY:A day", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", *event, "END:VCALENDAR"])


def test_holidays_are_taken_out_of_a_file(tenant: Tenant) -> None:
    body = OFFICE | {"holidays": ["2098-01-02"], "yearly": ["12-25"]}
    calendar = made(tenant.api.post("/v1/calendars", body))["id"]
    path = f"/v1/calendars/{calendar}/holidays"
    found = made(tenant.api.post(path, {"ics": ics("DTSTART;VALUE=DATE:20980101", "DURATION:P2D")}))
    assert (found["holidays"], found["revision"]) == (["2098-01-01", "2098-01-02"], 2)
    found = made(tenant.api.post(path, {"ics": ics("DTSTART;VALUE=DATE:20200501", "RRULE:FREQ=YEARLY")}))
    assert (found["yearly"], found["revision"]) == (["05-01", "12-25"], 3)
    assert made(tenant.api.get("/v1/calendars"))["items"] == [found]
    got = tenant.api.post(path, {"ics": ics("DTSTART:20980101T090000Z")})
    assert (got.status, got.json["field"]) == (422, "ics")
    assert got.json["detail"] == "“A day” (20980101): it has a time of day"
    assert tenant.api.post("/v1/calendars/cal_1/holidays", {"ics": ics("DTSTART:20980101")}).status == 404
