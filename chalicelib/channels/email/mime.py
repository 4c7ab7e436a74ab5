"""A raw mail (RFC 5322, MIME), read so that nothing in it raises: broken ones are common, and people wrote them too.

Python's older policy reads headers as they stand; its newer one raises on some real mails (odd charsets, dates).
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, NamedTuple

from ...desk.arrivals import File
from ...desk.files import TYPE, safe_name
from ...desk.names import one_line, shown_name
from ...wire import charsets
from ...wire.budget import Budget, fits
from . import flowed, opaque
from .mail import MESSAGE_ID, Checks, Mail, Part, Report, address, plain
from .renderings import Rendering, added_up

MAX_PARTS = 200
MORE = "\n\n… (more parts than are shown; the whole mail is kept)"
DEEPEST = 50  # parts within parts that are looked into: the library calls itself for each
MAX_TOLD = 2000  # characters of what a part says of itself: the library looks at all of it for each `;`
# Signs of an address list for which the library calls itself: comments, groups, literals.
NESTING, MAX_NESTING = "(:[", 50
BOUNDARY = re.compile(
    rb"""^--(?P<end>[^\r\n]{1,200}+)\r?$|boundary\s{0,9}=\s{0,9}"?(?P<begin>[^\s";]{1,200}+)""", re.M | re.I
)
NO_BASE64, CHUNK = re.compile(rb"[^A-Za-z0-9+/=]"), re.compile(rb"[A-Za-z0-9+/]++={0,2}")
INNER = re.compile(rb"^content-type:\s{0,99}message/", re.M | re.I)
WRITTEN = re.compile(r"""(?<![^\s@<>()\[\]",;:\\])[^\s@<>()\[\]",;:\\]{1,64}@[^\s@<>()\[\]",;:\\]{1,255}""")
# What proves a mail's text, and says nothing.
SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
OPAQUE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
WINMAIL = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
ENCRYPTED = "multipart/encrypted"  # OpenPGP (RFC 3156)
UNREADABLE = "(This mail is encrypted, and cannot be read here.)"
ALTERNATIVE = "multipart/alternative"
KINDS = {"text/plain": "plain", "text/html": "page"}
TOLD = frozenset({"message/delivery-status", "text/rfc822-headers"})  # what a report says of another mail
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
    for seen, leaf in enumerate(_leaves(message)):
        if seen == MAX_PARTS:
            bodies.said.append(Rendering(leaf.of, "plain", MORE))
            break
        bodies.take(leaf)
    if bodies.encrypted:
        bodies.said.append(Rendering(-1, "plain", f"\n{UNREADABLE}"))
    text, page = added_up(bodies.said)
    name, sender = sender_of(headers.get("from", []))
    also = besides.pop("recipients", ())
    values: dict[str, Any] = {
        "headers": headers,
        "sender": sender,
        "sender_name": name,
        "recipients": tuple(dict.fromkeys([*map(address, also), *addresses(headers, *RECIPIENTS)])),
        "subject": one_line(next(iter(headers.get("subject", [])), ""), 500),
        "at": moment(next(iter(headers.get("date", [])), "")),
        "text": plain(text),
        "html": page,
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


class Leaf(NamedTuple):
    """A part that holds something, by the number of what it renders; `one` of several renderings, or all there is."""

    part: Message
    of: int
    one: bool


def _leaves(message: Message) -> Iterator[Leaf]:
    """The parts that hold something, but for mails inside the mail, which are files."""
    waiting = [(message, 0)]
    count = 0
    while waiting:
        part, of = waiting.pop()
        if part.is_multipart() and part.get_content_maintype() != "message" and part.get_content_type() != ENCRYPTED:
            if not of and part.get_content_type() == ALTERNATIVE:
                count = of = count + 1
            waiting += [(each, of) for each in part.get_payload() if isinstance(each, Message)][::-1]
        elif part.get_content_type() in OPAQUE and (inner := opaque.signed_content(_content(part))):
            waiting.append((_read(inner), of))
        else:
            count += not of
            yield Leaf(part, of or count, bool(of) or part is message)


class _Bodies:
    """What a mail's parts add up to."""

    def __init__(self) -> None:
        self.said: list[Rendering] = []
        self.parts: list[Part] = []
        self.calendar = ""
        self.reaction = ""
        self.encrypted = False

    def take(self, leaf: Leaf) -> None:
        part = leaf.part
        type_, content = part.get_content_type(), _content(part)
        if type_ in SIGNATURES:
            return
        if type_ == ENCRYPTED or type_ in OPAQUE and opaque.is_encrypted(content):
            self.encrypted = True
            return
        name = _filename(part)
        if (type_ in WINMAIL or name.lower() == "winmail.dat") and (found := opaque.unwrapped(content)):
            self.unwrap(found, leaf.of)
            return
        disposition = str(part.get("content-disposition", "")).lower()
        # Some mailers name the text itself: it is a file only if they say so, or where there is a text already.
        kind = KINDS.get(type_)
        first = kind is not None and all(each.kind != kind for each in self.said)
        attached = "attachment" in disposition or bool(name) and not first
        if type_ == "text/calendar":
            self.calendar = self.calendar or _text(part, content)[:20_000]
            attached = True
        if not attached and (type_ == "text/plain" or type_.startswith("multipart/")):  # one without its boundary
            joined = flowed.joined(_text(part, content), _param(part, "format"), _param(part, "delsp"))
            self.said.append(Rendering(leaf.of, "plain", joined))
        elif not attached and type_ == "text/html":
            self.said.append(Rendering(leaf.of, "page", _text(part, content)))
        elif type_ == REACTION:
            self.reaction = flowed.emoji(content)
        elif not attached and leaf.one and type_.startswith("text/") and type_ not in TOLD:
            self.said.append(Rendering(leaf.of, "other", _text(part, content)))
        elif content and type_ not in TOLD:
            self.parts.append(Part(file_of(name or _named(part, type_), type_, content), _cid(part)))

    def unwrap(self, found: opaque.Unwrapped, of: int) -> None:
        """Take what Exchange wrapped: its text only where there is no other."""
        if not any(each.text.strip() for each in self.said):
            text, page = found.text and charsets.text(found.text, ""), found.page
            html = charsets.decoded(page, charsets.of_page(page)) if page else ""
            if found.rich and not html:
                from . import rtf

                said, is_page = rtf.read(rtf.unpacked(found.rich))
                text, html = (text, said) if is_page else (text or said, "")
            self.said += [Rendering(of, "plain", text)] if text else []
            self.said += [Rendering(of, "page", html)] if html else []
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
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64" and not part.is_multipart():
        return _unbased(str(part.get_payload()).encode("ascii", "surrogateescape"), part.get_content_maintype())
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = None
    return content if isinstance(content, bytes) else b""


def _unbased(encoded: bytes, kind: str) -> bytes:
    """What is in base64, up to where it is not: gateways put footers under it, some pieces end with padding, and some
    parts only say that they are."""
    lines = encoded.splitlines(keepends=True)
    end = next((at for at, line in enumerate(lines) if not _in_base64(line.strip())), len(lines))
    decoded = b""
    for chunk in CHUNK.findall(NO_BASE64.sub(b"", b"".join(lines[:end]))):
        try:
            decoded += b64decode(chunk + b"=" * (-len(chunk) % 4))
        except ValueError:
            return encoded
    if kind != "text":
        return decoded
    below = b"".join(lines[end:]).strip()
    return decoded + (b"\n" + below if re.search(rb"\w", below) else b"") if decoded else encoded


def _in_base64(line: bytes) -> bool:
    """Whether a line is base64, though some of its signs may be broken."""
    return b" " not in line and len(NO_BASE64.findall(line)) * 4 <= len(line)


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
