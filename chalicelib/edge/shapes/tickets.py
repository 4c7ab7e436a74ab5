"""Tickets and their comments as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Literal

from ...desk.issues import Comment, PendingComment, Ticket
from ...desk.tickets import TicketSeen
from .answers import Body, Time, View, time_of
from .issues import Id, Reference, Said
from .texts import Written


class LinkTicket(Body, frozen=True):
    """Link the ticket that `reference` names, whose state and comments are imported; without one, make it."""

    install: Id
    reference: Reference | None = None


class SayOnTickets(Written, frozen=True):
    """A comment for the issue's tickets. Customers do not see it. It goes to a tracker that strangers read, and into
    the portal of a service project, only if it is `for_strangers`."""

    text: Said
    for_strangers: bool = False


class TicketView(View, frozen=True):
    """An issue's ticket: `word` is its state there. `trouble` says what the tracker did not let us do."""

    install: str
    ticket: str | None
    key: str | None
    url: str | None
    standing: str
    word: str | None
    state: str
    assignee: str | None
    labels: list[str]
    looked_at: Time | None
    next_look_at: Time | None
    trouble: str | None


class FoundTicketView(View, frozen=True):
    """A ticket in a tracker."""

    id: str
    key: str
    url: str
    title: str
    word: str
    means: str


class CommentView(View, frozen=True):
    """A comment on a ticket, or one that waits to get there. `notice` is what customers are told by it, `held_because`
    why they are not although it is marked as for them."""

    install: str
    id: str
    text: str
    author: str
    ours: bool
    state: Literal["there", "waiting", "failed", "deleted"]
    reason: str | None
    at: Time
    notice: str | None
    held_because: str | None


class ExposedView(View, frozen=True):
    """A ticket that strangers read, and what private words it holds: `title`, `text`, `labels`, `comments`; `unknown`
    for one from before that was kept."""

    issue: str
    ticket: str
    key: str
    url: str
    holds: list[str]


def exposed_view(ticket: Ticket) -> ExposedView:
    """A ticket that strangers read."""
    holds = ["unknown"] if ticket.holds is None else list(ticket.holds)
    return ExposedView(issue=ticket.issue, ticket=ticket.ticket, key=ticket.key, url=ticket.url, holds=holds)


def ticket_view(ticket: Ticket) -> TicketView:
    """An issue's ticket."""
    return TicketView(
        install=ticket.install,
        ticket=ticket.ticket or None,
        key=ticket.key or None,
        url=ticket.url or None,
        standing=ticket.standing,
        word=ticket.word.name if ticket.word else None,
        state=ticket.state,
        assignee=ticket.assignee or None,
        labels=list(ticket.labels),
        looked_at=time_of(ticket.looked_at),
        next_look_at=time_of(ticket.due),
        trouble=ticket.reason or None,
    )


def found_view(seen: TicketSeen) -> FoundTicketView:
    """A ticket in a tracker."""
    return FoundTicketView(
        id=seen.id, key=seen.key, url=seen.url, title=seen.title, word=seen.word.name, means=seen.word.means
    )


def comment_view(comment: Comment | PendingComment) -> CommentView:
    """A comment, there or on its way."""
    if isinstance(comment, PendingComment):
        return CommentView(
            install=comment.install,
            id=comment.id,
            text=comment.text,
            author=comment.name,
            ours=True,
            state="failed" if comment.failed else "waiting",
            reason=comment.failed or None,
            at=time_of(comment.at) or "",
            notice=None,
            held_because=None,
        )
    return CommentView(
        install=comment.install,
        id=comment.mark or comment.id,
        text=comment.text,
        author=comment.author,
        ours=bool(comment.mark),
        state="deleted" if comment.deleted else "there",
        reason=None,
        at=time_of(comment.created_at) or "",
        notice=comment.notice or None,
        held_because=comment.held or None,
    )
