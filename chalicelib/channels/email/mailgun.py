"""Mailgun's routes (https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http).

| what it posts | becomes |
|---|---|
| a form with `body-mime` (the address ends in `mime`), or the parsed fields | Mailed |
| JSON with `event-data` (of its sending, which we do not use) | Ignored |
| anything else that is signed | Unsupported |

The signature is of timestamp and token alone, not of the body: the token is remembered, so that it carries one mail.
"""

import hashlib
import hmac
from dataclasses import replace
from typing import Any

import msgspec

from ...desk.arrivals import Arrival, Ignored, Unsupported
from ...desk.envelopes import Envelope
from ...desk.errors import Malformed, Unauthenticated
from ...desk.names import one_line
from ...desk.strict_json import loads
from ...desk.workspaces import Install
from ...ports import Secrets
from ...wire import charsets
from . import forms, mime
from .mail import Checks, Mail, Part, plain

TOLERANCE_MS = 300_000  # ms


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """HMAC-SHA256 over timestamp and token, at most five minutes old."""
    try:
        stamp, token, signature = _signed(envelope)
    except (Malformed, KeyError, TypeError):
        raise Unauthenticated("no signature") from None
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 14) or abs(int(stamp) * 1000 - now) > TOLERANCE_MS:
        raise Unauthenticated("the timestamp is too far from now")
    live = [secret.encode() for secret in secrets.get("signing_key", ()) if secret]
    made = [hmac.new(key, (stamp + token).encode(), hashlib.sha256).hexdigest().encode() for key in live]
    if not token or not sum(hmac.compare_digest(signature.encode("utf-8", "replace"), each) for each in made):
        raise Unauthenticated("the signature is not the install's")


def _signed(envelope: Envelope) -> tuple[str, str, str]:
    if envelope.content_type == "application/json":
        signature = loads(envelope.body)["signature"]
        return str(signature["timestamp"]), str(signature["token"]), str(signature["signature"])
    form = forms.read(envelope)
    return form["timestamp"], form["token"], form["signature"]


def read(envelope: Envelope) -> Mail | Arrival:
    """The mail. Malformed for a broken form."""
    if envelope.content_type == "application/json":
        body = loads(envelope.body)
        known = isinstance(body, dict) and "event-data" in body
        return Ignored(reason="event-of-sending") if known else Unsupported(what="json")
    form = forms.read(envelope)
    beside: dict[str, Any] = {
        "recipients": tuple(form["recipient"].split(",")),
        "envelope_from": form.value("sender"),
        "told_token": form["token"],
        "spam": form["x-mailgun-sflag"].lower() == "yes",
    }
    if "body-mime" in form:
        mail = mime.read(form.values["body-mime"], **beside)
        return replace(mail, checks=_checks(form, mail.headers))
    if not any(name in form for name in ("body-plain", "body-html", "message-headers", "subject")):
        return Unsupported(what="form")
    return _built(form, envelope, beside)


def _built(form: forms.Form, envelope: Envelope, beside: dict[str, Any]) -> Mail:
    headers = _headers(form["message-headers"])
    name, sender = mime.sender_of(headers.get("from") or [form["from"]])
    known = mime.addresses(headers | {"recipient": list(beside.pop("recipients"))}, "recipient", *mime.RECIPIENTS)
    return Mail(
        **beside,
        headers=headers,
        sender=sender,
        sender_name=name,
        recipients=known,
        subject=one_line(form["subject"], 500),
        text=plain(form["body-plain"]),
        html=form["body-html"],
        at=mime.moment(next(iter(headers.get("date", [])), "")),
        parts=tuple(_parts(form)),
        checks=_checks(form, headers),
        original=envelope.body,
        original_type=envelope.headers.get("content-type", "application/octet-stream"),
    )


def _headers(text: str) -> dict[str, list[str]]:
    """`[["Name", "value"], …]`, in their order."""
    found: dict[str, list[str]] = {}
    try:
        pairs = msgspec.json.decode(text, type=list[list[Any]]) if text else []
    except (msgspec.DecodeError, RecursionError):
        pairs = []
    for pair in pairs:
        if len(pair) == 2 and all(isinstance(each, str) for each in pair):
            found.setdefault(pair[0].lower(), []).append(charsets.header(pair[1]))
    return found


def _checks(form: forms.Form, headers: dict[str, list[str]]) -> Checks:
    """Mailgun's own fields; where the route has them among the headers alone, the first of a name is Mailgun's."""

    def value(name: str) -> str:
        return (form[name] or next(iter(headers.get(name, [""])), "")).strip().lower()

    dkim = value("x-mailgun-dkim-check-result")
    checks = Checks(spf=value("x-mailgun-spf"), dkim=((dkim, ""),) if dkim else ())
    return mime.checks_of(headers, form["sender"], checks)


def _parts(form: forms.Form) -> list[Part]:
    try:
        ids = msgspec.json.decode(form["content-id-map"] or "{}", type=dict[str, str])
    except (msgspec.DecodeError, RecursionError):
        ids = {}
    cids = {field: cid.strip("<>") for cid, field in ids.items()}
    return [Part(mime.file_of(name, type_, content), cids.get(field, "")) for field, name, type_, content in form.files]
