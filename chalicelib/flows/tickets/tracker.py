"""An install of a tracker, the way to its API, and what is known of its tickets."""

from collections.abc import Callable
from typing import Any, cast

from ...desk.errors import Busy, Conflict, Invalid, NotFound
from ...desk.issues import PendingComment, TicketOwner, Tracking
from ...desk.permissions import Principal
from ...desk.tickets import TicketSeen
from ...desk.workspaces import Install
from ...ports import Listing, ProviderBusy, ProviderRefused, Tickets, World, ref
from ..secrets import Opened


def tracker_install(
    world: World, who: Principal, install_id: str, field: str = "install", *, paused: bool = False
) -> Install:
    """An active install of a tracker in the caller's workspace; one that is paused only where that is told. Invalid
    naming the field."""
    install = world.store.one(ref(Install, install_id))
    if install is None or install.workspace != who.workspace or world.tracker(install.kind) is None:
        raise Invalid("no such install of a tracker", field)
    if install.state != "active" and not (paused and install.state == "paused"):
        raise Conflict(f"the install is {install.state}: {install.disabled_because or 'by an admin'}")
    return install


class Understood:
    """The way to an API, of which an answer that is none of its own, whoever gave it (a proxy, another server at the
    configured address), is as good as no answer."""

    def __init__(self, there: Tickets) -> None:
        self._there = there

    def __getattr__(self, name: str) -> Callable[..., Any]:
        ask = getattr(self._there, name)
        if not callable(ask):
            return ask  # type: ignore[no-any-return]

        def asked(*arguments: Any, **named: Any) -> Any:
            try:
                return ask(*arguments, **named)
            except (LookupError, TypeError, AttributeError, ValueError) as error:
                raise ProviderBusy(f"its answer is not what was asked for ({type(error).__name__})") from error

        return asked


def tickets_of(world: World, install: Install) -> Tickets:
    """The way to an install's API."""
    tracker = world.tracker(install.kind)
    if tracker is None:
        raise NotFound("no such tracker")
    there = tracker.tickets(install, Opened(world, install), world.outside, world.clock.now)
    return cast(Tickets, Understood(there))


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
