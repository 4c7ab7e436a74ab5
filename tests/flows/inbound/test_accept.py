"""A webhook is verified as it came, made durable, and only then answered."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook

from chalicelib.channels.webhook.kind import KIND
from chalicelib.desk.workspaces import Install
from chalicelib.flows.inbound.accept import HOUR_MS, TRUST_MS
from chalicelib.flows.secrets import Opened
from chalicelib.ports import AwsAway, ref
from tests.api import Client
from tests.arriving import event

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def hook(tenant):
    return tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H"}).json


def send(parley, install, secret, body=None, **headers):
    raw = json.dumps(body or event())
    at = datetime.fromtimestamp(parley.clock.at // 1000, UTC)
    signed = {
        "webhook-id": "w1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("w1", at, raw),
    }
    return Client().post(f"/in/webhook/{install}", raw=raw, headers=signed | headers)


def test_what_was_accepted_is_queued_as_it_came(parley, tenant, hook):
    got = send(parley, hook["id"], hook["secret"], Authorization="Bearer secret", Cookie="c=1")
    assert got.status == 202
    ((envelope, group),) = parley.queues.envelopes
    assert (envelope.id, envelope.workspace, envelope.install) == (got.json["id"], tenant.id, hook["id"])
    assert json.loads(envelope.body) == event()
    assert envelope.headers["webhook-id"] == "w1"
    assert not {"authorization", "cookie"} & set(envelope.headers)
    assert group.startswith(f"{hook['id']}:")


def test_what_is_not_durable_is_not_accepted(parley, hook, monkeypatch):
    def away(*_):
        raise AwsAway("sqs")

    monkeypatch.setattr(parley.queues, "inbound", away)
    got = send(parley, hook["id"], hook["secret"])
    assert (got.status, got.headers["Retry-After"]) == (503, "1")


def test_one_order_for_each_room_of_each_customer(parley, hook):
    for body in (event(customer="a"), event(customer="b"), event(customer="a"), event(customer="a", room="t")):
        send(parley, hook["id"], hook["secret"], body)
    groups = [group for _, group in parley.queues.envelopes]
    assert groups[0] == groups[2]
    assert len(set(groups)) == 3


@pytest.mark.parametrize("wrong", ["signature", "timestamp", "body", "none"])
def test_what_nobody_signed_is_refused(parley, hook, wrong):
    if wrong == "none":
        got = Client().post(f"/in/webhook/{hook['id']}", event())
    elif wrong == "body":
        got = send(parley, hook["id"], hook["secret"], **{"webhook-id": "w2"})
    elif wrong == "timestamp":
        parley.clock.at += 600_000
        old = parley.clock.at
        parley.clock.at -= 600_000
        got = send(parley, hook["id"], hook["secret"], **{"webhook-timestamp": str(old // 1000)})
    else:
        got = send(parley, hook["id"], "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert got.status == 401
    assert got.headers["Content-Type"].startswith("application/problem+json")
    assert parley.queues.envelopes == []


def test_a_signature_is_good_for_five_minutes(parley, hook):
    raw = json.dumps(event())
    at = datetime.fromtimestamp(parley.clock.at // 1000, UTC)
    signed = {
        "webhook-id": "w1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(hook["secret"]).sign("w1", at, raw),
    }
    parley.clock.at += 250_000
    assert Client().post(f"/in/webhook/{hook['id']}", raw=raw, headers=signed).status == 202
    parley.clock.at += 60_000
    assert Client().post(f"/in/webhook/{hook['id']}", raw=raw, headers=signed).status == 401


def test_a_fresh_secret_works_at_once_beside_the_old_and_a_third_ends_the_first(parley, tenant, hook):
    assert send(parley, hook["id"], hook["secret"]).status == 202  # the container has a copy of the install
    parley.clock.at += 1_000
    second = tenant.api.post(f"/v1/installs/{hook['id']}/secrets").json["secret"]
    assert [send(parley, hook["id"], secret).status for secret in (second, hook["secret"])] == [202, 202]
    third = tenant.api.post(f"/v1/installs/{hook['id']}/secrets").json["secret"]
    parley.clock.at += TRUST_MS
    statuses = [send(parley, hook["id"], secret).status for secret in (third, second, hook["secret"])]
    assert statuses == [202, 202, 401]


def test_wrong_signatures_cost_one_look_a_second(parley, hook, monkeypatch):
    send(parley, hook["id"], hook["secret"])
    parley.clock.at += 1_000
    reads, one = [], parley.store.one
    monkeypatch.setattr(parley.store, "one", lambda ref: reads.append(ref) or one(ref))
    for _ in range(20):
        assert send(parley, hook["id"], "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").status == 401
    assert len(reads) == 1


def test_one_address_may_send_a_form_so_often_an_hour(parley, tenant):
    config = {"per_hour": 3}
    form = tenant.api.post("/v1/installs", {"kind": "form", "name": "F", "config": config}).json
    path = form["url"].removeprefix("https://parley.test")
    parley.clock.at = parley.clock.at // HOUR_MS * HOUR_MS
    got = [Client().post(path, raw="message=hi", headers=FORM) for _ in range(4)]
    assert [each.status for each in got] == [202, 202, 202, 429]
    assert 3_590 <= int(got[3].headers["Retry-After"]) <= 3_600
    assert len(parley.queues.envelopes) == 3
    parley.clock.at += HOUR_MS
    assert Client().post(path, raw="message=hi", headers=FORM).status == 202


def given(parley, monkeypatch, name):
    """The provider of signed webhooks gives a credential."""
    known = msgspec.structs.replace(KIND, credentials={name: "its app's page"})
    monkeypatch.setattr(parley, "world", replace(parley.world, kind=lambda _: known))


def test_a_provider_s_credentials_are_sealed_and_two_of_a_name_live(parley, tenant, monkeypatch):
    given(parley, monkeypatch, "bot_token")
    body = {"kind": "webhook", "name": "Hook", "credentials": {"bot_token": "xoxb-1"}}
    made = tenant.api.post("/v1/installs", body).json
    assert set(made["credentials"]) == {"bot_token", "signing"}
    assert "xoxb" not in str(made)
    for token in ("xoxb-2", "xoxb-3"):
        tenant.api.patch(f"/v1/installs/{made['id']}", {"credentials": {"bot_token": token}})
    install = parley.store.one(ref(Install, made["id"]))
    assert Opened(parley.world, install)["bot_token"] == ["xoxb-3", "xoxb-2"]
    assert Opened(parley.world, install)["signing"] == [made["secret"]]
    assert "xoxb" not in str(install)
    refused = tenant.api.post("/v1/installs", body | {"credentials": {"token": "x"}})
    assert (refused.status, refused.json["field"]) == (422, "credentials.token")


def test_where_the_provider_signs_with_its_own_secret_none_is_made(parley, tenant, monkeypatch):
    given(parley, monkeypatch, "signing")
    made = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H", "credentials": {"signing": "s"}}).json
    assert made["secret"] is None
    assert tenant.api.post(f"/v1/installs/{made['id']}/secrets").status == 409


def test_credentials_in_headers_are_verified_and_not_kept(parley, tenant, hook, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "chalicelib.channels.webhook.inbound.verify", lambda envelope, *_, **__: seen.append(envelope.headers)
    )
    assert send(parley, hook["id"], hook["secret"], Authorization="Basic eDp5", Cookie="a=b").status == 202
    assert (seen[0]["authorization"], seen[0]["cookie"]) == ("Basic eDp5", "a=b")
    kept = parley.queues.envelopes[0][0].headers
    assert "webhook-id" in kept
    assert not {"authorization", "cookie"} & set(kept)
