"""What one look at a ticket sees, and writes."""

from dataclasses import dataclass
from typing import Any

from ...desk.issues import Issue, Ticket, Tracking
from ...desk.workspaces import Install
from ...ports import Tickets, World, Write, over
from ..issues.history import history_entry
from .readership import readers_now


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

    def sees_readers(self) -> None:
        """Have it known who reads the tracker, as of ten minutes ago at most: private words are about to leave."""
        self.tracking = readers_now(self.world, self.install, self.there)

    def history_entry(self, what: Any, **detail: object) -> Write:
        """An entry of the issue's history, by this tracker."""
        return history_entry(
            self.world, self.issue.id, self.issue.workspace, what=what, by="", install=self.install.id, **detail
        )
