"""Add an entry of the fold to the rows of its customers: any number of times, and by several workers at once (ADR 186).

Each row is written over the version that it was read at, by this fold or an earlier one of this container. A day knows
the last entry that is in it, so that nobody adds one twice; who called on a day, and since when a developer does, comes
to the same whoever writes it again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...desk.record import Record
from ...desk.times import DAY_MS, from_date
from ...desk.usage_developers import Developer, developer_after
from ...desk.usage_meters import (
    ACTORS_KEPT_MS,
    FACTS_MS,
    ActorKind,
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
    tokens_with,
)
from ...desk.workspaces import Agent
from ...ports import Listing, Memory, Put, World
from ..optimistic_retry import again
from ..paging import every
from .owners import developers_of, keyed_hash, many

PAGE = 100
MOST_ACTORS = 50_000  # that a container knows to be there
MOST_ROWS = 20_000  # that a container remembers


def _never(_: Any) -> bool:
    return False


def _nobody(_: Any) -> Iterable[UsageActor]:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A row that is made where it is not there, and what becomes of it; the same again where that is nothing. Before it
    is written those are put of whom it says no word (`beside`). Where a row that is remembered needs no change the
    stored one needs none, if it `lasts`."""

    fresh: Record
    after: Callable[[Any], Any]
    beside: Callable[[Any], Iterable[UsageActor]] = _nobody
    lasts: Callable[[Any], bool] = _never


def apply_entry(world: World, state: UsageFold, entry: Folded) -> None:
    """Add it to all of its rows."""
    called = [(owner, who) for owner, delta in entry.customers.items() for who in _developers(delta)]
    ids = developers_of(world, entry.workspace, called)
    own = _own_people(world, entry.workspace) if ids else frozenset()
    _change(world, _days(entry, ids))
    _change(world, _known_developers(entry, ids, own=own))
    _change(world, _said_owners(world, state, entry))
    _change(world, _facts(entry, world.clock.now()))


def _developers(delta: Delta) -> set[str]:
    return {*delta.developers, *(who for day in delta.days.values() for who in day.developers)}


def _own_people(world: World, workspace: str) -> frozenset[str]:
    """What the vendor's own people may be called: they are no developers of a customer's."""
    agents: Listing[Agent] = Listing("agents", (workspace,))
    return frozenset(f"u:{agent.email.casefold()}" for agent in every(world.store, agents) if agent.email)


def _days(entry: Folded, ids: dict[tuple[str, str], str]) -> Iterator[Change]:
    for owner, delta in entry.customers.items():
        for day, added in delta.days.items():
            fresh = UsageDay(customer=owner, workspace=entry.workspace, day=day)
            who = sorted({ids[owner, each] for each in added.developers})
            yield Change(fresh, partial(_with, added=added, n=entry.n), partial(_actors, added=added, developers=who))


def _with(row: UsageDay, *, added: DayDelta, n: int) -> UsageDay:
    return day_with(row, added, n)


def _known_developers(entry: Folded, ids: dict[tuple[str, str], str], *, own: frozenset[str]) -> Iterator[Change]:
    for owner, delta in entry.customers.items():
        for who, known in delta.developers.items():
            if who.casefold() not in own:
                fresh = Developer(customer=owner, workspace=entry.workspace, who=ids[owner, who])
                after = partial(lambda row, known: developer_after(row, known), known=known)
                yield Change(fresh, after, lasts=lambda _: True)  # what is stored of one only ever grows


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
            yield Change(fresh, partial(_touched, delta=delta, now=now), lasts=lambda usage: usage.due > now)


def _touched(usage: Usage, *, delta: Delta, now: int) -> Usage:
    soonest = max(now, usage.evaluated_at + FACTS_MS if usage.evaluated_at else 0)
    due = min(usage.due or soonest, soonest)
    first = earliest((usage.first_success_at, *(day.first_success for day in delta.days.values())))
    if (due, first) == (usage.due, usage.first_success_at):
        return usage
    return usage.changed(due=due, first_success_at=first)


def _actors(row: UsageDay, *, added: DayDelta, developers: Sequence[str]) -> Iterator[UsageActor]:
    """Who called, and the tokens for which the day itself has no room."""
    ends = (from_date(row.day) or 0) + DAY_MS + ACTORS_KEPT_MS
    named = tokens_with(row, added)
    tokens = [each for each in added.tokens if each not in named]
    found: list[tuple[ActorKind, str]] = [*(("developer", who) for who in developers), *(("token", t) for t in tokens)]
    for kind, who in found:
        yield UsageActor(
            version=1,
            customer=row.customer,
            workspace=row.workspace,
            day=row.day,
            kind=kind,
            who=who,
            ends=ends,
        )


def _put_actors(world: World, changes: Iterable[tuple[Change, Record | None]]) -> None:
    """Put those beside some rows who are not there yet: beside a row that is not there nobody is."""
    known: Memory[bool] = world.memory.of("usage actors", MOST_ACTORS)
    called = [(actor, row) for each, row in changes for actor in each.beside(row or each.fresh)]
    missing = [(world.store.place(actor), actor, row) for actor, row in called]
    missing = [each for each in missing if not known.get(each[0])]
    asked = [place for place, _, row in missing if row]
    there = {place for place, found in zip(asked, many(world.store, asked), strict=True) if found}
    world.store.spread(*(Put(actor, None) for place, actor, _ in missing if place not in there))
    for place, _, _ in missing:
        known.keep(place, True)


def _change(world: World, changes: Iterable[Change]) -> None:
    """Make the changes, a hundred rows at once."""
    all_ = list(changes)
    for start in range(0, len(all_), PAGE):
        _change_some(world, all_[start : start + PAGE])


def _change_some(world: World, changes: Sequence[Change]) -> None:
    memory: Memory[Any] = world.memory.of("usage rows", MOST_ROWS)
    known = {each: memory.get(world.store.place(each.fresh)) for each in changes}
    unsure = [each for each, row in known.items() if row is None or each.after(row) is row and not each.lasts(row)]
    known |= zip(unsure, many(world.store, [world.store.place(each.fresh) for each in unsure]), strict=True)
    _put_actors(world, known.items())
    for each, row in known.items():
        memory.keep(world.store.place(each.fresh), _changed(world, each, row))


def _changed(world: World, change: Change, known: Record | None) -> Record:
    """The row once it is changed. Whoever clashes reads it again."""

    def attempt(tries: int) -> Record:
        was = world.store.one(world.store.place(change.fresh)) if tries else known
        start = was or change.fresh
        if tries:
            _put_actors(world, [(change, was)])
        now: Record = change.after(start)
        if now is not start:
            world.store.commit(Put(now, start.version))
        return now

    return again(world, attempt)
