"""What a card says, in words: alerts are often nothing else.

Adaptive cards: https://adaptivecards.io/explorer/ · Connector cards ("MessageCard"):
https://learn.microsoft.com/outlook/actionable-messages/message-card-reference · Hero and thumbnail cards:
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from collections.abc import Iterator
from typing import Any

from ...wire.reading import items, part, words

CARD = "application/vnd.microsoft.card."
CONNECTOR = "application/vnd.microsoft.teams.card."
INSIDE = ("body", "items", "columns", "rows", "cells", "inlines", "facts", "sections")
MAX_LINES, MAX_DEPTH = 200, 12


def card_words(attachment: dict[str, Any]) -> str:
    """The lines of a card, without its buttons and pictures; "" for what is no card."""
    if not words(attachment, "contentType").startswith((CARD, CONNECTOR)):
        return ""
    found = [line for line in _lines(part(attachment, "content"), MAX_DEPTH) if line]
    return "\n".join(found[:MAX_LINES])


def _lines(element: dict[str, Any], depth: int) -> Iterator[str]:
    """An element's own words, and those of what is in it."""
    if words(element, "type") == "RichTextBlock":
        yield "".join(each if isinstance(each, str) else words(each, "text") for each in items(element, "inlines"))
        return
    name, value = words(element, "title") or words(element, "name"), words(element, "value")
    if value:
        yield f"{name}: {value}" if name else value
        return
    title = words(element, "title") or words(element, "activityTitle")
    yield from (title or words(element, "summary"), words(element, "subtitle") or words(element, "activitySubtitle"))
    yield from (words(element, "activityText"), words(element, "text"))
    if depth:
        for each in (part(inner) for field in INSIDE for inner in items(element, field)):
            yield from _lines(each, depth - 1)
