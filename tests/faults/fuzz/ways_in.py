"""The ways in of every kind of channel and tracker (webhooks): how an install of it is made, the payloads that are
stored of it, and how its sender signs. A new kind needs a sender here; its payloads are found."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from standardwebhooks.webhooks import Webhook

from chalicelib import wiring
from tests.peers.msteams import APP, KEY, PASSWORD

TESTS = Path(__file__).parents[2]
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
TOKEN = base64.b64encode(b"security token of an outgoing webhook").decode()
MAIL = "support@in.acorn.example"
Headers = dict[str, str]
Signer = Callable[[str, bytes, int], Headers]


def _hex(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _standard(secret: str, body: bytes, now: int) -> Headers:
    id_, moment = f"m{hashlib.sha256(body).hexdigest()[:9]}", datetime.fromtimestamp(now // 1000, UTC)
    given = {"webhook-id": id_, "webhook-timestamp": str(now // 1000)}
    try:
        return given | {"webhook-signature": Webhook(secret).sign(id_, moment, body.decode())}
    except UnicodeDecodeError:
        return given | {"webhook-signature": "v1,x"}


def _slack(secret: str, body: bytes, now: int) -> Headers:
    at = str(now // 1000)
    signed = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": at, "x-slack-signature": f"v0={signed}"}


def _teams(secret: str, body: bytes, now: int) -> Headers:
    """Half of them as an outgoing webhook, half as the bot's service."""
    if len(body) % 2:
        made = hmac.new(base64.b64decode(TOKEN), body, hashlib.sha256).digest()
        return {"authorization": f"HMAC {base64.b64encode(made).decode()}"}
    return {"authorization": f"Bearer {_bearer(_service(body), now // 3_000_000)}"}


def _service(body: bytes) -> str:
    try:
        activity = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    service = activity.get("serviceUrl") if isinstance(activity, dict) else ""
    return service if isinstance(service, str) and service.isascii() else ""


@cache
def _bearer(service: str, hours: int) -> str:
    now = hours * 3000
    claims = {
        "iss": "https://api.botframework.com",
        "aud": APP,
        "exp": now + 9000,
        "nbf": now - 60,
        "serviceurl": service,
    }
    return jwt.encode(claims, KEY, "RS256", {"kid": "key-1"})


def _basic(secret: str, body: bytes, now: int) -> Headers:
    return {"authorization": "Basic " + base64.b64encode(f"parley:{secret}".encode()).decode()}


@dataclass(frozen=True, eq=False)
class Sender:
    """What an install of the kind is made with, its secret if it makes its own ("" if Parley does), and its signer.
    `name` tells installs of a kind apart by their stored payloads' first word."""

    kind: str
    config: dict[str, Any] = field(default_factory=dict)
    credentials: dict[str, str] = field(default_factory=dict)
    sign: Signer = _standard
    name: str = ""
    secret: str = ""


def _hub(header: str, prefix: str = "") -> Signer:
    return lambda secret, body, now: {header: prefix + _hex(secret, body)}


SENDERS = (
    Sender(
        "slack", {"team": "T0VENDOR", "agent_channel": "C0AGENTS"}, {"signing": "s", "bot": "xoxb"}, _slack, secret="s"
    ),
    Sender("msteams", {"app_id": APP}, {"app_password": PASSWORD, "signing": TOKEN}, _teams, secret=TOKEN),
    Sender("webhook", {"url": "https://vendor.example/hook"}),
    Sender("form", sign=lambda secret, body, now: {}),
    Sender("email", {"provider": "postmark", "address": MAIL, "collect": 0}, {}, _basic, "postmark"),
    Sender("email", {"provider": "sendgrid", "address": "s@in.acorn.example"}, {}, _basic, "sendgrid"),
    Sender(
        "email",
        {"provider": "mailgun", "address": "m@in.acorn.example"},
        {"signing_key": "key-123"},
        lambda *_: {},
        "mailgun",
    ),
    Sender("email", {"provider": "ses", "address": "e@in.acorn.example"}, {}, lambda *_: {}, "ses"),
    Sender("github", {"repository": "acorn/api"}, {"token": "t"}, _hub("x-hub-signature-256", "sha256=")),
    Sender("gitlab", {"project": "acme/api"}, {"token": "t"}, lambda secret, body, now: {"x-gitlab-token": secret}),
    Sender(
        "jira",
        {"url": "https://acme.atlassian.net", "project": "ACME"},
        {"email": "a@b.example", "token": "t"},
        _hub("x-hub-signature", "sha256="),
    ),
    Sender("linear", {"team": "ENG"}, {"token": "lin_api_x"}, _hub("linear-signature")),
    Sender("asana", {"project": "1200000000000001"}, {"token": "t"}, _hub("x-hook-signature")),
    Sender("tracker"),
)
FOLDERS = {"tracker": "generic"}
KINDS = {*wiring.CHANNELS, *wiring.TRACKERS}


@dataclass(frozen=True)
class Payload:
    """A stored payload: its name, its content type and its bytes."""

    name: str
    type_: str
    body: bytes


@cache
def payloads(kind: str) -> tuple[Payload, ...]:
    """Those that the tests of the kind have."""
    folders = [TESTS / side / FOLDERS.get(kind, kind) / "payloads" for side in ("channels", "trackers")]
    found = [path for folder in folders for path in sorted(folder.glob("[!.]*"))]
    assert found, kind
    return tuple(map(_payload, found))


def _payload(path: Path) -> Payload:
    raw, type_ = path.read_bytes(), "application/json"
    if path.suffix == ".body":
        head, _, raw = raw.partition(b"\n\n")
        type_ = head.partition(b": ")[2].decode("latin-1")
    return Payload(path.name, type_, raw)


def beside(kind: str, payload: Payload) -> Headers:
    """What a sender says beside the body."""
    event = payload.name.partition(".")[0]
    return {
        "github": {"X-GitHub-Event": event, "X-GitHub-Delivery": f"d-{event}"},
        "gitlab": {"Idempotency-Key": f"k-{event}", "X-Gitlab-Event": "Issue Hook"},
        "linear": {"Linear-Delivery": f"d-{payload.name}"},
    }.get(kind, {})


def dated(sender: Sender, body: bytes, now: int) -> bytes:
    """The payload as if it were sent now, where its sender says in it when."""
    if sender.kind == "linear":
        return body.replace(b"1769999999100", b"%d" % now)
    if sender.name == "mailgun" and body.startswith(b"------f0rm"):
        stamp, token = str(now // 1000), "t" * 50
        parts = {"timestamp": stamp, "token": token, "signature": _hex("key-123", (stamp + token).encode())}
        head = "".join(
            f'------f0rm\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in parts.items()
        )
        return head.encode() + body
    return body
