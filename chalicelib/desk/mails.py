"""Mails between people and rooms: who is written to, and what a mail that leaves says."""

import re
from collections.abc import Iterable
from typing import Literal

from .ids import derived
from .record import Part, Record

TOKEN = 16  # bytes of chance in a way into a room: nobody guesses one
# What mailers put before the subject of an answer, and of what is passed on, in every language in which they do.
_REPLY = (
    r"re(?:\s?\^\s?\d+)?|aw|antw(?:ort)?|sv|vs|odp|ynt|yan|cevap|r|rif|res|rép|bls|balas|vá|válasz|ats|atb|"
    r"vast|svar|απ|σχετ|ответ|отв|на|відп|відповідь|отг|rsp|atsakymas|trl|trả lời|回复|回覆|答复|答覆|返信|"
    r"회신|답장|رد|השב|"
    r"תגובה|ตอบกลับ|ตอบ|पुनः"
)
_FORWARD = (
    r"fwd?|wg|wtr|tr|rv|reenv|vb|vl|enc|encam|i|doorst|pd|prz|ilt|i̇lt|πρθ|пересл|пер|перен|tov|továbbítás|přep|"
    r"pret|proslj|trs|chuyển tiếp|pārs|persk|edast|áfr|转发|转寄|轉寄|轉發|転送|전달|إعادة توجيه|تحويل|הועבר|העברה|"
    r"ส่งต่อ|अग्रे"
)
_PREFIX = re.compile(
    rf"\s*(?:(?P<reply>{_REPLY})|(?P<forward>{_FORWARD}))\s*(?:[\[(]\d+[\])])?\s*[:：]\s*", re.IGNORECASE
)


class Correspondent(Record, frozen=True):
    """Somebody who is written to about a room. `token` stands in the address that they answer to. `sent_n` is the last
    change that they were told of, at `sent_at`, `last_id` the last mail between us (their Message-ID or ours). A
    visitor's address is `proven` once a mail from it passed the receiving server's checks, or somebody of the same
    company wrote to it, too. `had` are the latest messages that they got by mail without us."""

    room: str
    install: str
    person: str
    workspace: str
    kind: Literal["user", "visitor"]
    address: str
    token: str
    created_at: int
    name: str = ""
    proven: bool = False
    muted: bool = False
    sent_n: int = 0
    sent_at: int = 0
    had: tuple[int, ...] = ()
    last_id: str = ""


class ReturnAddress(Record, frozen=True):
    """Where a token leads: one person's way into one room, or with no `person` anybody's who may speak there. With
    `agent` the person is one, who was told of the room: what they answer is a note, and without a room is refused."""

    token: str
    workspace: str
    install: str
    room: str
    person: str
    agent: bool = False


class RoomAddress(Record, frozen=True):
    """The token of a room's own address at an install."""

    room: str
    install: str
    workspace: str
    token: str


class MailAddress(Record, frozen=True):
    """A claim: mails to `address` are for that install. One everywhere, since SES takes the mails of a whole "
    "domain."""

    address: str
    workspace: str
    install: str


class Mailbox(Record, frozen=True):
    """An address that a user of a customer has: mails from it are theirs. `install` is where it wrote to last."""

    workspace: str
    address: str
    customer: str
    user: str
    install: str = ""


class Suppression(Record, frozen=True):
    """An address that no mail goes to any more: it bounced, or its owner called a mail of ours spam."""

    workspace: str
    address: str
    reason: str
    at: int


class Line(Part, frozen=True):
    """One message in a mail: who said it, and its Markdown. `links` are its files: name and address."""

    author: str
    text: str
    links: tuple[tuple[str, str], ...] = ()


class Letter(Part, frozen=True):
    """What one mail says. `thread` is an id that every mail of the room names, `answers` the last mail before it."""

    install: str
    sender: str
    sender_name: str
    to: str
    to_name: str
    reply_to: str
    subject: str
    lines: tuple[Line, ...]
    thread: str
    answers: str
    at: int
    mute_url: str = ""


def answers(subject: str, thread: Iterable[str]) -> bool:
    """Whether a mail answers another: it says so in its headers or by its subject, and does not pass one on."""
    found = _PREFIX.match(subject[:100])
    return bool(tuple(thread) or found) and not (found and found["forward"])


def bare_subject(subject: str) -> str:
    """A subject without what mailers put before it."""
    while found := _PREFIX.match(subject[:100]):
        subject = subject[found.end() :]
    return subject.strip()


def tokened(address: str, token: str) -> str:
    """An address with a token in it, as `support+token@…`."""
    local, _, domain = address.partition("@")
    return f"{local}+{token}@{domain}"


def thread_id(install: str, room: str, address: str) -> str:
    """The id that all mails of a room name in References: so they hold together, whatever SES calls each."""
    return f"{derived('thread', install, room)}@{address.rpartition('@')[2]}"


def original_key(workspace: str, install: str, id_: str) -> str:
    """Where in the bucket a mail lies as it came."""
    return f"mails/{workspace}/{derived('mail', install, id_)}"
