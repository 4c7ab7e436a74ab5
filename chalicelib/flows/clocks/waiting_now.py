"""How things stand at this moment (gauges): who waits for how long, where it is silent, who is on how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...desk.inbox_views import assigned_view, turn_view
from ...desk.rooms import Room
from ...desk.times import DAY_MS, HOUR_MS
from ...desk.workspaces import Agent, Workspace
from ...ports import Listing, World, ref
from ..inbox_listing import rooms_in
from ..paging import every

AGES = (("1h", HOUR_MS), ("4h", 4 * HOUR_MS), ("1d", DAY_MS), ("3d", 3 * DAY_MS), ("7d", 7 * DAY_MS))
OLDER = "older"
SILENT_DAYS = (14, 30, 90)
MAX_WAITING = 5_000  # rooms that are looked at by age
PAGE = 100


@dataclass(frozen=True, slots=True)
class Now:
    """Rooms that wait for the vendor by how long they have (up to an hour, four, a day, three, seven, older); open
    rooms in which nothing was said for so many days; answers that did not arrive; open rooms by the agent on them."""

    waiting: dict[str, int]
    silent: dict[int, int]
    undelivered: int
    load: list[tuple[Agent, int]]


def now_of(world: World, tenant: Workspace) -> Now:
    """Counted by ranges of lists; no scan."""
    at, store = world.clock.now(), world.store
    failed: Listing[Any] = Listing("failed-deliveries", (tenant.id,))
    agents: Listing[Agent] = Listing("agents", (tenant.id,))
    active = [agent for agent in every(store, agents, PAGE) if agent.state == "active"]
    load = [(agent, store.size(rooms_in(tenant.id, assigned_view(agent.id)))) for agent in active]
    return Now(
        waiting=_by_age(at, _waiting_since(world, tenant.id)),
        silent={days: _silent(world, tenant, at - days * DAY_MS) for days in SILENT_DAYS},
        undelivered=store.size(failed),
        load=load,
    )


def _waiting_since(world: World, workspace: str) -> list[int]:
    """Since when (ms) each room that waits has waited."""
    rows = []
    for row in every(world.store, rooms_in(workspace, turn_view("vendor")), PAGE):
        rows.append(row)
        if len(rows) == MAX_WAITING:
            break
    found: list[int] = []
    for start in range(0, len(rows), PAGE):
        rooms: list[Room | None] = world.store.many([ref(Room, row.room) for row in rows[start : start + PAGE]])
        found += [room.waiting_since for room in rooms if room and room.turn == "vendor" and room.state == "open"]
    return found


def _by_age(at: int, since: Sequence[int]) -> dict[str, int]:
    found = dict.fromkeys([*(name for name, _ in AGES), OLDER], 0)
    for each in since:
        found[next((name for name, most in AGES if at - each <= most), OLDER)] += 1
    return found


def _silent(world: World, tenant: Workspace, before: int) -> int:
    parts = ["", *(f"#{part}" for part in range(1, tenant.inbox_shards))]
    rooms: list[Listing[Room]] = [Listing("rooms", (tenant.id, "open", part), before=before) for part in parts]
    return sum(world.store.size(each) for each in rooms)
