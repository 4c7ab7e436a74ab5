"""Who has read a room up to where (read receipts): the marks of both sides' people."""

from collections.abc import Iterator
from typing import NamedTuple

from ...desk.customers import User, Visitor
from ...desk.rooms import Room, Seen
from ...desk.workspaces import Agent
from ...ports import Listing, World, ref

PEOPLE = 100  # of each side whose marks are looked for


class ReadMark(NamedTuple):
    """How far somebody (an agent, user or visitor) has read: a change number of the room."""

    kind: str
    person: str
    name: str
    n: int


def read_marks(world: World, room: Room) -> list[ReadMark]:
    """Those who have read anything, the furthest first. Of a side with more people some are left out."""
    people = list(_people(world, room))
    found = world.store.many([ref(Seen, id_, room.id) for _, id_, _ in people]) if people else []
    marks = [ReadMark(*person, seen.n) for person, seen in zip(people, found, strict=True) if seen]
    return sorted(marks, key=lambda mark: (-mark.n, mark.name))


def _people(world: World, room: Room) -> Iterator[tuple[str, str, str]]:
    """(kind, id, name) of whoever may have read it."""
    agents: Listing[Agent] = Listing("agents", (room.workspace,))
    yield from (("agent", a.id, a.name) for a in world.store.page(agents, PEOPLE).items if a.state == "active")
    if room.customer:
        users: Listing[User] = Listing("users", (room.customer,))
        yield from (("user", u.id, u.name) for u in world.store.page(users, PEOPLE).items if u.state == "active")
    if room.visitor and (visitor := world.store.one(ref(Visitor, room.visitor))):
        yield "visitor", visitor.id, visitor.name
