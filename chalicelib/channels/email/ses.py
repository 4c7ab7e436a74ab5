"""SES's receipts and events, which come over SNS and a queue of the stack, never over HTTP. The stack's worker puts the
raw mail from the bucket beside a receipt.
(https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html)

| SES's word | becomes |
|---|---|
| Received | Mailed |
| Bounce, permanent | Bounced |
| Complaint | Bounced |
| any other Bounce, DeliveryDelay, Delivery, Send, Open, Click, Reject, Subscription, Rendering Failure | Ignored |
| any other | Unsupported |
"""

import re
from dataclasses import replace
from typing import Any

import msgspec

from ...desk.arrivals import Arrival, Bounced, Ignored, Unsupported
from ...desk.envelopes import Envelope
from ...desk.errors import Malformed, Unauthenticated
from ...desk.names import one_line
from ...desk.workspaces import Install
from ...ports import Secrets
from . import mime
from .mail import Checks, Mail, address

QUIET = frozenset(
    {"DeliveryDelay", "Delivery", "Send", "Open", "Click", "Reject", "Subscription", "Rendering Failure"}
    | {"AmazonSnsSubscriptionSucceeded"}
)


class Status(msgspec.Struct, frozen=True):
    """One verdict: PASS, FAIL, GRAY or PROCESSING_FAILED."""

    status: str = ""


class Receipt(msgspec.Struct, frozen=True, rename="camel"):
    """What SES found of a mail that came in."""

    recipients: list[str] = []
    spam_verdict: Status = Status()
    virus_verdict: Status = Status()
    spf_verdict: Status = Status()
    dkim_verdict: Status = Status()
    dmarc_verdict: Status = Status()


class Sent(msgspec.Struct, frozen=True, rename="camel"):
    """The mail that it is about. `source` is SMTP's sender."""

    message_id: str = ""
    source: str = ""


class Person(msgspec.Struct, frozen=True, rename="camel"):
    """Of whom a bounce or a complaint is."""

    email_address: str = ""
    diagnostic_code: str = ""


class Bounce(msgspec.Struct, frozen=True, rename="camel"):
    """A mail of ours that did not arrive."""

    bounce_type: str = ""
    bounce_sub_type: str = ""
    bounced_recipients: list[Person] = []


class Complaint(msgspec.Struct, frozen=True, rename="camel"):
    """A mail of ours that somebody calls spam."""

    complained_recipients: list[Person] = []


class Notice(msgspec.Struct, frozen=True, rename="camel"):
    """A notification of either sort; `raw` is the mail, which the stack's worker adds."""

    notification_type: str = ""
    event_type: str = ""
    mail: Sent = Sent()
    receipt: Receipt = Receipt()
    bounce: Bounce = Bounce()
    complaint: Complaint = Complaint()
    raw: bytes = b""


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Nobody comes in over HTTP."""
    raise Unauthenticated("mails for this install come by SES alone")


def read(envelope: Envelope) -> Mail | Arrival:
    """The mail, or what became of one of ours. Malformed for no notification."""
    try:
        notice = msgspec.json.decode(envelope.body, type=Notice)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("no notification") from None
    kind = notice.event_type or notice.notification_type
    if kind == "Received":
        return _received(notice)
    if kind == "Bounce":
        return _bounced(notice)
    if kind == "Complaint":
        return _complained(notice)
    if kind in QUIET:
        return Ignored(reason="event-of-sending")
    return Unsupported(what=kind if re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", kind) else "other")


def _received(notice: Notice) -> Mail | Arrival:
    found = notice.receipt
    if found.virus_verdict.status == "FAIL":
        return Ignored(reason="virus")
    if not notice.raw:
        raise Malformed("no mail")
    domain = address(notice.mail.source).rpartition("@")[2]
    spf, dkim, dmarc = (each.status.lower() for each in (found.spf_verdict, found.dkim_verdict, found.dmarc_verdict))
    beside: dict[str, Any] = {
        "recipients": tuple(found.recipients),
        "envelope_from": notice.mail.source,
        "spam": found.spam_verdict.status == "FAIL",
    }
    mail = mime.read(notice.raw, **beside)
    checks = Checks(dmarc=dmarc, spf=spf, spf_domain=domain, dkim=((dkim, ""),) if dkim else ())
    return replace(mail, checks=mime.checks_of(mail.headers, notice.mail.source, checks))


def _bounced(notice: Notice) -> Arrival:
    person = next(iter(notice.bounce.bounced_recipients), Person())
    if notice.bounce.bounce_type != "Permanent":
        return Ignored(reason="bounce-passing")
    return Bounced(
        addresses=_addresses(notice.bounce.bounced_recipients),
        reason=one_line(f"bounced: {notice.bounce.bounce_sub_type} {person.diagnostic_code}", 200),
        message=notice.mail.message_id,
        proven=True,
    )


def _complained(notice: Notice) -> Arrival:
    people = _addresses(notice.complaint.complained_recipients)
    return Bounced(addresses=people, reason="called it spam", message=notice.mail.message_id, proven=True)


def _addresses(people: list[Person]) -> tuple[str, ...]:
    return tuple(known for each in people if (known := address(each.email_address)))
