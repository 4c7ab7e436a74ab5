"""What one look at a ticket sees, and writes."""

from dataclasses import dataclass
from typing import Any

from ...desk.issues import Issue, Ticket, Tracking
from ...desk.workspaces import Install
from ...ports import Tickets, World, Write, over
from ..issues.history import history_entry


@dataclass
class TicketSync:
    """What one look sees."""

    world: World
    install: Install
    tracking: Tracking
    issue: Issue
    ticket: Ticket
    there: Tickets

    def commit(self, ticket: Ticket, *writes: Write) -> None:
        """The ticket's record and what goes with it; the sync is then of that."""
        self.world.store.commit(over(ticket, self.ticket), *writes)
        self.ticket = ticket

    def history_entry(self, what: Any, **detail: object) -> Write:
        """An entry of the issue's history, by this tracker."""
        return history_entry(self.world, self.issue.id, self.issue.workspace, what, "", self.install.id, **detail)
