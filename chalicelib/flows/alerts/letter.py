"""The mail of what an agent is told: one for many things, a section a room, with a link that leads into it.

A link opens a page; none does anything by itself, since scanners of mail follow them all.
"""

import html
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from ...desk.alerts import ALERT_THREAD
from ...desk.domains import sendable
from ...desk.markdown_writer import escaped
from ...desk.names import one_line
from ...desk.plain_text import plain
from ...desk.times import HOUR_MS, MINUTE_MS
from ...desk.titles import shortened
from ...desk.workspaces import Agent, Workspace
from .standing import News

GLIMPSE = 600  # characters of a message that are shown
MAX_SUBJECT = 150
STYLE = "font:15px/1.5 -apple-system,Segoe UI,Helvetica,Arial,sans-serif;color:#222"
QUIET = "font-size:12px;color:#777"
CLOCKS = {
    "first": "the first answer",
    "next": "the next answer",
    "update": "a word of how it goes",
    "outcome": "the end",
    "promise": "what was promised",
}


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of one room: a line for each alert, the words of a message, where it leads, and the address at
    which an answer is a note there ("": none)."""

    room: str
    lines: tuple[str, ...]
    words: str
    url: str
    note_to: str = ""


@dataclass(frozen=True, slots=True)
class AlertMail:
    """All that a mail of alerts is made of."""

    sender: str
    agent: Agent
    workspace: Workspace
    sections: tuple[Section, ...]
    reply_to: str
    stop_url: str
    token: str
    at: int
    install: str = ""
    more: int = 0


def line_of(news: News, now: int) -> str:
    """One thing, as a sentence."""
    line = LINES[news.alert.kind](news, now)
    return f"{line} ({news.absent} is away)" if news.absent else line


def words_of(news: News) -> str:
    """The beginning of what was said."""
    return shortened(plain(news.message.text).strip(), GLIMPSE) if news.message else ""


def _speaker(news: News) -> str:
    return (news.message.author.label if news.message else "") or news.by or "Somebody"


def _span(ms: int) -> str:
    hours, minutes = ms // HOUR_MS, max(ms // MINUTE_MS, 1)
    return f"{minutes} min" if hours < 2 else f"{hours} h" if hours < 48 else f"{hours // 24} days"


def _clock(news: News, now: int) -> str:
    what, due = CLOCKS.get(news.alert.clock, "an answer"), news.alert.due
    if due <= now:
        return f"Late: {what} was due {_span(now - due)} ago"
    return f"Due in {_span(due - now)}: {what}"


SEVERAL = (
    "Your answer was refused, and said to nobody: the mail that it answers is about several rooms. Each has an address "
    "there, at which what you write is a note"
)
LINES: dict[str, Callable[[News, int], str]] = {
    "assigned": lambda news, now: f"{news.by or 'Somebody'} put {news.absent or 'you'} on it",
    "mentioned": lambda news, now: f"{_speaker(news)} named {news.absent or 'you'}",
    "segment": lambda news, now: f"New: {_speaker(news)} asks",
    "late_soon": _clock,
    "late": _clock,
    "answered": lambda news, now: f"{_speaker(news)} wrote",
    "refused": lambda news, now: (
        "An answer to such a mail was refused, and said to nobody: it does not prove your address"
    ),
    "several": lambda news, now: SEVERAL,
    "undelivered": lambda news, now: "An answer did not get through",
}


def subject_of(sections: tuple[Section, ...], more: int) -> str:
    """What it is about, and how much else."""
    first, others = sections[0], sum(len(each.lines) for each in sections) - 1 + more
    about = one_line(f"{first.room}: {first.lines[0]}", MAX_SUBJECT)
    return f"{about} (and {others} more)" if others else about


def composed(mail: AlertMail) -> bytes:
    """The raw mail. It says that a machine wrote it, so that nothing answers by itself (RFC 3834), and how to stop it
    with one click that is a POST (RFC 8058)."""
    found = EmailMessage(policy=SMTP)
    name = one_line(f"Parley ({mail.workspace.name})".replace('"', "'"), 80)
    found["From"] = Address(name, addr_spec=mail.sender)
    found["To"] = Address(one_line(mail.agent.name.replace('"', "'"), 80), addr_spec=sendable(mail.agent.email))
    if mail.reply_to:
        found["Reply-To"] = Address(name, addr_spec=mail.reply_to)
    found["Subject"] = subject_of(mail.sections, mail.more)
    found["Date"] = formatdate(mail.at / 1000)
    found["References"] = f"<{ALERT_THREAD}{mail.token}@{mail.sender.rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if mail.install:  # by which a bounce finds its workspace
        found["X-Parley-Install"] = mail.install
        found["X-SES-MESSAGE-TAGS"] = f"install={mail.install}"
    if mail.stop_url:
        found["List-Unsubscribe"] = f"<{mail.stop_url}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    found.set_content(_text(mail), cte="quoted-printable")
    found.add_alternative(_html(mail), subtype="html", cte="quoted-printable")
    return found.as_bytes()


def markdown_of(sections: tuple[Section, ...], more: int) -> str:
    """The same as a text for a chat (CommonMark)."""
    parts = []
    for each in sections:
        name = escaped(one_line(each.room, MAX_SUBJECT))
        head = f"[{name}]({each.url})" if each.url else name
        lines = "\n".join(f"- {escaped(line)}" for line in each.lines)
        words = "\n".join(f"> {escaped(line)}" for line in each.words.splitlines() if line)
        parts.append(f"**{head}**\n\n{lines}\n\n{words}".strip())
    return "\n\n".join([*parts, *([f"And {more} more."] if more else [])])


def _footer(mail: AlertMail) -> str:
    if len(mail.sections) == 1 and mail.sections[0].note_to:
        return "Answer this mail to leave a note: colleagues see it, the customer does not."
    return "Nobody reads answers to this mail."


def _text(mail: AlertMail) -> str:
    parts = []
    for each in mail.sections:
        note = f"\nLeave a note: {each.note_to}" if each.note_to and len(mail.sections) > 1 else ""
        words = "".join(f"> {line}\n" for line in each.words.splitlines())
        parts.append(f"{each.room}\n{chr(10).join(each.lines)}\n{words}{each.url}{note}")
    more = f"\n\nAnd {mail.more} more." if mail.more else ""
    stop = f"\nHow you are told, or not by mail any more: {mail.stop_url}" if mail.stop_url else ""
    return "\n\n".join(parts) + f"{more}\n\n-- \n{_footer(mail)}{stop}\n"


def _html(mail: AlertMail) -> str:
    parts = "".join(_section(each, len(mail.sections) > 1) for each in mail.sections)
    more = f"<p>And {mail.more} more.</p>" if mail.more else ""
    stop = f' · <a href="{html.escape(mail.stop_url)}">How you are told</a>' if mail.stop_url else ""
    return f'<div style="{STYLE}">{parts}{more}<p style="{QUIET}">{html.escape(_footer(mail))}{stop}</p></div>\n'


def _section(each: Section, several: bool) -> str:
    lines = "<br>".join(html.escape(line) for line in each.lines)
    words = f"<blockquote>{html.escape(each.words).replace(chr(10), '<br>')}</blockquote>" if each.words else ""
    room = html.escape(one_line(each.room, 200))
    link = f'<a href="{html.escape(each.url)}">{room}</a>' if each.url else room
    note = f' · <a href="mailto:{html.escape(each.note_to)}">Leave a note</a>' if each.note_to and several else ""
    return f"<p><b>{link}</b>{note}<br>{lines}</p>{words}"
