"""What is written so that a thing goes that has had its time, a kind each; bytes, and what other services hold, go
before that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...desk.customers import Visitor
from ...desk.dead_letters import DeadLetter
from ...desk.files import Attachment
from ...desk.mails import original_key
from ...desk.messages import Message
from ...desk.outside_people import OutsideName
from ...desk.people import Member
from ...desk.ratings import RatingAsked
from ...desk.rooms import LeavingRoom, Seen
from ...desk.times import DAY_MS
from ...desk.workspaces import Install
from ...ports import Drop, Listing, Ref, World, Write, over, ref
from ..erasures.places import HANGING
from ..erasures.walk import records_at
from ..erasures.whole_rooms import leave
from ..paging import every
from ..people.tie import leave_person
from .due import Due, Look

AGAIN_MS = 7 * DAY_MS  # ms after which a visitor is looked at again who may not go yet
ROOMS = 8  # of a visitor that go at once; those after them with the next run


@dataclass(frozen=True, slots=True)
class Going:
    """What is written, the rooms that have more under them, and how many things of the kind go."""

    writes: tuple[Write, ...] = ()
    leaving: tuple[LeavingRoom, ...] = ()
    count: int = 0


def _room(at: Look, due: Due) -> Going:
    if not due.over or due.held:
        return Going()
    leaving, writes = leave(at.world, due.record)
    return Going(tuple(writes), (leaving,), 1)


def _originals(at: Look, due: Due) -> Going:
    """A message without what it came as; its rows say so."""
    message: Message = due.record
    if due.held:
        return Going()
    now, source, files = at.world.clock.now(), message.source, at.world.files
    if source.original:
        files.remove(original_key(message.workspace, source.install, source.id))
    for each in message.attachments:
        files.remove(Attachment.key_of(message.workspace, each.id))
    rows: list[Any] = records_at(at.world, [ref(Attachment, each.id) for each in message.attachments])
    gone = [over(each.changed(gone_at=now), each) for each in rows if not each.gone_at]
    return Going((over(message.changed(originals_gone=now), message), *gone), (), 1)


def _visitor(at: Look, due: Due) -> Going:
    """A visitor with their rooms, and what hangs on their id. One who has spoken since is looked at when they have been
    silent for so long; one who may not go yet, after a week."""
    world, visitor = at.world, due.record
    if not due.over or due.held:
        again = due.since if due.since >= at.before else at.before + AGAIN_MS
        return Going((over(visitor.changed(heard_at=again), visitor),))
    left = [leave(world, room) for room in due.rooms[:ROOMS]]
    writes: list[Write] = [write for _, writes in left for write in writes]
    rooms = tuple(leaving for leaving, _ in left)
    if len(due.rooms) > ROOMS:
        return Going(tuple(writes), rooms)
    if visitor.person:
        leave_person(world, visitor.workspace, Member(id=visitor.id))
        (visitor,) = at.fresh([visitor])
    own = [Drop(place) for place in _of_visitor(world, visitor)]
    return Going((*writes, Drop(ref(Visitor, visitor.id), visitor.version), *own), rooms, 1)


def _of_visitor(world: World, visitor: Visitor) -> list[Ref[Any]]:
    installs: Listing[Install] = Listing("installs", (visitor.workspace,))
    seen: Listing[Seen] = Listing("seen", (visitor.id,))
    names = records_at(world, [ref(OutsideName, each.id, visitor.id) for each in every(world.store, installs)])
    found = [place for each in names for place in (world.store.place(each), *HANGING[OutsideName](each))]
    return [*found, ref(RatingAsked, visitor.id), *map(world.store.place, world.store.page(seen, ROOMS).items)]


def _letter(at: Look, due: Due) -> Going:
    """A letter, and its note. One that an operator looks at just now ends with its queue's time."""
    letter: DeadLetter = due.record
    if not due.over or letter.replayed_at:
        return Going()
    at.world.queues.unbury(letter.queue, letter.id, None)
    return Going((Drop(at.world.store.place(letter)),), (), 1)


GOES: dict[str, Callable[[Look, Due], Going]] = {
    "resolved_rooms": _room,
    "originals": _originals,
    "visitors": _visitor,
    "dead_letters": _letter,
}
