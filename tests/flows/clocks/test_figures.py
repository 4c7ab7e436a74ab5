"""Figures of days: equal to a naive recount, in any order and repetition; corrected late; for whom they are meant."""

import csv
import io
import random
from typing import Any

import pytest

from chalicelib.desk.clocks import Clock
from chalicelib.desk.figures import DayFigures, DueFigures, Times, added_up, bucket_of, figure_of, folded
from chalicelib.desk.policies import Policy, Targets
from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS
from chalicelib.flows.clocks.fold_day import fold_day
from chalicelib.flows.rebuild import rebuild
from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.clocks.recount import ended, recounted
from tests.flows.clocks.test_clocks import POLICY, Stage, with_policies

ZONE = "Asia/Tokyo"
UNTIMED = Policy(id="pol_1", name="Measured")


@pytest.fixture
def measured(parley: Parley, tenant: Tenant) -> Stage:
    parley.clock.at += (3 * HOUR_MS - parley.clock.at) % DAY_MS  # noon in Tokyo: hours later it is the same day there
    tenant.customer()
    with_policies(parley, tenant, POLICY)
    assert tenant.api.put("/v1/measured-segments", {"timezone": ZONE}).status == 200
    return Stage(parley, tenant)


def pass_hours(parley: Parley) -> None:
    """So that what is due after the hour is added up."""
    parley.clock.at += HOUR_MS + 2 * MINUTE_MS
    parley.due()
    parley.settle()


def figures(tenant: Tenant, **query: str) -> dict[str, Any]:
    got = tenant.api.get("/v1/metrics", **query)
    assert got.status == 200, got.text
    return dict(got.json)


def days_of(parley: Parley) -> dict[tuple[str, str], Any]:
    return {(each.day, each.customer): each.cuts for each in parley.records() if isinstance(each, DayFigures)}


@pytest.mark.parametrize("seed", range(12))
def test_figures_equal_a_naive_recount_whatever_comes_twice(parley: Parley, tenant: Tenant, seed: int) -> None:
    chance = random.Random(seed)
    tenant.customer()
    with_policies(parley, tenant, UNTIMED, timezone=ZONE)
    rooms = [Stage(parley, tenant) for _ in range(3)]
    said: dict[str, list[str]] = {room.room: [] for room in rooms}
    for _ in range(20):
        room = chance.choice(rooms)
        parley.clock.at += chance.choice((1, 40, 999, 3_600_000, 9_000_000, 9 * DAY_MS // 10, 8 * DAY_MS))
        act = chance.choice(("ask", "ask", "answer", "answer", "resolve", "delete"))
        if act == "ask":
            said[room.room].append(room.ask())
        elif act == "answer":
            room.answer()
        elif act == "resolve":
            tenant.api.patch(room.path, {"state": "resolved"})
            said[room.room].clear()
        elif said[room.room]:
            room.ann.delete(f"{room.path}/messages/{said[room.room].pop()}")
        parley.settle()
        if chance.random() < 0.3:
            pass_hours(parley)
    pass_hours(parley)
    rows = [row for room in rooms for row in ended(tenant.api.get, room.room, ZONE)]
    expected = recounted(rows)
    first, last = min((day for day, _ in expected), default="2026-01-01"), max((d for d, _ in expected), default="")
    got = {}
    for part in figures(tenant, first_day=first, last_day=last or first)["parts"]:
        for kind, figure in part["figures"].items():
            if figure["answered"] or figure["unanswered"]:
                got[part["first_day"], kind] = figure
    assert {key: (each["answered"], each["unanswered"]) for key, each in got.items()} == {
        key: (each["yes"], each["no"]) for key, each in expected.items()
    }
    for key, each in expected.items():
        times = got[key]["calendar"]
        assert (times["count"], times["total_ms"]) == (len(each["ms"]), sum(each["ms"]))
        if each["ms"]:
            for name, percent in (("p15_ms", 15), ("median_ms", 50), ("p85_ms", 85)):
                true = each["ms"][max(-(-len(each["ms"]) * percent // 100), 1) - 1]
                assert abs(times[name] - true) <= max(0.05 * true, 1), (key, name)
    before = days_of(parley)
    assert not rebuild(parley.store)
    for day in {day for day, _ in before}:
        assert fold_day(parley.store, tenant.id, day) == 0
    for row in [each for each in parley.records() if isinstance(each, DayFigures)]:
        parley.store.commit(*[_drop(row)])
    rebuild(parley.store)
    assert days_of(parley) == before


def _drop(row: DayFigures) -> Any:
    from chalicelib.ports import Drop, ref

    return Drop(ref(DayFigures, row.workspace, row.day, row.customer))


def test_a_day_is_added_up_after_the_hour_and_its_mark_goes(measured: Stage) -> None:
    measured.ask()
    measured.parley.clock.at += 5 * MINUTE_MS
    measured.answer()
    marks = [each for each in measured.parley.records() if isinstance(each, DueFigures)]
    assert len(marks) == 1
    assert figures(measured.tenant)["total"] == {}
    pass_hours(measured.parley)
    assert not [each for each in measured.parley.records() if isinstance(each, DueFigures)]
    first = figures(measured.tenant)["total"]["first"]
    assert (first["answered"], first["kept"], first["late"], first["calendar"]["total_ms"] // MINUTE_MS) == (1, 1, 0, 5)


def test_an_answer_after_an_acknowledgement_corrects_the_day_of_the_acknowledgement(measured: Stage) -> None:
    parley = measured.parley
    measured.ask()
    assert measured.tenant.api.post(f"{measured.path}/acknowledge").status == 200
    parley.settle()
    pass_hours(parley)
    day = figures(measured.tenant)["parts"][-1]["first_day"]
    first = figures(measured.tenant)["total"]["first"]
    assert (first["acknowledged"], first["answered"], first["calendar"]["count"]) == (1, 0, 0)
    parley.clock.at += 3 * DAY_MS
    measured.answer()
    pass_hours(parley)
    corrected = figures(measured.tenant, first_day=day, last_day=day)["total"]["first"]
    assert (corrected["acknowledged"], corrected["answered"], corrected["calendar"]["count"]) == (1, 1, 1)
    assert corrected["calendar"]["median_ms"] > 3 * DAY_MS


def test_days_weeks_and_months_are_those_of_the_workspaces_zone(measured: Stage) -> None:
    measured.ask()
    measured.answer()
    pass_hours(measured.parley)
    shown = figures(measured.tenant, first_day="2026-01-01", last_day="2026-12-31", by="month")
    assert [part["first_day"] for part in shown["parts"]] == [f"2026-{month:02}-01" for month in range(1, 13)]
    assert shown["parts"][1]["last_day"] == "2026-02-28"
    weeks = figures(measured.tenant, first_day="2026-01-01", last_day="2026-01-20", by="week")["parts"]
    assert [(part["first_day"], part["last_day"]) for part in weeks] == [
        ("2026-01-01", "2026-01-04"),
        ("2026-01-05", "2026-01-11"),
        ("2026-01-12", "2026-01-18"),
        ("2026-01-19", "2026-01-20"),
    ]
    (there,) = [each for each in measured.parley.records() if isinstance(each, Clock) and each.kind == "first"]
    one = figures(measured.tenant, first_day=there.day, last_day=there.day)
    assert (one["timezone"], one["total"]["first"]["answered"]) == (ZONE, 1)


def test_another_zone_counts_from_then_on(measured: Stage) -> None:
    measured.ask()
    measured.answer()
    pass_hours(measured.parley)
    before = days_of(measured.parley)
    assert measured.tenant.api.put("/v1/measured-segments", {"timezone": "America/Lima"}).status == 200
    rebuild(measured.parley.store)
    assert days_of(measured.parley) == before
    refused = measured.tenant.api.put("/v1/measured-segments", {"timezone": "Mars/Base"})
    assert (refused.status, refused.json["field"]) == (422, "timezone")


def test_they_are_cut_by_channel_priority_agent_segment_and_customer(measured: Stage) -> None:
    agent = measured.tenant.api.get("/v1/me").json["id"]
    measured.patch(priority="high", assignees=[agent])
    measured.ask()
    measured.answer()
    measured.patch(state="resolved")
    pass_hours(measured.parley)
    for by, value in (("priority", "high"), ("agent", agent), ("channel", "widget"), ("customer", "acme")):
        parts = figures(measured.tenant, by=by)["parts"]
        assert [(part["value"], part["figures"]["first"]["answered"]) for part in parts] == [(value, 1)], by
        narrow = {by: value}
        assert figures(measured.tenant, **narrow)["total"]["outcome"]["calendar"]["count"] == 1
    assert figures(measured.tenant, priority="low")["total"] == {}
    assert figures(measured.tenant, customer="acme", priority="high")["total"]["first"]["answered"] == 1


def test_test_customers_are_in_no_figure(measured: Stage) -> None:
    assert measured.tenant.api.put("/v1/attributes/test", {"type": "boolean"}).status in (200, 201)
    assert measured.tenant.api.put("/v1/customers/acme", {"attributes": {"test": True}}).status == 200
    measured.ask()
    measured.answer()
    pass_hours(measured.parley)
    assert figures(measured.tenant)["total"] == {}


def test_a_promise_that_was_kept_and_one_that_was_late(measured: Stage) -> None:
    from chalicelib.desk.times import rfc3339

    measured.ask()
    measured.answer()
    for late in (False, True):
        measured.patch(promise={"text": "A fix", "due": rfc3339(measured.parley.clock.at + HOUR_MS)})
        measured.pass_time(2 * HOUR_MS if late else MINUTE_MS)
        measured.patch(promise={"state": "kept"})
        measured.parley.clock.at += MINUTE_MS
    pass_hours(measured.parley)
    promise = figures(measured.tenant)["total"]["promise"]
    assert (promise["kept"], promise["late"], promise["missed"]) == (1, 1, 0)


def test_an_outcome_that_comes_again_was_reopened(measured: Stage) -> None:
    for _ in range(2):
        measured.ask()
        measured.parley.clock.at += MINUTE_MS
        measured.patch(state="resolved", outcome="Fixed")
        measured.parley.clock.at += MINUTE_MS
    pass_hours(measured.parley)
    outcome = figures(measured.tenant)["total"]["outcome"]
    assert (outcome["answered"], outcome["reopened"], outcome["calendar"]["total_ms"] // MINUTE_MS) == (2, 1, 2)


def test_an_end_is_due_where_the_policy_says_so_and_told_of(parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    with_policies(parley, tenant, Policy(id="pol_1", name="Ends", targets=Targets(outcome=DAY_MS)))
    here = Stage(parley, tenant)
    here.ask()
    assert here.running == [("first", 0 - parley.store.one(_clocks(here)).running[0].since), ("outcome", DAY_MS)]
    here.answer()
    assert here.running == [("outcome", DAY_MS)]
    here.pass_time(DAY_MS)
    facts = [each["clock"]["fact"] for each in tenant.api.get(f"{here.path}/changes").json["items"] if each["clock"]]
    assert facts == ["missed"]
    here.patch(state="resolved")
    assert here.running == []


def _clocks(here: Stage) -> Any:
    from chalicelib.desk.clocks import RoomClocks
    from chalicelib.ports import ref

    return ref(RoomClocks, here.room)


def test_who_sees_them(measured: Stage) -> None:
    measured.ask()
    measured.answer()
    pass_hours(measured.parley)
    assert measured.ann.get("/v1/metrics").status == 403
    assert measured.tenant.api.put("/v1/measured-segments", {"shared": True}).json["shared"] is True
    mine = measured.ann.get("/v1/metrics").json
    assert mine["total"]["first"]["answered"] == 1
    measured.tenant.customer("other")
    assert measured.tenant.user("other").get("/v1/metrics").json["total"] == {}
    for query in ({"customer": "acme"}, {"by": "agent"}, {"agent": "agt_1"}):
        assert measured.ann.get("/v1/metrics", **query).status == 403, query
    assert measured.ann.get("/v1/metrics/now").status == 403


def test_what_is_asked_wrongly_is_named(measured: Stage) -> None:
    for query, field in (
        ({"by": "year"}, "by"),
        ({"first_day": "2026-13-01"}, "first_day"),
        ({"first_day": "20260101"}, "first_day"),
        ({"first_day": "2026-02-01", "last_day": "2026-01-01"}, "last_day"),
        ({"first_day": "2020-01-01", "last_day": "2026-01-01"}, "last_day"),
        ({"first_day": "2026-01-01", "last_day": "2026-03-01", "by": "customer"}, "last_day"),
        ({"priority": "asap"}, "priority"),
        ({"priority": "high", "channel": "email"}, "priority"),
        ({"priority": "high", "by": "agent"}, "by"),
        ({"format": "xml"}, "format"),
    ):
        got = measured.tenant.api.get("/v1/metrics", **query)
        assert (got.status, got.json["field"]) == (422, field), query
    assert measured.tenant.api.get("/v1/metrics", customer="nobody").status == 404


def test_as_csv_and_for_a_scraper(measured: Stage) -> None:
    measured.ask()
    measured.parley.clock.at += MINUTE_MS
    measured.answer()
    measured.ask("And?")
    pass_hours(measured.parley)
    got = measured.tenant.api.get("/v1/metrics", format="csv", by="customer")
    assert got.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(got.text)))
    assert [
        (row["customer"], row["kind"], row["answered"], int(row["calendar_total_ms"]) // MINUTE_MS) for row in rows
    ] == [("acme", "first", "1", 1)]
    text = measured.tenant.api.get("/v1/metrics/now", format="openmetrics").text
    assert 'parley_rooms_waiting{age="4h"} 1' in text.splitlines()
    assert 'parley_today_answered{clock="first"} 1' in text.splitlines()
    assert text.endswith("# EOF\n")
    now = measured.tenant.api.get("/v1/metrics/now").json
    assert (now["waiting"]["4h"], sum(now["waiting"].values()), now["undelivered"]) == (1, 1, 0)


def test_silent_rooms_and_load(measured: Stage) -> None:
    agent = measured.tenant.api.get("/v1/me").json["id"]
    measured.ask()
    measured.patch(assignees=[agent])
    measured.parley.clock.at += 31 * DAY_MS
    now = measured.tenant.api.get("/v1/metrics/now").json
    assert now["silent_days"] == {"14": 1, "30": 1, "90": 0}
    assert [each["rooms"] for each in now["load"] if each["agent"] == agent] == [1]
    assert now["waiting"]["older"] == 1


def test_a_percentile_is_within_five_in_a_hundred() -> None:
    chance = random.Random(5)
    values = sorted(round(chance.lognormvariate(14, 3)) for _ in range(999))
    buckets: dict[int, int] = {}
    for value in values:
        buckets[bucket_of(value)] = buckets.get(bucket_of(value), 0) + 1
    times = Times(count=len(values), total=sum(values), buckets=buckets)
    for percent in range(1, 101):
        true = values[-(-len(values) * percent // 100) - 1]
        assert abs((times.percentile(percent) or 0) - true) <= 0.05 * true + 1
    assert Times().percentile(50) is None


def test_adding_up_is_the_same_in_any_parts() -> None:
    clocks = [
        Clock(
            room=f"room_{n}",
            kind="first",
            ask=n,
            workspace="wsp_1",
            since=n,
            ended=n * n + n,
            how="answered",
            answered=n * n + n,
            took=n * n,
            answer_took=n * n,
            day="2026-01-01",
        )
        for n in range(1, 40)
    ]
    figures_ = [figure_of(clock) for clock in clocks]
    whole = added_up(figures_)
    assert added_up([added_up(figures_[:7]), added_up(figures_[7:])]) == whole
    assert folded(clocks)[""][""]["first"] == whole == folded(reversed(clocks))[""][""]["first"]


def test_the_clocks_behind_a_number(measured: Stage) -> None:
    measured.ask()
    measured.parley.clock.at += 5 * MINUTE_MS
    measured.answer()
    measured.parley.clock.at += 2 * DAY_MS
    measured.ask("And now?")
    measured.answer()
    pass_hours(measured.parley)
    api = measured.tenant.api
    ended = [each for each in measured.parley.records() if isinstance(each, Clock) and each.ended]
    one, other = sorted({each.day for each in ended})

    def listed(**query: str) -> list[str]:
        got = api.get("/v1/clocks", limit="1", **query)
        found = list(got.json["items"])
        while got.json["next"]:
            got = api.get("/v1/clocks", limit="1", cursor=got.json["next"], **query)
            found += got.json["items"]
        return [each["kind"] for each in found]

    assert len(listed()) == len(ended) == 2
    assert listed(first_day=one, last_day=one) == ["first"]
    assert listed(first_day=other) == listed(last_day=other)[1:] == ["next"]
    assert listed(kind="next") == ["next"]
    assert listed(customer="acme") == listed()
    for field, wrong in {"first_day": "today", "last_day": "2026-02-30", "kind": "all"}.items():
        got = api.get("/v1/clocks", **{field: wrong})
        assert (got.status, got.json["field"]) == (422, field)
    assert api.get("/v1/clocks", first_day=other, last_day=one).json["field"] == "last_day"
    assert api.get("/v1/clocks", customer="nobody").status == 404
