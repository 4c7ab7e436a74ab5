"""Add an entry of the fold to the rows of its customers: any number of times, and by several workers at once (ADR 186).

Each row is written over the version that it was read at. A day knows the last entry that is in it, so that nobody adds
one twice; who called on a day, and since when a developer does, comes to the same whoever writes it again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...desk.record import Record
from ...desk.times import DAY_MS, from_date
from ...desk.usage_developers import Developer, developer_after
from ...desk.usage_meters import (
    ACTORS_KEPT_MS,
    FACTS_MS,
    DayDelta,
    Delta,
    Folded,
    Usage,
    UsageActor,
    UsageDay,
    UsageFold,
    UsageOwner,
    day_with,
    earliest,
)
from ...desk.workspaces import Agent
from ...ports import Listing, Memory, Put, World
from ..optimistic_retry import again
from ..paging import every
from .owners import developers_of, keyed_hash, many

PAGE = 100
MOST_ACTORS = 50_000  # that a container knows to be there


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is made where it is not there, and what becomes of it; the same again where that is nothing."""

    fresh: Record
    after: Callable[[Any], Any]


def apply_entry(world: World, state: UsageFold, entry: Folded) -> None:
    """Add it to all of its rows."""
    called = [(owner, who) for owner, delta in entry.customers.items() for who in _developers(delta)]
    ids = developers_of(world, entry.workspace, called)
    _put_actors(world, entry, ids)
    own = _own_people(world, entry.workspace) if ids else frozenset()
    _change(world, _days(entry))
    _change_developers(world, list(_known_developers(entry, ids, own=own)))
    _change(world, _said_owners(world, state, entry))
    _change(world, _facts(entry, world.clock.now()))


def _developers(delta: Delta) -> set[str]:
    return {*delta.developers, *(who for day in delta.days.values() for who in day.developers)}


def _own_people(world: World, workspace: str) -> frozenset[str]:
    """What the vendor's own people may be called: they are no developers of a customer's."""
    agents: Listing[Agent] = Listing("agents", (workspace,))
    return frozenset(f"u:{agent.email.casefold()}" for agent in every(world.store, agents) if agent.email)


def _change_developers(world: World, changes: list[Change]) -> None:
    """Those of whom the container knows nothing, or not yet what came: what is stored of one only ever grows."""
    memory: Memory[Any] = world.memory.of("usage developers", MOST_ACTORS)
    known = {place: memory.get(place) for place in (world.store.place(each.fresh) for each in changes)}
    grown = [
        each
        for each in changes
        if (seen := known[world.store.place(each.fresh)]) is None or each.after(seen) is not seen
    ]
    _change(world, grown)
    for each in grown:
        place = world.store.place(each.fresh)
        memory.keep(place, each.after(known[place] or each.fresh))


def _days(entry: Folded) -> Iterator[Change]:
    for owner, delta in entry.customers.items():
        for day, added in delta.days.items():
            fresh = UsageDay(customer=owner, workspace=entry.workspace, day=day)
            yield Change(fresh, partial(_with, added=added, n=entry.n))


def _with(row: UsageDay, *, added: DayDelta, n: int) -> UsageDay:
    return day_with(row, added, n)


def _known_developers(entry: Folded, ids: dict[tuple[str, str], str], *, own: frozenset[str]) -> Iterator[Change]:
    for owner, delta in entry.customers.items():
        for who, known in delta.developers.items():
            if who.casefold() not in own:
                fresh = Developer(customer=owner, workspace=entry.workspace, who=ids[owner, who])
                yield Change(fresh, partial(lambda row, known: developer_after(row, known), known=known))


def _said_owners(world: World, state: UsageFold, entry: Folded) -> Iterator[Change]:
    """Whose the users are that group calls have named: the last call has it."""
    for owner, delta in entry.customers.items():
        for user, at in delta.members.items():
            hash_ = keyed_hash(world, state, f"u:{user}")
            said = UsageOwner(workspace=entry.workspace, hash=hash_, customer=owner, at=at)
            yield Change(said, partial(_later, said=said))


def _later(row: UsageOwner, *, said: UsageOwner) -> UsageOwner:
    if row.version and (row.at >= said.at or row.customer == said.customer):
        return row
    return row.changed(customer=said.customer, at=said.at)


def _facts(entry: Folded, now: int) -> Iterator[Change]:
    """When the customers are looked at again: at once, but once an hour at most."""
    for owner, delta in entry.customers.items():
        if delta.days:
            fresh = Usage(customer=owner, workspace=entry.workspace)
            yield Change(fresh, partial(_touched, delta=delta, now=now))


def _touched(usage: Usage, *, delta: Delta, now: int) -> Usage:
    soonest = max(now, usage.evaluated_at + FACTS_MS if usage.evaluated_at else 0)
    due = min(usage.due or soonest, soonest)
    first = earliest((usage.first_success_at, *(day.first_success for day in delta.days.values())))
    if (due, first) == (usage.due, usage.first_success_at):
        return usage
    return usage.changed(due=due, first_success_at=first)


def _put_actors(world: World, entry: Folded, ids: dict[tuple[str, str], str]) -> None:
    """Who called on which day, and with which tokens: those that are not there yet."""
    known: Memory[bool] = world.memory.of("usage actors", MOST_ACTORS)
    rows = [row for row in _actors(entry, ids) if not known.get(world.store.place(row))]
    there = many(world.store, [world.store.place(row) for row in rows])
    world.store.spread(*(Put(row, None) for row, was in zip(rows, there, strict=True) if was is None))
    for row in rows:
        known.keep(world.store.place(row), True)


def _actors(entry: Folded, ids: dict[tuple[str, str], str]) -> Iterator[UsageActor]:
    for owner, delta in entry.customers.items():
        for day, added in delta.days.items():
            ends = (from_date(day) or 0) + DAY_MS + ACTORS_KEPT_MS
            for kind, names in (
                ("developer", {ids[owner, who] for who in added.developers}),
                ("token", set(added.tokens)),
            ):
                for who in sorted(names):
                    yield UsageActor(
                        version=1,
                        customer=owner,
                        workspace=entry.workspace,
                        day=day,
                        kind=kind,  # type: ignore[arg-type]
                        who=who,
                        ends=ends,
                    )


def _change(world: World, changes: Iterable[Change]) -> None:
    """Make the changes, a hundred rows read at once. Whoever clashes reads that row again."""
    all_ = list(changes)
    for start in range(0, len(all_), PAGE):
        some = all_[start : start + PAGE]
        there = world.store.many([world.store.place(each.fresh) for each in some])
        for each, old in zip(some, there, strict=True):
            _changed(world, each, old)


def _changed(world: World, change: Change, old: Record | None) -> None:
    def attempt(tries: int) -> None:
        was = world.store.one(world.store.place(change.fresh)) if tries else old
        start = was or change.fresh
        now = change.after(start)
        if now is not start:
            world.store.commit(Put(now, start.version))

    again(world, attempt)
