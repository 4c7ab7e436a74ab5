"""What is left of the rate limits, as draft-ietf-httpapi-ratelimit-headers has it."""

import re

import pytest

from chalicelib.edge.door import limits
from tests.api import Client, Got, Tenant
from tests.fakes import Parley

ITEM = re.compile(r'"(credential|workspace)";r=(\d+);t=(\d+)')


def left(got: Got) -> dict[str, tuple[int, int]]:
    items = got.headers["RateLimit"].split(", ")
    found = [ITEM.fullmatch(item) for item in items]
    assert all(found), items
    return {each[1]: (int(each[2]), int(each[3])) for each in found if each}


def test_each_answer_tells_what_is_left_and_for_how_long(parley: Parley, tenant: Tenant) -> None:
    parley.clock.at = parley.clock.at // 60_000 * 60_000 + 20_000
    got = [tenant.api.get("/v1/rooms") for _ in range(3)]
    assert got[0].headers["RateLimit-Policy"] == '"credential";q=12000;w=60, "workspace";q=60000;w=60'
    assert [left(each)["credential"] for each in got] == [(12_000 - n, 40) for n in (1, 2, 3)]
    assert left(tenant.user().get("/v1/rooms")) == {"credential": (1199, 40), "workspace": (60_000 - 4, 40)}
    parley.clock.at += 39_001
    assert left(tenant.api.get("/v1/rooms"))["credential"] == (12_000 - 4, 1)
    parley.clock.at += 1000
    assert left(tenant.api.get("/v1/rooms")) == {"credential": (11_999, 60), "workspace": (59_999, 60)}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/rooms/room_none", None, 404),
        ("PUT", "/v1/customers/acme", {"name": ""}, 422),
        ("POST", "/v1/rooms", {"nonsense": 1}, 422),
        ("PATCH", "/v1/workspace", {"name": "x" * 500}, 422),
        ("HEAD", "/v1/rooms", None, 200),
    ],
)
def test_refusals_tell_it_too(tenant: Tenant, method: str, path: str, body: object, status: int) -> None:
    got = tenant.api(method, path, body)
    assert got.status == status
    assert left(got)["credential"][0] < 12_000


def test_who_is_nobody_yet_has_no_quota(tenant: Tenant) -> None:
    for got in (Client().get("/health"), Client().get("/v1/rooms"), Client("pk_a_b").get("/v1/rooms")):
        assert "RateLimit" not in got.headers
        assert "RateLimit-Policy" not in got.headers


def test_a_repeat_by_its_key_tells_it(tenant: Tenant) -> None:
    body = {"name": "S", "text": "Hello"}
    got = [tenant.api.post("/v1/snippets", body, headers={"Idempotency-Key": "k"}) for _ in "12"]
    assert got[1].headers["Idempotency-Replayed"] == "true"
    assert left(got[1])["credential"][0] == left(got[0])["credential"][0] - 1


def test_other_containers_count_as_soon_as_the_table_is_asked(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_MINUTE", {"agent": 100, "user": 100, "workspace": 10_000})
    parley.clock.at = parley.clock.at // 60_000 * 60_000
    tenant.api.get("/v1/rooms")
    credential = next(str(name) for name in limits.counts(parley.world)._kept if str(name).startswith("key_"))
    parley.store.count(f"rate:{credential}", parley.clock.at // 60_000, 50, expires_at=parley.clock.at + 120_000)
    found = [left(tenant.api.get("/v1/rooms"))["credential"][0] for _ in range(5)]
    assert found == [98, 97, 96, 45, 44]


def test_what_is_over_has_nothing_left_until_the_next_minute(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_MINUTE", {"agent": 40, "user": 40, "workspace": 10_000})
    parley.clock.at = parley.clock.at // 60_000 * 60_000
    got = [tenant.api.get("/v1/rooms") for _ in range(60)]
    refused = [each for each in got if each.status == 429]
    assert refused
    for each in refused:
        assert left(each)["credential"] == (0, int(each.headers["Retry-After"]))
        assert left(each)["workspace"][0] > 9_900
    rest = [left(each)["credential"][0] for each in got]
    assert rest == sorted(rest, reverse=True)
