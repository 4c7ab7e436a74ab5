"""The console twins: an install that leads to them needs no account, and what would have left is said and shown."""

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from chalicelib.channels.msteams import client
from chalicelib.ports import Answer
from infra import seed
from infra.mails import Mails
from infra.twins import PATH, Twins, slack_config, teams_config

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def twins(parley, tmp_path):
    """The twins, and a way out that leads to them alone."""
    client._tokens.clear()
    said = []
    twins = Twins(BASE, Mails(tmp_path), said.append)
    twins.said = said

    class Outside:
        def send(self, request):
            assert request.url.startswith(BASE + PATH)
            kind, _, path = urlsplit(request.url).path.removeprefix(f"{PATH}/").partition("/")
            if kind == "slack":
                fields = dict(parse_qsl(request.body.decode("utf-8", "replace")))
                return Answer(200, {}, json.dumps(twins.slack_answers(path.removeprefix("api/"), fields)).encode())
            body = json.loads(request.body) if request.headers.get("content-type") == "application/json" else {}
            status, answer = twins.teams_answers(request.method, path, body)
            return Answer(status, {}, json.dumps(answer).encode())

    parley.world = replace(parley.world, outside=Outside())
    return twins


def settle(parley):
    for _ in range(4):
        parley.settle()
        parley.clock.at += 1_000
        parley.due()
    parley.settle()


def test_what_would_have_left_is_said_and_shown(parley, tenant, twins, tmp_path):
    room = tenant.triage()
    slack = {"kind": "slack", "name": "Twin", "credentials": {"bot": "any"}}
    slack |= {"config": slack_config(BASE) | {"agent_channel": "C0SUPPORT"}}
    teams = {"kind": "msteams", "name": "Twin", "config": teams_config(BASE), "credentials": {"app_password": "any"}}
    one, two = (tenant.api.post("/v1/installs", body).json["id"] for body in (slack, teams))
    assert tenant.api.post(f"/v1/installs/{one}/try").json["account"] == "Twin"
    assert tenant.api.post(f"/v1/installs/{two}/try").json["missing"] == []
    for conversation in ("a:chat", "19:general@thread.tacv2"):
        body = {"install": two, "conversation": conversation}
        assert tenant.api.post(f"/v1/rooms/{room}/bridges", body).status == 201
    message = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "It is **fixed**"}).json["id"]
    settle(parley)
    tenant.api.patch(f"/v1/rooms/{room}/messages/{message}", {"text": "It is fixed"})
    settle(parley)
    tenant.api.delete(f"/v1/rooms/{room}/messages/{message}")
    settle(parley)
    rows = tenant.api.get(f"/v1/rooms/{room}/deliveries").json["items"]
    assert {row["state"] for row in rows} == {"sent"}, rows
    (tmp_path / "1.eml").write_bytes(b"To: ann@acme.example\r\nSubject: Re: Hello\r\n\r\nHello\r\n")
    page = asyncio.run(twins.list(None)).text
    assert "⇢ slack C0SUPPORT: says 'acme: Triage'" in twins.said
    assert any(line.startswith("⇢ slack C0SUPPORT: says ") and "It is *fixed*" in line for line in twins.said)
    assert any(line.startswith("⇢ slack C0SUPPORT: edits ") for line in twins.said)
    for place in ("a:chat", "19:general@thread.tacv2"):
        found = [line for line in twins.said if line.startswith(f"⇢ msteams {place}: ")]
        assert [line.split(": ")[1].split(" ")[0] for line in found] == ["says", "edits", "deletes"]
    assert twins.said[-1] == "⇢ email ann@acme.example: gets 'Re: Hello'"
    assert page.count("<tr>") == len(twins.said)
    assert "<td>msteams<td>a:chat<td>edits" in page


def test_the_demo_proves_its_domains_by_the_twin_of_dns(parley, tenant, twins, monkeypatch):
    class Outside:
        def send(self, request):
            (name,) = parse_qs(urlsplit(request.url).query)["name"]
            return Answer(200, {}, json.dumps(twins.dns_answers(name)).encode())

    world = replace(parley.world, outside=Outside(), resolver=f"{BASE}{PATH}/dns")
    monkeypatch.setattr("chalicelib.edge.http.world", lambda: world)
    asked = []

    def call(method, url, key, body, credential=""):
        asked.append(method)
        path = url.removeprefix(BASE)
        if not path.startswith(PATH):
            return tenant.api(method, path).json
        query = dict(parse_qsl(urlsplit(path).query))
        request = SimpleNamespace(method=method, query=query)
        return json.loads(asyncio.run(twins.dns(request)).text)

    monkeypatch.setattr(seed, "_call", call)
    tenant.customer("acme", domains=["acme.example", "acme.test"])
    seed.prove(BASE, "key", "acme")
    assert [each["proven_by"] for each in tenant.api.get("/v1/customers/acme").json["claims"]] == ["dns", "dns"]
    asked.clear()
    seed.prove(BASE, "key", "acme")
    assert asked == ["GET"]
    assert twins.dns_answers("_parley.other.example") == {"Status": 3}


def test_what_an_earlier_run_made_is_led_to_where_the_twins_are_now(monkeypatch):
    called = []

    def call(method, url, key, body, credential=""):
        called.append((method, url.rpartition("/")[2], body))
        if url.endswith("ins_gone"):
            raise seed.NotSeeded("404")
        return {"config": {"base_url": "http://127.0.0.1:1/_twins/slack", "agent_channel": "C1"}}

    monkeypatch.setattr(seed, "_call", call)
    kept = {"slack": "ins_1", "msteams": "ins_gone", "email": "ins_3", "room": "room_1"}
    assert seed.twins(BASE, "key", kept, before=BASE) == kept
    assert called == []
    assert seed.twins(BASE, "key", kept, before="http://127.0.0.1:1") == kept
    config = {"base_url": f"{BASE}/_twins/slack", "agent_channel": "C1"}
    assert called == [("GET", "ins_1", None), ("PATCH", "ins_1", {"config": config}), ("GET", "ins_gone", None)]
