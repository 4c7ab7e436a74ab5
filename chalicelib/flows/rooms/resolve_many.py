"""Resolve many rooms in one act: nobody is told unless that is asked for, and how many would be is shown before."""

from typing import NamedTuple

from ...desk.errors import Refusal
from ...desk.messages import Message
from ...desk.outcomes import Ending
from ...desk.people import whose
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...ports import Listing, World, ref
from ..once import KEYLESS, Once
from ..same_person import member_in, records_of
from .tell_end import hearing_of
from .update_room import update_room

LATELY = 50  # messages in which a room's people are looked for


class Resolved(NamedTuple):
    """What became of one room: whether it was `told`, and why nothing did, if so."""

    room: str
    told: bool
    refused: str = ""


class Hearers(NamedTuple):
    """Who would be told: so many rooms, in which so many people spoke lately."""

    rooms: int
    people: int


def resolve_many(
    world: World, who: Principal, rooms: list[str], *, ending: Ending, tell: bool, once: Once = KEYLESS
) -> list[Resolved]:
    """Each room of the caller's for itself: one that is refused holds up no other. Again, it tells nobody twice."""
    found = []
    for id_ in dict.fromkeys(rooms):
        fields = {"state": "resolved", "outcome": ending.text}
        room = _own(world, who, id_)
        if room is None:
            found.append(Resolved(id_, False, "no such room"))
            continue
        try:
            moved = update_room(world, who, id_, fields=fields, tell=tell)
        except Refusal as refusal:
            found.append(Resolved(id_, False, refusal.detail))
            continue
        found.append(Resolved(id_, moved.closing != room.closing))
    if kept := once.writes(found, world.clock.now()):
        world.store.commit(*kept)
    return found


def hearers(world: World, who: Principal, rooms: list[str], *, ending: Ending) -> Hearers:
    """Who would be told if these rooms ended so. Nothing is written."""
    heard, people = 0, set[str]()
    for id_ in dict.fromkeys(rooms):
        room = _own(world, who, id_)
        if room and hearing_of(world, room, ending).draft:
            heard += 1
            listing: Listing[Message] = Listing("posts", (room.id,), newest_first=True)
            lately = world.store.page(listing, LATELY).items
            members = {member_in(room, each.author) for each in lately if each.author.kind in ("user", "visitor")}
            people |= {whose(each) for each in records_of(world.store, sorted(members, key=str))}
    return Hearers(heard, len(people))


def _own(world: World, who: Principal, id_: str) -> Room | None:
    room = world.store.one(ref(Room, id_))
    return room if room and room.workspace == who.workspace else None
