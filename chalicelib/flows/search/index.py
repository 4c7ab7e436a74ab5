"""Keep search up to date: `react` notes what has changed (a row a tree, which queries read too), a worker puts it into
the trees' index once enough has come together.

A row is dropped when what it names has been read after it was written, so whatever dies when, nothing is forgotten;
doing it again changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from ...desk.customers import Customer, User
from ...desk.errors import Clash
from ...desk.issues import Issue
from ...desk.messages import Message
from ...desk.record import Record
from ...desk.rooms import Room
from ...desk.search_index import Entry, Thing, Unindexed, entry_of, place_of, text_of, trees_of
from ...desk.workspaces import Agent
from ...ports import AwsAway, Drop, Index, IndexTask, Listing, Put, Ref, Store, Write, ref

ENOUGH = 64  # rows for which the index is written
MANY = 500  # rows that are put at once
ROUNDS = 8  # of that, in one go
EACH = 8  # one row in so many wakes the worker
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


def unindexed_of(thing: Thing, room: Room | None, at: int) -> list[Unindexed]:
    """A row for each tree that a thing belongs into."""
    place, n = place_of(thing)
    return [Unindexed(version=1, tree=tree, at=at, place=place, n=n) for tree in trees_of(thing, room)]


def mark_changed(store: Store, rows: Sequence[Unindexed]) -> list[IndexTask]:
    """Write the rows; the worker's tasks. Not each row wakes it: most would find too little."""
    store.spread(*(Put(row, None) for row in rows))
    return [IndexTask(row.tree, f"{row.at}:{row.place}:{row.n}") for row in rows if _wakes(row)]


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


def index_pending(store: Store, index: Index, tree: str, *, enough: int = ENOUGH) -> bool:
    """Put what has changed into a tree's index, if it is enough; whether there is more than one go can do."""
    listing: Listing[Unindexed] = Listing("unindexed", (tree,))
    for _ in range(ROUNDS):
        rows = store.page(listing, MANY).items
        if len(rows) < enough:
            return False
        places = list(dict.fromkeys((row.place, row.n) for row in rows))
        there = known(store, places)
        try:
            index.put(tree, [_entry(tree, place, there.get(place)) for place in places])
        except Clash as error:
            raise AwsAway("another writer was faster") from error
        store.spread(*_drops(rows))
    return True


def _entry(tree: str, place: tuple[str, int], found: Held | None) -> Entry:
    """A thing as the tree may know it: of a customer's, only what their people may see."""
    if found is None or tree not in trees_of(found.thing, found.room):
        return Entry(*place, 0)
    return entry_of(found.thing, found.room, vendor=tree == found.thing.workspace)


def _drops(rows: Iterable[Unindexed]) -> Iterator[Write]:
    return (Drop(ref(Unindexed, row.tree, row.at, row.place, row.n)) for row in rows)
