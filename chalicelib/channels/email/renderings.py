"""What the texts of a mail add up to: those of an alternative (multipart/alternative) say one thing, others each their
own (ADR 179)."""

import html
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from ...wire.html import tidied, words_of

WORD = re.compile(r"\w+")
SAME = 0.8  # of the words of one are in the other: it says nothing of its own
LITTLE, SEVERAL = 1 / 3, 3


class Rendering(NamedTuple):
    """One text, by the number of what it renders: a plain one, a page, or one in another format."""

    of: int
    kind: Literal["plain", "page", "other"]
    text: str


def added_up(found: Iterable[Rendering]) -> tuple[str, str]:
    """A mail's text and its page, of which either has all words. Where a page says what stands in no text, as above a
    footer that a list or a gateway put there, the whole is a page."""
    said: dict[int, tuple[list[str], list[str], list[str]]] = {}
    for of, kind, text in found:
        plains, pages, others = said.setdefault(of, ([], [], []))
        {"plain": plains, "page": pages, "other": others}[kind].append(text)
    each = [
        ("\n".join(plains if pages or any(map(str.strip, plains)) else plains + others), "\n".join(pages))
        for plains, pages, others in said.values()
    ]
    text = "\n".join(plain for plain, _ in each if plain)
    alone = [page for plain, page in each if not plain.strip() and page.strip()]
    own = "\n".join(page for page in alone if not _says(text, words_of(tidied(page)))) if text.strip() else ""
    if not own:
        return text, "\n".join(page for _, page in each if page)
    pages = [page or as_page(plain) for plain, page in each if page or not _says(words_of(tidied(own)), plain)]
    return "", "\n".join(pages)


def share(text: str, words: str) -> float:
    """How much of those words a text says."""
    asked = set(WORD.findall(words.lower()))
    return len(asked & set(WORD.findall(text.lower()))) / len(asked) if asked else 1


def says_little(text: str, words: str) -> bool:
    """Whether a text cannot be what renders those words: it lacks several, and most."""
    return share(text, words) < LITTLE and len(set(WORD.findall(words.lower()))) >= SEVERAL


def _says(text: str, words: str) -> bool:
    return share(text, words) >= SAME


def as_page(plain: str) -> str:
    """A plain text as one of a page."""
    return f'<div style="white-space: pre-wrap">{html.escape(plain, quote=False)}</div>'
