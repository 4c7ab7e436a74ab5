"""Look again at the clocks of many rooms, a page at a time (job): policies have changed, or an issue behind them."""

from collections.abc import Sequence
from typing import Any

from ...desk.clocks import RoomClocks
from ...desk.inbox_views import turn_view
from ...desk.issues import Issue, IssueTie
from ...desk.workspaces import Workspace
from ...ports import Listing, Page, World, ref
from ..delivery.listeners import Listeners
from ..delivery.owed import wake
from ..inbox_listing import rooms_in
from .refresh_clocks import refresh_clocks

PAGE = 50


def run_policies(world: World, workspace: str, of: str, *, cursor: str | None) -> None:
    """One page of the rooms `of` those that are waiting for an answer, then of those in which clocks are running; the
    next one is another message's. What was missed stays missed."""
    tenant = world.store.one(ref(Workspace, workspace))
    if tenant is None:
        return
    waiting = rooms_in(workspace, turn_view("vendor"))
    running: Listing[RoomClocks] = Listing("clocks", (workspace,))
    page: Page[Any] = world.store.page(waiting if of == "waiting" else running, PAGE, cursor)
    _look(world, tenant, [each.room for each in page.items])
    if page.next or of == "waiting":
        rest = of if page.next else "running"
        world.queues.jobs([{"clocks": workspace, "of": rest, "cursor": page.next}])


def run_issue(world: World, issue_id: str, cursor: str | None) -> None:
    """One page of the rooms behind an issue that was closed, or opened again."""
    issue = world.store.one(ref(Issue, issue_id))
    tenant = world.store.one(ref(Workspace, issue.workspace)) if issue else None
    if tenant is None:
        return
    listing: Listing[IssueTie] = Listing("ties", (issue_id,))
    page = world.store.page(listing, PAGE, cursor)
    _look(world, tenant, [tie.room for tie in page.items])
    if page.next:
        world.queues.jobs([{"behind": issue_id, "cursor": page.next}])


def _look(world: World, tenant: Workspace, rooms: Sequence[str]) -> None:
    listeners = Listeners(world.store)
    for room in rooms:
        wake(world, refresh_clocks(world, room, tenant, listeners=listeners))
