"""Who has read a room up to where (read receipts): the marks of both sides' people."""

from collections.abc import Iterator
from typing import NamedTuple

from ...desk.customers import User, Visitor
from ...desk.people import whose
from ...desk.rooms import LeavingRoom, Room, Seen, read_mark
from ...desk.workspaces import Agent
from ...ports import Listing, World, ref

PEOPLE = 100  # of each side whose marks are looked for


class ReadMark(NamedTuple):
    """How far somebody (an agent, user or visitor) has read: a change number of the room. `members` are all who are one
    person with them and have read it, they too."""

    kind: str
    person: str
    name: str
    n: int
    members: tuple[str, ...]


class Reader(NamedTuple):
    """Who may have read it, and `whole`, whom they count as."""

    kind: str
    id: str
    name: str
    whole: str


def read_marks(world: World, room: Room) -> list[ReadMark]:
    """Those who have read anything, each person once, the furthest first. Of a side with more people some are left
    out."""
    readers = list(readers_of(world, room))
    found = world.store.many([ref(Seen, each.id, room.id) for each in readers]) if readers else []
    marks = [read_mark(room, each.id, seen) for each, seen in zip(readers, found, strict=True)]
    read = [(each, mark.n) for each, mark in zip(readers, marks, strict=True) if mark]
    persons: dict[str, list[tuple[Reader, int]]] = {}
    for reader, n in sorted(read, key=lambda pair: (-pair[1], pair[0].name)):
        persons.setdefault(reader.whole, []).append((reader, n))
    return [_mark(theirs) for theirs in persons.values()]


def _mark(theirs: list[tuple[Reader, int]]) -> ReadMark:
    first, n = theirs[0]
    return ReadMark(first.kind, first.id, first.name, n, tuple(reader.id for reader, _ in theirs))


def readers_of(world: World, room: Room | LeavingRoom) -> Iterator[Reader]:
    """Who may have read it, as far as they are looked for."""
    agents: Listing[Agent] = Listing("agents", (room.workspace,))
    active = [each for each in world.store.page(agents, PEOPLE).items if each.state == "active"]
    yield from (Reader("agent", each.id, each.name, each.id) for each in active)
    if room.customer:
        users: Listing[User] = Listing("users", (room.customer,))
        theirs = [each for each in world.store.page(users, PEOPLE).items if each.state == "active"]
        yield from (Reader("user", each.id, each.name, whose(each)) for each in theirs)
    if isinstance(room, Room) and room.visitor and (visitor := world.store.one(ref(Visitor, room.visitor))):
        yield Reader("visitor", visitor.id, visitor.name, whose(visitor))
