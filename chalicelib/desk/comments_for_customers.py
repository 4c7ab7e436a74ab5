"""Which comment of a tracker may cross to customers, and which waits for an agent's look."""

import re
from collections.abc import Iterable, Sequence

from .issues import Issue, Tracking

MAX_PHRASES = 90  # looked up as names
MARKS = "\"'“”‘’«»()[]{}<>*_`~.,;:!?"


def crossing(tracking: Tracking, text: str) -> str:
    """The part of a comment that may cross to customers; "" if none may."""
    if tracking.comments == "all":
        return text.strip()
    # Made into Markdown, a text has signs of the prefix escaped.
    prefix = "".join(rf"\\?{re.escape(sign)}" for sign in tracking.prefix)
    begun = re.match(rf"\s*{prefix}", text, re.IGNORECASE) if prefix and tracking.comments != "none" else None
    if begun is None:
        return ""
    rest = text[begun.end() :]
    return "" if rest[:1].isalnum() or rest[:1] in ("_", "-") else rest.lstrip(" :,\n").strip()


def held(tracking: Tracking, issue: Issue, names: Sequence[str]) -> str:
    """Why a comment is not told at once though the policy would; "" if it may be. `names` are the customers that it
    names."""
    if tracking.comments == "all" and issue.customers > 1 and not tracking.all_to_many:
        return "several customers are behind the issue"
    return f"it names {', '.join(names)}" if names else ""


def phrases(text: str) -> list[str]:
    """What in a text may be a company's name: up to three words on end, of which the first begins with a capital letter
    or a digit."""
    words = text.split()
    found = []
    for place in range(len(words)):
        for length in (1, 2, 3):
            phrase = " ".join(words[place : place + length]).lstrip(MARKS)
            if phrase[:1].isupper() or phrase[:1].isdigit():
                bare = phrase.rstrip(MARKS)
                found += [phrase, bare, bare.removesuffix("'s").removesuffix("’s")]
    return list(dict.fromkeys(found))[:MAX_PHRASES]


def named(text: str, names: Iterable[str]) -> list[str]:
    """Those of `names` (of customers) that a text names, as whole words."""
    words = f" {_words(text)} "
    return sorted({name for name in names if len(_words(name)) > 1 and f" {_words(name)} " in words})


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
