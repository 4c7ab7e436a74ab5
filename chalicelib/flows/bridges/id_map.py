"""The id map both ways: what our messages are called over a bridge, and which of ours an outside id names. It lasts as
long as the messages."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ...desk.customers import User
from ...desk.deliveries import FILES, POSTED, Delivery, Parcel, files_beside, part_step
from ...desk.ids import bridge_id, bridge_parts, message_number, slot_of
from ...desk.messages import Mapped, Message
from ...desk.outside_people import OutsideName
from ...desk.rooms import Binding, Bridge, Room, came_over
from ...ports import Call, World, Write, new, over, ref
from ..optimistic_retry import again
from ..rooms.amend import apply_waiting
from ..rooms.answered import settle_answer
from ..same_person import users_of

MAX_FORKS = 5  # forks of forks through which a message is followed back to where it was sent


def addressed(world: World, parcel: Parcel) -> Parcel:
    """The parcel with what the other side calls the message, the thread that it belongs in, and the people in it."""
    row, message, bridge = parcel.delivery, parcel.message, parcel.bridge
    there = answers = thread = ""
    others: tuple[str, ...] = ()
    beside: dict[str, str] = {}
    if bridge and row.message:
        there, others = ids_there(world, message, bridge) if row.what != "post" else ("", ())
        beside = _beside(world, message, bridge) if row.what == "delete" else {}
        if row.what == "edit":
            thread = _thread_of(world, there, bridge)
        elif message.reply_to:
            n = message_number(message.reply_to.message, row.room)
            answered = world.store.one(ref(Message, row.room, n, False)) if n is not None else None
            answers = ids_there(world, answered, bridge)[0] if answered else ""
            thread = _thread_of(world, answers, bridge)
    people, picture = _people(world, row, message) if world.asking(row.channel) else ({}, "")
    places = {"there": there, "parts": others, "beside": beside, "answers": answers, "thread": thread}
    return msgspec.structs.replace(parcel, **places, people=people, picture=picture)


def ids_there(world: World, message: Message, bridge: Bridge) -> tuple[str, tuple[str, ...]]:
    """The other side's id of a message ("" if it never got there), and those of its further parts."""
    found = _sent_there(world, message, bridge)
    return found if isinstance(found, tuple) else (found.provider_id, found.parts)


def _beside(world: World, message: Message, bridge: Bridge) -> dict[str, str]:
    """What was sent there of its files."""
    found = _sent_there(world, message, bridge)
    return {} if isinstance(found, tuple) else files_beside(found)


def _sent_there(world: World, message: Message, bridge: Bridge) -> Delivery | tuple[str, tuple[str, ...]]:
    """The row by which a message got there; its id alone, if it came from there. The copy that a fork made is still
    what it was."""
    for _ in range(MAX_FORKS):
        if came_over(message.source, bridge):
            return message.source.id, ()
        slots = {bridge.slot, slot_of(bridge.conversation.partition("/")[0])}
        rows = [ref(Delivery, bridge_id(message.room, bridge.install, slot), message.n) for slot in sorted(slots)]
        found: Delivery | None = next((row for row in world.store.many(rows) if row and row.provider_id), None)
        if found is not None:
            return found
        forked = message.forked_from
        origin = world.store.one(ref(Message, forked.room, forked.n, False)) if forked else None
        if origin is None:
            return "", ()
        message = origin
    return "", ()


def keep_parts(world: World, message: Message, bridge: Bridge, *, others: tuple[str, ...]) -> None:
    """The row by which a message got there has these further parts from now on."""

    def attempt(_: int) -> None:
        row = _sent_there(world, message, bridge)
        if isinstance(row, Delivery) and row.parts != others:
            world.store.commit(over(row.changed(parts=others), row))

    again(world, attempt)


def _thread_of(world: World, there: str, bridge: Bridge) -> str:
    known = world.store.one(ref(Mapped, bridge.install, there)) if there else None
    return known.thread or there if known else there


def _people(world: World, row: Delivery, message: Message) -> tuple[dict[str, str], str]:
    """Who is mentioned, by the name that the text has for them, and the author's picture. Somebody whom the account
    does not know may be one person with somebody whom it does."""
    ids = [*message.mentions, message.author.id]
    names = dict(zip(ids, world.store.many([ref(OutsideName, row.install, id_) for id_ in ids]), strict=True))
    author = names[message.author.id]
    people = {name.name: name.outside for id_ in message.mentions if (name := names[id_])}
    strangers = [id_ for id_ in message.mentions if id_.startswith("usr_") and not names[id_]]
    people |= _known_as_another(world, row, strangers) if strangers else {}
    return people, author.picture if author else ""


def _known_as_another(world: World, row: Delivery, users: Sequence[str]) -> dict[str, str]:
    """What the account calls users whom it knows by another of theirs at the room's customer, by their own names."""
    room = world.store.one(ref(Room, row.room))
    found = world.store.many([ref(User, room.customer, each) for each in users]) if room and room.customer else []
    theirs = [each for each in found if each]
    selves = users_of(world.store, theirs, within=room.customer) if room else {}
    return {user.name: outside for user in theirs if (outside := _outside(world, row, selves.get(user.person, [])))}


def _outside(world: World, row: Delivery, selves: Sequence[User]) -> str:
    names = world.store.many([ref(OutsideName, row.install, each.id) for each in selves]) if selves else []
    return next((name.outside for name in names if name), "")


def map_sent(world: World, row: Delivery, provider_id: str, *, thread: str) -> None:
    """Write down what the other side calls a message of ours, or a part of it; what came for it before is applied
    now."""
    if row.what not in ("post", "edit"):
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


def complete_by_echo(world: World, row: Delivery, provider_id: str, *, thread: str, part: int = 0) -> None:
    """The row is sent, as its echo tells: our call's answer may have been lost, or be still on its way. Those behind it
    need not wait for it any longer. Files that follow the message, and the other parts of a long text, are still to be
    sent."""
    if part or row.what == "post":
        map_sent(world, row, provider_id, thread=thread)
    step = part_step(part) if part else POSTED

    def attempt(_: int) -> bool:
        current = world.store.one(ref(Delivery, row.bridge, row.n))
        if current is None or current.state == "sent" or step in current.steps:
            return False
        if part or FILES in current.steps:
            posted = provider_id.rpartition("/")[2]
            changed = current.changed(steps=current.steps | {step: posted})
        else:
            sent = {"state": "sent", "provider_id": provider_id, "reason": "", "next_at": 0, "missed": False}
            changed = current.changed(**sent, last_at=world.clock.now())
        world.store.commit(over(changed, current))
        return changed.state == "sent"

    if again(world, attempt):
        settle_answer(world, row.room, row.message)
        world.queues.wake([Call(row.bridge, row.n, "echo")])
