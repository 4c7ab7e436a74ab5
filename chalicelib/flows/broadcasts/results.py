"""Mark a broadcast's result: its customer has read it, acknowledged it, or answered (ADR 35)."""

from ...desk.broadcasts import Result, Tally
from ...desk.messages import Broadcasted, Change, Message
from ...desk.rooms import Room, Seen
from ...ports import World, over, ref
from ..optimistic_retry import again


def mark_replied(world: World, message: Message) -> None:
    """The first that a customer says after a broadcast marks its result."""
    if message.answers:
        _mark(world, message.answers, message.room, "read", "replied", at=message.created_at)


def mark_broadcast_read(world: World, room: Room, seen: Seen) -> None:
    """A user who has read past the last broadcast of a room has read it."""
    last = room.broadcast
    if last and seen.n >= last.n:
        about = Broadcasted(broadcast=last.broadcast, piece=last.piece)
        _mark(world, about, room.id, "read", at=world.clock.now())


def mark_acknowledged(world: World, message: Message, at: int) -> int:
    """A user has said that they know, of a broadcast's message; since when (ms) that is known of their company."""
    found = _mark(world, message.broadcast, message.room, "read", "acknowledged", at=at) if message.broadcast else None
    return found.acknowledged_at if found else 0


def mark_reaction(world: World, message: Message, change: Change) -> None:
    """A user's reaction to a broadcast acknowledges it."""
    by = change.by
    if message.broadcast and by.startswith("usr_") and any(p[by].on for p in message.reactions.values() if by in p):
        mark_acknowledged(world, message, change.at)


def _mark(world: World, about: Broadcasted, room: str, *marks: str, at: int) -> Result | None:
    """Set what is not set yet, and count it; the result then."""

    def attempt(_: int) -> Result | None:
        result, tally = world.store.many(
            [ref(Result, about.broadcast, about.piece, room), ref(Tally, about.broadcast, about.piece)]
        )
        if result is None or tally is None:
            return None
        fresh = [mark for mark in marks if not getattr(result, f"{mark}_at")]
        if not fresh:
            return result  # type: ignore[no-any-return]
        counted = tally.changed(**{mark: getattr(tally, mark) + 1 for mark in fresh})
        marked: Result = result.changed(**{f"{mark}_at": at for mark in fresh})
        world.store.commit(over(marked, result), over(counted, tally))
        return marked

    return again(world, attempt)
