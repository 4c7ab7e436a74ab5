"""Usage comes in: what is taken is in the raw log before it is answered; one bad event is set aside, the others not."""

import json
from typing import Any

import pytest

from chalicelib.desk.usage_events import place_of
from chalicelib.desk.usage_requests import MOST_BYTES, MOST_EVENTS
from chalicelib.ports import AwsAway
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.usage import AT, CALL, basic, log, packed, send, source


def test_a_batch_is_one_object_of_the_log(parley: Parley, tenant: Tenant) -> None:
    made, key = source(parley, tenant)
    got = send(key, {"batch": [CALL | {"messageId": str(n)} for n in range(100)], "sentAt": AT})
    assert (got.status, got.json) == (200, {"success": True, "set_aside": 0})
    (name,) = parley.files.keys("usage/")
    place = place_of(name)
    assert place
    assert (place.workspace, place.mode, place.window) == (tenant.id, "live", parley.clock.now() // 300_000)
    assert name.startswith(f"usage/{tenant.id}/mode=live/date={place.date}/hour={place.hour}/")
    lines = log(parley)
    assert [line.id for line in lines] == [str(n) for n in range(100)]
    assert {(line.source, line.kind, line.means, line.user, line.calls) for line in lines} == {
        (made.id, "track", "called", "ann", 1)
    }
    assert parley.records()
    assert not parley.files.keys("usage-aside/")


@pytest.mark.parametrize("inflated", [True, False])
def test_gzip_is_taken_whether_the_gateway_has_inflated_it_or_not(
    parley: Parley, tenant: Tenant, inflated: bool
) -> None:
    _, key = source(parley, tenant)
    assert packed(key, {"batch": [CALL]}, inflated=inflated).status == 200
    assert len(log(parley)) == 1


def test_one_bad_event_of_a_hundred_is_set_aside_with_its_reason(parley: Parley, tenant: Tenant) -> None:
    _, key = source(parley, tenant)
    batch = [CALL | {"messageId": str(n)} for n in range(99)] + [CALL | {"userId": "", "event": "Lost"}]
    assert send(key, {"batch": batch}).json == {"success": True, "set_aside": 1}
    assert len(log(parley)) == 99
    (aside,) = parley.files.keys("usage-aside/")
    assert aside


BAD: list[tuple[Any, int]] = [
    ('{"batch": [', 400),
    ("", 400),
    ("[]", 400),
    ("{}", 400),
    ('{"batch": {}}', 400),
    (json.dumps({"batch": [CALL] * (MOST_EVENTS + 1)}), 400),
    (json.dumps({"batch": [CALL], "more": "x" * MOST_BYTES}), 400),
    (json.dumps({"batch": []}), 200),
    ('{"batch": [{"type": "track", "event": "E", "userId": "u", "properties": {"n": NaN}}]}', 200),
]


@pytest.mark.parametrize(("raw", "status"), BAD, ids=range(len(BAD)))
def test_400_is_for_no_json_too_large_or_no_batch(parley: Parley, tenant: Tenant, raw: str, status: int) -> None:
    _, key = source(parley, tenant)
    assert Client().post("/v1/batch", raw=raw, headers=basic(key)).status == status


def test_nothing_is_accepted_while_the_bucket_is_away(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = source(parley, tenant)

    def away(*_: Any) -> None:
        raise AwsAway("s3")

    monkeypatch.setattr(parley.files, "put", away)
    assert send(key, {"batch": [CALL]}).status == 503


def test_who_sends_is_known_by_the_key_alone(parley: Parley, tenant: Tenant) -> None:
    _, key = source(parley, tenant)
    for wrong in ("", "x", key[:-1], key + "0", key.replace("wk_live", "wk_test")):
        assert send(wrong, {"batch": [CALL]}).status == 401
        assert send(wrong, {"batch": [CALL], "writeKey": wrong}).status == 401
    assert Client().post("/v1/batch", {"batch": [CALL], "writeKey": key}).status == 200
    assert Client(key).post("/v1/batch", {"batch": [CALL]}).status == 200
    assert tenant.api.post("/v1/batch", {"batch": [CALL]}).status == 401
    assert not [line for line in log(parley) if key in bytes(line.event).decode()]
