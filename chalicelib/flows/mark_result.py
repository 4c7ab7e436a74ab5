"""Mark a broadcast's result: its customer has read it, or answered."""

from ..desk.broadcasts import Result, Tally
from ..desk.messages import Broadcasted, Message
from ..desk.rooms import Room, Seen
from ..ports import World, over, ref
from .once import again


def mark_replied(world: World, message: Message) -> None:
    """The first that a customer says after a broadcast marks its result."""
    if message.answers:
        _mark(world, message.answers, message.room, message.created_at, replied=True)


def mark_broadcast_read(world: World, room: Room, seen: Seen) -> None:
    """A user who has read past the last broadcast of a room has read it."""
    last = room.broadcast
    if last and seen.n >= last.n:
        told = Broadcasted(broadcast=last.broadcast, piece=last.piece)
        _mark(world, told, room.id, world.clock.now(), replied=False)


def _mark(world: World, told: Broadcasted, room: str, at: int, replied: bool) -> None:
    def attempt(_: int) -> None:
        result, tally = world.store.many(
            [ref(Result, told.broadcast, told.piece, room), ref(Tally, told.broadcast, told.piece)]
        )
        if result is None or tally is None or (result.replied_at if replied else result.read_at):
            return
        fields = {"read_at": result.read_at or at} | ({"replied_at": at} if replied else {})
        counted = tally.changed(read=tally.read + (not result.read_at), replied=tally.replied + replied)
        world.store.commit(over(result.changed(**fields), result), over(counted, tally))

    again(world, attempt)
