"""What a message shows, whichever of its parts has the words: `text`, blocks, attachments (ADR 111).

Where there are blocks, Slack shows them and not `text`, which is but what a notification says
(https://docs.slack.dev/messaging/formatting-message-text). Attachments are shown besides: an app's words, tables of
people, messages that somebody forwarded; also previews of links, which nobody said.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...desk.commonmark import Block, Paragraph, Quote, Run, Table
from ...desk.commonmark import read as read_markdown
from ...desk.markdown_writer import written
from ...desk.plain_text import one_line
from ...wire.reading import items, part
from ...wire.reading import words as text
from .rich_text import Reader, joined, link, paragraphs
from .text import blocks_of

MAX_ATTACHMENTS, MAX_DEPTH, MAX_BLOCKS = 20, 8, 200
MUTE = frozenset({"actions", "button", "call", "context_actions", "divider", "file", "icon_button"})  # they say nothing
TITLES = ("title", "subtitle", "caption", "description")  # what some blocks have as texts of their own
ASKED = ("placeholder", "confirm")  # what a form says before anybody has said something
PREVIEW = ("from_url", "original_url", "app_unfurl_url", "is_app_unfurl", "is_msg_unfurl")
NO_WORDS = frozenset({"[no preview available]", ""})  # what Slack has for a fallback where there is none


def shown(message: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The words as ours, and the people in them by the marks that stand for them."""
    page = _Page(message)
    return written(page.read()), page.reader.mentions


def forwarded(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Messages that somebody forwarded: Slack tells them as attachments."""
    return [each for each in _attachments(message) if each.get("is_share") is True]


def _attachments(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [part(each) for each in items(message, "attachments")[:MAX_ATTACHMENTS]]


class _Page:
    def __init__(self, message: Mapping[str, Any]) -> None:
        self.message, self.reader = message, Reader(message)

    def read(self) -> list[Block]:
        body = self.every(items(self.message, "blocks")) or self.mrkdwn(text(self.message, "text"))
        own = [block for each in _attachments(self.message) if not _previewed(each) for block in self.attachment(each)]
        found = [*body, *own, *(block for each in forwarded(self.message) for block in self.passed_on(each))]
        return list(map(_leaning, found)) if text(self.message, "subtype") == "me_message" else found

    def mrkdwn(self, said: str) -> list[Block]:
        blocks, people = blocks_of(said, self.reader.emoji)
        self.reader.mentions |= people
        return blocks

    def every(self, blocks: list[Any]) -> list[Block]:
        """What each of some blocks shows."""
        return [found for block in blocks[:MAX_BLOCKS] for found in self.one(block)]

    def one(self, block: Any) -> list[Block]:
        kind = text(block, "type")
        if kind in MUTE:
            return []
        return READ[kind](self, block) if kind in READ else joined(self.unknown(block, MAX_DEPTH))

    def unknown(self, value: Any, depth: int) -> Iterator[list[Block]]:
        """The words of a block that is none of those that we know, in the order in which they stand."""
        kind = text(value, "type")
        if kind in OBJECTS:
            yield self.said(value)
        elif depth < MAX_DEPTH and (kind in MUTE or kind in READ):
            yield self.one(value)
        elif depth and isinstance(value, list):
            for each in value:
                yield from self.unknown(each, depth - 1)
        elif depth and isinstance(value, dict):
            for name, each in value.items():
                if name in TITLES and isinstance(each, str):
                    yield _plain(each)
                elif name not in ASKED:
                    yield from self.unknown(each, depth - 1)

    def said(self, value: Any) -> list[Block]:
        """A text object, or rich text."""
        if text(value, "type") == "rich_text":
            return self.reader.blocks(value)
        if text(value, "type") == "raw_number":
            return _plain(text(value, "text") or str(value.get("value", "")))
        return self.mrkdwn(text(value, "text")) if text(value, "type") == "mrkdwn" else _plain(text(value, "text"))

    def section(self, block: Any) -> list[Block]:
        parts = [part(block, "text"), *items(block, "fields")]
        return joined(map(self.said, parts))

    def header(self, block: Any) -> list[Block]:
        line = one_line(self.said(part(block, "text")))
        return [Paragraph((tuple(run._replace(marks=run.marks | {"strong"}) for run in line),))] if line else []

    def context(self, block: Any) -> list[Block]:
        parts = [
            _plain(text(each, "alt_text")) if text(each, "type") == "image" else self.said(each)
            for each in items(block, "elements")
        ]
        line = one_line(block for blocks in parts for block in blocks)
        return [Paragraph((line,))] if line else []

    def image(self, block: Any) -> list[Block]:
        name = text(block, "title", "text") or text(block, "title") or text(block, "alt_text")
        return _linked(text(block, "image_url") if name else "", name)

    def video(self, block: Any) -> list[Block]:
        name = text(block, "title", "text") or text(block, "alt_text")
        url = text(block, "title_url") or text(block, "video_url")
        return joined([_linked(url, name), self.said(part(block, "description"))])

    def markdown(self, block: Any) -> list[Block]:
        return list(read_markdown(text(block, "text")))

    def table(self, block: Any) -> list[Block]:
        rows = [row for row in items(block, "rows") if isinstance(row, list)]
        found = tuple(tuple(one_line(joined(self.unknown(cell, MAX_DEPTH))) for cell in row) for row in rows)
        return [*_plain(text(block, "caption")), *([Table(found)] if any(found) else [])]

    def source(self, block: Any) -> list[Block]:
        return _linked(text(block, "url"), text(block, "text"))

    def rich_text(self, block: Any) -> list[Block]:
        return self.reader.blocks(block)

    def attachment(self, each: dict[str, Any]) -> list[Block]:
        """What an app, or a person's table, says in an attachment."""
        url, title = text(each, "title_link"), text(each, "title")
        found = [
            self.mrkdwn(text(each, "pretext")),
            _linked(url, title) if url and title else self.mrkdwn(title),
            self.every(items(each, "blocks")) or self.mrkdwn(text(each, "text")),
            *map(self.field, items(each, "fields")),
        ]
        fallback = text(each, "fallback")
        return joined(found) or self.mrkdwn("" if fallback in NO_WORDS else fallback)

    def field(self, field: Any) -> list[Block]:
        name, value = self.mrkdwn(text(field, "title")), self.mrkdwn(text(field, "value"))
        if not (name and value and isinstance(value[0], Paragraph)):
            return [*name, *value]
        head = Paragraph(((*one_line(name), Run(": "), *value[0].lines[0]), *value[0].lines[1:]))
        return [head, *value[1:]]

    def passed_on(self, each: dict[str, Any]) -> list[Block]:
        """What was forwarded from elsewhere in Slack, as a quote."""
        parts = [block for inner in items(each, "message_blocks") for block in items(inner, "message", "blocks")]
        said = self.every(parts or items(each, "blocks")) or self.mrkdwn(text(each, "text") or text(each, "fallback"))
        head = _plain(f"Forwarded from {text(each, 'author_name') or 'elsewhere'}:")
        return [Quote(tuple(joined([head, said])))] if said else []


OBJECTS = ("rich_text", "mrkdwn", "plain_text", "raw_text", "raw_number")
READ: dict[str, Callable[[_Page, Any], list[Block]]] = {
    "section": _Page.section,
    "header": _Page.header,
    "context": _Page.context,
    "image": _Page.image,
    "video": _Page.video,
    "markdown": _Page.markdown,
    "table": _Page.table,
    "data_table": _Page.table,
    "rich_text": _Page.rich_text,
    "url": _Page.source,
}


def _leaning(block: Block) -> Block:
    """What somebody says of themselves (`/me`), as Slack shows it."""
    if not isinstance(block, Paragraph):
        return block
    return block._replace(
        lines=tuple(tuple(run._replace(marks=run.marks | {"em"}) for run in line) for line in block.lines)
    )


def _plain(said: str) -> list[Block]:
    return paragraphs([Run(said)])


def _linked(url: str, name: str) -> list[Block]:
    return paragraphs([link(url, name)]) if url or name else []


def _previewed(each: dict[str, Any]) -> bool:
    """A forwarded message, which is shown as one, or the preview of a link, which the words have."""
    return each.get("is_share") is True or any(each.get(name) for name in PREVIEW)
