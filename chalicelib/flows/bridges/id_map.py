"""The id map both ways: what our messages are called over a bridge, and which of ours an outside id names. It lasts as
long as the messages."""

from typing import Any

import msgspec

from ...desk.deliveries import FILES, POSTED, Delivery, Parcel
from ...desk.ids import bridge_id, bridge_parts, message_number, slot_of
from ...desk.messages import Mapped, Message
from ...desk.outside_people import OutsideName
from ...desk.rooms import Binding, Bridge, came_over
from ...ports import Call, World, Write, new, over, ref
from ..optimistic_retry import again
from ..rooms.amend import apply_waiting
from ..rooms.answered import settle_answer

MAX_FORKS = 5  # forks of forks through which a message is followed back to where it was sent


def addressed(world: World, parcel: Parcel) -> Parcel:
    """The parcel with what the other side calls the message, the thread that it belongs in, and the people in it."""
    row, message, bridge = parcel.delivery, parcel.message, parcel.bridge
    there = thread = ""
    if bridge and row.message:
        there = row.what != "post" and there_of(world, message, bridge) or ""
        if message.reply_to:
            n = message_number(message.reply_to.message, row.room)
            answered = world.store.one(ref(Message, row.room, n, False)) if n is not None else None
            thread = answered and _thread(world, answered, bridge) or ""
    people, picture = _people(world, row, message) if world.asking(row.channel) else ({}, "")
    return msgspec.structs.replace(parcel, there=there, thread=thread, people=people, picture=picture)


def there_of(world: World, message: Message, bridge: Bridge) -> str:
    """The other side's id of a message; "" if it never got there. The copy that a fork made is still what it was."""
    for _ in range(MAX_FORKS):
        if came_over(message.source, bridge):
            return message.source.id
        slots = {bridge.slot, slot_of(bridge.conversation.partition("/")[0])}
        sent = world.store.many(
            [ref(Delivery, bridge_id(message.room, bridge.install, slot), message.n) for slot in sorted(slots)]
        )
        found = next((row.provider_id for row in sent if row and row.provider_id), "")
        if found or message.forked_from is None:
            return found
        origin = world.store.one(ref(Message, message.forked_from.room, message.forked_from.n, False))
        if origin is None:
            return ""
        message = origin
    return ""


def _thread(world: World, message: Message, bridge: Bridge) -> str:
    there = there_of(world, message, bridge)
    known = world.store.one(ref(Mapped, bridge.install, there)) if there else None
    return known.thread or there if known else there


def _people(world: World, row: Delivery, message: Message) -> tuple[dict[str, str], str]:
    """Who is mentioned, by the name that the text has for them, and the author's picture."""
    ids = [*message.mentions, message.author.id]
    names = dict(zip(ids, world.store.many([ref(OutsideName, row.install, id_) for id_ in ids]), strict=True))
    author = names[message.author.id]
    people = {name.name: name.outside for id_ in message.mentions if (name := names[id_])}
    return people, author.picture if author else ""


def map_sent(world: World, row: Delivery, provider_id: str, thread: str) -> None:
    """Write down what the other side calls a message of ours; what came for it before is applied now."""
    if row.what != "post":
        return

    def attempt(_: int) -> Mapped | None:
        known = world.store.one(ref(Mapped, row.install, provider_id))
        fields: dict[str, Any] = {"room": row.room, "n": row.message, "thread": thread}
        if known is None:
            fresh = Mapped(source=row.install, id=provider_id, workspace=row.workspace, **fields)
            world.store.commit(new(fresh))
        elif not known.n:
            known, old = known.changed(**fields, expires_at=0), known
            world.store.commit(over(known, old))
        return known

    known = again(world, attempt)
    if known and known.pending:
        apply_waiting(world, known, row.channel)


def map_conversation(world: World, row: Delivery, conversation: str) -> None:
    """The conversation that an install has begun for a room is the room's from now on. Of two that were begun the first
    stays the one that is spoken in; what is answered in the other belongs to the room all the same."""
    slot = bridge_parts(row.bridge)[2]

    def attempt(_: int) -> None:
        there, bound = world.store.many(
            [ref(Bridge, row.room, row.install, slot), ref(Binding, row.install, conversation)]
        )
        writes: list[Write] = []
        if there is None or not there.conversation:
            fresh = Bridge(
                room=row.room,
                install=row.install,
                channel=row.channel,
                workspace=row.workspace,
                bound_at=row.created_at,
                slot=slot,
                since=row.n,
            )
            bridge = (there or fresh).changed(conversation=conversation)
            writes.append(over(bridge, there) if there else new(bridge))
        if bound is None:
            binding = Binding(
                install=row.install,
                conversation=conversation,
                workspace=row.workspace,
                room=row.room,
                bound_at=row.created_at,
                slot=slot,
            )
            writes.append(new(binding))
        if writes:
            world.store.commit(*writes)

    again(world, attempt)


def complete_by_echo(world: World, row: Delivery, provider_id: str, thread: str) -> None:
    """The row is sent, as its echo tells: our call's answer may have been lost, or be still on its way. Those behind it
    need not wait for it any longer. Files that follow the message are still to be sent."""
    map_sent(world, row, provider_id, thread)

    def attempt(_: int) -> bool:
        current = world.store.one(ref(Delivery, row.bridge, row.n))
        if current is None or current.state == "sent" or POSTED in current.steps:
            return False
        if FILES in current.steps:
            posted = provider_id.rpartition("/")[2]
            changed = current.changed(steps=current.steps | {POSTED: posted})
        else:
            sent = {"state": "sent", "provider_id": provider_id, "reason": "", "next_at": 0, "missed": False}
            changed = current.changed(**sent, last_at=world.clock.now())
        world.store.commit(over(changed, current))
        return changed.state == "sent"

    if again(world, attempt):
        settle_answer(world, row.room, row.message)
        world.queues.wake([Call(row.bridge, row.n, "echo")])
