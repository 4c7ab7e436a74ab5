"""Teams: half of what comes is from an outgoing webhook, half from the bot's service."""

import base64
import json
from functools import cache

import jwt

from tests.peers.msteams import APP, KEY, PASSWORD, outgoing
from tests.senders import Headers, Sender

CHANNEL = "19:253b1f341670408fb6fe51050b6e5ceb@thread.tacv2"
TOKEN = base64.b64encode(b"security token of an outgoing webhook").decode()


def _sign(secret: str, body: bytes, now: int) -> Headers:
    if len(body) % 2:
        return {"authorization": outgoing(TOKEN, body)}
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


SENDERS = (
    Sender(
        config={"app_id": APP},
        credentials={"app_password": PASSWORD, "signing": TOKEN},
        sign=_sign,
        secret=TOKEN,
        proofs=("authorization",),
        least={},
        bound=CHANNEL,
    ),
)
