"""An install of a tracker, the way to its API, and what is known of its tickets."""

from collections.abc import Callable
from traceback import extract_tb
from typing import Any, cast

from ...desk.errors import Busy, Conflict, Invalid, NotFound
from ...desk.issues import PendingComment, TicketOwner, Tracking
from ...desk.permissions import Principal
from ...desk.tickets import TicketSeen
from ...desk.workspaces import Install
from ...ports import Answer, Listing, Outside, ProviderBusy, ProviderRefused, Request, Tickets, World, ref
from ..fence import fenced
from ..secrets import Opened


def tracker_install(
    world: World, who: Principal, install_id: str, *, field: str = "install", paused: bool = False
) -> Install:
    """An active install of a tracker in the caller's workspace; one that is paused only where that is told. Invalid
    naming the field."""
    install = fenced(world.store.one(ref(Install, install_id)), who.workspace)
    if install is None or world.tracker(install.kind) is None:
        raise Invalid("no such install of a tracker", field)
    if install.state != "active" and not (paused and install.state == "paused"):
        raise Conflict(f"the install is {install.state}: {install.disabled_because or 'by an admin'}")
    return install


class NotUnderstood(ProviderBusy):
    """What was answered is none of the API's own answers, whoever gave it (a proxy, another server at the configured
    address): as good as no answer. Or its shape has changed, or our client is wrong: `where` it stumbled is for the
    log."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"its answer is not what was asked for ({type(error).__name__})")
        place = extract_tb(error.__traceback__)[-1]
        self.where = f"{type(error).__name__} {place.filename.rpartition('chalicelib/')[2]}:{place.lineno} {place.name}"


class ClientFault(Exception):
    """Our client failed before anybody had answered: its own fault, whoever is at the other end."""


class Hearing:
    """The way out, and how many answers came over it."""

    def __init__(self, outside: Outside) -> None:
        self._outside, self.answers = outside, 0

    def send(self, request: Request) -> Answer:
        """ports.Outside."""
        answer = self._outside.send(request)
        self.answers += 1
        return answer


class Understood:
    """The way to an API. Raises NotUnderstood for what its client makes nothing of, and ClientFault for what cannot be
    due to an answer."""

    def __init__(self, there: Tickets, hearing: Hearing) -> None:
        self._there, self._hearing = there, hearing

    def __getattr__(self, name: str) -> Callable[..., Any]:
        ask = getattr(self._there, name)
        if not callable(ask):
            return ask  # type: ignore[no-any-return]

        def asked(*arguments: Any, **named: Any) -> Any:
            before = self._hearing.answers
            try:
                return ask(*arguments, **named)
            except (LookupError, TypeError, AttributeError, ValueError) as error:
                if self._hearing.answers == before:
                    raise ClientFault(f"{name}: {type(error).__name__}") from error
                raise NotUnderstood(error) from error

        return asked


def tickets_of(world: World, install: Install) -> Tickets:
    """The way to an install's API."""
    tracker = world.tracker(install.kind)
    if tracker is None:
        raise NotFound("no such tracker")
    hearing = Hearing(world.outside)
    there = tracker.tickets(install, Opened(world, install), hearing, now=world.clock.now)
    return cast(Tickets, Understood(there, hearing))


def asking(reason: Exception) -> Busy | Conflict:
    """What a caller is told when the tracker does not do what was asked."""
    if isinstance(reason, ProviderBusy):
        return Busy(f"the tracker is busy: {reason.reason}")
    return Conflict(f"the tracker refuses: {reason}")


def found_ticket(world: World, install: Install, reference: str) -> TicketSeen:
    """The ticket that somebody names by a URL or a key."""
    try:
        seen = tickets_of(world, install).find(reference)
    except (ProviderBusy, ProviderRefused) as error:
        raise asking(error) from None
    if seen is None or seen.gone:
        raise Invalid("no such ticket there", "reference")
    return seen


def issue_of_ticket(world: World, install: Install, ticket: str) -> str:
    """The issue that a ticket belongs to, "" if to none."""
    owner = world.store.one(ref(TicketOwner, install.id, ticket))
    return owner.issue if owner else ""


def pending_on(world: World, issue: str, install: str) -> list[PendingComment]:
    """The comments that a ticket has not got yet, oldest first."""
    listing: Listing[PendingComment] = Listing("owed", (issue,))
    return [row for row in world.store.page(listing, 100).items if row.install == install and not row.failed]


def tracking_of(world: World, install: Install) -> Tracking:
    """What an install lets cross: as it was set, or by default."""
    return world.store.one(ref(Tracking, install.id)) or Tracking(install=install.id, workspace=install.workspace)
