"""Find all that search should know, again: a page at a time by the worker, or all of the table by `make rebuild`.

Nothing is taken away meanwhile: what is found again outdates what was known of it.
"""

from collections.abc import Iterable
from typing import Any, get_args

from ...desk.customers import Customer
from ...desk.messages import Message
from ...desk.permissions import Principal
from ...desk.record import Record
from ...desk.rooms import Room
from ...desk.search_index import Thing, Unindexed
from ...desk.tickets import IssueState
from ...desk.workspaces import Workspace
from ...ports import AwsAway, Index, IndexTask, Listing, Store, World, ref
from ..audit import audit
from ..once import KEYLESS, Once
from .index import MANY, THINGS, mark_changed, put_places, unindexed_of

PAGE = 100
TRIES = 10  # in which somebody else may write the same tree
# step of a walk → the listing that it pages through, by workspace and what it is of
STEPS: dict[str, tuple[str, bool]] = {
    "agents": ("agents", False),
    "customers": ("customers-by-name", False),
    "users": ("users", True),
    "issues": ("issues-age", True),
    "rooms": ("rooms", True),
    "unsaid": ("unsaid-rooms", True),
    "snoozed": ("snoozed-rooms", False),
    "posts": ("posts", True),
    "notes": ("notes", True),
}
STATES = ("open", "resolved")
OF_THINGS = frozenset({"users", "posts", "notes"})  # listed by what they are of alone


def find_all_again(world: World, who: Principal, once: Once = KEYLESS) -> None:
    """Have the worker find all that search should know of the caller's workspace."""
    now, entry = world.clock.now(), audit(world, who, "search.rebuilt", subject=who.workspace, fields=[])
    world.queues.index(first_steps(who.workspace, str(now)))  # first: a repeat would not get here
    world.store.commit(*entry, *once.writes(None, now))


def first_steps(workspace: str, why: str) -> list[IndexTask]:
    """The first steps."""
    found = [IndexTask(workspace, why, reindex_page) for reindex_page in ("agents", "customers")]
    found += [IndexTask(workspace, why, "issues", state) for state in get_args(IssueState)]
    return found + [IndexTask(workspace, why, "rooms", state) for state in STATES]


def reindex_page(world: World, step: IndexTask) -> list[IndexTask]:
    """Note a page of what there is; the steps and tasks that follow."""
    store = world.store
    name, has = STEPS[step.walk]
    args = (step.of,) if step.walk in OF_THINGS else (step.tree, step.of) if has else (step.tree,)
    listing: Listing[Any] = Listing(name, args)
    page = store.page(listing, PAGE, step.cursor or None)
    room = store.one(ref(Room, step.of)) if step.walk in ("posts", "notes") else None
    rows: list[Unindexed] = []
    steps: list[IndexTask] = []
    for thing in page.items:
        rows += unindexed_of(thing, thing if isinstance(thing, Room) else room)
        if isinstance(thing, Customer):
            steps.append(IndexTask(step.tree, step.why, "users", thing.id))
        if isinstance(thing, Room):
            steps += [IndexTask(step.tree, step.why, kind, thing.id) for kind in ("posts", "notes")]
    if page.next:
        steps.append(IndexTask(step.tree, step.why, step.walk, step.of, page.next))
    if (
        step.walk in ("rooms", "unsaid") and step.of in STATES and not step.cursor
    ):  # the other parts of an inbox that has several
        tenant = store.one(ref(Workspace, step.tree))
        parts = range(1, tenant.inbox_shards if tenant else 1)
        steps += [IndexTask(step.tree, step.why, step.walk, f"{step.of}#{part}") for part in parts]
        if step.walk == "rooms":
            steps.append(IndexTask(step.tree, step.why, "unsaid", step.of))
            steps += [IndexTask(step.tree, step.why, "snoozed")] if step.of == "open" else []
    return [*steps, *mark_changed(world, rows)]


def reindex_all(store: Store, index: Index, records: Iterable[Record]) -> int:
    """Put every record of a scan into its trees; how many entries that were. No rows are noted, since who runs it may
    have a clock of their own: who dies begins again."""
    places: dict[str, list[tuple[str, int]]] = {}
    rooms: dict[str, Room | None] = {}
    count = 0
    for record in records:
        if not isinstance(record, THINGS):
            continue
        for row in unindexed_of(record, _room(store, record, rooms)):
            places.setdefault(row.tree, []).append((row.place, row.n))
            if len(places[row.tree]) == MANY:
                count += _put(store, index, row.tree, places=places.pop(row.tree))
    return count + sum(_put(store, index, tree, places=there) for tree, there in sorted(places.items()))


def _room(store: Store, thing: Thing, rooms: dict[str, Room | None]) -> Room | None:
    if isinstance(thing, Room):
        return thing
    if not isinstance(thing, Message):
        return None
    if thing.room not in rooms:
        rooms[thing.room] = store.one(ref(Room, thing.room))
    return rooms[thing.room]


def _put(store: Store, index: Index, tree: str, *, places: list[tuple[str, int]]) -> int:
    """Put them, however often another writer of the tree is faster; how many they are."""
    for left in reversed(range(TRIES)):
        try:
            put_places(store, index, tree, places=places)
            break
        except AwsAway:
            if not left:
                raise
    return len(places)
