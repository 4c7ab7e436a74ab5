"""The public keys that an issuer of tokens publishes (OpenID Connect Discovery 1.0, 4), as a container keeps them."""

import json
from typing import Any

from ..desk.errors import Refusal
from ..ports import AwsAway, Request, Unreachable, World

LIFE_MS = 12 * 3_600_000  # ms for which a container trusts its copy
REST_MS = 300_000  # ms before an unknown key id makes it look again
MOST = 500_000  # bytes of either document
TIMEOUT_S = 4.0  # seconds: a provider waits for the answer

ISSUERS = 100  # that a container remembers


def published_key(world: World, metadata_url: str, kid: str) -> dict[str, Any] | None:
    """The issuer's key (a JWK) of that id, or None if it has none. AwsAway if the issuer does not answer."""
    now, copies = world.clock.now(), world.memory.of("published keys", ISSUERS)
    keys: dict[str, dict[str, Any]] | None = copies.get(metadata_url, now, LIFE_MS)
    if keys is None or (kid not in keys and copies.get(metadata_url, now, REST_MS) is None):
        keys = copies.keep(metadata_url, _fetched(world, metadata_url), now)
    return keys.get(kid)


def _fetched(world: World, metadata_url: str) -> dict[str, dict[str, Any]]:
    jwks_uri = _read(world, metadata_url).get("jwks_uri")
    listed = _read(world, str(jwks_uri)).get("keys")
    keys = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
    return {str(key["kid"]): key for key in keys if key.get("kid")}


def _read(world: World, url: str) -> dict[str, Any]:
    try:
        answer = world.outside.send(Request("GET", url, timeout=TIMEOUT_S, most=MOST))
        document = json.loads(answer.body) if answer.status == 200 else None
    except (Refusal, Unreachable, ValueError, RecursionError) as error:
        raise AwsAway(f"the issuer's keys: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise AwsAway(f"the issuer's keys: HTTP {answer.status}")
    return document
