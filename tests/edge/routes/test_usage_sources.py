"""Sources of usage: their keys are rolled two at a time, and what was set aside is listed and read again."""

import pytest

from chalicelib.desk.times import DAY_MS
from chalicelib.desk.usage_sources import MAX_LIVE_KEYS, UsageLog
from chalicelib.flows.usage.retain import retain
from chalicelib.flows.usage.write_keys import TRUSTED_MS
from chalicelib.ports import over, ref
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.races.test_races import at_once
from tests.usage import CALL, log, send

SOURCES = "/v1/usage/sources"


def made(tenant: Tenant, **fields: object) -> tuple[str, str]:
    """The path of a new source, and a live key of it."""
    path = f"{SOURCES}/{tenant.api.post(SOURCES, {'name': 'Backend', **fields}).json['id']}"
    return path, tenant.api.post(f"{path}/keys").json["key"]


def test_two_live_and_two_test_keys_are_good_at_once(parley: Parley, tenant: Tenant) -> None:
    path, key = made(tenant)
    modes = ["live", "live", "test", "test", "test"]
    got = [tenant.api.post(f"{path}/keys", {"mode": mode}) for mode in modes]
    assert [each.status for each in got] == [201, 409, 201, 201, 409]
    keys = [key, *(each.json["key"] for each in got if each.status == 201)]
    assert [each.split("_")[1] for each in keys] == ["live", "live", "test", "test"]
    assert [send(each, {"batch": [CALL]}).status for each in keys] == [200] * 4
    assert [line.test for line in log(parley)] == [False, False, True, True]
    shown = tenant.api.get(path)
    assert not any(each in shown.text for each in keys)
    first = shown.json["keys"][0]["id"]
    assert tenant.api.delete(f"{path}/keys/{first}").status == 204
    assert tenant.api.delete(f"{path}/keys/{first}").status == 404
    parley.clock.at += TRUSTED_MS
    assert [send(each, {"batch": [CALL]}).status for each in keys] == [401, 200, 200, 200]
    assert tenant.api.post(f"{path}/keys").status == 201


def test_a_secret_that_is_wrong_is_refused_of_a_source_that_was_just_heard_too(tenant: Tenant) -> None:
    path, key = made(tenant)
    assert send(key, {"batch": [CALL]}).status == 200
    wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
    assert [send(each, {"batch": [CALL]}).status for each in (wrong, key)] == [401, 200]
    test = key.replace("_live_", "_test_")
    assert send(test, {"batch": [CALL]}).status == 401
    assert send(tenant.api.post(f"{path}/keys").json["key"], {"batch": [CALL]}).status == 200


def test_a_workspace_has_so_many_sources(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.flows.usage.sources.MAX_SOURCES", 2)
    assert [tenant.api.post(SOURCES, {"name": f"S{n}"}).status for n in range(3)] == [201, 201, 409]


def test_at_once_no_third_key_is_made(parley: Parley, tenant: Tenant) -> None:
    path, _ = made(tenant)
    at_once(lambda _: tenant.api.post(f"{path}/keys"), 4)
    assert len(tenant.api.get(path).json["keys"]) == MAX_LIVE_KEYS


def test_a_key_is_shown_once_and_again_to_who_asks_with_the_same_idempotency_key(tenant: Tenant) -> None:
    path, _ = made(tenant)
    headers = {"Idempotency-Key": "once"}
    first, second = (tenant.api.post(f"{path}/keys", {"mode": "test"}, headers=headers) for _ in "12")
    assert first.json == second.json
    assert first.json["key"].startswith("wk_test_")


def test_what_was_set_aside_is_listed_with_its_reasons_and_replayed(parley: Parley, tenant: Tenant) -> None:
    path, key = made(tenant)
    bad = {"type": "track", "event": "api.call", "userId": "ann", "messageId": "b1", "properties": {"calls": 0}}
    lost = {"type": "track", "event": "Lost"}
    assert send(key, {"batch": [CALL, bad | {"event": "API Called"}, lost]}).json["set_aside"] == 2
    (row,) = tenant.api.get(f"{path}/set-aside").json["items"]
    assert [(each["reason"], each["events"]) for each in row["reasons"]] == [("bad_call", 1), ("nobody", 1)]
    shown = tenant.api.get(f"{path}/set-aside/{row['id']}").json["events"]
    assert [each["event"]["event"] for each in shown] == ["API Called", "Lost"]
    replay = f"{path}/set-aside/replay"
    assert tenant.api.post(replay).json == {"taken": 0, "set_aside": 2, "more": False}
    assert len(log(parley)) == 1
    names = {"API Called": "API Key Created"}  # the vendor had meant something else by it
    assert tenant.api.patch(path, {"names": names}).status == 200
    assert tenant.api.post(replay, {"ids": [row["id"]]}).json == {"taken": 1, "set_aside": 1, "more": False}
    assert [(line.id, line.means) for line in log(parley)] == [("m1", "called"), ("b1", "key_created")]
    (row,) = tenant.api.get(f"{path}/set-aside").json["items"]
    assert [each["reason"] for each in row["reasons"]] == ["nobody"]
    source = tenant.api.get(path).json
    assert source["last_refused_at"] == row["at"]
    assert source["last_event_at"]


def test_what_a_browser_says_of_who_somebody_is_is_set_aside(parley: Parley, tenant: Tenant) -> None:
    path, key = made(tenant, kind="browser", traits=None)
    said = [{"type": "identify", "userId": "ann", "traits": {"plan": "pro"}}, CALL]
    beacon = Client().post("/v1/batch", {"batch": said, "writeKey": key}, headers={"Content-Type": "text/plain"})
    assert beacon.json == {"success": True, "set_aside": 1}
    assert beacon.headers["Access-Control-Allow-Origin"] == "*"
    (row,) = tenant.api.get(f"{path}/set-aside").json["items"]
    assert [each["reason"] for each in row["reasons"]] == ["public_key"]
    assert "plan" not in tenant.api.get(f"{path}/set-aside/{row['id']}").text


def test_usage_has_limits_of_its_own(parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.edge.door import limits

    monkeypatch.setitem(limits.USAGE_PER_MINUTE, "source", 4)
    _, key = made(tenant)
    got = [send(key, {"batch": [CALL]}) for _ in range(6)]
    assert [each.status for each in got] == [200] * 3 + [429] * 3  # at its last share a container asks the table
    assert '"source";q=4;w=60' in got[0].headers["RateLimit-Policy"]
    assert got[-1].headers["Retry-After"]
    assert tenant.api.get(SOURCES).status == 200


def test_the_log_ends_by_its_days(parley: Parley, tenant: Tenant) -> None:
    _, key = made(tenant)
    assert tenant.api.patch("/v1/workspace", {"raw_days": 2}).json["raw_days"] == 2
    for _ in range(5):
        assert send(key, {"batch": [CALL]}).status == 200
        parley.clock.at += DAY_MS
        parley.due()
        parley.use_all()
    days = {key.split("date=")[1][:10] for key in parley.files.keys("usage/")}
    assert len(days) == 2
    assert tenant.api.patch("/v1/workspace", {"raw_days": 0}).status == 422


def test_the_log_ends_when_that_is_due_and_by_no_word_of_before(parley: Parley, tenant: Tenant) -> None:
    _, key = made(tenant)
    assert send(key, {"batch": [CALL]}).status == 200
    parley.clock.at += 400 * DAY_MS
    there = parley.store.one(ref(UsageLog, tenant.id))
    assert there
    ahead = there.changed(due=parley.clock.at + 1000)
    parley.store.commit(over(ahead, there))
    for workspace, due in ((tenant.id, there.due), (tenant.id, ahead.due), ("wsp_nobody", 1)):
        assert retain(parley.world, workspace, due) == 0
    assert len(log(parley)) == 1
    parley.clock.at += 1000
    assert retain(parley.world, tenant.id, there.due) == 0
    assert retain(parley.world, tenant.id, ahead.due) == 1
    assert log(parley) == []


def test_a_source_that_is_removed_takes_its_keys_along(parley: Parley, tenant: Tenant) -> None:
    path, key = made(tenant)
    assert send(key, {"batch": [CALL]}).status == 200
    assert tenant.api.delete(path).status == 204
    parley.clock.at += TRUSTED_MS
    assert send(key, {"batch": [CALL]}).status == 401
    assert tenant.api.get(path).status == 404
    assert len(log(parley)) == 1
