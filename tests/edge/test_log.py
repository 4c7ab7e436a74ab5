"""What is logged: one line a request, and in none of them a body, a token, a secret, a signature or an address."""

import json
import time

import pytest

from chalicelib.edge.routes import every
from infra.benchmarks.events import signed
from tests.api import Client, Tenant
from tests.arriving import event
from tests.fakes import BOOTSTRAP, Parley

MARK = "marker-7f3a"


@pytest.fixture
def lines(capsys, caplog):
    """All that was written, by the logger or by printing."""

    def told():
        printed = capsys.readouterr()
        records = [str(vars(record)) for record in caplog.records]
        return "\n".join([printed.out, printed.err, caplog.text, *records])

    with caplog.at_level("DEBUG"):
        yield told


def test_nothing_that_was_sent_is_logged(parley: Parley, tenant: Tenant, lines) -> None:
    form = tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json
    hook = tenant.api.post(
        "/v1/installs", {"kind": "webhook", "name": "H", "config": {"url": f"https://v.example/{MARK}"}}
    ).json
    ann = tenant.user(name=MARK, email=f"{MARK}@acme.example", customer_name=MARK)
    room = ann.get("/v1/rooms").json["items"][0]["id"]
    for caller in (ann, tenant.api, Client(MARK), Client(f"a.{MARK}.c"), Client()):
        for route in every():
            path = route.path.replace("{room}", room).replace("{install}", form["id"]).replace("{channel}", "form")
            for name in ("{customer}", "{user}", "{agent}", "{key}", "{message}", "{emoji}", "{delivery}", "{secret}"):
                path = path.replace(name, MARK)
            for body in ({"text": MARK, "name": MARK}, {"text": MARK, MARK: MARK}, [MARK]):
                headers = {"Idempotency-Key": f"{MARK}-{len(json.dumps(body))}", "webhook-signature": f"v1,{MARK}"}
                caller(route.method, path, body, headers=headers)
            caller(route.method, path, raw=f'{{"text": "{MARK}', headers={"If-Match": MARK}, cursor=MARK)
    signed = {"webhook-id": MARK, "webhook-timestamp": "1", "webhook-signature": f"v1,{MARK}"}
    Client().post(f"/in/webhook/{hook['id']}", event(text=MARK), headers=signed)
    parley.settle()
    parley.outside.down()
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": MARK})
    parley.settle()
    logged = lines()
    assert '"status"' in logged or "'status'" in logged
    assert MARK not in logged
    for secret in (
        BOOTSTRAP,
        tenant.token_secret,
        form["secret"],
        hook["secret"],
        tenant.api.credential,
        ann.credential,
    ):
        assert secret not in logged
    assert "192.0.2.1" not in logged


def test_what_nobody_foresaw_is_told_as_a_500_and_logged_with_its_place_alone(
    parley: Parley, tenant: Tenant, monkeypatch, lines
) -> None:
    def broken(*_):
        raise KeyError(MARK)

    monkeypatch.setattr(parley.store, "many", broken)
    got = tenant.api.post("/v1/rooms", {"name": MARK})
    assert got.status == 500
    assert got.json == {"type": "about:blank", "title": "Internal error", "status": 500, "code": "internal"}
    assert got.headers["Content-Type"].startswith("application/problem+json")
    logged = lines()
    assert "test_log.py" in logged
    assert "broken" in logged
    assert "KeyError" in logged
    assert MARK not in logged


def test_one_line_a_request(parley: Parley, tenant: Tenant, lines) -> None:
    lines()
    tenant.api.get("/v1/rooms")
    Client().get("/nowhere")
    tenant.user().get("/v1/agents")
    seen = [json.loads(line) for line in lines().splitlines() if line.startswith("{")]
    assert [(line["message"], line["route"], line["status"]) for line in seen] == [
        ("request", "GET /v1/rooms", 200),
        ("request", "none", 404),
        ("request", "GET /v1/agents", 403),
    ]
    assert seen[0]["workspace"] == tenant.id
    always = {"level", "message", "timestamp", "service"}
    assert set(seen[0]) == always | {"request_id", "route", "workspace", "credential", "status", "ms"}


def test_a_webhook_is_one_line_that_counts_it(parley: Parley, tenant: Tenant, lines) -> None:
    hook = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H"}).json
    body = json.dumps(event(text="It is broken")).encode()
    lines()
    headers = signed(hook["secret"], "m1", body, at=time.time())
    got = Client().post(f"/in/webhook/{hook['id']}", raw=body.decode(), headers=headers)
    (line,) = [json.loads(line) for line in lines().splitlines() if line.startswith("{")]
    assert (line["route"], line["status"]) == ("POST /in/{channel}/{install}", got.status)
    assert (got.status, line["accepted"], line["channel"]) == (202, 1, "webhook")
    assert line["_aws"]["CloudWatchMetrics"]
