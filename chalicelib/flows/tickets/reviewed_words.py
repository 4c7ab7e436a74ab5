"""What a word means was said just now: the tickets that were closed with one that nobody knew are looked at again."""

from ...desk.issues import Ticket, TicketOwner
from ...ports import Listing, Task, World, ref

PAGE = 100


def look_again(world: World, install_id: str, why: str) -> None:
    """Have each of them looked at: their issues turn, as the policy says."""
    cursor: str | None = None
    while True:
        listing: Listing[TicketOwner] = Listing("install-tickets", (install_id,))
        page = world.store.page(listing, PAGE, cursor)
        found = world.store.many([ref(Ticket, owner.issue, install_id) for owner in page.items]) if page.items else []
        world.queues.sync(
            Task("look", ticket.issue, install_id, ticket.ticket, why=f"project:words:{why}")
            for ticket in found
            if ticket and ticket.unclear
        )
        cursor = page.next
        if cursor is None:
            return
