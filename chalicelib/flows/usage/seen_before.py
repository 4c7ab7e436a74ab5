"""Which events of the log have come before, and in which windows a person is: sorted hashes in the bucket by the day
of receiving, merged as they grow (log-structured merge; ADR 186)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...desk.sorted_numbers import SIZE, among, between, hashed, merged, numbers_of, packed
from ...desk.times import DAY_MS, from_date
from ...desk.usage_events import WINDOW_MS, Line
from ...desk.usage_meters import REPEATS_DAYS, FoldedDay, Sorted, day_of
from ...ports import World, ref
from .owners import many

RATIO = 4  # of a run that others are merged into, to all that joins it, at most
FEW = 64  # numbers that lie in the day's row: an object costs as much as four KB of it
WINDOWS = DAY_MS // WINDOW_MS
PERSON_BITS, WINDOW_BITS = 55, 9
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Kept:
    """A day with what was put to it, and the objects that are not needed any more once it is stored."""

    day: FoldedDay
    outdated: list[str]


def id_hash(line: Line) -> int:
    """What an event is known again by."""
    return hashed(line.source, line.id)


def known_ids(world: World, workspace: str, day: str, *, ids: Collection[int]) -> set[int]:
    """Those of some ids (hashes) that have come in the seven days before a day, on it, or since."""
    start = from_date(day) or 0
    last = min(start + REPEATS_DAYS * DAY_MS, world.clock.now())
    days = [day_of(at) for at in range(start - REPEATS_DAYS * DAY_MS, last + 1, DAY_MS)]
    rows = many(world.store, [ref(FoldedDay, workspace, each) for each in dict.fromkeys([*days, day])])
    found: set[int] = set()
    for run in _runs(world, [each for row in rows if isinstance(row, FoldedDay) for each in row.ids]):
        found.update(among(run, ids))
    return found


def _runs(world: World, kept: Sequence[Sorted]) -> Iterator[bytes]:
    """The runs, one at a time: a day of ten million is 80 MB."""
    return (packed(each.few) if each.few else world.files.get(each.key) for each in kept)


def places_of_days(workspace: str) -> tuple[str, str]:
    """The prefixes under which the runs lie by days: of ids, and of people."""
    return f"usage-fold/ids/{workspace}/", f"usage-fold/people/{workspace}/"


def with_ids(world: World, row: FoldedDay, ids: Iterable[int], *, people: Iterable[int]) -> Kept:
    """The day once these have come."""
    of_ids, of_people = (f"{place}{row.day}" for place in places_of_days(row.workspace))
    moved = row.changed(
        ids=_joined(world, of_ids, row.ids, numbers=ids),
        people=_joined(world, of_people, row.people, numbers=people),
    )
    there = {"", *(each.key for each in (*moved.ids, *moved.people))}
    return Kept(moved, [each.key for each in (*row.ids, *row.people) if each.key not in there])


def _joined(world: World, place: str, kept: tuple[Sorted, ...], *, numbers: Iterable[int]) -> tuple[Sorted, ...]:
    """The runs of a day with some numbers more: the newest that are not four times as large become one with them."""
    fresh_run = packed(numbers)
    if not fresh_run:
        return kept
    first, size = len(kept), len(fresh_run) // SIZE
    while first and kept[first - 1].count < RATIO * size:
        first -= 1
        size += kept[first].count
    run = merged([fresh_run, *_runs(world, kept[first:])])
    return (*kept[:first], _kept_run(world, place, run))


def _kept_run(world: World, place: str, run: bytes) -> Sorted:
    count = len(run) // SIZE
    if count <= FEW:
        return Sorted(count=count, few=numbers_of(run))
    key = f"{place}/{world.fresh_id('run')}"
    world.files.put(key, run, BYTES)
    return Sorted(key=key, count=count)


def person_mark(hash_: str, window: int) -> int:
    """That a window tells of a person (keyed hash)."""
    return _person(hash_) << WINDOW_BITS | window % WINDOWS


def _person(hash_: str) -> int:
    return int(hash_, 16) & (1 << PERSON_BITS) - 1


def windows_of(world: World, row: FoldedDay, hashes: Iterable[str]) -> set[int]:
    """The windows of a day that tell of some people."""
    first, found = (from_date(row.day) or 0) // WINDOW_MS, set()
    persons = [_person(each) for each in hashes]
    for run in _runs(world, row.people):
        for person in persons:
            marks = between(run, person << WINDOW_BITS, (person + 1) << WINDOW_BITS)
            found |= {first + mark % (1 << WINDOW_BITS) for mark in marks}
    return found
