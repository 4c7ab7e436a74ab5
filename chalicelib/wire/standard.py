"""Standard Webhooks 1.0 signatures (HMAC) are made and checked here.

Signed is `{id}.{timestamp}.{raw body}`, HMAC-SHA256 with what `whsec_<base64>` holds; the header is a list,
with a space between, of `v1,<base64>`. The `standardwebhooks` library makes each signature of a text. What a header may
look like is checked here: the library's own `verify` reads the clock itself and lets ValueError out for a
header that is no signature at all, or a body that is not UTF-8.
"""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from ..desk.errors import Unauthenticated

if TYPE_CHECKING:
    from standardwebhooks.webhooks import Webhook

TOLERANCE_S = 5 * 60  # seconds, both ways, as in all libraries of the specification
MAX_ID = 256
MAX_SIGNATURES = 20
_SECONDS = re.compile(r"[0-9]{1,12}")
# Svix sends the same under its own names; a sender that sends both is read by the first.
NAMES = ("webhook", "svix")


def check(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, now: int) -> None:
    """Raise Unauthenticated, with a clause that says which part, unless one of `secrets` signed it by `now`
    (ms)."""
    if not secrets:
        raise Unauthenticated("no secret is configured for this install")
    name = _name(headers)
    fields = _fields(headers, name)
    _check_id(fields["id"], name)
    at = _moment(fields["timestamp"], name, now // 1000)
    given = [part for part in fields["signature"].split(" ") if part.startswith("v1,")][:MAX_SIGNATURES]
    if not given:
        raise Unauthenticated(f"{name}-signature holds no v1 signature")
    try:
        expected = _signatures(fields["id"], at, body.decode(), secrets=secrets)
    except UnicodeDecodeError:  # which the library cannot sign, and others can: a compressed body
        expected = _of_bytes(fields["id"], at, body, secrets=secrets)
    if not expected:
        raise Unauthenticated("no usable secret is configured for this install")
    # As bytes: compare_digest refuses text that is not ASCII.
    pairs = [(mine.encode(), yours.encode("utf-8", "replace")) for mine in expected for yours in given]
    if not any(hmac.compare_digest(mine, yours) for mine, yours in pairs):
        raise Unauthenticated(f"{name}-signature does not match")


def identity(headers: Mapping[str, str]) -> str:
    """The signed id of a delivery: the same over its retries."""
    return headers.get(f"{_name(headers)}-id", "")


def signed(id_: str, now: int, body: bytes, *, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers, with a signature by every live secret; none at all if no secret is usable."""
    at = now // 1000
    signatures = _signatures(id_, at, body.decode(), secrets=secrets)
    if not signatures:
        return {}
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signatures),
    }


def _name(headers: Mapping[str, str]) -> str:
    return next((name for name in NAMES if f"{name}-signature" in headers), NAMES[0])


def _fields(headers: Mapping[str, str], name: str) -> dict[str, str]:
    values = {part: headers.get(f"{name}-{part}", "").strip() for part in ("id", "timestamp", "signature")}
    for part, value in values.items():
        if not value:
            raise Unauthenticated(f"{name}-{part} is missing")
    return values


def _check_id(id_: str, name: str) -> None:
    if not (id_.isascii() and id_.isprintable()):
        raise Unauthenticated(f"{name}-id is not printable ASCII")
    if len(id_) > MAX_ID:
        raise Unauthenticated(f"{name}-id is longer than {MAX_ID} characters")


def _moment(timestamp: str, name: str, now: int) -> int:
    if not _SECONDS.fullmatch(timestamp):
        raise Unauthenticated(f"{name}-timestamp is not a number of seconds")
    if int(timestamp) < now - TOLERANCE_S:
        raise Unauthenticated(f"{name}-timestamp is more than five minutes old")
    if int(timestamp) > now + TOLERANCE_S:
        raise Unauthenticated(f"{name}-timestamp is more than five minutes ahead")
    return int(timestamp)


def _signatures(id_: str, at: int, body: str, *, secrets: Sequence[str]) -> list[str]:
    """One for each secret that is one: what is empty or not base64 signs nothing."""
    moment = datetime.fromtimestamp(at, UTC)
    return [hook.sign(id_, moment, body) for hook in map(_hook, secrets) if hook]


def _of_bytes(id_: str, at: int, body: bytes, *, secrets: Sequence[str]) -> list[str]:
    signed_ = f"{id_}.{at}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix("whsec_") + "==") for secret in secrets if _hook(secret)]
    return [f"v1,{base64.b64encode(hmac.digest(key, signed_, 'sha256')).decode()}" for key in keys]


@lru_cache(maxsize=256)
def _hook(secret: str) -> "Webhook | None":
    """What signs with a secret; None for one that is no secret."""
    from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

    try:
        return Webhook(secret)
    except (ValueError, EmptyWebhookSecretError):
        return None
