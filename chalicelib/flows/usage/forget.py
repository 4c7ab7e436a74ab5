"""Forget somebody in the raw log of usage: the days' marks say in which windows they are, and those objects are written
anew without their lines (right to erasure; ADR 185)."""

from collections.abc import Collection, Iterable, Iterator
from typing import get_args

from ...desk.erasures import Subject
from ...desk.errors import NotFound
from ...desk.ids import customer_id
from ...desk.usage_events import UsageLine, decode, encode, window_of, window_prefix
from ...desk.usage_meters import DueFold, FoldedDay, FoldEntry, UsageFold, UsageOwner, UsageWaiting, without_people
from ...desk.usage_sources import Mode
from ...ports import Drop, Listing, World, ref
from ..paging import every
from .entries import entry_at, put_entry
from .owners import keyed_hash
from .seen_before import windows_of
from .take_in import GZIP

UNFOLDED = 4  # windows before now, of which no mark may tell yet


def days_of_log(world: World, workspace: str) -> list[str]:
    """The days of the log that have marks, the oldest first; and "", what has come just now."""
    if world.store.one(ref(UsageFold, workspace)) is None:
        return []
    found, cursor = [], None
    listing: Listing[FoldedDay] = Listing("folded-days", (workspace,))
    while True:
        page = world.store.page(listing, 100, cursor)
        found += [row.day for row in page.items]
        if page.next is None:
            return [*found, ""]
        cursor = page.next


def forget_day(world: World, workspace: str, subject: Subject, *, day: str) -> set[str]:
    """Take their lines of a day out of the log; the ids by which they were anonymous, as those lines say."""
    fold = world.store.one(ref(UsageFold, workspace))
    if fold is None:
        return set()
    row = world.store.one(ref(FoldedDay, workspace, day)) if day else None
    called = [*(f"u:{each}" for each in subject.called), *(f"a:{each}" for each in subject.anonymous)]
    now = window_of(world.clock.now())
    windows = set(range(now - UNFOLDED, now + 1)) if not day else set()
    if row:
        windows = windows_of(world, row, [keyed_hash(world, fold, each) for each in called])
    found: set[str] = set()
    for key in _objects(world, workspace, windows):
        found |= _without(world, workspace, subject, key=key)
    for window in sorted(windows):
        _forget_waiting(world, workspace, subject, window=window)
    return found - set(subject.anonymous)


def _forget_waiting(world: World, workspace: str, subject: Subject, *, window: int) -> None:
    """Take them out of what waits for its customer in a window's entries."""

    def gone(owner: str, who: str) -> bool:
        """As `is_of`, of somebody (`who`) in what waits for a customer or a user (`owner`)."""
        if who.startswith("a:"):
            return who[2:] in subject.anonymous
        ours = owner.startswith("u:") or customer_id(workspace, owner[2:]) in subject.customers
        return who.startswith("u:") and who[2:] in subject.called and ours

    due = world.store.one(ref(DueFold, workspace, window))
    for n in due.entries if due else ():
        place = world.store.one(ref(FoldEntry, workspace, n))
        if place:
            entry = entry_at(world, place.object)
            left = without_people(entry, gone)
            if left != entry:
                put_entry(world, place.object, left)


def forget_owners(world: World, workspace: str, subject: Subject) -> None:
    """Know no more whose user they were, nor that something waits to hear it. Once their lines are gone nothing says
    so again."""
    fold = world.store.one(ref(UsageFold, workspace))
    for called in subject.called if fold else ():
        hash_ = keyed_hash(world, fold, f"u:{called}")  # type: ignore[arg-type]
        owner = world.store.one(ref(UsageOwner, workspace, hash_))
        waiting: Listing[UsageWaiting] = Listing("usage-waiting", (workspace, hash_))
        gone = [*every(world.store, waiting), *([owner] if owner and owner.customer in subject.customers else [])]
        world.store.spread(*(Drop(world.store.place(each)) for each in gone))


def _objects(world: World, workspace: str, windows: Collection[int]) -> Iterator[str]:
    for window in sorted(windows):
        for mode in get_args(Mode):
            yield from _all(world, window_prefix(workspace, mode, window))


def _all(world: World, prefix: str) -> Iterator[str]:
    after = ""
    while keys := world.files.keys(prefix, after):
        yield from keys
        after = keys[-1]


def _without(world: World, workspace: str, subject: Subject, *, key: str) -> set[str]:
    """Write an object anew without their lines; what they were called there while nobody knew them."""
    try:
        lines = decode(world.files.get(key))
    except NotFound:
        return set()
    theirs = [line for line in lines if is_of(line, workspace, subject)]
    if len(theirs) == len(lines):
        world.files.remove(key)
    elif theirs:
        world.files.put(key, encode(_others(lines, theirs)), GZIP)
    return {line.anonymous for line in theirs if line.anonymous}


def _others(lines: Iterable[UsageLine], theirs: Collection[UsageLine]) -> list[UsageLine]:
    gone = set(map(id, theirs))
    return [line for line in lines if id(line) not in gone]


def is_of(line: UsageLine, workspace: str, subject: Subject) -> bool:
    """Whether a line is of theirs: by what the vendor calls them, unless it is of another customer, where somebody else
    may be called so; else by what they were before anybody knew them."""
    if line.user:
        ours = not line.customer or customer_id(workspace, line.customer) in subject.customers
        return line.user in subject.called and ours
    return bool(line.anonymous) and line.anonymous in subject.anonymous
