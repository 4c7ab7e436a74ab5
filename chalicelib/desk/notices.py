"""What the rooms of an issue are told: the texts, and what keeps one from being told at once."""

import re
from collections.abc import Iterable, Sequence

from .customers import Customer
from .issues import CLOSED, Issue, Tracking
from .rooms import Room
from .templates import Missing, filled, values, variables
from .tickets import IssueState

MAX_PHRASES = 90  # looked up as names
MARKS = "\"'“”‘’«»()[]{}<>*_`~.,;:!?"
TITLE = "{{issue.title}}"
UNTITLED = "what you asked for"
TEXTS = {
    "done": "“{{issue.title}}” is done.",
    "declined": "“{{issue.title}}” will not be done for now.",
    "reopened": "“{{issue.title}}” is being worked on again: it was told as closed too early.",
    "comment": "News of “{{issue.title}}”: {{comment}}",
}


def check_text(text: str) -> None:
    """Raise Invalid for a placeholder that no notice knows."""
    variables(text.replace(TITLE, ""))


def state_text(tracking: Tracking | None, state: IssueState, words: str = "") -> str:
    """What a change into a state is told as: the install's own text or ours, with an agent's words behind it."""
    key = "reopened" if state not in CLOSED else state
    text = (tracking.texts if tracking else {}).get(key) or TEXTS[key]
    return f"{text}\n\n{quoted(words)}" if words else text


def comment_text(tracking: Tracking, comment: str) -> str:
    """What a comment is told as."""
    return (tracking.texts.get("comment") or TEXTS["comment"]).replace("{{comment}}", quoted(comment))


def quoted(words: str) -> str:
    """Somebody's words as part of a text: no placeholder in them is one of ours."""
    return words.replace("{{", "{\u200b{")


def text_for(text: str, issue: Issue, customer: Customer | None, room: Room) -> str:
    """A notice's text as one room is told it. Raises Missing, naming the variable."""
    titled = text.replace(TITLE, quoted(issue.public_title or UNTITLED))
    wanted = variables(titled)
    if customer is None and any(
        fallback is None and not place.strip().startswith("room.") for place, fallback in wanted.items()
    ):
        raise Missing("the room has no customer")
    words = values(wanted, customer or _nobody(room), room.name, None, issue)
    return filled(titled, words)


def _nobody(room: Room) -> Customer:
    return Customer(id="", workspace=room.workspace, external_id="", name="", created_at=0)


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
