"""What has had its time, by kind: found by its age in an index, a page at a time, and looked at again by its key
(ADR 178)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...desk.customers import Visitor
from ...desk.dead_letters import DeadLetter
from ...desk.holds import Reach
from ...desk.issues import CLOSED, Issue, IssueTie
from ...desk.messages import Change, Message
from ...desk.rooms import Room
from ...desk.workspaces import Workspace
from ...ports import Listing, World, ref
from ..erasures.holds import held_by_any
from ..erasures.walk import records_at
from ..paging import every

VISITS = 50  # rooms of one visitor that are looked at


@dataclass(frozen=True, slots=True)
class Due:
    """A thing that has had its time: since when (ms) nothing came to it; whether a hold keeps it. One that has not, as
    it turns out, is not `over`; `rooms` are a visitor's own."""

    record: Any
    since: int
    over: bool = True
    held: bool = False
    rooms: tuple[Room, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """On whose behalf it is looked, at what is older than a moment (`before`, ms)."""

    world: World
    workspace: str
    before: int
    holds: Reach

    def fresh(self, records: Iterable[Any]) -> list[Any]:
        """The same as they are now; an index may be behind."""
        return records_at(self.world, [self.world.store.place(each) for each in records])


def look(world: World, workspace: str, before: int) -> Look:
    """A look at what is older than a moment."""
    return Look(world, workspace, before, held_by_any(world, workspace))


def page_of(keeps: str, at: Look, *, limit: int, cursor: str | None = None) -> tuple[list[Due], str | None]:
    """The next page of one kind, the oldest first, and the cursor of what comes after it (None at the end)."""
    listings, due = READS[keeps]
    found = at.world.store.merged(listings(at), limit, cursor)
    return due(at, at.fresh(found.items)), found.next


# --- rooms --------------------------------------------------------------------------------------------------------


def _resolved(at: Look) -> list[Listing[Any]]:
    tenant = at.world.store.one(ref(Workspace, at.workspace))
    parts = ["", *(f"#{part}" for part in range(1, tenant.inbox_shards if tenant else 1))]
    names = ("rooms", "unsaid-rooms")
    return [Listing(name, (at.workspace, "resolved", part), before=at.before) for name in names for part in parts]


def _rooms(at: Look, rooms: Sequence[Room]) -> list[Due]:
    since = last_happened(at.world, rooms)
    due = [(each, since[each.id]) for each in rooms if each.state == "resolved" and each.n > each.emptied]
    found = [Due(room, ms, over=ms < at.before, held=at.holds.keeps(room)) for room, ms in due]
    return [each for each in found if not each.over or each.held or not _waited_for(at.world, each.record)]


def last_happened(world: World, rooms: Sequence[Room]) -> dict[str, int]:
    """When (ms) the last thing happened in each room: its last change, whatever that was."""
    places = {
        each.id: [ref(kind, each.id, each.n, internal) for kind in (Message, Change) for internal in (False, True)]
        for each in rooms
    }
    there: list[Any] = records_at(world, [place for each in places.values() for place in each])
    at = {each.room: each.created_at if isinstance(each, Message) else each.at for each in there}
    marks = {each.id: max((mark.at for mark in each.trail), default=0) for each in rooms}
    return {each.id: max(each.created_at, each.last_message_at, marks[each.id], at.get(each.id, 0)) for each in rooms}


def _waited_for(world: World, room: Room) -> bool:
    """Whether an issue behind it is still to be done: then it will be told of that."""
    ties: Listing[IssueTie] = Listing("room-issues", (room.id,))
    issues: list[Any] = records_at(world, [ref(Issue, each.issue) for each in every(world.store, ties)])
    return any(each.state not in CLOSED and not each.merged_into for each in issues)


# --- what came as it did, people, dead letters --------------------------------------------------------------------


def _originals(at: Look, messages: Sequence[Message]) -> list[Due]:
    found: list[Any] = records_at(at.world, [ref(Room, id_) for id_ in dict.fromkeys(m.room for m in messages)])
    rooms: dict[str, Room] = {each.id: each for each in found}
    return [
        Due(each, each.created_at, held=each.room in rooms and at.holds.keeps(rooms[each.room]))
        for each in messages
        if each.has_originals
    ]


def _visitors(at: Look, visitors: Sequence[Visitor]) -> list[Due]:
    return [_visitor(at, each) for each in visitors]


def _visitor(at: Look, visitor: Visitor) -> Due:
    listing: Listing[Room] = Listing("visitor-rooms", (visitor.id,))
    page = at.world.store.page(listing, VISITS)
    taken = records_at(at.world, [ref(Room, id_) for id_ in visitor.adopted])
    rooms: list[Any] = [*at.fresh(page.items), *taken]
    since = max([visitor.created_at, *(each.last_message_at for each in rooms)])
    stays = page.next is not None or any(each.state == "open" for each in rooms)
    held = visitor.id in at.holds.people or any(map(at.holds.keeps, rooms))
    own = tuple(each for each in rooms if each.visitor == visitor.id and not each.customer)
    return Due(visitor, since, over=not stays and since < at.before, held=held, rooms=own)


def _letters(at: Look, letters: Sequence[DeadLetter]) -> list[Due]:
    return [Due(each, each.at, over=each.at < at.before) for each in letters]


def _one(name: str, *, by_moment: bool = True) -> Callable[[Look], list[Listing[Any]]]:
    return lambda at: [Listing(name, (at.workspace,), before=at.before if by_moment else None)]


# What is kept → where it is listed by its age, and what of a page has had its time.
READS: dict[str, tuple[Callable[[Look], list[Listing[Any]]], Callable[[Look, Any], list[Due]]]] = {
    "resolved_rooms": (_resolved, _rooms),
    "originals": (_one("originals"), _originals),
    "visitors": (_one("visitors"), _visitors),
    "dead_letters": (_one("dead-letters", by_moment=False), _letters),
}
