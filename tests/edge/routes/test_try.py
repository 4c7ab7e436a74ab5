"""Trying an install: one answer for every kind: what was tried, what is right, what is missing."""

import pytest

from chalicelib.ports import Answer

SHAPE = {"ok", "tried", "account", "actor", "right", "missing"}


def tried(tenant, kind, config=None, credentials=None):
    body = {"kind": kind, "name": kind, "config": config or {}, "credentials": credentials or {}}
    made = tenant.api.post("/v1/installs", body)
    assert made.status == 201, made.text
    got = tenant.api.post(f"/v1/installs/{made.json['id']}/try")
    assert got.status == 200, got.text
    assert set(got.json) == SHAPE
    return got.json


def test_a_form_has_nothing_to_call(parley, tenant):
    answer = tried(tenant, "form")
    assert (answer["ok"], answer["tried"], answer["missing"]) == (True, None, [])
    assert answer["right"] == ["There is nothing to call: send something to its address, and a room opens."]


@pytest.mark.parametrize(("status", "ok"), [(200, True), (503, False)])
def test_a_webhook_gets_a_signed_ping(parley, tenant, status, ok):
    parley.outside.answers = [Answer(status, {}, b"")]
    answer = tried(tenant, "webhook", {"url": "https://v.example/hook"})
    assert (answer["ok"], answer["tried"]) == (ok, "a signed ping")
    assert answer["right" if ok else "missing"] == [f"it answered HTTP {status} to a signed ping"]


def test_a_webhook_without_an_address_lacks_it(parley, tenant):
    assert tried(tenant, "webhook")["missing"] == ["no url is configured: nothing is sent out"]


def test_an_account_is_named_and_its_lack_told(parley, tenant):
    body = b'{"ok": true, "team": "One", "user_id": "U1"}'
    parley.outside.answers = [Answer(200, {"x-oauth-scopes": "chat:write"}, body)]
    answer = tried(tenant, "slack", credentials={"bot": "xoxb-1"})
    assert (answer["ok"], answer["account"], answer["actor"]) == (False, "One", "U1")
    assert answer["right"] == ["we are known there, as One"]


def test_a_tracker_that_does_not_answer_is_missing_and_no_error(parley, tenant):
    parley.outside.answers = [Answer(401, {}, b"{}")]
    answer = tried(tenant, "linear", {"team": "ENG"}, {"token": "k"})
    assert answer["ok"] is False
    assert answer["missing"][0].startswith("it does not answer us: ")


def test_one_that_is_switched_off_says_so(parley, tenant):
    made = tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["id"]
    tenant.api.patch(f"/v1/installs/{made}", {"state": "disabled"})
    answer = tenant.api.post(f"/v1/installs/{made}/try").json
    assert (answer["ok"], answer["missing"]) == (False, ["it is disabled: by an admin"])
