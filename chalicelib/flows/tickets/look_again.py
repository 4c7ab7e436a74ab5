"""Tickets of an install are looked at again because something is known now that was not: what a word means, that the
account may see again what it did not."""

from collections.abc import Callable

from ...desk.issues import Ticket, TicketOwner
from ...ports import Listing, Task, World, ref

PAGE = 100


def unclear(ticket: Ticket) -> bool:
    """Whether it was closed with a word that nobody knew."""
    return bool(ticket.unclear)


def lost(ticket: Ticket) -> bool:
    """Whether it was not there for us."""
    return ticket.standing == "lost"


def look_again(world: World, install_id: str, why: str, which: Callable[[Ticket], bool]) -> None:
    """Have those of an install's tickets looked at."""
    cursor: str | None = None
    while True:
        listing: Listing[TicketOwner] = Listing("install-tickets", (install_id,))
        page = world.store.page(listing, PAGE, cursor)
        found = world.store.many([ref(Ticket, owner.issue, install_id) for owner in page.items]) if page.items else []
        world.queues.sync(
            Task("look", ticket.issue, install_id, ticket.ticket, why=f"project:again:{why}")
            for ticket in found
            if ticket and which(ticket)
        )
        cursor = page.next
        if cursor is None:
            return
