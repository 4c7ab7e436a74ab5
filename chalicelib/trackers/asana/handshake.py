"""The URL of a webhook that proves its handshake: Asana signs none (ADR 49)."""

import hashlib
import hmac


def handshake_token(secret: str) -> str:
    """What the URL ends with that Asana is told for a webhook: no proof of anything but of having been told it."""
    return hmac.new(secret.encode(), b"asana-handshake", hashlib.sha256).hexdigest()[:40]
