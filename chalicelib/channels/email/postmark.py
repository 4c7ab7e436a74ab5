"""Postmark's inbound webhook (https://postmarkapp.com/developer/webhooks/inbound-webhook).

| what it posts | becomes |
|---|---|
| a mail, with or without RawEmail, `RecordType` Inbound or none | Mailed |
| `RecordType` Bounce, SpamComplaint, Delivery, Open, … (of its sending, which we do not use) | Ignored |
| a `RecordType` that we do not know | Unsupported |

It checks SPF (`Received-SPF`) and, by SpamAssassin, DKIM: DKIM_VALID_AU is a good signature of the author's own domain.
Its headers stand before the sender's own, so that the first of a name is Postmark's.
"""

import base64
import binascii
import re
from typing import Any

from ...desk.arrivals import Arrival, Ignored, Unsupported
from ...desk.envelopes import Envelope
from ...desk.errors import Malformed
from ...desk.names import one_line, shown_name
from ...desk.strict_json import loads_object
from ...desk.workspaces import Install
from ...ports import Secrets
from ...wire import charsets
from . import basic, mime
from .mail import Checks, Mail, Part, address, plain

SENDING = frozenset({"Bounce", "SpamComplaint", "Delivery", "Open", "Click", "SubscriptionChange"})


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Its webhooks are not signed: the address that it is told holds the password."""
    basic.check(envelope, secrets)


def read(envelope: Envelope) -> Mail | Arrival:
    """The mail. Malformed for what is no object."""
    fields = loads_object(envelope.body)
    kind = fields.get("RecordType")
    if isinstance(kind, str) and kind not in ("", "Inbound"):
        return Ignored(reason="event-of-sending") if kind in SENDING else Unsupported(what=_slug(kind))
    if not any(isinstance(fields.get(name), str) for name in ("RawEmail", "TextBody", "HtmlBody", "Subject")):
        raise Malformed("no mail")
    headers = _headers(fields.get("Headers"))
    beside = {
        "recipients": _recipients(fields),
        "checks": _checks(headers, mime.sender_of([_text(fields, "From")])[1].rpartition("@")[2]),
        "told_id": _text(fields, "MessageID"),
        "spam": next(iter(headers.get("x-spam-status", [""]))).lower().startswith("yes"),
    }
    raw = _text(fields, "RawEmail")
    if raw:
        return mime.read(raw.encode("utf-8", "surrogateescape"), **beside)
    return _built(fields, headers, envelope.body, beside=beside)


def _built(fields: dict[str, Any], headers: dict[str, list[str]], body: bytes, *, beside: dict[str, Any]) -> Mail:
    full = fields.get("FromFull")
    sender = address(str(full.get("Email", ""))) if isinstance(full, dict) else ""
    name, named = mime.sender_of([_text(fields, "From")])
    headers.setdefault("subject", [_text(fields, "Subject")])
    return Mail(
        **(
            beside
            | {"recipients": tuple(dict.fromkeys(known for each in beside["recipients"] if (known := address(each))))}
        ),
        headers=headers,
        sender=sender or named,
        sender_name=shown_name(_text(fields, "FromName")) or name,
        subject=one_line(_text(fields, "Subject"), 500),
        text=plain(_text(fields, "TextBody")),
        html=_text(fields, "HtmlBody"),
        at=mime.moment(_text(fields, "Date")),
        parts=tuple(_parts(fields.get("Attachments"))),
        original=body,
        original_type="application/json",
    )


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _headers(listed: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and isinstance(each.get("Name"), str) and isinstance(each.get("Value"), str):
            found.setdefault(each["Name"].lower(), []).append(charsets.header(each["Value"]))
    return found


def _recipients(fields: dict[str, Any]) -> tuple[str, ...]:
    listed = [each for name in ("ToFull", "CcFull", "BccFull") for each in _list(fields.get(name))]
    return (
        _text(fields, "OriginalRecipient"),
        *(str(each.get("Email", "")) for each in listed if isinstance(each, dict)),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _checks(headers: dict[str, list[str]], author: str) -> Checks:
    spf = next(iter(headers.get("received-spf", [""])))
    result = spf.strip().partition(" ")[0].lower()
    about = re.search(r"envelope-from=<?\"?([^\s;>\"]+)", spf)
    tests = {test.strip() for test in next(iter(headers.get("x-spam-tests", [""]))).split(",")}
    dkim = (("pass", author),) if "DKIM_VALID_AU" in tests else ()
    return Checks(spf=result, spf_domain=address(about[1]).rpartition("@")[2] if about else "", dkim=dkim)


def _parts(listed: Any) -> list[Part]:
    parts = []
    for each in _list(listed)[:100]:
        try:
            content = base64.b64decode(str(each["Content"]), validate=False)
            file = mime.file_of(str(each.get("Name", "")), str(each.get("ContentType", "")), content)
        except (binascii.Error, ValueError, KeyError, TypeError, AttributeError):
            continue
        parts.append(Part(file, str(each.get("ContentID") or "").strip("<>")))
    return parts


def _slug(kind: str) -> str:
    return kind if re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", kind) else "other"
