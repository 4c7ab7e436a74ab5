"""A customer's facts by usage: what its days of late come to, looked at again at most once an hour after it called, and
each day by the clock while any of them is not zero (ADR 187)."""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ...desk.times import DAY_MS, HOUR_MS, MINUTE_MS, from_date
from ...desk.usage_meters import (
    FACTS_DAYS,
    FACTS_MS,
    HOURS_KEPT_DAYS,
    Usage,
    UsageDay,
    day_of,
    facts_of,
    next_midnight,
    nothing_left,
)
from ...desk.usage_reasons import one_off_days
from ...ports import World, over, ref
from ..customers.evaluate_segments import asks_usage, evaluate_segments, filters_of
from ..optimistic_retry import again
from .days import read_actors, read_days
from .owners import many
from .reasons import reasons_of
from .signals import run_all

READ_DAYS = 2 * FACTS_DAYS + 2
JUST_MS = 15 * MINUTE_MS  # within which a message may come again


def evaluate_usage(world: World, workspace: str, customers: Sequence[str]) -> None:
    """Look at the facts of some customers again, if they are due; place them, where a filter asks for usage, and look
    at their days for what segments watch. Those that were looked at just now are placed again: whoever did may have
    died over it."""
    known = many(world.store, [ref(Usage, customer) for customer in customers])
    found = [usage.customer for usage in known if usage and _looked_at(world, usage)]
    if found and asks_usage(node for _, node in filters_of(world, workspace)):
        evaluate_segments(world, workspace, dict.fromkeys(found, ()))
    if found:
        run_all(world, workspace, found)


def due_facts(due: Iterable[Usage]) -> list[dict[str, Any]]:
    """What the worker is told of customers whose facts are due."""
    found: dict[str, list[str]] = {}
    for each in due:
        found.setdefault(each.workspace, []).append(each.customer)
    return [
        {"workspace": workspace, "facts": some[start : start + 50]}
        for workspace, some in found.items()
        for start in range(0, len(some), 50)
    ]


def _looked_at(world: World, known: Usage) -> bool:
    """Whether the facts of a customer were written, now or a moment ago. Whoever clashes reads them again."""
    place = world.store.place(known)
    return again(world, lambda tries: _evaluated(world, world.store.one(place) if tries else known))


def _evaluated(world: World, old: Usage | None) -> bool:
    now = world.clock.now()
    if old is None or not old.due or old.due > now:
        return old is not None and now - old.evaluated_at < JUST_MS
    customer = old.customer
    days = read_days(world, customer, since=now - READ_DAYS * DAY_MS, until=now + DAY_MS)
    since = day_of(now - (FACTS_DAYS - 1) * DAY_MS)
    actors = [(each.kind, each.who) for each in read_actors(world, customer, since=from_date(since) or 0)]
    actors += [("token", token) for day in days if day.day >= since for token in day.tokens]
    facts = facts_of(days, actors, now=now, left_out=one_off_days(reasons_of(world, customer)))
    facts["last_call_at"] = max(facts["last_call_at"], old.last_call_at)
    spread = zlib.crc32(customer.encode()) % HOUR_MS  # not all of them at midnight
    due = next_midnight(now) + spread
    if facts["last_call_at"] > old.last_call_at:  # whoever calls on needs no other write to be due
        due = min(due, now + FACTS_MS)
    moved = old.changed(**facts, evaluated_at=now, due=due)
    world.store.commit(over(msgspec.structs.replace(moved, due=0) if nothing_left(moved) else moved, old))
    _without_hours(world, days, now)
    return True


def _without_hours(world: World, days: Iterable[UsageDay], now: int) -> None:
    """Days of before two weeks ago keep no hours."""
    first = day_of(now - HOURS_KEPT_DAYS * DAY_MS)
    for day in days:
        if day.hours and day.day < first:
            world.store.commit(over(day.changed(hours={}), day))
