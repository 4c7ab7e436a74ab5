"""What a card says, in words: alerts are often nothing else.

Adaptive cards: https://adaptivecards.io/explorer/ · Connector cards ("MessageCard"):
https://learn.microsoft.com/outlook/actionable-messages/message-card-reference · Hero and thumbnail cards:
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from collections.abc import Iterator
from typing import Any

from ...desk.commonmark import Code, Line, Table, read
from ...desk.markdown_writer import written
from ...desk.plain_text import one_line
from ...wire.reading import items, part, words
from .text import from_html, from_plain

CARD = "application/vnd.microsoft.card."
CONNECTOR = "application/vnd.microsoft.teams.card."
INSIDE = ("body", "pages", "items", "columns", "rows", "cells", "inlines", "facts", "sections")
NAMES = ("title", "name", "label", "key")  # what a value is called
CODE = ("codeSnippet", "code", "lines", "text", "content")  # what code is called in one kind of card or another
HTML_CARDS = (f"{CARD}hero", f"{CARD}thumbnail")  # their text is HTML; that of all others is Markdown
MAX_LINES, MAX_DEPTH = 200, 12


def card_words(attachment: dict[str, Any]) -> str:
    """The lines of a card, without its buttons and pictures; "" for what is no card."""
    type_ = words(attachment, "contentType")
    if not type_.startswith((CARD, CONNECTOR)):
        return ""
    card = part(attachment, "content")
    if type_ in HTML_CARDS and (text := words(card, "text")):
        card = card | {"text": from_html(text) if "<" in text else from_plain(text)}
    found = [line for line in _lines(card, MAX_DEPTH) if line]
    return "\n".join(found[:MAX_LINES]) or words(card, "fallbackText") or words(card, "speak")


def code_words(element: dict[str, Any]) -> str:
    """The code that an element has, whatever it calls it."""
    return next((code for name in CODE if (code := words(element, name)).strip()), "")


def _lines(element: dict[str, Any], depth: int) -> Iterator[str]:
    """An element's own words, and those of what is in it."""
    kind = words(element, "type")
    if kind == "RichTextBlock":
        yield "".join(each if isinstance(each, str) else words(each, "text") for each in items(element, "inlines"))
    elif kind == "CodeBlock":
        code = code_words(element)
        yield written([Code(code.strip("\n"), words(element, "language").lower())]) if code else ""
    elif kind == "Table":
        yield _table(element, depth)
    elif words(element, "value"):
        name = next((found for field in NAMES if (found := words(element, field))), "").rstrip(" :")
        yield f"{name}: {words(element, 'value')}" if name else words(element, "value")
    else:
        lines = [line for line in _inside(element, depth) if line]
        yield from lines or (_lines(part(element, "fallback"), depth - 1) if depth else ())


def _inside(element: dict[str, Any], depth: int) -> Iterator[str]:
    yield from _titles(element)
    if depth:
        for each in (part(inner) for field in INSIDE for inner in items(element, field)):
            yield from _lines(each, depth - 1)


def _titles(element: dict[str, Any]) -> Iterator[str]:
    title = words(element, "title") or words(element, "activityTitle")
    yield from (title or words(element, "summary"), words(element, "subtitle") or words(element, "activitySubtitle"))
    text = words(element, "text").replace("\r\n", "\n").replace("\r", "\n")  # cards break lines by either
    yield from (words(element, "activityText"), text, words(element, "description"), words(element, "label"))


def _table(element: dict[str, Any], depth: int) -> str:
    """Rows of cells; the first is the head."""
    rows = [tuple(_cell(cell, depth) for cell in items(row, "cells")) for row in items(element, "rows")]
    return f"\n{written([Table(tuple(rows))])}\n" if depth and any(rows) else ""


def _cell(cell: Any, depth: int) -> Line:
    return one_line(read("\n".join(filter(None, _lines(part(cell), depth - 1)))))
