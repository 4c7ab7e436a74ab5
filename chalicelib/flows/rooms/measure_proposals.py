"""Measure how near an agent's answer is to what machines had drafted before it, and nobody sent (edit distance)."""

from ...desk.edit_distance import far_apart
from ...desk.messages import Message
from ...desk.room_transitions import who_said
from ...ports import World
from .propose import latest, measured


def answers(message: Message) -> bool:
    """Whether it is a word of an agent's own to the customer."""
    return who_said(message) == "vendor" and not (message.internal or message.deleted or message.forked_from)


def measure(world: World, message: Message) -> None:
    """Each of the latest proposals is measured by the first answer after it. Doing it again measures nothing twice."""
    for each in latest(world.store, message.room):
        waits = each.state in ("open", "discarded") and not each.answer
        if waits and each.n < message.n and each.created_at <= message.created_at:
            measured(world, each, message.n, apart=far_apart(each.text, message.text))
