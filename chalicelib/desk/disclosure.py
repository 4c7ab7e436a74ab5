"""What of an issue may be disclosed to a tracker: the one place that decides what leaves, by who reads it there
(ADR 93).

| | members alone read it | strangers read it, or nobody knows |
|---|---|---|
| title, text | the issue's own | the public ones; without a public title the ticket waits |
| labels, link back, files | go | stay |
| a new title, new labels | go, where they cross | stay |
| an agent's comment | goes, with a name | stays, unless it is for strangers or the tracker keeps it internal |
| state | goes, where it crosses | goes, where it crosses |
"""

from dataclasses import dataclass

from .issues import Issue, PendingComment, Tracking
from .messages import Attached
from .quoted_messages import plain
from .tickets import TicketDraft

WAITS = "needs a public title"
STAYS = "everybody can read this tracker: the comment stays here, unless it is for strangers"


def files_there(issue: Issue, tracking: Tracking) -> tuple[Attached, ...]:
    """The files that go into its ticket."""
    return () if tracking.open else issue.files


@dataclass(frozen=True, slots=True)
class SaidThere:
    """A comment as it is said there, and who says it. `private` is said to members alone."""

    text: str
    internal: bool
    private: bool


def ticket_draft(issue: Issue, tracking: Tracking, link: str) -> TicketDraft | None:
    """What a new ticket says; None while it waits for a public title."""
    if not tracking.open:
        labels = issue.labels if tracking.labelled else ()
        return TicketDraft(title=issue.title, text=issue.text, mark=issue.id, link=link, labels=labels)
    if not issue.public_title:
        return None
    return TicketDraft(title=issue.public_title, text=issue.public_text, mark=issue.id)


def comment_there(row: PendingComment, tracking: Tracking) -> SaidThere | None:
    """What an agent's comment says there; None if it may not leave."""
    internal = tracking.internal and not row.for_strangers
    if tracking.open and not internal and not row.for_strangers:
        return None
    text = row.text if row.for_strangers or not row.name else f"{row.text}\n\n— {plain(row.name)}"
    return SaidThere(text=text, internal=internal, private=not row.for_strangers)
