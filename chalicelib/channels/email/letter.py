"""A mail that leaves: headers that nothing breaks out of, the Markdown as text and as harmless HTML, a quiet footer."""

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from ...desk.commonmark import new_parser
from ...desk.mails import Letter, Line
from ...desk.names import one_line
from ...desk.plain_text import plain, with_blanks

FOOTER = "Answer this mail to answer in the conversation."
STYLE = "font:15px/1.5 -apple-system,Segoe UI,Helvetica,Arial,sans-serif;color:#222"
QUIET = "font-size:12px;color:#777;border-top:1px solid #ddd;margin-top:2em;padding-top:.7em"
MAX_SUBJECT = 200


def compose(letter: Letter) -> bytes:
    """The raw mail, lines ending in CRLF."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _named(letter.sender_name, letter.sender)
    mail["To"] = _named(letter.to_name, letter.to)
    mail["Reply-To"] = _named(letter.sender_name, letter.reply_to)
    mail["Subject"] = one_line(letter.subject, MAX_SUBJECT) or "A message for you"
    mail["Date"] = format_datetime(datetime.fromtimestamp(letter.at / 1000, UTC))
    answers = _id(letter.answers)
    if answers:
        mail["In-Reply-To"] = answers
    mail["References"] = " ".join(dict.fromkeys([_id(letter.thread), *([answers] if answers else [])]))
    _say_how_to_stop(mail, letter)
    # Machines that answer by themselves are asked not to: RFC 3834 would have us call a person's words automatic.
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail["X-Parley-Install"] = letter.install
    mail["X-SES-MESSAGE-TAGS"] = f"install={letter.install}"
    mail.set_content(_text(letter), cte="quoted-printable")
    mail.add_alternative(_html(letter), subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def _say_how_to_stop(mail: EmailMessage, letter: Letter) -> None:
    """https://www.rfc-editor.org/rfc/rfc8058: one click, by POST, so that no scanner of links does it."""
    if letter.mute_url:
        mail["List-Unsubscribe"] = f"<{letter.mute_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _named(name: str, address: str) -> Address:
    """A name may say anything but end its line; the address has been checked where it came in. An Address, not its
    text: of that the library quotes no sign that is special where the name is not ASCII."""
    return Address(one_line(name.replace('"', "'"), 80), addr_spec=address)


def _id(name: str) -> str:
    """A Message-ID in its brackets; nothing for what could be more than one."""
    return f"<{name}>" if name and name.isascii() and name.isprintable() and not set(name) & set("<> ,;") else ""


def _text(letter: Letter) -> str:
    said = "\n\n".join(_said(line, len(letter.lines) > 1) for line in letter.lines)
    mute = f"\nMute it: {letter.mute_url}" if letter.mute_url else ""
    return f"{said}\n\n-- \n{FOOTER}{mute}\n"


def _said(line: Line, several: bool) -> str:
    head = f"{one_line(line.author, 80)} wrote:\n\n" if several else ""
    files = "".join(f"\n\n{one_line(name, 120)}: {url}" for name, url in line.links)
    return f"{head}{plain(line.text, links=True)}{files}"


def _html(letter: Letter) -> str:
    said = "".join(_shown(line, len(letter.lines) > 1) for line in letter.lines)
    mute = f' · <a href="{html.escape(letter.mute_url)}" style="color:#777">Mute it</a>' if letter.mute_url else ""
    return f'<div style="{STYLE}">{said}<p style="{QUIET}">{html.escape(FOOTER)}{mute}</p></div>\n'


def _shown(line: Line, several: bool) -> str:
    head = f"<p><b>{html.escape(one_line(line.author, 80))}</b></p>" if several else ""
    files = "".join(
        f'<p><a href="{html.escape(url)}">{html.escape(one_line(name, 120))}</a></p>' for name, url in line.links
    )
    return f"{head}{rendered(line.text)}{files}"


def rendered(text: str) -> str:
    """Markdown as HTML, with no HTML of the writer's own, no pictures from elsewhere, links to web and mail alone."""
    markdown = new_parser()
    markdown.validateLink = lambda url: url.strip().lower().startswith(("https://", "http://", "mailto:"))  # type: ignore[method-assign]
    markdown.add_render_rule("text", _words)
    markdown.add_render_rule("image", _picture)
    markdown.add_render_rule("link_open", _link)
    markdown.add_render_rule("link_close", _link)
    return str(markdown.render(text))


# The three are called as markdown-it calls its own rules.
def _words(renderer: Any, tokens: Sequence[Any], place: int, options: Any, env: Any) -> str:  # noqa: PLR0917
    """Words, with the blanks that a page would not show."""
    begins = not place or tokens[place - 1].type in ("softbreak", "hardbreak")
    return html.escape(with_blanks(tokens[place].content, begins=begins))


def _link(renderer: Any, tokens: Sequence[Any], place: int, options: Any, env: Any) -> str:  # noqa: PLR0917
    """The beginning or the end of a link."""
    env["within a link"] = tokens[place].nesting > 0
    return str(renderer.renderToken(tokens, place, options, env))


def _picture(renderer: Any, tokens: Sequence[Any], place: int, options: Any, env: Any) -> str:  # noqa: PLR0917
    """A picture as a link to it, or in a link as its words: nothing is asked for where a mail is read."""
    token = tokens[place]
    words = html.escape(renderer.renderInlineAsText(token.children or [], options, env)) or "image"
    return words if env.get("within a link") else f'<a href="{html.escape(str(token.attrs["src"]))}">{words}</a>'
