"""A mail as every provider's way of telling one is read: plain values, nothing decided yet."""

import re
import unicodedata
from dataclasses import dataclass, field

from ...desk.arrivals import File
from ...desk.domains import ascii_form

ADDRESS = re.compile(r"[^\s@<>()\",;:\\\[\]]{1,64}@([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9][a-z0-9-]{0,62}\Z")
MESSAGE_ID = re.compile(r"<([^<>\s]{1,900})>")
NOBODY = re.compile(
    r"(?:no[._-]?-?reply|do[._-]?not[._-]?reply|dont[._-]?reply|donotreply|noanswer|no[._-]?response|unmonitored|"
    r"keine?[._-]?antwort|ne[._-]?pas[._-]?repondre|noresponder|no[._-]?responder|nao[._-]?responda|mailer|wordpress|"
    r"webmaster|www(?:-data)?|apache|nginx|form(?:s|ular|mail|mailer|submission)?|web[._-]?form|contact[._-]?form|"
    r"notifications?|notify|newsletters?|marketing|bounces?)(?:[+._-].*|\d*)?\Z"
)
MAX_THREAD = 20  # ids of earlier mails that are looked up
MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a mail. `cid` is the id by which its HTML shows it inline."""

    file: File
    cid: str = ""


@dataclass(frozen=True, slots=True)
class Checks:
    """What the receiving server found, in lower case: the results, each with the domain that it is about; `dmarc` is
    about the sender's own."""

    dmarc: str = ""
    spf: str = ""
    spf_domain: str = ""
    dkim: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a bounce or a complaint says: of whom, how it went, about which mail of ours."""

    kind: str
    recipient: str = ""
    action: str = ""
    status: str = ""
    detail: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """`headers` by lower-case name, each in the order in which they stand. `envelope_from` is None if nobody told."""

    headers: dict[str, list[str]]
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""
    at: int = 0
    envelope_from: str | None = None
    parts: tuple[Part, ...] = ()
    checks: Checks = Checks()
    reports: tuple[Report, ...] = ()
    calendar: str = ""
    reaction: str = ""
    original: bytes = b""
    original_type: str = "message/rfc822"
    told_id: str = ""
    told_token: str = ""
    spam: bool = False
    kinds: frozenset[str] = field(default_factory=frozenset)

    def header(self, name: str) -> str:
        """The first of that name, or nothing."""
        return next(iter(self.headers.get(name, ())), "")

    @property
    def message_id(self) -> str:
        """Without its brackets; empty where there is none to go by."""
        value = self.header("message-id").strip()
        found = MESSAGE_ID.search(value)
        return found[1] if found else value if re.fullmatch(r"[^<>\s]{3,900}@[^<>\s@]{1,255}", value) else ""

    @property
    def thread(self) -> tuple[str, ...]:
        """The ids of the mails that this one answers, the nearest first."""
        nearest = MESSAGE_ID.findall(self.header("in-reply-to"))[:3]
        chain = MESSAGE_ID.findall(self.header("references"))[::-1]
        kept = [*chain[: MAX_THREAD - 4], *chain[-1:]]
        return tuple(dict.fromkeys([*nearest, *kept]))


def address(text: str) -> str:
    """An address in lower case, or nothing for what is none."""
    found = text.strip().strip("<>").strip().lower()
    local, _, domain = found.rpartition("@")
    found = f"{local}@{ascii_form(domain)}" if local and not domain.isascii() else found
    return found if len(found) <= 254 and ADDRESS.match(found) else ""


def is_nobody(address_: str) -> bool:
    """Whether nobody reads what is written to it, by its name."""
    return NOBODY.match(address_.partition("@")[0]) is not None


def domain_of(address_: str) -> str:
    """What comes after the @."""
    return address_.rpartition("@")[2]


def plain(text: str) -> str:
    """A body's text: LF, no NUL, no half characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))[:MAX_TEXT]
