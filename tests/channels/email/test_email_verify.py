"""Each provider's way of showing that it is the one that posts."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.channels.email import inbound, sendgrid
from chalicelib.desk.errors import Invalid, Unauthenticated
from tests.channels.conftest import NOW, envelope_of, install_of

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = "key-123"
FORM = "application/x-www-form-urlencoded"


def install(provider: str) -> Any:
    return install_of("email", **inbound.check({"provider": provider, "address": "support@in.acorn.example"}))


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"parley:{password}".encode()).decode()


@pytest.mark.parametrize("provider", ["postmark", "sendgrid"])
class TestPassword:
    def check(self, provider: str, header: str, secrets: dict[str, list[str]]) -> None:
        envelope = envelope_of("email", b"{}", authorization=header)
        inbound.verify(envelope, install(provider), secrets, now=NOW)

    def test_each_live_secret_is_good(self, provider: str) -> None:
        for secret in (SECRET, "older"):
            self.check(provider, basic(secret), {"signing": [SECRET, "older"]})

    @pytest.mark.parametrize(
        "header",
        ["", "Basic", "Basic %%", "Bearer x", basic(""), basic(SECRET[:-1]), basic(SECRET + "x"), "Basic ÿ\ud800"],
    )
    def test_nothing_else_is(self, provider: str, header: str) -> None:
        with pytest.raises(Unauthenticated) as refused:
            self.check(provider, header, {"signing": [SECRET]})
        assert SECRET not in refused.value.detail

    def test_no_secret_lets_nobody_in(self, provider: str) -> None:
        for secrets in ({}, {"signing": [""]}, {"signing_key": [SECRET]}):
            with pytest.raises(Unauthenticated):
                self.check(provider, basic(""), secrets)


PRIVATE = ec.generate_private_key(ec.SECP256R1())
STAMP = str(NOW // 1000)


def public(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def check_sendgrid(body: bytes = b"raw", secrets: Any = None, now: int = NOW, **change: str) -> None:
    """As SendGrid's SDK verifies: the timestamp and the raw body, DER signature, base64."""
    made = base64.b64encode(PRIVATE.sign(STAMP.encode() + b"raw", ec.ECDSA(SHA256()))).decode()
    fields = {sendgrid.SIGNATURE: made, sendgrid.TIMESTAMP: STAMP} | {
        {"signature": sendgrid.SIGNATURE, "stamp": sendgrid.TIMESTAMP}[name]: value for name, value in change.items()
    }
    secrets = {"signing": [SECRET], "public_key": ["newer", public(PRIVATE)]} if secrets is None else secrets
    envelope = msgspec.structs.replace(envelope_of("email", body), headers=fields)
    inbound.verify(envelope, install("sendgrid"), secrets, now=now)


def test_sendgrids_signature_is_good_for_days() -> None:
    check_sendgrid()
    check_sendgrid(now=NOW + 3 * 24 * 3600 * 1000)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"Raw"},
        {"signature": ""},
        {"signature": "x"},
        {"signature": "MEQCIA=="},
        {"signature": "ü"},
        {"stamp": ""},
        {"stamp": str(NOW // 1000 + 1)},
        {"stamp": "-1"},
        {"now": NOW + 5 * 24 * 3600 * 1000},
        {"now": NOW - 301_000},
        {"secrets": {"public_key": [public(ec.generate_private_key(ec.SECP256R1()))]}},
        {"secrets": {"public_key": ["no key", "ü"], "signing": [SECRET]}},
        {"secrets": {}},
    ],
)
def test_sendgrids_signature_counts(change: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        check_sendgrid(**change)


def test_a_password_is_not_enough_where_a_key_is_given() -> None:
    envelope = envelope_of("email", b"{}", authorization=basic(SECRET))
    with pytest.raises(Unauthenticated):
        inbound.verify(envelope, install("sendgrid"), {"signing": [SECRET], "public_key": [public(PRIVATE)]}, now=NOW)


def mailgun(key: str = KEY, stamp: str = str(NOW // 1000), token: str = "t" * 50, **change: str) -> bytes:
    made = hmac.new(key.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    return urlencode({"timestamp": stamp, "token": token, "signature": made, "subject": "x"} | change).encode()


def check_mailgun(body: bytes, type_: str = FORM, secrets: dict[str, list[str]] | None = None, now: int = NOW) -> None:
    secrets = {"signing_key": ["newer", KEY]} if secrets is None else secrets
    inbound.verify(envelope_of("email", body, type_), install("mailgun"), secrets, now=now)


def test_mailguns_signature_is_good() -> None:
    check_mailgun(mailgun())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        mailgun(key="other"),
        mailgun(signature=""),
        mailgun(signature="0" * 64),
        mailgun(signature="ü"),
        mailgun(token=""),
        mailgun(timestamp="x"),
        mailgun(stamp="1e9"),
        mailgun(timestamp=str(NOW // 1000 + 1)),
    ],
)
def test_mailguns_signature_counts(body: bytes) -> None:
    with pytest.raises(Unauthenticated):
        check_mailgun(body)


@pytest.mark.parametrize("ahead", [-301_000, 301_000])
def test_mailguns_time_counts(ahead: int) -> None:
    with pytest.raises(Unauthenticated):
        check_mailgun(mailgun(), now=NOW + ahead)


@pytest.mark.parametrize(("body", "type_"), [(b"{}", "application/json"), (b"[1]", "application/json"), (b"x", "")])
def test_mailguns_odd_bodies_are_refused(body: bytes, type_: str) -> None:
    with pytest.raises(Unauthenticated):
        check_mailgun(body, type_)


def test_mailgun_without_a_key_lets_nobody_in() -> None:
    for secrets in ({}, {"signing_key": [""]}, {"signing": [KEY]}):
        with pytest.raises(Unauthenticated):
            check_mailgun(mailgun(key=""), secrets=secrets)


def test_ses_never_comes_over_http() -> None:
    with pytest.raises(Unauthenticated):
        inbound.verify(envelope_of("email", b"{}"), install("ses"), {"signing": [SECRET]}, now=NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"provider": "smtp"}, "config.provider"),
        ({"address": "no address"}, "config.address"),
        ({"address": "a+b@in.acorn.example"}, "config.address"),
        ({"address": "a@localhost"}, "config.address"),
        ({"name": "a\nb"}, "config.name"),
        ({"collect": -1}, "config.collect"),
        ({"collect": 901}, "config.collect"),
        ({"per_hour": 0}, "config.per_hour"),
        ({"odd": 1}, "config.odd"),
    ],
)
def test_a_bad_config_names_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        inbound.check({"provider": "postmark", "address": "support@in.acorn.example"} | change)
    assert refused.value.field == field
