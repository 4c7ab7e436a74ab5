"""Who sends to the ways in (webhooks): of every kind of channel and tracker the genuine senders, as the `sender.py` in
the folder of its tests tells, and the payloads that are stored there. A kind that is wired is found by its folder."""

import hashlib
import hmac
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook

from chalicelib import wiring

TESTS = Path(__file__).parent
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
Headers = dict[str, str]
Signer = Callable[[str, bytes, int], Headers]


def nobody_signs(secret: str, body: bytes, now: int) -> Headers:
    """Where anybody may knock, or the proof is in the body."""
    return {}


def standard_webhooks(secret: str, body: bytes, now: int) -> Headers:
    """By the library of Standard Webhooks."""
    id_, moment = f"m{hashlib.sha256(body).hexdigest()[:9]}", datetime.fromtimestamp(now // 1000, UTC)
    given = {"webhook-id": id_, "webhook-timestamp": str(now // 1000)}
    try:
        return given | {"webhook-signature": Webhook(secret).sign(id_, moment, body.decode())}
    except UnicodeDecodeError:
        return given | {"webhook-signature": "v1,x"}


def hex_of(secret: str, body: bytes) -> str:
    """HMAC-SHA256, in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def hex_of_body(header: str, prefix: str = "") -> Signer:
    """A signature of the raw body, in hex."""
    return lambda secret, body, now: {header: prefix + hex_of(secret, body)}


STANDARD = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True, eq=False)
class Sender:
    """How an install of the kind is made, and how what it sends is made genuine: `sign` by its `secret` ("" if Parley
    makes it). `name` tells senders of a kind apart by the first word of their payloads. `beside` are headers that come
    with the payload of that name; `dating` makes a body one that is sent now. `proofs` are the headers that count: none
    where anybody may knock. `signed`: each byte of the body counts. `dated`: only for five minutes. `body` is one that
    is fine but for its signature, with its name. `least` is the least config, if that is less. `bound` is the
    conversation that a room is bound to."""

    config: dict[str, Any] = field(default_factory=dict)
    credentials: dict[str, str] = field(default_factory=dict)
    sign: Signer = standard_webhooks
    secret: str = ""
    name: str = ""
    beside: Callable[[str], Headers] = lambda name: {}
    dating: Callable[[bytes, int], bytes] = lambda body, now: body
    proofs: tuple[str, ...] = ()
    signed: bool = True
    dated: bool = False
    body: tuple[str, bytes] = ("ping", b'{"type":"ping"}')
    least: dict[str, Any] | None = None
    bound: str = ""
    kind: str = ""

    @property
    def secrets(self) -> dict[str, list[str]]:
        """As an install has them, with its first secret alone."""
        return {"signing": [self.secret or SIGNING]}


@cache
def senders_of(kind: str) -> tuple[Sender, ...]:
    """Those of a kind; the first is the usual one."""
    module = importlib.import_module(f"tests.{wiring.KINDS[kind]}.sender")
    return tuple(replace(sender, kind=kind) for sender in module.SENDERS)


def folder(kind: str) -> Path:
    """Where the payloads of a kind are stored."""
    return TESTS / wiring.KINDS[kind].replace(".", "/") / "payloads"


def of_ring(ring: str) -> dict[str, Sender]:
    """The usual sender of every kind of the ring, `channels` or `trackers`."""
    return {kind: senders_of(kind)[0] for kind, where in wiring.KINDS.items() if where.startswith(f"{ring}.")}
