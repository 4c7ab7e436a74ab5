"""Arrivals whose channel itself says whose they are: a form, an app's own webhook."""

from typing import Any

from ...desk.arrivals import (
    Deleted,
    Edited,
    Reacted,
    Said,
    Speaker,
)
from ...desk.customers import Customer
from ...desk.errors import Conflict
from ...desk.ids import derived, message_id, triage_room_id
from ...desk.messages import Author, Draft, Mapped, Reply
from ...desk.rooms import Binding, Bridge, Room
from ...ports import Write, new, ref
from ..customers.admit import admit_customer, admit_user, admit_visitor, customer_of_address
from ..optimistic_retry import again
from ..rooms.amend import amend_known, react_step, react_wait
from ..rooms.post import post
from . import bridged
from .amended import amend_by_delete, amend_by_edit
from .context import BLOCKED, Arriving, kept, new_room, own_room


def take_message(arriving: Arriving, arrival: Said) -> None:
    """A message: into the room that it belongs in, by whom the channel says it is."""
    if arrival.tied:
        bridged.take_message(arriving, arrival)
        return
    customer, author = _speaker(arriving, arrival.speaker, arrival.id)
    plain = customer is not None and not arrival.conversation and not arrival.fresh_room
    room = triage_room_id(customer.id) if customer and plain else _room(arriving, arrival, customer, author=author)
    draft = Draft(
        author=author,
        text=arrival.text,
        source=arriving.source(arrival.id, arrival.at),
        attachments=kept(arriving, arrival, author),
        reply_to=_reply(arriving, arrival, room),
        revision=arrival.revision,
    )
    message = post(arriving.world, room, draft)
    if message.room != room:  # it is a repeat, which `post` has found
        _not_anothers(arriving, message.room, customer)


def take_edit(arriving: Arriving, arrival: Edited) -> None:
    """An edit of what came from there; of a message never seen it waits for that."""
    if arrival.conversation:
        bridged.take_edit(arriving, arrival)
    else:
        amend_by_edit(arriving, arrival)


def take_delete(arriving: Arriving, arrival: Deleted) -> None:
    """A delete of what came from there; of a message never seen it waits for that."""
    if arrival.conversation:
        bridged.take_delete(arriving, arrival)
    else:
        amend_by_delete(arriving, arrival)


def take_reaction(arriving: Arriving, arrival: Reacted) -> None:
    """A reaction by whom the channel says it is."""
    if arrival.conversation:
        bridged.take_reaction(arriving, arrival)
        return
    customer, author = _speaker(arriving, arrival.speaker, arrival.id)
    whose = customer.id if customer else ""
    mark = (author.id, arrival.emoji, arrival.on)
    amend_known(
        arriving.world,
        arriving.source(arrival.id, arrival.at),
        arriving.install.workspace,
        step=react_step(*mark, revision=arrival.revision),
        wait=react_wait(*mark, revision=arrival.revision, customer=whose),
        type_="reaction",
        by=author.id,
        customer=whose,
    )


def _speaker(arriving: Arriving, speaker: Speaker, id_: str) -> tuple[Customer | None, Author]:
    """Who speaks, and the customer that they belong to. Only what the channel vouches for becomes a user."""
    world, workspace = arriving.world, arriving.install.workspace
    if not (speaker.customer and speaker.user):
        customer = customer_of_address(world, workspace, speaker.email)
        if customer and customer.state != "active":
            customer = None
        visitor = admit_visitor(
            world,
            workspace,
            derived("vis", arriving.install.id, id_),
            name=speaker.name,
            email=speaker.email,
            customer=customer.id if customer else "",
        )
        name = speaker.name or speaker.email or "Visitor"
        return customer, Author(kind="visitor", id=visitor.id, name=name, verified=False)
    named: dict[str, Any] = {"name": speaker.customer_name} if speaker.customer_name else {}
    customer, _ = admit_customer(world, workspace, speaker.customer, **named)
    fields: dict[str, Any] = {"name": speaker.name, "email": speaker.email}
    user, _ = admit_user(world, customer, speaker.user, **{key: value for key, value in fields.items() if value})
    if customer.state != "active" or user.state != "active":
        arriving.refuse(BLOCKED)
    return customer, Author(kind="user", id=user.id, name=user.name, external_id=user.external_id)


def _room(arriving: Arriving, arrival: Said, customer: Customer | None, *, author: Author) -> str:
    """The id of the room that this belongs in; never one of another customer."""
    known = arriving.world.store.one(ref(Mapped, arriving.install.id, arrival.id))
    if known and known.n:
        _not_anothers(arriving, known.room, customer)
        return known.room
    if customer and arrival.conversation:
        found = _conversation(arriving, arrival.conversation, customer)
        return found or own_room(arriving, arrival, None, author=author)
    return own_room(arriving, arrival, customer, author=author)


def _not_anothers(arriving: Arriving, room: str, customer: Customer | None) -> None:
    """Conflict where the message's id is that of one in a room of another customer: no repeat, these words are new."""
    home = arriving.world.store.one(ref(Room, room))
    if home and home.customer and customer and home.customer != customer.id:
        raise Conflict("the message's id is that of a message of another customer")


def _conversation(arriving: Arriving, conversation: str, customer: Customer) -> str | None:
    """The room behind a hint: a room's id, or an outside thread's, which gets a topic room when it first speaks.
    None if it is another customer's."""
    hinted = arriving.world.store.one(ref(Room, conversation)) if conversation.startswith("room_") else None
    if hinted:
        fits = hinted.workspace == customer.workspace and hinted.customer == customer.id and not hinted.vendor_only
        return hinted.id if fits else None

    def attempt(_: int) -> str | None:
        binding = arriving.world.store.one(ref(Binding, arriving.install.id, conversation))
        if binding is None:
            room = new_room(
                arriving, derived("room", arriving.install.id, conversation), conversation, customer=customer
            )
            arriving.world.store.commit(new(room), *_tied(arriving, room, conversation))
            return room.id
        tied = arriving.world.store.one(ref(Room, binding.room))
        return tied.id if tied and tied.customer == customer.id else None

    return again(arriving.world, attempt)


def _tied(arriving: Arriving, room: Room, conversation: str) -> list[Write]:
    install, since = arriving.install, arriving.envelope.received_at
    bridge = Bridge(
        room=room.id,
        install=install.id,
        channel=install.kind,
        workspace=room.workspace,
        bound_at=since,
        conversation=conversation,
        since=1,  # all of a new room
    )
    binding = Binding(
        install=install.id, conversation=conversation, workspace=room.workspace, room=room.id, bound_at=since
    )
    return [new(bridge), new(binding)]


def _reply(arriving: Arriving, arrival: Said, room: str) -> Reply | None:
    """What it answers, if that is known and in the same room."""
    if not arrival.reply_to:
        return None
    known = arriving.world.store.one(ref(Mapped, arriving.install.id, arrival.reply_to))
    return Reply(message=message_id(known.room, known.n)) if known and known.n and known.room == room else None
