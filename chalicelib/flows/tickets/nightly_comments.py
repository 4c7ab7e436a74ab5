"""Deletions that nobody tells again, and comments whose webhook was lost: each night the comments of some tickets are
read whole. Of a ticket whose comments customers were told those are read anyway; of any other that is open they are, if
the tracker counts others than we know, or does not count them at all."""

from ...desk.issues import CLOSED, Ticket
from ...desk.times import DAY_MS
from ...desk.workspaces import Install
from ...ports import Task, World, over, ref
from ..optimistic_retry import again
from .look_again import pages_of_tickets
from .tracker import tracking_of

PAGE = 100
HEARD_MS = 90 * DAY_MS  # ms after a comment for which those of a closed ticket are read
WHOLE, COUNT = 3, 1  # requests of one ticket: itself, and two pages of comments; itself alone
NIGHTLY = 300  # requests a night, where a tracker says no other: a tenth of what the most frugal allows in an hour


def read_comments(world: World, install_id: str, why: str) -> int:
    """Have as many tickets looked at as a tenth of the tracker's budget allows, those first that wait longest; how
    many. Of the others their number is kept."""
    install = world.store.one(ref(Install, install_id))
    tracker = world.tracker(install.kind) if install else None
    if install is None or tracker is None or install.state != "active":
        return 0
    left, since = getattr(tracker, "NIGHTLY", NIGHTLY), world.clock.now() - HEARD_MS
    waiting = sorted(_tickets(world, install_id, since), key=lambda ticket: ticket.read_at)
    looks: list[Task] = []
    for ticket in waiting:
        whole = _told_since(ticket, since) or ticket.counted is None or ticket.heard_at > ticket.read_at
        left -= WHOLE if whole else COUNT
        if left < 0 and looks:
            break
        does = "comments" if whole else "count"
        looks.append(Task("look", ticket.issue, install_id, ticket.ticket, why=f"{does}:{why}"))
    world.queues.sync(looks)
    again(world, lambda _: _unread(world, install, len(waiting) - len(looks)))
    return len(looks)


def _tickets(world: World, install_id: str, since: int) -> list[Ticket]:
    """All that are open, and those of whose comments customers were told."""
    linked = (each for page in pages_of_tickets(world, install_id) for each in page if each.standing == "linked")
    return [ticket for ticket in linked if ticket.state not in CLOSED or _told_since(ticket, since)]


def _told_since(ticket: Ticket, since: int) -> bool:
    """Whether customers were told of a comment of it: of a ticket from before nobody knows."""
    return ticket.spoke_at > since or (ticket.holds is None and ticket.comments_at > since)


def _unread(world: World, install: Install, count: int) -> None:
    known = tracking_of(world, install)
    if known.unread != count:
        world.store.commit(over(known.changed(unread=count), known))
