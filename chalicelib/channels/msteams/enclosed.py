"""What a message of Teams holds besides its words: messages that it answers or passes on, cards, code, files.

Attachments are those of Microsoft Graph's chatMessageAttachment and of the Bot Framework; in the words stands a
placeholder for each. A file in a channel has nothing but that: a bot is told an id alone.

https://learn.microsoft.com/graph/api/resources/chatmessageattachment
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
"""

import re
from collections.abc import Callable
from typing import Any

from ...desk.arrivals import File
from ...desk.commonmark import Code
from ...desk.errors import Malformed
from ...desk.markdown_writer import escaped_words, written
from ...desk.strict_json import loads_object
from ...wire.reading import items, part, words
from .cards import CARD, card_words, code_words
from .text import from_html, from_plain

Body = dict[str, Any]

HTML = "text/html"
DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
PLACEHOLDER = re.compile(
    r"<attachment\b[^<>]*?\bid=[\"']?([^\"'<>\s]{1,200})[^<>]*>(?:\s*</attachment>)?", re.IGNORECASE
)
QUOTED = re.compile(r"<quoted\b[^<>]*>(?:\s*</quoted>)?", re.IGNORECASE)
LOOP_PAGE = re.compile(r"https://[^\s()<>]+")
SORTS = {"image": "picture", "audio": "recording", "video": "video"}  # what a file without a name is called
MAX = 20


def without_placeholders(text: str) -> str:
    """The words alone."""
    return QUOTED.sub("", PLACEHOLDER.sub("", text))


def attachments(body: Body) -> list[Body]:
    """Those that are ones; what is told of each may be JSON in a text."""
    return [_opened(each) for each in items(body, "attachments")[:MAX] if isinstance(each, dict)]


def _opened(attachment: Body) -> Body:
    content = attachment.get("content")
    if words(attachment, "contentType") == HTML or not isinstance(content, str):
        return attachment
    try:
        return attachment | {"content": loads_object(content.encode("utf-8", "surrogatepass"))}
    except Malformed:
        return attachment


def answered(body: Body) -> str:
    """What the message answers, as quotes: it is told as an entity, or as an attachment."""
    replies = [
        part(each, "quotedReply") for each in items(body, "entities")[:MAX] if words(each, "type") == "quotedReply"
    ]
    quotes = [_quote(words(each, "senderName"), from_plain(words(each, "preview"))) for each in replies]
    for each in attachments(body):
        if words(each, "contentType") == "messageReference":
            content = part(each, "content")
            quotes.append(_quote(_sender(content, "messageSender"), from_plain(words(content, "messagePreview"))))
    return "\n\n".join(filter(None, quotes))


def enclosed(body: Body, link: str) -> str:
    """What stands under the words: cards, code, what was passed on. `link` leads to the message."""
    shown = (_shown(words(each, "contentType"), each, link) for each in attachments(body))
    return "\n\n".join(filter(None, shown))


def _shown(type_: str, attachment: Body, link: str) -> str:
    read = READERS.get(type_)
    return read(attachment, link) if read else card_words(attachment)


def _quote(name: str, text: str) -> str:
    return _quoted([*([f"**{escaped_words(name)}**", ""] if name else []), text]) if text else ""


def _quoted(lines: list[str]) -> str:
    return "\n".join(f"> {line}".rstrip() for line in "\n".join(lines).split("\n"))


def _sender(content: Body, field: str) -> str:
    kinds = ("user", "application", "device")
    return next((name for kind in kinds if (name := words(content, field, kind, "displayName"))), "")


def _passed_on(attachment: Body, link: str) -> str:
    """A message that was forwarded; its words are HTML."""
    content = part(attachment, "content")
    said = words(content, "originalMessageContent") or words(content, "body", "content")
    text = from_html(without_placeholders(said)) or from_plain(words(content, "messagePreview"))
    name = _sender(content, "originalMessageSender") or "elsewhere"
    return _quoted([f"Forwarded from {escaped_words(name)}:", text]) if text else ""


def _snippet(attachment: Body, link: str) -> str:
    """Code that was put there as an attachment; where its words are told elsewhere, where that is."""
    content = part(attachment, "content")
    name = escaped_words(words(content, "name") or words(attachment, "name"))
    code = Code(code_words(content).strip("\n"), words(content, "language").lower())
    return "\n".join(filter(None, [name, written([code])])) if code.text else f"[{name or 'A code snippet'}]({link})"


def _loop(attachment: Body, link: str) -> str:
    """A component of Loop: its words live in a file."""
    url = words(attachment, "content", "componentUrl") or words(attachment, "contentUrl")
    name = escaped_words(words(attachment, "name") or words(attachment, "content", "name"))
    return f"[{name or 'A Loop component'}]({url if LOOP_PAGE.fullmatch(url) else link})"


READERS: dict[str, Callable[[Body, str], str]] = {
    "forwardedMessageReference": _passed_on,
    f"{CARD}codesnippet": _snippet,
    f"{CARD}fluid": _loop,
    f"{CARD}fluidEmbedCard": _loop,
}


def files(body: Body, link: str) -> tuple[File, ...]:
    """Files of a chat, pictures, and those of which nothing but a place in the words is told: `link` leads there."""
    there = attachments(body)
    known = [found for each in there if (found := _file(each))]
    places = {place for each in there if words(each, "contentType") == HTML for place in _places(each)}
    places |= set(PLACEHOLDER.findall(words(body, "text")))
    named = places & {words(each, "id") for each in there}
    unnamed = sum(words(each, "contentType") != HTML and not words(each, "id") for each in there)
    left = len(places - named) - unnamed
    if left > 0:
        known.append(File(name=f"{left} files in Teams" if left > 1 else "A file in Teams", type="", link=link))
    return tuple(known)


def _places(attachment: Body) -> list[str]:
    return PLACEHOLDER.findall(words(attachment, "content"))


def _file(attachment: Body) -> File | None:
    type_, name, url = (words(attachment, field) for field in ("contentType", "name", "contentUrl"))
    if type_ == DOWNLOAD:
        content = part(attachment, "content")
        kind = words(content, "fileType")
        source = words(content, "downloadUrl")
        return File(name=name or f"file.{kind or 'bin'}", type="application/octet-stream", url=source, link=url)
    if type_ == "reference" and url.startswith("https://"):  # where it is, to people who may see it there
        return File(name=name or "A file in Teams", type="", link=url)
    if type_.startswith(("image/", "audio/", "video/")) and url.startswith(("https://", "http://")):
        kind = "" if type_.endswith("*") else type_
        sort, _, ending = (kind or "image/png").partition("/")
        return File(name=name or f"{SORTS[sort]}.{ending}", type=kind or "image/png", url=url)
    return None
