"""Hints of trackers: which ticket of ours has to be looked at."""

from ...desk.arrivals import (
    Ignored,
    Outcome,
    Unsupported,
)
from ...desk.envelopes import Envelope
from ...desk.issues import Comment, Ticket, TicketOwner
from ...desk.tickets import Hint
from ...ports import Listing, Task, World, ref
from .readership import hear_readers


def follow_hint(
    world: World, envelope: Envelope, hint: Hint | Ignored | Unsupported, *, number: int, outcome: Outcome
) -> None:
    """A hint about a ticket of ours has it looked at; all others end here."""
    if isinstance(hint, Hint) and hint.readers:
        hear_readers(world, envelope.install, hint.readers, why=f"{envelope.id}:{number}")
    if isinstance(hint, Ignored):
        outcome.ignored.append(hint.reason)
    elif isinstance(hint, Unsupported):
        outcome.unsupported.append(hint.what)
    elif hint.what == "project_changed":
        world.queues.sync([Task("project", envelope.install, why=f"{envelope.id}:{number}")])
        outcome.handled.append(hint.what)
    else:
        ticket = hint.ticket or _ticket_of(world, envelope.install, hint.comment)
        if not ticket or world.store.one(ref(TicketOwner, envelope.install, ticket)) is None:
            outcome.ignored.append("not-tied")
            return
        why = f"{envelope.id}:{number}"
        world.queues.sync([Task("look", "", envelope.install, ticket, hint, envelope.received_at, why)])
        outcome.handled.append(hint.what)


def _ticket_of(world: World, install: str, comment: str) -> str:
    """The ticket of a comment that we know, where its tracker tells the comment alone."""
    listing: Listing[Comment] = Listing("comment", (install, comment))
    known = world.store.page(listing, 1).items
    ticket = world.store.one(ref(Ticket, known[0].issue, install)) if known else None
    return ticket.ticket if ticket else ""
