"""Whoever is one person in the rooms of several customers gets the same words of a broadcast by one mail (ADR 162)."""

from ...desk.ids import derived
from ...desk.messages import Mapped, Message
from ...desk.times import DAY_MS
from ...ports import World, ref
from ..optimistic_retry import there_or_new

REMEMBERED_MS = 30 * DAY_MS


def told_elsewhere(world: World, person: str, message: Message) -> bool:
    """Whether a mail of another room tells a person (id; "" for who is tied to nobody) of it. If none does, this room's
    does from now on, whoever else asks at once."""
    if not person or message.broadcast is None:
        return False
    mark = Mapped(
        source=f"{message.workspace}:told",
        id=derived("told", person, message.broadcast.broadcast, message.text),
        workspace=message.workspace,
        room=message.room,
        n=message.n,
        expires_at=world.clock.now() + REMEMBERED_MS,
    )
    return there_or_new(world, ref(Mapped, mark.source, mark.id), mark).room != message.room
