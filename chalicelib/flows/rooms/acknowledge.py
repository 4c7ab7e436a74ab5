"""Acknowledge what waits in a room: its customer learns that somebody is aware. It answers nothing."""

from msgspec.structs import replace

from ...desk.acknowledgements import words_in
from ...desk.customers import Customer
from ...desk.errors import Conflict, NotFound
from ...desk.events import moves
from ...desk.messages import Author, Draft, Message, Source
from ...desk.room_transitions import acknowledges, bearing, marked, room_changed, said
from ...desk.rooms import Room
from ...desk.workspaces import Workspace
from ...ports import World, Write, new, over, ref
from ..once import KEYLESS, Once
from ..optimistic_retry import again

EYES = "👀"


def acknowledge(world: World, by: str, room_id: str, *, once: Once = KEYLESS, aloud: bool = True) -> Room:
    """The room, once for each ask; Conflict where nobody waits to hear it. `aloud` it is said in the workspace's words
    where the customer is; else they have seen it themselves."""

    def attempt(_: int) -> Room:
        room = world.store.one(ref(Room, room_id))
        if room is None:
            raise NotFound("no such room")
        if room.turn != "vendor" or room.state != "open" or room.kind == "internal":
            raise Conflict("nobody waits for an answer in this room", "turn")
        if room.acked_at:
            raise Conflict("what waits in this room is acknowledged already", "acknowledged_at")
        now = world.clock.now()
        moved, written = _said(world, room, now) if aloud else _marked(room, by, now)
        world.store.commit(over(moved, room), *written, *once.writes(moved, now))
        return moved

    return again(world, attempt, once)


def _said(world: World, room: Room, now: int) -> tuple[Room, list[Write]]:
    tenant, *found = world.store.many(
        [ref(Workspace, room.workspace), *([ref(Customer, room.customer)] if room.customer else [])]
    )
    if tenant is None:
        raise NotFound("no such workspace")
    text = tenant.acknowledgement or words_in(found[0].language if found and found[0] else "")
    author = Author(kind="machine", id=tenant.id, name=tenant.name)
    moved, message = said(room, Draft(author=author, text=text, source=Source(channel="acknowledgement")), now)
    moved = replace(moved, **marked(moved, acknowledges(message.n, now)))
    return moved, [new(replace(message, moved=moves(room, moved)))]


def _marked(room: Room, by: str, now: int) -> tuple[Room, list[Write]]:
    moved, change = room_changed(room, now, by, fields={}, act=("vendor", "acknowledge"))
    return moved, [new(change)]


def acknowledge_by_eyes(world: World, message: Message, by: str, *, emoji: str, aloud: bool) -> None:
    """An agent's 👀 on a message that waits acknowledges it; any other reaction, or on anything else, is one."""
    if emoji != EYES or bearing(message) != "ask":
        return
    room = world.store.one(ref(Room, message.room))
    if room is None or room.turn != "vendor" or room.acked_at or message.created_at < room.waiting_since:
        return
    try:
        acknowledge(world, by, message.room, aloud=aloud)
    except Conflict:
        return
