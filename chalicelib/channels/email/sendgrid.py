"""SendGrid's Inbound Parse (https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook).

| what it posts | becomes |
|---|---|
| a form with `email` (the raw mail), or the parsed fields | Mailed |
| a JSON list of events (of its sending, which we do not use) | Ignored |
| anything else with the password | Unsupported |

`charsets` tells in which charset each field came; `SPF` and `dkim` tell what it found (`{@acme.example : pass}`).
"""

import base64
import binascii
import re
from typing import Any

import msgspec

from ...desk.arrivals import Arrival, Ignored, Unsupported
from ...desk.envelopes import Envelope
from ...desk.errors import Unauthenticated
from ...desk.names import one_line
from ...desk.strict_json import loads
from ...desk.workspaces import Install
from ...ports import Secrets
from ...wire import charsets
from . import basic, forms, mime
from .mail import Checks, Mail, Part, address, plain

SIGNATURE, TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"
OLDEST_S, AHEAD_S = 4 * 24 * 3600, 300  # s


class Way(msgspec.Struct, frozen=True):
    """The envelope, as SMTP had it."""

    to: list[str] = []
    from_: str | None = msgspec.field(default=None, name="from")


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """By the signature of its security policy, once that has been given its key; else by the password in the address
    that it is told (https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks)."""
    keys = [key for key in secrets.get("public_key", ()) if key]
    if keys:
        _check_signature(envelope, keys, now)
    else:
        basic.check(envelope, secrets)


def _check_signature(envelope: Envelope, keys: list[str], now: int) -> None:
    """ECDSA over timestamp and raw body. Undelivered mails come again for three days, so age alone condemns none: the
    same mail is taken in once."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    stamp = envelope.headers.get(TIMESTAMP, "")
    if not re.fullmatch(r"[0-9]{9,11}", stamp) or not -OLDEST_S < int(stamp) - now // 1000 < AHEAD_S:
        raise Unauthenticated(f"{TIMESTAMP} is missing, or not of these days")
    try:
        signature = base64.b64decode(envelope.headers.get(SIGNATURE, ""), validate=True)
    except (binascii.Error, ValueError):
        raise Unauthenticated(f"{SIGNATURE} is not base64") from None
    for key in keys:
        try:
            known = load_der_public_key(base64.b64decode(key, validate=True))
            if isinstance(known, EllipticCurvePublicKey):
                known.verify(signature, stamp.encode() + envelope.body, ECDSA(SHA256()))
                return
        except (InvalidSignature, ValueError):
            continue
    raise Unauthenticated("the signature is not of the install's public_key")


def read(envelope: Envelope) -> Mail | Arrival:
    """The mail. Malformed for a broken form."""
    if envelope.content_type == "application/json":
        events = loads(envelope.body)
        known = isinstance(events, list) and all(isinstance(each, dict) and "event" in each for each in events)
        return Ignored(reason="event-of-sending") if known else Unsupported(what="json")
    form = forms.read(envelope)
    if not any(name in form for name in ("email", "text", "html", "headers", "subject")):
        return Unsupported(what="form")
    way = _way(form["envelope"])
    checks = Checks(spf=form["spf"].strip().lower(), spf_domain=_domain(way.from_ or ""), dkim=_dkim(form["dkim"]))
    score = form["spam_score"].strip()
    beside: dict[str, Any] = {
        "envelope_from": way.from_,
        "checks": checks,
        "spam": bool(re.fullmatch(r"\d{1,4}(\.\d+)?", score)) and float(score) >= 5.0,
    }
    if "email" in form:
        return mime.read(form.values["email"], recipients=tuple(way.to), **beside)
    return _built(form, envelope, way, beside=beside)


def _built(form: forms.Form, envelope: Envelope, way: Way, *, beside: dict[str, Any]) -> Mail:
    head = mime.read(form.values.get("headers", b"") + b"\n\n")
    encoded = _charsets(form["charsets"])

    def value(name: str) -> str:
        return charsets.decoded(form.values.get(name, b""), encoded.get(name, "utf-8"))

    listed = mime.addresses({"told": [value("to"), value("cc"), *way.to]}, "told")
    sender = (head.sender_name, head.sender) if head.sender else mime.sender_of([value("from")])
    return Mail(
        **beside,
        headers=head.headers,
        sender=sender[1],
        sender_name=sender[0],
        recipients=tuple(dict.fromkeys([*listed, *head.recipients])),
        subject=one_line(value("subject"), 500) or head.subject,
        text=plain(value("text")),
        html=value("html"),
        at=head.at,
        parts=tuple(_parts(form)),
        original=envelope.body,
        original_type=envelope.headers.get("content-type", "application/octet-stream"),
    )


def _way(text: str) -> Way:
    try:
        return msgspec.json.decode(text or "{}", type=Way)
    except (msgspec.DecodeError, RecursionError):
        return Way()


def _domain(text: str) -> str:
    return address(text).rpartition("@")[2]


def _dkim(text: str) -> tuple[tuple[str, str], ...]:
    """`{@acme.example : pass, @list.example : fail}`, or `none`."""
    return tuple(
        (result.lower(), name.lower()) for name, result in re.findall(r"@([\w.-]{1,253})\s*:\s*(\w{1,12})", text)
    )


def _charsets(text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, str])
    except (msgspec.DecodeError, RecursionError):
        return {}


def _parts(form: forms.Form) -> list[Part]:
    try:
        ids = msgspec.json.decode(form["content-ids"] or "{}", type=dict[str, str])
    except (msgspec.DecodeError, RecursionError):
        ids = {}
    cids = {field: cid.strip("<>") for cid, field in ids.items()}
    return [Part(mime.file_of(name, type_, content), cids.get(field, "")) for field, name, type_, content in form.files]
