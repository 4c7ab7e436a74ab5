"""The demo workspace of a first start, made through the public API as anybody would make one."""

import json
import urllib.error
import urllib.request
from typing import Any

from infra.endpoints import Endpoints

# Nobody listens there; `make demo` points the install to a listener of its own.
DEMO_RECEIVER = "http://127.0.0.1:8099/parley"
INSTALLS: tuple[dict[str, Any], ...] = (
    # Whoever tries things out on a laptop does so from one address.
    {"kind": "form", "name": "Contact form", "config": {"per_hour": 10_000}},
    {"kind": "webhook", "name": "Demo webhook", "config": {"url": DEMO_RECEIVER}},
)
# Whom the demo sign-in lets in (desk/sessions.py).
OWNER = {"name": "Grace", "email": "grace@demo.example"}
COLLEAGUE = {"name": "Alan", "email": "alan@demo.example", "role": "agent"}
CUSTOMER = {"name": "Acme", "attributes": {"plan": "pro"}, "domains": ["acme.example"]}


class NotSeeded(Exception):
    """The API answered otherwise than it should."""


def seed(base: str, bootstrap_key: str) -> Endpoints:
    """Make the workspace; returns `workspace` and `webhooks` of endpoints.json."""
    made = _call("POST", f"{base}/v1/workspaces", bootstrap_key, {"name": "Demo", "owner": OWNER})
    try:
        workspace = {name: made[name] for name in ("id", "api_key", "token_secret")}
        webhooks = {}
        for wanted in INSTALLS:
            install = _call("POST", f"{base}/v1/installs", workspace["api_key"], wanted)
            webhooks[wanted["kind"]] = {name: install.get(name) for name in ("id", "url", "secret")}
    except KeyError as error:
        raise NotSeeded(f"POST {base}/v1/workspaces did not answer with {error}.") from error
    _call("POST", f"{base}/v1/agents", workspace["api_key"], COLLEAGUE)
    _call("PUT", f"{base}/v1/customers/acme", workspace["api_key"], CUSTOMER)
    return {"workspace": workspace | {"webhooks": webhooks}, "webhooks": webhooks}


def answers(base: str, api_key: str) -> bool:
    """Whether the workspace of `api_key` is still there."""
    try:
        _call("GET", f"{base}/v1/workspace", api_key, None)
    except NotSeeded:
        return False
    return True


def _call(method: str, url: str, key: str, body: dict[str, Any] | None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
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
