"""An Idempotency-Key: the effect and its answer are written together, so there is never one without the other."""

import json

import pytest

from chalicelib.desk.errors import Busy, Clash
from chalicelib.desk.idempotency import LIFE_MS, Claim
from chalicelib.flows.optimistic_retry import TRIES, again
from chalicelib.ports import AwsAway
from chalicelib.store.rows import from_row
from tests.api import Client, Tenant
from tests.fakes import BOOTSTRAP, Parley

KEY = {"Idempotency-Key": "k1"}


def posts(tenant: Tenant, room: str) -> list[str]:
    return [message["text"] for message in tenant.api.get(f"/v1/rooms/{room}/messages").json["items"]]


def claims(parley: Parley) -> list[Claim]:
    return [record for record in map(from_row, parley.table.rows.values()) if isinstance(record, Claim)]


def test_the_same_request_gets_the_same_answer_whatever_has_happened_since(parley: Parley, tenant: Tenant) -> None:
    room = tenant.triage()
    first = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"}, headers=KEY)
    tenant.api.patch(f"/v1/rooms/{room}/messages/{first.json['id']}", {"text": "y"})
    again_ = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"}, headers=KEY)
    assert (again_.status, again_.text) == (201, first.text)
    assert "Idempotency-Replayed" not in first.headers
    assert again_.headers["Idempotency-Replayed"] == "true"
    assert posts(tenant, room) == ["y"]


@pytest.mark.parametrize("dies", ["before the write", "after the write"])
def test_a_crash_leaves_both_or_neither(parley: Parley, tenant: Tenant, monkeypatch, dies) -> None:
    room, write = tenant.triage(), parley.table.write

    def dying(*args):
        monkeypatch.setattr(parley.table, "write", write)
        if dies == "after the write":
            write(*args)
        raise AwsAway("killed")

    monkeypatch.setattr(parley.table, "write", dying)
    failed = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"}, headers=KEY)
    assert (failed.status, failed.headers["Retry-After"]) == (503, "1")
    got = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"}, headers=KEY)
    assert (got.status, got.json["text"]) == (201, "x")
    assert posts(tenant, room) == ["x"]


def test_what_was_refused_claims_nothing(parley: Parley, tenant: Tenant) -> None:
    room = tenant.triage()
    assert tenant.api.post(f"/v1/rooms/{room}/messages", {"text": ""}, headers=KEY).status == 422
    assert tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"}, headers=KEY).status == 201


def test_a_key_is_its_credentials_own_and_dies_after_a_day(parley: Parley, tenant: Tenant) -> None:
    room = tenant.triage()
    for caller in (tenant.api, tenant.user(), tenant.user(user="bob"), tenant.user("beta")):
        caller.post(f"/v1/rooms/{room}/messages", {"text": "x"}, headers=KEY)
    assert len(posts(tenant, room)) == 3
    made = claims(parley)
    assert len({claim.credential for claim in made}) == len(made) == 3
    for claim in made:
        assert LIFE_MS - 60_000 < claim.expires_at - parley.clock.at <= LIFE_MS


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/workspaces", {"name": "W"}),
        ("/v1/workspace/token-secrets", None),
        ("/v1/api-keys", {"name": "K"}),
        ("/v1/installs", {"kind": "form", "name": "F"}),
        ("/v1/installs/{install}/secrets", None),
    ],
)
def test_an_answer_with_a_secret_is_kept_sealed(parley: Parley, tenant: Tenant, path, body) -> None:
    install = tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["id"]
    caller = Client(BOOTSTRAP) if path == "/v1/workspaces" else tenant.api
    got = caller.post(path.format(install=install), body, headers=KEY)
    secrets = [got.json.get(name) for name in ("api_key", "token_secret", "key", "secret") if got.json.get(name)]
    assert secrets
    assert not [secret for secret in secrets for row in parley.table.rows.values() if secret in row.d]
    again_ = caller.post(path.format(install=install), body, headers=KEY)
    assert (again_.status, json.loads(again_.text)) == (got.status, got.json)


def test_the_bootstrap_keys_requests_are_done_once_too(parley: Parley) -> None:
    got = [Client(BOOTSTRAP).post("/v1/workspaces", {"name": "W"}, headers=KEY) for _ in range(2)]
    assert got[0].text == got[1].text
    other = Client(BOOTSTRAP).post("/v1/workspaces", {"name": "V"}, headers=KEY)
    assert other.status == 422


def test_clashes_are_decided_again_with_growing_pauses_and_then_told(parley: Parley) -> None:
    tries, pauses = [], []
    parley.clock.sleep = pauses.append

    def attempt(number):
        tries.append(number)
        raise Clash((0,))

    with pytest.raises(Busy):
        again(parley.world, attempt)
    assert tries == list(range(TRIES))
    assert pauses == sorted(pauses)
    assert max(pauses) <= 1.0
    assert sum(pauses) < 20  # within API Gateway's 29 s


def test_the_first_answer_that_holds_is_given(parley: Parley) -> None:
    def attempt(number):
        if number < 3:
            raise Clash((0,))
        return number

    assert again(parley.world, attempt) == 3
