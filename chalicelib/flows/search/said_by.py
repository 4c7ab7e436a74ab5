"""What somebody has said, found by the index as it finds anything: the first and the last of it, in which rooms, over
which channels, and what it was about (ADR 163)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...desk.messages import Message
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...desk.search_index import Wanted, author_mark, kind_mark
from ...ports import World
from .experts import Topic, topics
from .search import recent, sees, things_at

READ = 100  # of their latest messages
KNOWN = 500  # messages of which the room is told
EARLIEST = 10  # of which the first that is still there is the first: the index may know of others


@dataclass(frozen=True)
class SaidBy:
    """The first and the last message, if there is one; since when (ms) they have been silent in each room, the latest
    first; the channels; what it was about."""

    first: Message | None
    last: Message | None
    rooms: dict[str, int]
    channels: list[str]
    topics: list[Topic]


def said_by(world: World, who: Principal, authors: Sequence[str]) -> SaidBy:
    """What some authors (ids), who are one person, have said, as far as the caller sees it."""
    tree = who.workspace if who.is_agent else who.customer
    wanted = Wanted(marks=(kind_mark("message"),), either=tuple(map(author_mark, authors)), newest=True)
    lately = [(row.place, row.n) for row in recent(world, tree)]
    known = world.index.find(tree, wanted, None, limit=KNOWN)
    earliest = world.index.find(tree, replace(wanted, newest=False, oldest=True), None, limit=EARLIEST)
    places = [*lately, *((each.place, each.n) for each in [*known[:READ], *earliest])]
    spoken = _spoken(world, who, authors, places=places)
    rooms = {each.place.partition(":")[2]: each.at for each in reversed(known)}
    for message, room in spoken:
        rooms[room.id] = max(message.created_at, rooms.get(room.id, 0))
    return SaidBy(
        first=spoken[0][0] if spoken else None,
        last=spoken[-1][0] if spoken else None,
        rooms=dict(sorted(rooms.items(), key=lambda item: -item[1])),
        channels=list(dict.fromkeys(message.source.channel for message, _ in reversed(spoken))),
        topics=topics(spoken),
    )


def _spoken(
    world: World, who: Principal, authors: Sequence[str], *, places: Sequence[tuple[str, int]]
) -> list[tuple[Message, Room]]:
    """Their messages at some places, with the rooms, the first said first. A fork's copies were said before."""
    found = []
    for each in things_at(world, who, places):
        message, room = each.thing, each.room
        if isinstance(message, Message) and room and message.author.id in authors and sees(who, each):
            found += [(message, room)] if not (message.deleted or message.forked_from) else []
    return sorted(found, key=lambda pair: (pair[0].created_at, pair[0].id))
