"""Fold a workspace's raw log into its customers' meters, window by window (write-ahead log; ADR 186).

An entry is written before it counts: it lies in the bucket, then one transaction makes it the pending one, then it is
added to the rows, then it is pending no more. Whoever comes finishes what is pending first, once whoever began it must
have died; of two at once one commits.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from ...desk.dead_letters import DeadLetter
from ...desk.errors import Clash, Contended, NotFound
from ...desk.times import DAY_MS
from ...desk.usage_events import WINDOW_MS, Line, UsageLine, window_prefix
from ...desk.usage_meters import (
    BLOCK,
    FOLDED_KEPT_MS,
    Delta,
    DueFold,
    Folded,
    FoldedDay,
    FoldEntry,
    UsageFold,
    UsageWaiting,
    added_up,
    counts,
    day_of,
    delta_of,
    owner_ref,
)
from ...ports import Drop, Listing, Put, World, Write, new, over, ref
from ..optimistic_retry import there_or_new
from ..paging import every
from ..secrets import sealed
from .admit_named import admit_named, creating
from .apply_entry import apply_entry
from .entries import entry_at, entry_of, put_entry
from .owners import OWNER, keyed_hash, many, owners_of
from .seen_before import id_hash, known_ids, person_mark, with_ids

MOST_OBJECTS = 500  # of an entry
MOST_ENTRIES = 8  # that one message makes: what is left is due still
MOST_WAITING = 80  # rows of what waited that go with an entry
AT_IT_MS = 120_000  # for which a worker may be at an entry: so long it runs at most
AT_ONCE = 16  # objects that are read side by side
BROKEN = (zlib.error, EOFError, OSError, msgspec.DecodeError, ValueError)

L = TypeVar("L", bound=Line)
_lines, _whole_lines = msgspec.json.Decoder(Line), msgspec.json.Decoder(UsageLine)


def fold(world: World, workspace: str, windows: Sequence[int], *, known: Sequence[str] = ()) -> None:
    """Take what is due of some windows, and what has waited for those who are `known` (`c:…`, `u:…`) now. Raises
    Contended while another worker does."""
    try:
        state = finish(world, _taken_over(world, _state(world, workspace)))
        state = _late(world, state, known)
        made = state.n
        for window in windows:
            state = _window(world, state, window, most=made + MOST_ENTRIES)
    except Clash:
        raise Contended("another worker folds this workspace") from None


def _taken_over(world: World, state: UsageFold) -> UsageFold:
    """The state once what another worker has left pending is this one's. Contended while that one may be at it: both
    would write the same rows."""
    now = world.clock.now()
    if not state.pending:
        return state
    if now < state.taken_at + AT_IT_MS:
        raise Contended("another worker adds an entry of this workspace")
    return _moved(world, state, state.changed(taken_at=now))


def finish(world: World, state: UsageFold) -> UsageFold:
    """Add the pending entry to the rows, and tell of those for whom something may have waited."""
    if not state.pending:
        return state
    entry = entry_at(world, state.pending)
    apply_entry(world, state, entry)
    known = {f"u:{user}" for delta in entry.customers.values() for user in delta.members}
    known |= set(owners_of(world, state, entry.waiting))
    if known:
        world.queues.usage([{"workspace": state.workspace, "fold": [], "known": sorted(known)}])
    if entry.customers:  # it is in the rows: nobody needs their people's names any more
        put_entry(world, state.pending, msgspec.structs.replace(entry, customers={}))
    return _moved(world, state, state.changed(pending=""))


def _state(world: World, workspace: str) -> UsageFold:
    there = world.store.one(ref(UsageFold, workspace))
    if there:
        return there
    secret = sealed(world, workspace, OWNER, name="usage", plain=world.clock.entropy(32).hex())
    return there_or_new(world, ref(UsageFold, workspace), UsageFold(version=1, workspace=workspace, secret=secret))


def _moved(world: World, old: UsageFold, now: UsageFold, *writes: Write) -> UsageFold:
    world.store.commit(over(now, old), *writes)
    return now


# --- a window -----------------------------------------------------------------------------------------------------


def _window(world: World, state: UsageFold, window: int, *, most: int) -> UsageFold:
    """The state once all that has come of a window is folded, as far as so many entries go."""
    while state.n < most:
        due = world.store.one(ref(DueFold, state.workspace, window))
        if due is None or not due.due or due.due > world.clock.now():
            break
        taken = {key for n in due.entries for key in entry_of(world, state.workspace, n).objects}
        left = [key for key in _objects(world, state.workspace, window) if _short(key) not in taken]
        if not left:
            world.store.commit(over(due.changed(due=0), due))
            break
        state = _take(world, state, due, keys=left[:MOST_OBJECTS], more=len(left) > MOST_OBJECTS)
    return state


def _objects(world: World, workspace: str, window: int) -> list[str]:
    """The objects of a window: all that came with live keys."""
    prefix, found = window_prefix(workspace, "live", window), list[str]()
    while page := world.files.keys(prefix, found[-1] if found else ""):
        found += page
    return found


def _short(key: str) -> str:
    """An object's name among those of its window."""
    return key.rpartition("-")[2].partition(".")[0]


@dataclass(slots=True)
class _Sum:
    """What lines come to, by their customers, and by those who wait for one."""

    customers: dict[str, list[Delta]] = field(default_factory=dict)
    waiting: dict[str, list[Delta]] = field(default_factory=dict)

    def add(self, who: str, owner: str, delta: Delta) -> None:
        """One line."""
        of, name = (self.customers, owner) if owner else (self.waiting, who)
        of.setdefault(name, []).append(delta)


def _take(world: World, state: UsageFold, due: DueFold, *, keys: Sequence[str], more: bool) -> UsageFold:
    """Make an entry of some objects of a window, and add it to the rows."""
    lines = _lines_of(world, state.workspace, keys)
    day = day_of(due.window * WINDOW_MS)
    ids = {id_hash(line): line for line in reversed(lines) if counts(line)}  # of two alike the first counts
    fresh_ids = ids.keys() - known_ids(world, state.workspace, day, ids=ids)
    taken = [line for hash_, line in ids.items() if hash_ in fresh_ids and owner_ref(line)]
    owners = owners_of(world, state, {owner_ref(line) for line in taken})
    found = _Sum()
    for line in taken:
        found.add(owner_ref(line), owners.get(owner_ref(line), ""), delta_of(line))
    row = world.store.one(ref(FoldedDay, state.workspace, day)) or FoldedDay(workspace=state.workspace, day=day)
    kept = with_ids(world, row, fresh_ids, people=_people(world, state, lines, window=due.window))
    entry = _entry_of(state, found, objects=keys)
    moved = due.changed(entries=(*due.entries, entry.n), due=due.due if more else 0)
    return _written(world, state, entry, over(moved, due), Put(kept.day, row.version), outdated=kept.outdated)


def _lines_of(world: World, workspace: str, keys: Sequence[str]) -> list[Line]:
    """The lines of some objects, in the order in which they came; whom some of them make is there."""
    sources = creating(world, workspace)
    if not sources:
        return list(_read(world, keys, _lines))
    lines = list(_read(world, keys, _whole_lines))
    admit_named(world, workspace, [line for line in lines if line.source in sources])
    return list(lines)


def _read(world: World, keys: Sequence[str], decoder: msgspec.json.Decoder[L]) -> Iterator[L]:
    from concurrent.futures import ThreadPoolExecutor

    def read(key: str) -> list[L]:
        try:
            return decoder.decode_lines(gzip.decompress(world.files.get(key)))
        except NotFound:  # its day is no longer kept
            return []
        except BROKEN as error:  # it holds nobody else's up
            _note(world, key, reason=f"the object cannot be read: {type(error).__name__}")
            return []

    with ThreadPoolExecutor(min(AT_ONCE, len(keys))) as pool:
        for lines in pool.map(read, keys):
            yield from lines


def _note(world: World, key: str, *, reason: str) -> None:
    """Say that an object is not counted, and why."""
    id_, workspace = world.fresh_id("ltr"), key.split("/")[1]
    world.store.commit(
        new(DeadLetter(id=id_, workspace=workspace, queue="usage", about=key, reason=reason, at=world.clock.now()))
    )


def _people(world: World, state: UsageFold, lines: Iterable[Line], *, window: int) -> set[int]:
    """Whom a window tells of."""
    users = {f"u:{line.user}" for line in lines if line.user} | {
        f"a:{line.anonymous}" for line in lines if line.anonymous
    }
    return {person_mark(keyed_hash(world, state, each), window) for each in users}


# --- entries ------------------------------------------------------------------------------------------------------


def _entry_of(state: UsageFold, found: _Sum, *, objects: Sequence[str] = ()) -> Folded:
    return Folded(
        workspace=state.workspace,
        n=state.n + 1,
        objects=tuple(map(_short, objects)),
        customers={owner: added_up(deltas) for owner, deltas in sorted(found.customers.items())},
        waiting={who: added_up(deltas) for who, deltas in sorted(found.waiting.items())},
    )


def _written(world: World, state: UsageFold, entry: Folded, *writes: Write, outdated: Sequence[str] = ()) -> UsageFold:
    """The state once an entry is written, is the pending one, and is added to the rows. What the slower one of two
    workers has put is named by nothing, and ends by itself."""
    now = world.clock.now()
    key = f"usage-fold/entries/{entry.workspace}/{entry.n:012d}-{world.fresh_id('fld')}.json.gz"
    put_entry(world, key, entry)
    _wait(world, state, entry)
    place = FoldEntry(version=1, workspace=entry.workspace, n=entry.n, object=key, ends=now + FOLDED_KEPT_MS)
    state = finish(
        world, _moved(world, state, state.changed(n=entry.n, pending=key, taken_at=now), new(place), *writes)
    )
    for each in outdated:
        world.files.remove(each)
    return state


def _wait(world: World, state: UsageFold, entry: Folded) -> None:
    """Say in which block of entries something waits, once a block."""
    block, ends = entry.n // BLOCK, world.clock.now() + FOLDED_KEPT_MS - DAY_MS
    rows = [
        UsageWaiting(
            version=1,
            workspace=entry.workspace,
            hash=keyed_hash(world, state, who),
            block=block,
            since=entry.n,
            ends=ends,
        )
        for who in entry.waiting
    ]
    there = many(world.store, [world.store.place(row) for row in rows])
    world.store.spread(*(Put(row, None) for row, was in zip(rows, there, strict=True) if was is None))


# --- what has waited ----------------------------------------------------------------------------------------------


def _late(world: World, state: UsageFold, known: Sequence[str]) -> UsageFold:
    """The state once what has waited for some is counted, now that their customers are known."""
    owners = owners_of(world, state, known) if known else {}
    entries: dict[int, Folded] = {}
    found, drops = _Sum(), list[Write]()
    for who, owner in owners.items():
        listing: Listing[UsageWaiting] = Listing("usage-waiting", (state.workspace, keyed_hash(world, state, who)))
        rows = list(every(world.store, listing))
        if drops and len(drops) + len(rows) > MOST_WAITING:
            state = _written(world, state, _entry_of(state, found), *drops)
            found, drops = _Sum(), []
        for row in rows:
            for n in range(row.since, min((row.block + 1) * BLOCK, state.n + 1)):
                if n not in entries:
                    entries[n] = entry_of(world, state.workspace, n)
                if who in entries[n].waiting:
                    found.add(who, owner, entries[n].waiting[who])
        drops += [Drop(world.store.place(row)) for row in rows]
    return _written(world, state, _entry_of(state, found), *drops) if drops else state
