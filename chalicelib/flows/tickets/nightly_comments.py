"""Deletions that nobody tells again, and comments whose webhook was lost: some tickets are read whole each night."""

from ...desk.issues import CLOSED, Ticket, TicketOwner
from ...desk.times import DAY_MS
from ...desk.workspaces import Install
from ...ports import Listing, Task, World, over, ref
from ..optimistic_retry import again
from .tracker import tracking_of

PAGE = 100
HEARD_MS = 90 * DAY_MS  # ms after a comment for which those of a closed ticket are read
REQUESTS = 3  # of one ticket: itself, and two pages
NIGHTLY = 300  # requests a night, where a tracker says no other: a tenth of what the most frugal allows in an hour


def read_comments(world: World, install_id: str, why: str) -> int:
    """Have the comments of as many tickets read as a tenth of the tracker's budget allows, those first that wait
    longest; how many. Of the others their number is kept."""
    install = world.store.one(ref(Install, install_id))
    tracker = world.tracker(install.kind) if install else None
    if install is None or tracker is None or install.state != "active":
        return 0
    silent = getattr(tracker, "SILENT", False)
    waiting = sorted(_tickets(world, install_id, silent), key=lambda ticket: ticket.read_at)
    most = max(1, getattr(tracker, "NIGHTLY", NIGHTLY) // REQUESTS)
    world.queues.sync(
        Task("look", ticket.issue, install_id, ticket.ticket, why=f"comments:{why}") for ticket in waiting[:most]
    )
    again(world, lambda _: _unread(world, install, max(0, len(waiting) - most)))
    return min(len(waiting), most)


def _tickets(world: World, install_id: str, silent: bool) -> list[Ticket]:
    """Those of whose comments customers were told within 90 days; and all that are open where a tracker is `silent`: a
    comment does not move the ticket's own time. Of a ticket from before nobody knows whether they were told."""
    found: list[Ticket] = []
    cursor: str | None = None
    since = world.clock.now() - HEARD_MS
    while True:
        listing: Listing[TicketOwner] = Listing("install-tickets", (install_id,))
        page = world.store.page(listing, PAGE, cursor)
        some = world.store.many([ref(Ticket, owner.issue, install_id) for owner in page.items]) if page.items else []
        there = (ticket for ticket in some if ticket and ticket.standing == "linked")
        found += [
            ticket
            for ticket in there
            if ticket.spoke_at > since
            or (ticket.holds is None and ticket.comments_at > since)
            or (silent and ticket.state not in CLOSED)
        ]
        cursor = page.next
        if cursor is None:
            return found


def _unread(world: World, install: Install, count: int) -> None:
    known = tracking_of(world, install)
    if known.unread != count:
        world.store.commit(over(known.changed(unread=count), known))
