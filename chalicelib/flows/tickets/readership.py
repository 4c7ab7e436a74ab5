"""Who reads a tracker's tickets is asked again and again: nothing private leaves on what was known long ago."""

from msgspec.structs import replace

from ...desk.issues import Ticket, TicketOwner, Tracking
from ...desk.tickets import Readership
from ...desk.times import DAY_MS
from ...desk.workspaces import Install
from ...ports import Listing, ProviderBusy, ProviderRefused, Task, Tickets, World, over, ref
from ..issues.history import history_entry
from ..optimistic_retry import again
from .look_again import owned_tickets
from .tracker import tickets_of, tracking_of

FRESH_MS = 10 * 60_000  # ms for which private words leave on what is known
PAGE = 100


def readers_now(world: World, install: Install, there: Tickets | None = None, *, anew: bool = False) -> Tracking:
    """What is known of an install, its readers asked for unless they were within ten minutes. Raises ProviderBusy,
    ProviderRefused."""
    known = tracking_of(world, install)
    if not anew and known.readers_at > world.clock.now() - FRESH_MS:
        return known
    return keep_readers(world, install, (there or tickets_of(world, install)).readers())


def keep_readers(world: World, install: Install, found: Readership) -> Tracking:
    """What is known once the tracker has said who reads it. Where strangers do who did not before, the issues of what
    is private there say so."""

    def attempt(_: int) -> tuple[Tracking, Tracking]:
        old, now = tracking_of(world, install), world.clock.now()
        begins = {} if old.due else {"due": now + DAY_MS, "since": now}
        fresh = old.changed(readers=found.tickets, internal=found.internal, readers_at=now, **begins)
        fresh = opened(old, fresh, now)
        world.store.commit(over(fresh, old))
        return old, fresh

    old, fresh = again(world, attempt)
    after_opening(world, old, fresh)
    if not old.readers_at:  # the first look at an install of before: so are its lost tickets
        world.queues.sync([Task("lost", install.id, why="first")])
    return fresh


def opened(old: Tracking, fresh: Tracking, now: int) -> Tracking:
    """The tracking, with since when strangers read it."""
    since = (old.opened_at or now) if fresh.open else 0
    return replace(fresh, opened_at=since)


def after_opening(world: World, old: Tracking, fresh: Tracking) -> None:
    """What follows once that is stored."""
    if fresh.open and not old.opened_at:
        world.queues.sync([Task("exposed", fresh.install, why=f"{fresh.opened_at}")])


def ask_readers(world: World, install_id: str) -> None:
    """Ask who reads an install: a webhook said that it is another. What is not answered now, is before anything private
    leaves."""
    install = world.store.one(ref(Install, install_id))
    if install and install.state == "active":
        try:
            readers_now(world, install, anew=True)
        except (ProviderBusy, ProviderRefused):
            return


def hear_readers(world: World, install_id: str, said: str, *, why: str) -> None:
    """What a webhook says of who reads the tracker: where that is news, it is asked for before anything private
    leaves."""
    known = world.store.one(ref(Tracking, install_id))
    if known is None or known.hinted == said:
        return
    again(world, lambda _: _hinted(world, install_id, said))
    if known.readers != said:
        world.queues.sync([Task("readers", install_id, why=why)])


def _hinted(world: World, install_id: str, said: str) -> None:
    known = world.store.one(ref(Tracking, install_id))
    if known and known.hinted != said:
        stale = {} if known.readers == said else {"readers_at": 0}
        world.store.commit(over(known.changed(hinted=said, **stale), known))


def exposed_tickets(world: World, install_id: str, cursor: str | None = None) -> tuple[list[Ticket], str | None]:
    """A page of an install's tickets that hold, or may hold, private words, and where the next begins."""
    listing: Listing[TicketOwner] = Listing("install-tickets", (install_id,))
    page = world.store.page(listing, PAGE, cursor)
    found = owned_tickets(world, install_id, page.items)
    return [ticket for ticket in found if ticket.holds != ()], page.next


def tell_exposed(world: World, install_id: str) -> None:
    """Have the history of each issue say, once, that strangers read what is private in its ticket."""
    cursor: str | None = None
    while True:
        tracking = world.store.one(ref(Tracking, install_id))
        if tracking is None or not tracking.open:
            return
        found, cursor = exposed_tickets(world, install_id, cursor)
        for ticket in found:
            again(world, lambda _, seen=ticket, since=tracking.opened_at: _exposed(world, seen, since))  # type: ignore[misc]
        if cursor is None:
            return


def _exposed(world: World, seen: Ticket, since: int) -> None:
    ticket = world.store.one(ref(Ticket, seen.issue, seen.install))
    if ticket and ticket.holds != () and ticket.exposed_at < since:
        holds = ", ".join(ticket.holds or ()) or "not known"
        entry = history_entry(
            world,
            ticket.issue,
            ticket.workspace,
            what="exposed",
            by="",
            install=ticket.install,
            key=ticket.key,
            holds=holds,
        )
        world.store.commit(over(ticket.changed(exposed_at=since), ticket), entry)
