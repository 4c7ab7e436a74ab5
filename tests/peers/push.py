"""A push service with the browsers behind it, in memory, by RFC 8030, 8188, 8291 and 8292: it checks who pushes, and
each browser decrypts what is for it."""

import base64
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chalicelib.ports import Answer, Request

SERVICE = "https://push.example"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def derived(material: bytes, salt: bytes, info: bytes, *, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


class PushedBrowser:
    """One subscription, made with an application server's key."""

    def __init__(self, name: str, server_key: str, *, private: str = "", auth: str = "") -> None:
        self.endpoint = f"{SERVICE}/{name}"
        self.server_key = server_key
        number = int.from_bytes(unb64(private), "big")
        self.key = ec.derive_private_key(number, ec.SECP256R1()) if private else ec.generate_private_key(ec.SECP256R1())
        self.auth = unb64(auth) if auth else b"0123456789abcdef"
        self.shown: list[Any] = []
        self.answers: list[int] = []

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    @property
    def subscription(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "p256dh": b64(self.public), "auth": b64(self.auth)}

    def read(self, body: bytes) -> bytes:
        """What one record of aes128gcm says."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        server, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), server)
        shared = self.key.exchange(ec.ECDH(), theirs)
        secret = derived(shared, self.auth, b"WebPush: info\0" + self.public + server, length=32)
        key = derived(secret, salt, b"Content-Encoding: aes128gcm\0", length=16)
        nonce = derived(secret, salt, b"Content-Encoding: nonce\0", length=12)
        said, _, padding = AESGCM(key).decrypt(nonce, sealed, None).rpartition(b"\x02")
        assert not padding.strip(b"\0")
        return said


class PushPeer:
    """An Outside behind which the service is."""

    def __init__(self, now: Any) -> None:
        self.now, self.browsers = now, {}  # type: ignore[var-annotated]

    def subscribe(self, name: str, server_key: str) -> PushedBrowser:
        browser = PushedBrowser(name, server_key)
        self.browsers[browser.endpoint] = browser
        return browser

    def send(self, request: Request) -> Answer:
        browser = self.browsers.get(request.url)
        if browser is None:
            return Answer(410)
        if browser.answers:
            return Answer(browser.answers.pop(0))
        headers = request.headers
        if not self.signed(headers.get("authorization", ""), browser):
            return Answer(403)
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdigit():
            return Answer(400)
        if len(request.body) > 4096:
            return Answer(413)
        browser.shown.append(json.loads(browser.read(request.body)))
        return Answer(201)

    def signed(self, authorization: str, browser: PushedBrowser) -> bool:
        """Whether it is whom the browser subscribed with, for this service, and not for ever."""
        scheme, _, rest = authorization.partition(" ")
        fields = dict(each.strip().split("=", 1) for each in rest.split(","))
        if scheme != "vapid" or fields.get("k") != browser.server_key:
            return False
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(fields["k"]))
        options = {"verify_exp": False}
        claims = jwt.decode(fields["t"], key, algorithms=["ES256"], audience=SERVICE, options=options)
        now = self.now() // 1000
        return now < claims["exp"] <= now + 24 * 3600 and claims["sub"].startswith(("https://", "mailto:"))
