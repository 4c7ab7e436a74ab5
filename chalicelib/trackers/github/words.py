"""GitHub's words and ours: states, texts, ids of tickets (ADR 46).

| GitHub | word | means |
|---|---|---|
| open, also reopened | `open` | open |
| open, with the label that the install names | `in_progress` | in progress |
| closed, as completed or (before reasons came) without one | `completed` | done |
| closed as not planned | `not_planned` | declined |
| closed as a duplicate | `duplicate` | guessed: declined |
| closed for a reason that we do not know | the reason | unknown |

A ticket of the connected repository is its number, `5`, so that a new name of the repository changes nothing; one that
moved to another is `owner/name#5`.
"""

import re
from datetime import datetime
from typing import Any, Literal, NamedTuple

from ...desk.tickets import Word
from ...wire.markdown import readable

OPEN = Word(id="open", name="Open", means="open")
IN_PROGRESS = Word(id="in_progress", name="In progress", means="in_progress")
CLOSED = {
    "completed": Word(id="completed", name="Closed as completed", means="done", closed=True),
    "not_planned": Word(id="not_planned", name="Closed as not planned", means="declined", closed=True),
    "duplicate": Word(id="duplicate", name="Closed as duplicate", means="declined", guessed=True, closed=True),
}
MAX_TITLE = 256

# What we put under a text of ours: the mark, hidden, and the link back. It is never read as part of the text.
_FOOT = re.compile(r"(?<!\s)\s*<!-- parley:([\w.:-]{1,120}) -->(?:\n\n\[[^\n]*\n\n<!-- /parley -->)?")
_NAME = r"[A-Za-z0-9][A-Za-z0-9-]{0,99}/[A-Za-z0-9._-]{1,100}"
REPOSITORY = re.compile(_NAME)
_TICKET = re.compile(rf"(?:({_NAME})#)?([0-9]{{1,12}})")


class Place(NamedTuple):
    """Where a ticket is."""

    repository: str
    number: int


def readers_of(repository: Any) -> Literal["", "members", "strangers"]:
    """Who reads a repository's issues; "" where it does not say. An internal one is private, too."""
    if not isinstance(repository, dict):
        return ""
    if repository.get("private") is False or repository.get("visibility") == "public":
        return "strangers"
    known = repository.get("private") is True or repository.get("visibility") in ("private", "internal")
    return "members" if known else ""


def place(ticket: str, home: str) -> Place | None:
    """The place that a ticket's id names; `home` is the connected repository."""
    found = _TICKET.fullmatch(ticket)
    return Place(found[1] or home, int(found[2])) if found else None


def ticket_id(where: Place, home: str) -> str:
    """The id of a ticket."""
    return str(where.number) if same(where.repository, home) else f"{where.repository.lower()}#{where.number}"


def same(one: str, other: str) -> bool:
    """Whether two names are of one repository: GitHub does not mind the case."""
    return one.lower() == other.lower()


def word(issue: dict[str, Any], in_progress_label: str) -> Word:
    """The word of an issue as GitHub tells it."""
    if issue.get("state") != "closed":
        marked = in_progress_label.lower() in [name.lower() for name in labels(issue)]
        return IN_PROGRESS if in_progress_label and marked else OPEN
    reason = issue.get("state_reason") or "completed"
    return CLOSED.get(reason) or Word(id=str(reason)[:60], name=f"Closed as {reason}"[:60], closed=True)


def labels(issue: dict[str, Any]) -> tuple[str, ...]:
    """The names of its labels."""
    listed = issue.get("labels")
    return tuple(str(label["name"]) for label in listed if isinstance(label, dict)) if isinstance(listed, list) else ()


def said(body: str | None) -> str:
    """What a text says to its readers: without our foot, without what is hidden in it, in Markdown alone."""
    return readable(_FOOT.sub("", _lines(body)))


def mark_in(body: str | None) -> str:
    """The mark that we put under it, or ""."""
    found = _FOOT.search(_lines(body))
    return found[1] if found else ""


def foot_of(body: str | None) -> str:
    """Our foot as it is, or ""."""
    found = _FOOT.search(_lines(body))
    return found[0] if found else ""


def _lines(body: str | None) -> str:
    """A text that was edited in a browser has the line ends of forms."""
    return (body or "").replace("\r\n", "\n")


def foot(mark: str, link: str = "") -> str:
    """What goes under a text of ours."""
    return f"\n\n<!-- parley:{mark} -->" + (
        f"\n\n[Room and issue in Parley]({link})\n\n<!-- /parley -->" if link else ""
    )


def seconds(at: int) -> str:
    """A time as GitHub reads it; to the second, as it keeps them."""
    from datetime import UTC

    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
