"""What a policy would have made of the clocks that have ended lately (dry run): nothing is written."""

from dataclasses import dataclass
from typing import Any

from ...desk.calendars import due_at
from ...desk.clocks import GONE, Clock
from ...desk.policies import Policies, Policy, calendar_of, targets_of
from ...desk.segments import Member
from ...desk.times import DAY_MS
from ...ports import Listing, World, ref

BACK_MS = 30 * DAY_MS
PAGE = 100
MAX_PAGES = 10  # of one answer


@dataclass(slots=True)
class Tried:
    """Of a kind's clocks that have a target: how many there were, how many would have been missed, and were."""

    clocks: int = 0
    missed: int = 0
    were_missed: int = 0


def try_policy(
    world: World, policies: Policies, policy: Policy, *, cursor: str | None
) -> tuple[dict[str, Tried], str | None]:
    """By kind, and the cursor of the rest. Of the last thirty days, the oldest first; clocks that were withdrawn, moved
    or needed no answer are in no figure."""
    tried: dict[str, Tried] = {}
    listing: Listing[Clock] = Listing("ended-clocks", (policies.workspace,), after=world.clock.now() - BACK_MS)
    for _ in range(MAX_PAGES):
        page = world.store.page(listing, PAGE, cursor)
        for clock in _of_segment(world, policy, page.items):
            _try(tried, policies, policy, clock=clock)
        cursor = page.next
        if cursor is None:
            break
    return tried, cursor


def _of_segment(world: World, policy: Policy, clocks: list[Clock]) -> list[Clock]:
    """Those of the segment's customers: as they were then, where it was measured, else as they are now."""
    if not policy.segment:
        return clocks
    owners = sorted({clock.customer for clock in clocks if clock.customer})
    members: list[Any] = world.store.many([ref(Member, policy.segment, owner) for owner in owners]) if owners else []
    inside = {member.customer for member in members if member}
    return [clock for clock in clocks if policy.segment in clock.segments or clock.customer in inside]


def _try(tried: dict[str, Tried], policies: Policies, policy: Policy, *, clock: Clock) -> None:
    target = getattr(targets_of(policy, clock.priority), clock.kind)
    if not target or clock.how in GONE or clock.how == "none needed":
        return
    found = tried.setdefault(clock.kind, Tried())
    found.clocks += 1
    found.missed += clock.ended > due_at(calendar_of(policies, policy), clock.since, target)
    found.were_missed += bool(clock.missed)
