"""Other workspaces install the app: by an address that cannot be made up, and that ends."""

import html
import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.workspaces import Install
from chalicelib.flows.inbound.receive import receive
from chalicelib.flows.secrets import Opened
from chalicelib.ports import Answer, ref
from tests.api import Client
from tests.emulators import emulators
from tests.slack import SEED, EmulatedSlack

GRANTED = {
    "ok": True,
    "access_token": "xoxb-two",
    "scope": "chat:write,commands",
    "team": {"id": "T0TWO", "name": "Two"},
}


@pytest.fixture
def install(tenant):
    body = {
        "kind": "slack",
        "name": "Slack",
        "config": {"team": "T0ONE", "client_id": "12.34"},
        "credentials": {"signing": "s", "bot": "xoxb-one", "client_secret": "shh"},
    }
    return tenant.api.post("/v1/installs", body).json["id"]


def invited(tenant, install):
    got = tenant.api.post(f"/v1/installs/{install}/invitations")
    assert got.status == 201, got.text
    url = urlsplit(got.json["url"])
    return url, {name: values[0] for name, values in parse_qs(url.query).items()}


def come_back(install, **query):
    return Client().get(f"/in/slack/{install}/oauth", **query)


def secrets(parley, install):
    record = parley.store.one(ref(Install, install))
    return {name: list(values) for name, values in Opened(parley.world, record).items()}


def told(parley, tenant, install, event, team):
    """An event of Slack's, worked off."""
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": team, "api_app_id": "A1", "event": event}
    envelope = Envelope(
        id=parley.world.fresh_id("env"),
        workspace=tenant.id,
        install=install,
        channel="slack",
        received_at=parley.clock.now(),
        headers={"content-type": "application/json"},
        body=json.dumps(body | {"event_time": parley.clock.now() // 1000}).encode(),
    )
    assert receive(parley.world, envelope).handled == ["accountlost"]


def test_another_workspace_gives_its_token_beside_our_own(parley, tenant, install):
    url, asked = invited(tenant, install)
    assert (url.netloc, url.path) == ("slack.com", "/oauth/v2/authorize")
    assert asked["redirect_uri"] == f"https://parley.test/in/slack/{install}/oauth"
    assert "chat:write.customize" in asked["scope"].split(",")
    parley.outside.answers = [Answer(200, {}, json.dumps(GRANTED).encode())]
    got = come_back(install, code="c0de", state=asked["state"])
    assert got.status == 200
    assert "Installed in Two" in got.text
    assert "Missing: channels:history" in got.text
    form = parse_qs(parley.outside.posts[0][1].decode())
    assert (form["client_id"], form["client_secret"], form["code"]) == (["12.34"], ["shh"], ["c0de"])
    assert secrets(parley, install) == {
        "signing": ["s"],
        "bot": ["xoxb-one"],
        "client_secret": ["shh"],
        "bot:T0TWO": ["xoxb-two"],
    }


def test_a_workspace_that_removes_the_app_and_revokes_its_token_loses_nobody_elses(parley, tenant, install):
    """Slack says both, in any order, and each again: https://docs.slack.dev/reference/events/tokens_revoked."""
    for _ in range(2):
        _, asked = invited(tenant, install)
        parley.outside.answers = [Answer(200, {}, json.dumps(GRANTED).encode())]
        assert come_back(install, code="c0de", state=asked["state"]).status == 200
        assert "bot:T0TWO" in secrets(parley, install)
        for reason in ("app_uninstalled", "tokens_revoked", "app_uninstalled"):
            told(parley, tenant, install, {"type": reason, "tokens": {"bot": ["U1"]}}, team="T0TWO")
            assert tenant.api.get(f"/v1/installs/{install}").json["state"] == "active"
            assert "bot:T0TWO" not in secrets(parley, install)
        assert secrets(parley, install)["bot"] == ["xoxb-one"]


def test_our_own_workspace_come_back_is_active_again(parley, tenant, install):
    _, asked = invited(tenant, install)
    record = parley.store.one(ref(Install, install))
    from chalicelib.flows.bridges.stop_install import stop_install

    stop_install(parley.world, record, "paused", reason="gone")
    parley.outside.answers = [Answer(200, {}, json.dumps(GRANTED | {"team": {"id": "T0ONE", "name": "One"}}).encode())]
    assert come_back(install, code="c", state=asked["state"]).status == 200
    assert tenant.api.get(f"/v1/installs/{install}").json["state"] == "active"
    assert secrets(parley, install)["bot"] == ["xoxb-two", "xoxb-one"]


def test_a_state_that_was_made_up_or_is_too_old_gets_nothing(parley, tenant, install):
    _, asked = invited(tenant, install)
    for state in ("", "x", asked["state"][:-8], "é"):
        assert come_back(install, code="c", state=state).status == 403
    parley.clock.at += 8 * 24 * 3600 * 1000
    assert come_back(install, code="c", state=asked["state"]).status == 403
    assert come_back("ins_none", code="c", state=asked["state"]).status == 404
    assert come_back(install, error="access_denied", state=asked["state"]).status == 422
    assert parley.outside.posts == []


def test_what_slack_refuses_is_told(parley, tenant, install):
    _, asked = invited(tenant, install)
    parley.outside.answers = [Answer(200, {}, b'{"ok": false, "error": "invalid_code"}')]
    got = come_back(install, code="c", state=asked["state"])
    assert got.status == 422
    assert "invalid_code" in got.json["detail"]


def test_scopes_that_are_missing_are_listed(parley, tenant, install):
    body = json.dumps({"ok": True, "team": "One", "user_id": "U1"}).encode()
    parley.outside.answers = [Answer(200, {"x-oauth-scopes": "chat:write,users:read"}, body)]
    answer = tenant.api.post(f"/v1/installs/{install}/try").json
    assert (answer["account"], answer["actor"]) == ("One", "U1")
    assert "reactions:write: put reactions" in answer["missing"]
    assert len(answer["missing"]) == 13
    parley.outside.answers = [Answer(200, {}, b'{"ok": false, "error": "invalid_auth"}')]
    assert tenant.api.post(f"/v1/installs/{install}/try").json["missing"] == ["it does not answer us: invalid_auth"]


def test_another_workspace_installs_it_from_the_first_click_to_the_first_message(parley, tenant):
    """Against the emulator: its page, its code, its token; what is said in the room goes there with that token."""
    parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
    config = {"team": "T0ONE", "client_id": "12.34"}
    body = {"kind": "slack", "name": "Slack", "config": config}
    body["credentials"] = {"signing": "s", "client_secret": "wrong"}
    install = tenant.api.post("/v1/installs", body).json["id"]
    app = {"client_id": "12.34", "client_secret": "shh", "name": "Parley"}
    app["redirect_uris"] = [f"https://parley.test/in/slack/{install}/oauth"]
    with emulators("slack", seed={"slack": SEED["slack"] | {"oauth_apps": [app]}}) as at:
        slack = EmulatedSlack(at["slack"], lambda raw, headers: None)
        changed = {"config": config | {"base_url": slack.base}}
        assert tenant.api.patch(f"/v1/installs/{install}", changed).status == 200
        refused = come_back(install, **clicked(slack, invited(tenant, install)[0]))
        assert refused.status == 422
        assert "invalid_client_id" in refused.json["detail"]

        assert tenant.api.patch(f"/v1/installs/{install}", {"credentials": {"client_secret": "shh"}}).status == 200
        query = clicked(slack, invited(tenant, install)[0])
        got = come_back(install, **query)
        assert (got.status, "Installed in Vendor" in got.text) == (200, True), got.text
        assert come_back(install, **query).status == 422  # a code is good once
        (token,) = secrets(parley, install)[f"bot:{slack.team}"]
        assert slack.client(token).auth_test()["team_id"] == slack.team

        room = tenant.triage()
        channel = slack.channels["acme-help"]
        bound = {"install": install, "conversation": channel, "account": slack.team}
        assert tenant.api.post(f"/v1/rooms/{room}/bridges", bound).status == 201
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Welcome"})
        parley.settle()
        assert slack.texts(channel) == ["Welcome"]


def clicked(slack, url):
    """What comes back of the page on which an admin allows it: code and state."""
    page = urllib3.request("GET", url.geturl(), retries=False, timeout=60)
    assert page.status == 200, page.data
    asked = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.data.decode().partition("</form>")[0]))
    fields = {name: html.unescape(value) for name, value in asked.items()}
    allow = f"{slack.base}/oauth/v2/authorize/callback"
    answer = urllib3.request("POST", allow, fields=fields, redirect=False, retries=False, timeout=60)
    assert answer.status == 302, answer.data
    where = urlsplit(answer.headers["Location"])
    assert where.path.startswith("/in/slack/")
    return {name: values[0] for name, values in parse_qs(where.query).items()}
