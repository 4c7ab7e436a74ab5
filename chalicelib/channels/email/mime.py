"""A raw mail (RFC 5322, MIME), read so that nothing in it raises: broken ones are common, and people wrote them too.

Python's older policy reads headers as they stand; its newer one raises on some real mails (odd charsets, dates).
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from ...desk.arrivals import File
from ...desk.files import TYPE, safe_name
from ...desk.names import one_line, shown_name
from ...wire import charsets
from ...wire.budget import Budget, fits
from . import flowed, opaque
from .mail import MESSAGE_ID, Checks, Mail, Part, Report, address, plain

MAX_PARTS = 200
MORE = "\n\n… (more parts than are shown; the whole mail is kept)"
DEEPEST = 50  # parts within parts that are looked into: the library calls itself for each
MAX_TOLD = 2000  # characters of what a part says of itself: the library looks at all of it for each `;`
# Signs of an address list for which the library calls itself: comments, groups, literals.
NESTING, MAX_NESTING = "(:[", 50
BOUNDARY = re.compile(
    rb"""^--(?P<end>[^\r\n]{1,200}+)\r?$|boundary\s{0,9}=\s{0,9}"?(?P<begin>[^\s";]{1,200}+)""", re.M | re.I
)
INNER = re.compile(rb"^content-type:\s{0,99}message/", re.M | re.I)
WRITTEN = re.compile(r"""(?<![^\s@<>()\[\]",;:\\])[^\s@<>()\[\]",;:\\]{1,64}@[^\s@<>()\[\]",;:\\]{1,255}""")
# What proves a mail's text, and says nothing.
SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
OPAQUE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
WINMAIL = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
ENCRYPTED = "multipart/encrypted"  # OpenPGP (RFC 3156)
UNREADABLE = "(This mail is encrypted, and cannot be read here.)"
REACTION = "text/vnd.google.email-reaction+json"
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-forwarded-to", "x-envelope-to")


class _AsWritten(Compat32):
    """Headers that are written as they are read (RFC 6532), or in a charset that nobody tells, not as encoded words."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        shown = value[:MAX_TOLD] if name.lower().startswith("content-") else value
        return charsets.text(str(shown).encode("utf-8", "surrogateescape"), "")


def read(raw: bytes, **besides: Any) -> Mail:
    """The mail; `told` is what the provider says beside it (checks, envelope)."""
    message = _read(raw)
    headers = _headers(message)
    bodies = _Bodies()
    for seen, part in enumerate(_leaves(message)):
        if seen == MAX_PARTS:
            bodies.texts.append(MORE)
            break
        bodies.take(part)
    name, sender = sender_of(headers.get("from", []))
    also = besides.pop("recipients", ())
    values: dict[str, Any] = {
        "headers": headers,
        "sender": sender,
        "sender_name": name,
        "recipients": tuple(dict.fromkeys([*map(address, also), *addresses(headers, *RECIPIENTS)])),
        "subject": one_line(next(iter(headers.get("subject", [])), ""), 500),
        "at": moment(next(iter(headers.get("date", [])), "")),
        "text": plain("\n\n".join(filter(None, ["\n".join(bodies.texts), UNREADABLE if bodies.encrypted else ""]))),
        "html": "\n".join(bodies.htmls),
        "parts": tuple(bodies.parts),
        "calendar": bodies.calendar,
        "reaction": bodies.reaction,
        "reports": reports(message),
        "kinds": frozenset(part.get_content_type() for part in message.walk()),
        "original": raw,
    }
    return Mail(**(values | besides))


def _read(raw: bytes) -> Message:
    """Its headers and parts; of one with more parts within parts than anybody makes, the body is one plain text."""
    if _depth(raw) > DEEPEST:
        return BytesHeaderParser(policy=_AsWritten()).parsebytes(raw)
    return message_from_bytes(raw, policy=_AsWritten())


def _depth(raw: bytes) -> int:
    """How deep its parts nest at most."""
    opened: list[bytes] = []
    most = 0
    for found in BOUNDARY.finditer(raw):
        if found["begin"]:
            opened.append(found["begin"])
            most = max(most, len(opened))
        elif opened and found["end"].rstrip() == opened[-1] + b"--":
            opened.pop()
    return most + len(INNER.findall(raw))


def _headers(message: Message) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in message.items():
        # Addresses are read before their names are decoded: a name may hold what looks like an address.
        text = str(value)
        kept = text if name.lower() in ("from", "sender", "reply-to", *RECIPIENTS) else charsets.header(text)
        found.setdefault(name.lower(), []).append(kept.replace("\r", "").replace("\n", ""))
    return found


def sender_of(values: list[str]) -> tuple[str, str]:
    """Name and address of the one author; no address where there are several, or none that can be read."""
    found = [(name, known) for name, text in _listed(values) if (known := address(text))]
    if len(found) != 1 or len(values) != 1:
        return shown_name(charsets.header(values[0])) if values else "", ""
    return shown_name(charsets.header(found[0][0])), found[0][1]


def _listed(values: list[str]) -> list[tuple[str, str]]:
    """Names and addresses; the addresses alone where somebody nests what nobody nests."""
    if fits("".join(values), NESTING, Budget(marks=MAX_NESTING, size=10**7)):
        return getaddresses(values)
    return [("", found) for value in values for found in WRITTEN.findall(value)]


def addresses(headers: dict[str, list[str]], *names: str) -> tuple[str, ...]:
    """The addresses in those headers."""
    values = [value for name in names for value in headers.get(name, ())]
    return tuple(dict.fromkeys(known for _, text in _listed(values) if (known := address(text))))


def moment(date: str) -> int:
    """A mail's date in ms; 0 where it cannot be read."""
    try:
        return max(0, int(parsedate_to_datetime(date).timestamp() * 1000))
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, but for mails inside the mail, which are files."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.is_multipart() and part.get_content_maintype() != "message" and part.get_content_type() != ENCRYPTED:
            waiting += [each for each in part.get_payload() if isinstance(each, Message)][::-1]
        elif part.get_content_type() in OPAQUE and (inner := opaque.signed_content(_content(part))):
            waiting.append(_read(inner))
        else:
            yield part


class _Bodies:
    """What a mail's parts add up to."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.htmls: list[str] = []
        self.parts: list[Part] = []
        self.calendar = ""
        self.reaction = ""
        self.encrypted = False

    def take(self, part: Message) -> None:
        type_, content = part.get_content_type(), _content(part)
        if type_ in SIGNATURES:
            return
        if type_ == ENCRYPTED or type_ in OPAQUE and opaque.is_encrypted(content):
            self.encrypted = True
            return
        name = _filename(part)
        if (type_ in WINMAIL or name.lower() == "winmail.dat") and (found := opaque.unwrapped(content)):
            self.unwrap(found)
            return
        disposition = str(part.get("content-disposition", "")).lower()
        # Some mailers name the text itself: it is a file only if they say so, or where there is a text already.
        first = not (self.htmls if type_ == "text/html" else self.texts) and type_ in ("text/plain", "text/html")
        attached = "attachment" in disposition or bool(name) and not first
        if type_ == "text/calendar":
            self.calendar = self.calendar or _text(part, content)[:20_000]
            attached = True
        if not attached and (type_ == "text/plain" or type_.startswith("multipart/")):  # one without its boundary
            self.texts.append(flowed.joined(_text(part, content), _param(part, "format"), _param(part, "delsp")))
        elif not attached and type_ == "text/html":
            self.htmls.append(_text(part, content))
        elif type_ == REACTION:
            self.reaction = flowed.emoji(content)
        elif content and type_ not in ("message/delivery-status", "text/rfc822-headers"):
            self.parts.append(Part(file_of(name or _named(part, type_), type_, content), _cid(part)))

    def unwrap(self, found: opaque.Unwrapped) -> None:
        """Take what Exchange wrapped: its text only where there is no other."""
        if not any(text.strip() for text in self.texts + self.htmls):
            text, page = found.text and charsets.text(found.text, ""), found.page
            html = charsets.decoded(page, charsets.of_page(page)) if page else ""
            if found.rich and not html:
                from . import rtf

                said, is_page = rtf.read(rtf.unpacked(found.rich))
                text, html = (text, said) if is_page else (text or said, "")
            self.texts += [text] if text else []
            self.htmls += [html] if html else []
        for name, content, id_ in found.files:
            file = file_of(charsets.text(name, "") or "file", "application/octet-stream", content)
            self.parts.append(Part(file, charsets.text(id_, "").strip("<>")[:200]))


def file_of(name: str, type_: str, content: bytes) -> File:
    """A file whose name and type are safe to keep."""
    type_ = type_.partition(";")[0].strip().lower()
    return File(name=safe_name(name), type=type_ if TYPE.match(type_) else "application/octet-stream", content=content)


def _content(part: Message) -> bytes:
    if part.get_content_maintype() == "message" and part.is_multipart():
        inner = [each for each in part.get_payload() if isinstance(each, Message)]
        return b"\n\n".join(_bytes(each) for each in inner)
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = None
    return content if isinstance(content, bytes) else b""


def _bytes(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError, KeyError):
        return str(message.get("subject", "")).encode("utf-8", "replace")


def _text(part: Message, content: bytes) -> str:
    charset = _param(part, "charset")
    if part.get_content_type() == "text/html" and charset.lower() in ("", "us-ascii"):
        charset = charsets.of_page(content) or charset
    return charsets.decoded(content, charset)


def _param(part: Message, name: str) -> str:
    """A parameter of the part's type; nothing where it cannot be read."""
    try:
        value = part.get_param(name) or ""
    except (ValueError, LookupError):
        return ""
    return value[2] if isinstance(value, tuple) else str(value)


def _filename(part: Message) -> str:
    try:
        return charsets.header(part.get_filename() or "")
    except (ValueError, LookupError, TypeError):
        return "file"


def _named(part: Message, type_: str) -> str:
    inner = part.get_payload()
    if type_ == "message/rfc822" and isinstance(inner, list) and isinstance(inner[0], Message):
        return (one_line(charsets.header(str(inner[0].get("subject", ""))), 80) or "mail") + ".eml"
    endings = {"text/calendar": "invitation.ics", "image/png": "image.png", "image/jpeg": "image.jpg"}
    return endings.get(type_, "file")


def _cid(part: Message) -> str:
    return str(part.get("content-id", "")).strip().strip("<>")[:200]


def reports(message: Message) -> tuple[Report, ...]:
    """What a delivery status notification (RFC 3464) or a complaint (RFC 5965) says, of each recipient."""
    if message.get_content_type() != "multipart/report":
        return ()
    fields, about = [], ""
    kind = "complaint" if "feedback-report" in str(message.get("content-type", "")).lower() else "bounce"
    for part in message.walk():
        type_ = part.get_content_type()
        if type_ in ("message/delivery-status", "message/feedback-report"):
            inner = part.get_payload()
            fields += [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []
        elif type_ == "message/disposition-notification":
            kind = "receipt"
        elif type_ in ("message/rfc822", "text/rfc822-headers") and not about:
            lines = _content(part).decode("latin-1").splitlines()[:300]
            ids = [line for line in lines if line.lower().startswith("message-id:")]
            about = next(iter(MESSAGE_ID.findall(ids[0])), "") if ids else ""
    return tuple(_report(kind, each, about) for each in fields if _recipient(each)) or (Report(kind, message=about),)


def _recipient(fields: Message) -> str:
    value = str(
        fields.get("original-recipient") or fields.get("final-recipient") or fields.get("original-rcpt-to") or ""
    )
    return address(value.rpartition(";")[2])


def _report(kind: str, fields: Message, about: str) -> Report:
    return Report(
        kind=kind,
        recipient=_recipient(fields),
        action=str(fields.get("action", "")).strip().lower(),
        status=str(fields.get("status", "")).strip()[:20],
        detail=one_line(str(fields.get("diagnostic-code", "")), 200),
        message=about,
    )


def checks_of(headers: dict[str, list[str]], envelope_from: str, checks: Checks) -> Checks:
    """The checks, where SPF's domain and DKIM's were not told: those that the mail names itself."""
    if checks.dkim and not checks.dkim[0][1]:
        tags = [tag.strip() for value in headers.get("dkim-signature", ()) for tag in value.split(";")]
        domains = [tag[2:].strip().lower() for tag in tags if tag.startswith("d=")]
        # One result for several signatures tells of none of them which passed.
        result = checks.dkim[0][0]
        dkim = ((result, domains[0]),) if len(domains) == 1 else ()
        checks = Checks(checks.dmarc, checks.spf, checks.spf_domain, dkim)
    if checks.spf and not checks.spf_domain:
        checks = Checks(checks.dmarc, checks.spf, address(envelope_from).rpartition("@")[2], checks.dkim)
    return checks
