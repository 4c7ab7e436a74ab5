"""The nightly pass over an install's tickets (anti-entropy) reads what changed there, in case webhooks were lost."""

from ...desk.issues import Ticket
from ...desk.tickets import TicketSeen
from ...desk.times import DAY_MS
from ...desk.workspaces import Install
from ...ports import ProviderBusy, ProviderRefused, Task, World, over, ref
from ..bridges.stop_install import stop_install
from ..optimistic_retry import again
from .credential_end import look_at_end
from .own_webhook import looked_after
from .readership import readers_now
from .tracker import issue_of_ticket, tickets_of, tracking_of

OVERLAP_MS = 60 * 60_000  # ms before the last pass that are read again
LATER_MS = 15 * 60_000  # ms after which a pass goes on that the tracker had no time for


def run_nightly(world: World, install_id: str) -> int:
    """One page; how many tickets of ours it told of. The next page is a task of its own."""
    install = world.store.one(ref(Install, install_id))
    if install is None:
        return 0
    tracking, now = tracking_of(world, install), world.clock.now()
    if install.state != "active":
        _next(world, install, due=now + DAY_MS)
        return 0
    since = max(0, tracking.since - OVERLAP_MS)
    try:
        there = tickets_of(world, install)
        if not tracking.cursor:
            readers_now(world, install, there, anew=True)
            looked_after(world, install, there)
            look_at_end(world, install, there)
        seen, cursor = there.changed(since, tracking.cursor)
    except ProviderBusy as busy:
        _next(world, install, due=now + min(max(busy.after * 1000, LATER_MS), DAY_MS))
        return 0
    except ProviderRefused as denied:
        if denied.lost:
            stop_install(world, install, "paused", reason=denied.reason)
        _next(world, install, due=now + DAY_MS, cursor="")
        return 0
    found = [task for each in seen if (task := _differs(world, install, each, now=now))]
    world.queues.sync(found)
    if cursor and cursor != tracking.cursor:  # one that leads to itself has no end
        _next(world, install, due=now + LATER_MS, cursor=cursor)
        world.queues.sync([Task("repair", install.id, why=f"{now}:{cursor}")])
    else:
        _next(world, install, due=now + DAY_MS, cursor="", since=tracking.begun or now, begun=0)
        world.queues.sync([Task("comments", install.id, why=f"{now}")])
    return len(found)


def _differs(world: World, install: Install, seen: TicketSeen, *, now: int) -> Task | None:
    """A look at a ticket that has changed since we last saw it."""
    issue_id = issue_of_ticket(world, install, seen.id)
    ticket = world.store.one(ref(Ticket, issue_id, install.id)) if issue_id else None
    if ticket is None or (seen.updated_at and seen.updated_at <= min(ticket.seen_at, ticket.comments_at)):
        return None
    return Task("look", issue_id, install.id, seen.id, at=now, why=f"repair:{now}")


def _next(world: World, install: Install, **fields: int | str) -> None:
    def attempt(_: int) -> None:
        known = tracking_of(world, install)
        begun = known.begun or world.clock.now()
        world.store.commit(over(known.changed(**({"begun": begun} | fields)), known))

    again(world, attempt)
