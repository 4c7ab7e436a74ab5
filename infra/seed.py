"""The demo workspace of a first start, made through the public API as anybody would make one."""

import base64
import json
import re
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from typing import Any

from infra.endpoints import Endpoints
from infra.twins import PATH, slack_config, teams_config

# Nobody listens to the install of the vendor's server but `make demo`, while it lasts.
DEAF = {"url": "", "all_rooms": False}
LISTENED = re.compile(r"http://127\.0\.0\.1:\d+/parley\Z")  # what earlier versions left behind
INSTALLS: tuple[dict[str, Any], ...] = (
    # Whoever tries things out on a laptop does so from one address.
    {"kind": "form", "name": "Contact form", "config": {"per_hour": 10_000}},
    {"kind": "webhook", "name": "Demo webhook", "config": DEAF},
)
# Whom the demo sign-in lets in (desk/sessions.py).
OWNER = {"name": "Grace", "email": "grace@demo.example"}
COLLEAGUE = {"name": "Alan", "email": "alan@demo.example", "role": "agent"}
CUSTOMER = {"name": "Acme", "attributes": {"plan": "pro"}, "domains": ["acme.example"]}

# A customer whose people are everywhere: one room of theirs is bridged with Slack, Teams and mail.
GLOBEX = {"name": "Globex", "domains": ["globex.example"]}
HANK = {"name": "Hank", "email": "hank@globex.example"}
PLACES = {"slack": "C0GLOBEX", "msteams": "19:globex@thread.tacv2"}
PATIENCE_S = 60  # s


class NotSeeded(Exception):
    """The API answered otherwise than it should."""


def seed(base: str, bootstrap_key: str) -> Endpoints:
    """Make the workspace; returns `workspace` and `webhooks` of endpoints.json."""
    made = _call("POST", f"{base}/v1/workspaces", bootstrap_key, body={"name": "Demo", "owner": OWNER})
    try:
        workspace = {name: made[name] for name in ("id", "api_key", "token_secret")}
        webhooks = {}
        for wanted in INSTALLS:
            install = _call("POST", f"{base}/v1/installs", workspace["api_key"], body=wanted)
            webhooks[wanted["kind"]] = {name: install.get(name) for name in ("id", "url", "secret")}
    except KeyError as error:
        raise NotSeeded(f"POST {base}/v1/workspaces did not answer with {error}.") from error
    _call("POST", f"{base}/v1/agents", workspace["api_key"], body=COLLEAGUE)
    _call("PUT", f"{base}/v1/customers/acme", workspace["api_key"], body=CUSTOMER)
    return {"workspace": workspace | {"webhooks": webhooks}, "webhooks": webhooks}


def prove(base: str, key: str, customer: str) -> None:
    """The demo customer's domains are proven, as anybody proves theirs: their records stand in the twin of DNS."""
    for claim in _call("GET", f"{base}/v1/customers/{customer}", key, body=None)["claims"]:
        if not claim["proven_by"]:
            record = urllib.parse.urlencode({"name": claim["record"]["name"], "text": claim["record"]["value"]})
            _call("POST", f"{base}{PATH}/dns?{record}", key, body=None)
            _call("POST", f"{base}/v1/customers/{customer}/domains/{claim['domain']}/check", key, body=None)


def end_listening(base: str, key: str, install: str) -> None:
    """Whoever listened for a demo has ended: nothing is sent there, and tried again, for days."""
    with suppress(NotSeeded):  # somebody has taken it away
        path = f"{base}/v1/installs/{install}"
        if LISTENED.match(str(_call("GET", path, key, body=None)["config"].get("url", ""))):
            _call("PATCH", path, key, body={"config": DEAF})


def twins(base: str, key: str, kept: dict[str, str] | None, *, before: str | None) -> dict[str, str]:
    """Connect Slack, Teams and mail to what a laptop has instead, with a customer who is in all three: ids of the
    installs and of the room. What an earlier run made stays as it is, but for where the twins are now."""
    leads = {"slack": slack_config(base), "msteams": {"services": teams_config(base)["services"]}}
    if kept:
        for kind, config in leads.items() if before != base else ():
            _lead(f"{base}/v1/installs/{kept[kind]}", key, config)
        return kept
    _call("PUT", f"{base}/v1/customers/globex", key, body=GLOBEX)
    _call("PUT", f"{base}/v1/customers/globex/users/hank", key, body=HANK)
    address = f"support-{secrets.token_hex(3)}@in.demo.example"
    wanted: tuple[dict[str, Any], ...] = (
        {"kind": "slack", "name": "Slack (twin)", "config": slack_config(base), "credentials": {"bot": "twin"}},
        {"kind": "msteams", "name": "Teams (twin)", "config": teams_config(base)}
        | {"credentials": {"app_password": "twin"}},
        {"kind": "email", "name": "E-mail (kept here)"}
        | {"config": {"provider": "postmark", "address": address, "collect": 5, "away": False}},
    )
    made = {each["kind"]: _call("POST", f"{base}/v1/installs", key, body=each) for each in wanted}
    room = _asked_by_mail(base, key, made["email"], address=address)
    for kind, conversation in PLACES.items():
        bridge = {"install": made[kind]["id"], "conversation": conversation, "name": "Globex"}
        _call("POST", f"{base}/v1/rooms/{room}/bridges", key, body=bridge)
    _call("POST", f"{base}/v1/rooms/{room}/messages", key, body={"text": "Hello Hank, we are looking at your logs."})
    return {kind: install["id"] for kind, install in made.items()} | {"room": room}


def _lead(install: str, key: str, config: dict[str, Any]) -> None:
    """Somebody may have taken it away meanwhile, or changed the rest of its config."""
    try:
        now = _call("GET", install, key, body=None)["config"]
        _call("PATCH", install, key, body={"config": now | config})
    except NotSeeded:
        return


def _asked_by_mail(base: str, key: str, install: dict[str, Any], *, address: str) -> str:
    """Hank writes a mail, which comes as Postmark posts one; the room that it makes."""
    mail = {
        "FromFull": {"Email": HANK["email"], "Name": HANK["name"]},
        "ToFull": [{"Email": address}],
        "OriginalRecipient": address,
        "Subject": "Webhooks arrive late",
        "TextBody": "Since this morning our webhooks arrive ten minutes late. Is that you or us?",
        "MessageID": "demo",
        "Headers": [
            {"Name": "Message-ID", "Value": f"<{secrets.token_hex(8)}@globex.example>"},
            {"Name": "Received-SPF", "Value": f"Pass client-ip=203.0.113.5; envelope-from={HANK['email']}; receiver=x"},
        ],
    }
    word = base64.b64encode(f"parley:{install['secret']}".encode()).decode()
    _call("POST", f"{base}/in/email/{install['id']}", "", body=mail, credential=f"Basic {word}")
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        found = _call("GET", f"{base}/v1/rooms?customer=globex", key, body=None)["items"]
        if room := next((each["id"] for each in found if each["kind"] == "topic"), ""):
            return str(room)
        time.sleep(0.2)
    raise NotSeeded(f"The mail of {HANK['name']} made no room within {PATIENCE_S} seconds.")


def answers(base: str, api_key: str) -> bool:
    """Whether the workspace of `api_key` is still there."""
    try:
        _call("GET", f"{base}/v1/workspace", api_key, body=None)
    except NotSeeded:
        return False
    return True


def _call(method: str, url: str, key: str, *, body: dict[str, Any] | None, credential: str = "") -> dict[str, Any]:
    headers = {"Authorization": credential or f"Bearer {key}", "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, content, headers, method=method)) as answer:
            found = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise NotSeeded(
            f"{method} {url} answered {error.code}: {error.read()[:500].decode(errors='replace')}"
        ) from error
    except ValueError as error:
        raise NotSeeded(f"{method} {url} did not answer with JSON.") from error
    if not isinstance(found, dict):
        raise NotSeeded(f"{method} {url} answered with no object.")
    return found
