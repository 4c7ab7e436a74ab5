"""How far developers come (activation funnel): a key, a first call, a first success, a week with calls (ADR 191). Pure.

Counted are distinct developers who have a token that nobody took back. Each stage holds those of the stage before who
came further; nobody is counted by having been registered, or written to.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import ceil
from typing import Literal

from .record import Part
from .times import DAY_MS
from .usage_developers import Developer
from .usage_meters import FACTS_DAYS, day_of

By = Literal["cohort", "source"]


class Stages(Part, frozen=True):
    """How many developers came to which stage; of how many both the key's making and the first success are known, and
    how long (ms) it was from one to the other (time to hello world), of half of them and of 85 in a hundred."""

    keys: int = 0
    called: int = 0
    succeeded: int = 0
    active: int = 0
    timed: int = 0
    median_ms: int | None = None
    p85_ms: int | None = None


class Reach(Part, frozen=True):
    """At how many customers those are who were active this week (breadth), how many at half of these (depth), and the
    customer (id, "" for none) with most of them, with its share."""

    customers: int = 0
    median_developers: int = 0
    largest: str = ""
    largest_share: float | None = None


class Funnel(Part, frozen=True):
    """The stages of all, those of each part by its name, and where those are who stayed."""

    total: Stages
    parts: dict[str, Stages]
    reach: Reach


def funnel_of(developers: Iterable[Developer], by: By, *, now: int) -> Funnel:
    """The funnel of developers at `now` (ms), parted by the week in which they began (its Monday), or by source."""
    counted = [each for each in developers if each.live_tokens]
    parts: dict[str, list[Developer]] = {}
    for each in counted:
        parts.setdefault(cohort_of(each) if by == "cohort" else each.source, []).append(each)
    return Funnel(
        total=_stages(counted, now),
        parts={name: _stages(some, now) for name, some in sorted(parts.items())},
        reach=_reach(each.customer for each in counted if _active(each, now)),
    )


def cohort_of(developer: Developer) -> str:
    """The Monday (UTC) of the week in which they began."""
    day = date.fromisoformat(day_of(developer.began))
    return (day - timedelta(days=day.weekday())).isoformat()


def _active(developer: Developer, now: int) -> bool:
    """Whether they have come to a success, and called in the last seven days."""
    return bool(developer.first_success_at) and developer.last_day > day_of(now - FACTS_DAYS * DAY_MS)


def _stages(developers: Sequence[Developer], now: int) -> Stages:
    took = sorted(
        each.first_success_at - each.key_made_at
        for each in developers
        if each.key_made_at and each.first_success_at >= each.key_made_at
    )
    return Stages(
        keys=len(developers),
        called=sum(bool(each.first_call_at) for each in developers),
        succeeded=sum(bool(each.first_success_at) for each in developers),
        active=sum(_active(each, now) for each in developers),
        timed=len(took),
        median_ms=_percentile(took, 50),
        p85_ms=_percentile(took, 85),
    )


def _percentile(ordered: Sequence[int], percent: int) -> int | None:
    """What so many in a hundred do not exceed (nearest rank); None of none."""
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1] if ordered else None


def _reach(customers: Iterable[str]) -> Reach:
    counted = Counter(customers)
    if not counted:
        return Reach()
    largest, most = min(counted.items(), key=lambda each: (-each[1], each[0]))
    return Reach(
        customers=len(counted),
        median_developers=_percentile(sorted(counted.values()), 50) or 0,
        largest=largest,
        largest_share=round(most / counted.total(), 3),
    )
