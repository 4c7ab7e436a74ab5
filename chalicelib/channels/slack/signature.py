"""Slack's signature, v0, is the HMAC-SHA256 of `v0:{timestamp}:{raw body}` by the signing secret as text, in hex.

It is the same for events, commands and interactions (https://docs.slack.dev/authentication/verifying-requests-from-slack).
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from ...desk.errors import Unauthenticated
from ...wire.signed import same

TOLERANCE_S = 5 * 60  # seconds, both ways


def check(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, now: int) -> None:
    """Raise Unauthenticated, with a clause that says which part, unless one of `secrets` signed it by `now` (ms)."""
    if not any(secrets):
        raise Unauthenticated("no secret is configured for this install")
    at = headers.get("x-slack-request-timestamp", "").strip()
    given = headers.get("x-slack-signature", "").strip()
    if not at or not given:
        raise Unauthenticated(f"x-slack-{'signature' if at else 'request-timestamp'} is missing")
    if not re.fullmatch(r"[0-9]{1,12}", at):
        raise Unauthenticated("x-slack-request-timestamp is not a number of seconds")
    if abs(int(at) - now // 1000) > TOLERANCE_S:
        raise Unauthenticated("x-slack-request-timestamp is more than five minutes away")
    if not any(same(signed(secret, at, body), given) for secret in secrets if secret):
        raise Unauthenticated("x-slack-signature does not match")


def signed(secret: str, at: str, body: bytes) -> str:
    """The signature of a body that is sent at `at` (seconds)."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
