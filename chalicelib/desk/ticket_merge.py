"""A three-way merge makes an issue and its ticket equal again: the third is what both sides last agreed on (ADR 40).

| theirs since then | ours since then | |
|---|---|---|
| same | same | nothing |
| changed | same | ours becomes theirs |
| same | changed | theirs is written |
| changed | changed | ours becomes theirs: the tracker wins, and the issue's history says so |

Labels are merged one by one. A write is never the answer to a write: what we wrote is what both agree on then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .issues import CLOSED, MAX_LABEL, MAX_LABELS, MAX_TITLE, Issue, Ticket, Tracking
from .tickets import TicketSeen


@dataclass
class Merge:
    """`issue` are fields of ours to change, `ticket` what both sides are then. `move`, `retitle`, `add` and `remove`
    are to be written to the tracker. `lost` names the fields of ours that the tracker's won over; `unknown` is a word
    that nobody has reviewed; `wordless` says that no word of theirs means our state; `unclear` that theirs was closed
    with a word that nobody knows the meaning of: it is left alone until somebody says."""

    issue: dict[str, Any] = field(default_factory=dict)
    ticket: dict[str, Any] = field(default_factory=dict)
    move: str = ""
    retitle: str = ""
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    unknown: str = ""
    wordless: bool = False
    unclear: bool = False


def merge(issue: Issue, ticket: Ticket, seen: TicketSeen, *, tracking: Tracking) -> Merge:
    """What to change here and there. Fields that do not cross are left alone."""
    found = Merge()
    if tracking.state:
        _state(found, issue, ticket, seen=seen, tracking=tracking)
    if tracking.titled:
        _title(found, issue, ticket, seen=seen)
    if tracking.labelled:
        _labels(found, issue, ticket, seen=seen)
    if tracking.means(seen.word) == "unknown" and (ticket.word is None or ticket.word.id != seen.word.id):
        found.unknown = seen.word.name
    return found


def pending(issue: Issue, ticket: Ticket, tracking: Tracking) -> bool:
    """Whether ours has changed since both agreed: all that can be told without asking the tracker."""
    return (
        (tracking.state and ticket.state != issue.state and ticket.refused.get("state") != issue.state)
        or (tracking.titled and ticket.title != issue.title and ticket.refused.get("title") != issue.title)
        or (tracking.labelled and label_key(ticket.labels) != label_key(issue.labels) != ticket.refused.get("labels"))
    )


def _state(found: Merge, issue: Issue, ticket: Ticket, *, seen: TicketSeen, tracking: Tracking) -> None:
    theirs, base = tracking.means(seen.word), ticket.state
    if theirs == "unknown" and tracking.closes(seen.word) and base not in CLOSED:
        found.unclear = issue.state not in CLOSED
        found.ticket["state"] = base if found.unclear else issue.state  # closed here and there: they agree
        return
    if theirs == "unknown":
        theirs = base if base != "unknown" else issue.state  # what nobody has reviewed changes nothing
    if theirs in (issue.state, base):
        found.ticket["state"] = theirs
    else:
        found.issue["state"] = found.ticket["state"] = theirs
        if base not in ("unknown", issue.state):
            found.lost += ("state",)
    if theirs == base != issue.state and ticket.refused.get("state") != issue.state:
        word = tracking.word(issue.state)
        found.move, found.wordless = (word.id, False) if word else ("", True)


def _title(found: Merge, issue: Issue, ticket: Ticket, *, seen: TicketSeen) -> None:
    theirs, base = " ".join(seen.title.split())[:MAX_TITLE] or issue.title, ticket.title
    found.ticket["title"] = theirs
    if theirs not in (issue.title, base):
        found.issue["title"] = theirs
        if base not in ("", issue.title):
            found.lost += ("title",)
    elif theirs == base != issue.title and ticket.refused.get("title") != issue.title:
        found.retitle = issue.title


def _labels(found: Merge, issue: Issue, ticket: Ticket, *, seen: TicketSeen) -> None:
    theirs = tuple(label for label in dict.fromkeys(seen.labels) if label.isprintable() and 0 < len(label) <= MAX_LABEL)
    base, ours = set(ticket.labels), set(issue.labels)
    removed = base - ours
    merged = [label for label in theirs if label not in removed]
    merged = [*merged, *(label for label in issue.labels if label not in base and label not in theirs)][:MAX_LABELS]
    if set(merged) != ours:
        found.issue["labels"] = tuple(merged)
    found.ticket["labels"] = theirs
    if ticket.refused.get("labels") != label_key(merged):
        add, remove = set(merged) - set(theirs), set(theirs) - set(merged)
        found.add, found.remove = tuple(sorted(add)), tuple(sorted(remove))


def label_key(labels: Iterable[str]) -> str:
    """Labels as one text, whatever their order."""
    return "\n".join(sorted(labels))
