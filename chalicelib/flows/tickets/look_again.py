"""Tickets of an install are looked at again because something is known now that was not: what a word means, that the
account may see again what it did not."""

from collections.abc import Callable, Iterator

from ...desk.issues import Ticket, TicketOwner
from ...ports import Listing, Task, World, ref
from ..paging import pages


def unclear(ticket: Ticket) -> bool:
    """Whether it was closed with a word that nobody knew."""
    return bool(ticket.unclear)


def lost(ticket: Ticket) -> bool:
    """Whether it was not there for us."""
    return ticket.standing == "lost"


def look_again(world: World, install_id: str, why: str, *, which: Callable[[Ticket], bool]) -> None:
    """Have those of an install's tickets looked at."""
    for tickets in pages_of_tickets(world, install_id):
        world.queues.sync(
            Task("look", ticket.issue, install_id, ticket.ticket, why=f"project:again:{why}")
            for ticket in tickets
            if which(ticket)
        )


def pages_of_tickets(world: World, install_id: str) -> Iterator[list[Ticket]]:
    """All tickets of an install, a page at a time."""
    listing: Listing[TicketOwner] = Listing("install-tickets", (install_id,))
    for owners in pages(world.store, listing):
        yield owned_tickets(world, install_id, owners)


def owned_tickets(world: World, install_id: str, owners: list[TicketOwner]) -> list[Ticket]:
    """The tickets of an install that some owners name, without those that are gone meanwhile."""
    found = world.store.many([ref(Ticket, owner.issue, install_id) for owner in owners]) if owners else []
    return [ticket for ticket in found if ticket]
