"""Customers whose segments may have changed, gathered and handed over in batches."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from ...desk.customer_totals import owner_of_moved
from ...desk.customers import Customer, User
from ...desk.issues import Issue, came_or_went, merged
from ...desk.record import Record
from ...desk.rooms import Room
from ...desk.workspaces import Workspace
from ...ports import World
from ..paging import PAGE
from ..same_person import selves_of
from .evaluate_segments import Moved, counts_waits, customers_behind

T = TypeVar("T")
Tenant = Callable[[str], Workspace | None]  # the workspace of an id


@dataclass(slots=True)
class Moves:
    """The customers to evaluate, by workspace, each with its rooms and users that moved."""

    customers: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def take(self, world: World, now: Record | None, before: Record | None, *, tenant: Tenant) -> None:
        """Whom a change of the table may move: a customer itself, its rooms and users, and what it is behind. That a
        room waits, or no longer does, moves nobody where no filter asks for it: then it costs nothing."""
        if isinstance(now, Customer):
            self._moved(now.workspace, now.id)
        elif isinstance(now, Room | User) and (owner := owner_of_moved(before, now)):
            if owner_of_moved(before, now, waits=False) or counts_waits(tenant(now.workspace)):
                self._moved(now.workspace, owner, now.id, *self._others(world, now))
        elif there := came_or_went(before, now):
            self._moved(there.workspace, there.customer)
        elif isinstance(now, Issue) and (into := merged(before, now)):
            for customer in customers_behind(world, into):
                self._moved(now.workspace, customer)

    def _others(self, world: World, moved: Room | User) -> list[str]:
        """Who is one person with a user at their customer: another may stand for it now."""
        if not isinstance(moved, User):
            return []
        members = selves_of(world.store, [moved]).get(moved.person, ())
        return [each.id for each in members if each.customer == moved.customer and each.id != moved.id]

    def _moved(self, workspace: str, customer: str, *things: str) -> None:
        self.customers.setdefault(workspace, {}).setdefault(customer, []).extend(things)

    def evaluations(self) -> list[dict[str, Any]]:
        """What the worker of jobs is told of them."""
        return evaluations(self.customers)


def evaluations(customers: Mapping[str, Moved]) -> list[dict[str, Any]]:
    """What the worker is told of customers to evaluate, by workspace, with what moved of each."""
    return [
        {"workspace": workspace, "customers": dict(chunk)}
        for workspace, moved in customers.items()
        for chunk in _batched(moved.items(), PAGE)
    ]


def _batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """The things, `size` at a time."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk
