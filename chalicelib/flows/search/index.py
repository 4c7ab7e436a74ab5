"""Keep search up to date: `react` notes what has changed (a row a tree, which queries read too), a worker puts it into
the trees' index once enough has come together.

A row is taken when what it names has been read after it was written, so whatever dies when, nothing is forgotten;
doing it again changes nothing. Nobody deletes it: the tree's cursor passes it by, and it ends by TTL (ADR 160).
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from msgspec.structs import replace

from ...desk.customers import Customer, User
from ...desk.errors import Clash
from ...desk.issues import Issue
from ...desk.messages import Message
from ...desk.record import Record
from ...desk.rooms import Room
from ...desk.search_index import (
    DAYS_KEPT,
    DAYS_WAITED,
    Entry,
    Indexed,
    Thing,
    Unindexed,
    entry_of,
    place_of,
    text_of,
    trees_of,
)
from ...desk.times import DAY_MS
from ...desk.workspaces import Agent
from ...ports import AwsAway, Drop, Index, IndexTask, Listing, Memory, Put, Ref, Store, World, new, over, ref

ENOUGH = 64  # rows for which the index is written
MANY = 500  # rows that are put at once
ROUNDS = 8  # of that, in one go
EACH = 16  # one row in so many wakes the worker
TREES = 10_000  # trees of which a container remembers that they have a cursor
SETTLES_MS = 10_000  # ms after which no row comes any more that says it was noted before
PROMPT_MS = 3_000  # ms within which a row must be there; the rest of the above is for clocks that differ
THINGS = (Message, Room, Issue, Customer, User, Agent)


# --- noting -------------------------------------------------------------------------------------------------------


def changed_thing(now: Record | None, before: Record | None) -> Thing | None:
    """The thing that search has to hear of: what it says has changed, or may have (it is not new, and nobody knows what
    it was)."""
    if not isinstance(now, THINGS):
        return None
    said = text_of(now, vendor=True)
    old = text_of(before, vendor=True) if isinstance(before, type(now)) else ""
    untold = now == before or before is None and now.version > 1
    return now if said != old or untold else None


def unindexed_of(thing: Thing, room: Room | None) -> list[Unindexed]:
    """A row for each tree that a thing belongs into."""
    place, n = place_of(thing)
    return [Unindexed(version=1, tree=tree, at=0, place=place, n=n) for tree in trees_of(thing, room)]


def mark_changed(world: World, rows: Sequence[Unindexed]) -> list[IndexTask]:
    """Write the rows, as noted now; the worker's tasks. Not each row wakes it: most would find too little."""
    if not rows:
        return []
    known: Memory[bool] = world.memory.of("indexed", TREES)
    for tree in dict.fromkeys(row.tree for row in rows if not known.get(row.tree)):
        _begin(world.store, tree, world.clock.now())
        known.keep(tree, True)
    return [IndexTask(row.tree, f"{row.at}:{row.place}:{row.n}") for row in _noted(world, rows) if _wakes(row)]


def _begin(store: Store, tree: str, now: int) -> None:
    """Let a tree have its cursor, by which it is looked after."""
    if store.one(ref(Indexed, tree)) is None:
        with suppress(Clash):
            store.commit(new(Indexed(tree=tree, due=now + DAYS_WAITED * DAY_MS)))


def _noted(world: World, rows: Sequence[Unindexed]) -> list[Unindexed]:
    """The rows as they were written: what took too long is written again, as noted later, since its tree's cursor may
    have passed it by."""
    while True:
        at = world.clock.now()
        stamped = [replace(row, at=at, ends=at + DAYS_KEPT * DAY_MS) for row in rows]
        world.store.spread(*(Put(row, None) for row in stamped))
        if world.clock.now() - at <= PROMPT_MS:
            return stamped


def _wakes(row: Unindexed) -> bool:
    return crc32(f"{row.tree}:{row.at}:{row.place}:{row.n}".encode()) % EACH == 0


# --- reading things -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """A thing as it is now, and the room that it is in or is itself."""

    thing: Thing
    room: Room | None


def refs_of(place: str, n: int) -> list[Ref[Any]]:
    """What has to be read of a place: the thing itself, and the room of a message."""
    kind, _, rest = place.partition(":")
    if kind in ("m", "n"):
        return [ref(Message, rest, n, kind == "n"), ref(Room, rest)]
    if kind in ("u", "a"):
        owner, _, person = rest.partition(":")
        return [ref(User if kind == "u" else Agent, owner, person)]
    return [ref({"r": Room, "i": Issue, "c": Customer}[kind], rest)]


def known(store: Store, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Held]:
    """The things that are there, in a read of a hundred or so at a time."""
    wanted = {place: refs_of(*place) for place in dict.fromkeys(places)}
    refs = list(dict.fromkeys(each for refs in wanted.values() for each in refs))
    there = dict(zip(refs, store.many(refs) if refs else [], strict=True))
    found = {}
    for place, refs in wanted.items():
        thing = there[refs[0]]
        room = thing if isinstance(thing, Room) else there[refs[-1]] if len(refs) > 1 else None
        if thing is not None:
            found[place] = Held(thing, room)
    return found


# --- putting ------------------------------------------------------------------------------------------------------


def index_pending(store: Store, index: Index, tree: str, *, now: int, enough: int = ENOUGH) -> bool:
    """Put what has changed into a tree's index, if it is enough or has waited for too long; whether there is more than
    one go can do."""
    there = store.one(ref(Indexed, tree)) or Indexed(tree=tree)
    long_ago = now - DAYS_WAITED * DAY_MS
    listing: Listing[Unindexed] = Listing("unindexed", (tree,), after=there.upto)
    cursor: str | None = None
    for _ in range(ROUNDS):
        page = store.page(listing, MANY, cursor)
        rows, cursor = page.items, page.next
        fresh = [row for row in rows if row.at > there.latest]
        if len(fresh) < enough and not (rows and rows[0].at <= long_ago):
            if there.due <= now:
                store.commit(over(there.changed(due=now + DAYS_WAITED * DAY_MS), there))
            return False
        put_places(store, index, tree, places=[(row.place, row.n) for row in rows])
        taken = rows[-1].at - (cursor is not None)  # of the last moment there may be more on the next page
        upto = max(there.upto, min(taken, now - SETTLES_MS))
        moved = there.changed(latest=max(there.latest, taken), upto=upto)
        try:
            store.commit(Put(moved, there.version))
        except Clash as error:
            raise AwsAway("another writer was faster") from error
        store.spread(*(Drop(ref(Unindexed, tree, row.at, row.place, row.n)) for row in rows if not row.ends))
        there = moved
        if cursor is None:
            return False
    return True


def put_places(store: Store, index: Index, tree: str, *, places: Iterable[tuple[str, int]]) -> None:
    """Put what is at some places now into a tree's index."""
    wanted = list(dict.fromkeys(places))
    there = known(store, wanted)
    try:
        index.put(tree, [_entry(tree, place, there.get(place)) for place in wanted])
    except Clash as error:
        raise AwsAway("another writer was faster") from error


def _entry(tree: str, place: tuple[str, int], found: Held | None) -> Entry:
    """A thing as the tree may know it: of a customer's, only what their people may see."""
    if found is None or tree not in trees_of(found.thing, found.room):
        return Entry(*place, 0)
    return entry_of(found.thing, found.room, vendor=tree == found.thing.workspace)
