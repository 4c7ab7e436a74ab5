"""Who sends: the Bot Connector, by a token that Microsoft signed, or an outgoing webhook, by HMAC.

`Bearer`: RS256 by a key that the issuer publishes and endorses for the activity's channel; issuer, audience (our app),
time (5 min skew), and `serviceurl`, which is the activity's. `HMAC`: HMAC-SHA256 of the raw body with the security
token, which is base64, in base64.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

import base64
import binascii
import hashlib
import hmac
import json
import math
from collections.abc import Sequence
from typing import Any

from ...desk.envelopes import Envelope
from ...desk.errors import Unauthenticated
from ...ports import PUBLISHED, Secrets
from .config import Cloud, Config, cloud_of

SKEW_S = 5 * 60  # seconds


def check(envelope: Envelope, config: Config, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated, with a clause that says which part, unless it is from whom it says. `now` in ms."""
    scheme, _, credential = envelope.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "hmac":
        _check_hmac(credential.strip(), envelope.body, secrets.get("signing", ()))
    elif scheme.lower() == "bearer":
        _check_token(credential.strip(), envelope.body, config, secrets=secrets, now=now // 1000)
    else:
        raise Unauthenticated("authorization is missing: a bot's token, or an outgoing webhook's HMAC")


def _check_hmac(given: str, body: bytes, tokens: Sequence[str]) -> None:
    keys = [key for key in map(_decoded, tokens) if key]
    if not keys:
        raise Unauthenticated("no security token of an outgoing webhook is configured for this install")
    expected = [base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()) for key in keys]
    if not any(hmac.compare_digest(mine, given.encode("utf-8", "replace")) for mine in expected):
        raise Unauthenticated("the HMAC does not match")


def _decoded(token: str) -> bytes:
    try:
        return base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _check_token(token: str, body: bytes, config: Config, *, secrets: Secrets, now: int) -> None:
    if not config.app_id:
        raise Unauthenticated("no app_id is configured for this install")
    cloud = cloud_of(config)
    key = _key(token, cloud, secrets)
    claims = _claims(token, key, config.app_id, cloud=cloud)
    for name, least, most in (("exp", now - SKEW_S + 1, math.inf), ("nbf", -math.inf, now + SKEW_S)):
        at = claims.get(name)
        if not isinstance(at, int | float) or not least <= at <= most:
            raise Unauthenticated(f"the token's claim {name} is not right")
    activity = _skimmed(body)
    service = claims.get("serviceurl") or claims.get("serviceUrl")
    if not isinstance(service, str) or service.rstrip("/") != str(activity.get("serviceUrl")).rstrip("/"):
        raise Unauthenticated("the token's claim serviceurl is not the activity's serviceUrl")
    endorsed = key.get("endorsements")
    if not isinstance(endorsed, list) or activity.get("channelId") not in endorsed:
        raise Unauthenticated("the token's key is not endorsed for the activity's channel")


def _key(token: str, cloud: Cloud, secrets: Secrets) -> dict[str, Any]:
    import jwt

    try:
        header = jwt.get_unverified_header(token)
    except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
        raise Unauthenticated("the token is malformed") from None
    if header.get("alg") != "RS256":
        raise Unauthenticated("the token's algorithm is not RS256")
    kid = header.get("kid")
    found = secrets.get(f"{PUBLISHED}{cloud.openid_url}#{kid}", ()) if isinstance(kid, str) and kid else ()
    if not found:
        raise Unauthenticated("the token's key is not one that its issuer publishes")
    key: dict[str, Any] = json.loads(found[0])
    return key


def _claims(token: str, key: dict[str, Any], audience: str, *, cloud: Cloud) -> dict[str, Any]:
    import jwt

    options: Any = {"require": ["exp", "iss", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}
    try:
        signer = jwt.PyJWK(key, algorithm="RS256")
        claims: dict[str, Any] = jwt.decode(
            token, signer, algorithms=["RS256"], audience=audience, issuer=cloud.issuer, options=options
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Unauthenticated(_reason(error)) from None
    return claims


def _reason(error: Exception) -> str:
    import jwt

    for kind, reason in (
        (jwt.InvalidAudienceError, "the token is not for this app"),
        (jwt.InvalidIssuerError, "the token's issuer is not the Bot Connector"),
        (jwt.InvalidSignatureError, "the token's signature is not right"),
    ):
        if isinstance(error, kind):
            return reason
    return "the token is malformed"


def _skimmed(body: bytes) -> dict[str, Any]:
    try:
        activity = json.loads(body)
    except (ValueError, RecursionError):
        activity = None
    return activity if isinstance(activity, dict) else {}
