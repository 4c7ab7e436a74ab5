"""Find all that search should know, again: a page at a time by the worker, or all of the table by `make rebuild`.

Nothing is taken away meanwhile: what is found again outdates what was known of it.
"""

from collections.abc import Iterable
from typing import Any, get_args

from ...desk.customers import Customer
from ...desk.messages import Message
from ...desk.record import Record
from ...desk.rooms import Room
from ...desk.search_index import Thing, Unindexed
from ...desk.tickets import IssueState
from ...ports import Index, Listing, Sorting, Store, ref
from .index import THINGS, note, noted, sort

PAGE = 100
# step of a walk → the listing that it pages through, by workspace and what it is of
STEPS: dict[str, tuple[str, bool]] = {
    "agents": ("agents", False),
    "customers": ("customers", False),
    "users": ("users", True),
    "issues": ("issues-age", True),
    "rooms": ("rooms", True),
    "posts": ("posts", True),
    "notes": ("notes", True),
}
OF_THINGS = frozenset({"users", "posts", "notes"})  # listed by what they are of alone


def begun(workspace: str, why: str) -> list[Sorting]:
    """The first steps."""
    found = [Sorting(workspace, why, walk) for walk in ("agents", "customers")]
    found += [Sorting(workspace, why, "issues", state) for state in get_args(IssueState)]
    return found + [Sorting(workspace, why, "rooms", state) for state in ("open", "resolved")]


def walk(store: Store, step: Sorting, now: int) -> list[Sorting]:
    """Note a page of what there is; the steps and tasks that follow."""
    name, has = STEPS[step.walk]
    args = (step.of,) if step.walk in OF_THINGS else (step.tree, step.of) if has else (step.tree,)
    listing: Listing[Any] = Listing(name, args)
    page = store.page(listing, PAGE, step.cursor or None)
    room = store.one(ref(Room, step.of)) if step.walk in ("posts", "notes") else None
    rows: list[Unindexed] = []
    steps: list[Sorting] = []
    for thing in page.items:
        rows += noted(thing, thing if isinstance(thing, Room) else room, now)
        if isinstance(thing, Customer):
            steps.append(Sorting(step.tree, step.why, "users", thing.id))
        if isinstance(thing, Room):
            steps += [Sorting(step.tree, step.why, kind, thing.id) for kind in ("posts", "notes")]
    if page.next:
        steps.append(Sorting(step.tree, step.why, step.walk, step.of, page.next))
    return [*steps, *note(store, rows)]


def walk_all(store: Store, index: Index, records: Iterable[Record], now: int) -> int:
    """Note every record of a scan, and put all of it; how many rows that were."""
    trees: set[str] = set()
    rooms: dict[str, Room | None] = {}
    rows: list[Unindexed] = []
    count = 0
    for record in records:
        if not isinstance(record, THINGS):
            continue
        rows += noted(record, _room(store, record, rooms), now)
        if len(rows) >= PAGE:
            count, rows = count + _written(store, rows, trees), []
    count += _written(store, rows, trees)
    for tree in sorted(trees):
        while sort(store, index, tree):
            pass
    return count


def _room(store: Store, thing: Thing, rooms: dict[str, Room | None]) -> Room | None:
    if isinstance(thing, Room):
        return thing
    if not isinstance(thing, Message):
        return None
    if thing.room not in rooms:
        rooms[thing.room] = store.one(ref(Room, thing.room))
    return rooms[thing.room]


def _written(store: Store, rows: list[Unindexed], trees: set[str]) -> int:
    note(store, rows)
    trees |= {row.tree for row in rows}
    return len(rows)
