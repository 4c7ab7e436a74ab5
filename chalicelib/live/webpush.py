"""ports.WebPush: a message to a browser through its maker's push service (RFC 8030), encrypted for that browser alone
(RFC 8291, 8188) and signed by a key of the workspace's (VAPID, RFC 8292; ADR 146).

The service reads nothing of it, and takes pushes for a subscription from nobody but whose key it was made with.
"""

import base64
import json
import os
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..desk.alerts import Browser, PushMessage
from ..ports import AddressRefused, Outside, ProviderBusy, ProviderRefused, Request, Unreachable

CURVE = ec.SECP256R1()
RECORD = 4096  # bytes of a record, of which a push has one (RFC 8291, 4)
MOST = 3_000  # bytes of what is said
SIGNED_S = 12 * 3600  # s for which a signature holds (RFC 8292, 2: a day at most)
TTL_S = 24 * 3600  # s for which the service keeps it for a browser that is off
POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
GONE = (404, 410)


class BrowserPush:
    """Push messages over the guarded way out."""

    def new_key(self) -> tuple[str, str]:
        """A key pair: the private one as a number in hex, the public one as browsers are told it."""
        key = ec.generate_private_key(CURVE)
        return f"{key.private_numbers().private_value:064x}", encoded(key.public_key().public_bytes(*POINT))

    def send(
        self, outside: Outside, to: Browser, message: PushMessage, *, private: str, contact: str, now: int
    ) -> None:
        """One call. The address is one that a stranger chose: the way out is the guarded one, and takes https alone."""
        key = ec.derive_private_key(int(private, 16), CURVE)
        headers = {
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(TTL_S),
            "urgency": "normal",
            "topic": "parley",
            "authorization": signed(key, to.endpoint, contact=contact, now=now // 1000),
        }
        try:
            text = written(message)
            if not to.endpoint.startswith("https://"):
                raise ValueError("no https")
            own = ec.generate_private_key(CURVE)
            body = encrypted(text, decoded(to.p256dh), decoded(to.auth), salt=os.urandom(16), own=own)
            answer = outside.send(Request("POST", to.endpoint, body, headers))
        except Unreachable as away:
            raise ProviderBusy("the push service does not answer") from away
        except (AddressRefused, ValueError) as refused:
            raise ProviderRefused("no browser's address and key", lost=True) from refused
        if answer.status in GONE:
            raise ProviderRefused(f"HTTP {answer.status}: the browser has unsubscribed", lost=True)
        if answer.status == 429 or answer.status >= 500:
            raise ProviderBusy(f"HTTP {answer.status}")
        if answer.status >= 300:
            raise ProviderRefused(f"HTTP {answer.status}")


def written(message: PushMessage) -> bytes:
    """What the service worker reads, its body as long as fits."""
    body = message.body
    while True:
        text = json.dumps({"title": message.title, "body": body, "url": message.url}, ensure_ascii=False).encode()
        if len(text) <= MOST or not body:
            return text
        body = body[: len(body) * 3 // 4]


def encrypted(said: bytes, browser: bytes, auth: bytes, *, salt: bytes, own: ec.EllipticCurvePrivateKey) -> bytes:
    """One record of aes128gcm for a browser's public key (65 bytes, a point) and its secret (16 bytes). ValueError for
    what is no point of the curve."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, browser)
    ours = own.public_key().public_bytes(*POINT)
    secret = _derived(own.exchange(ec.ECDH(), theirs), auth, b"WebPush: info\0" + browser + ours, length=32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", length=12)
    head = salt + RECORD.to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours
    return head + AESGCM(key).encrypt(nonce, said + b"\x02", None)  # 2: it is the last record


def _derived(material: bytes, salt: bytes, info: bytes, *, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def signed(key: ec.EllipticCurvePrivateKey, endpoint: str, *, contact: str, now: int) -> str:
    """Who pushes, for that service alone; at `contact` its people find whose pushes these are."""
    import jwt

    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now + SIGNED_S, "sub": contact}
    token = jwt.encode(claims, key, algorithm="ES256")
    return f"vapid t={token}, k={encoded(key.public_key().public_bytes(*POINT))}"


def encoded(raw: bytes) -> str:
    """As RFC 7515 writes bytes: base64url, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Bytes that were written so; ValueError for what is none."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
