"""Work off an envelope: parse it, and do in our words what it says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..desk.arrivals import Arrival, Deleted, Edited, File, Ignored, Reacted, Said, Speaker, Unsupported
from ..desk.customers import Customer
from ..desk.envelopes import Envelope
from ..desk.errors import Conflict, Forbidden, Invalid
from ..desk.files import MAX_SIZE, TYPE, Attachment, safe_name
from ..desk.ids import derived, message_id, triage_room_id
from ..desk.messages import Attached, Author, Draft, Known, Reply, Source
from ..desk.rooms import MAX_NAME, Bridge, Room
from ..desk.tickets import Hint
from ..desk.workspaces import Install
from ..ports import World, Write, new, ref
from .admit import admit_customer, admit_user, admit_visitor, customer_of_address
from .amend import amend_known, delete_step, delete_wait, edit_step, edit_wait, react_step, react_wait
from .once import again
from .post import post


@dataclass
class Outcome:
    """What became of an envelope's arrivals: counts of handled kinds, reasons of ignored ones, unsupported kinds."""

    handled: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)


class Barred(Exception):
    """The speaker is blocked or gone."""


@dataclass(frozen=True)
class Place:
    """Where an arrival came in: the install, and the envelope that carried it."""

    world: World
    install: Install
    envelope: Envelope

    def source(self, id_: str, at: int) -> Source:
        """The source of something with the provider's `id_`."""
        return Source(channel=self.install.kind, install=self.install.id, id=id_, at=at)


def receive(world: World, envelope: Envelope) -> Outcome:
    """Everything the envelope says is done when this returns; doing it again changes nothing."""
    outcome = Outcome()
    install = world.store.one(ref(Install, envelope.install))
    if install is None or install.state != "active":
        outcome.ignored.append("install-gone")
        return outcome
    tracker = world.tracker(install.kind)
    if tracker:
        for hint in tracker.hints(envelope, install):
            _hinted(hint, outcome)
        return outcome
    place = Place(world, install, envelope)
    for arrival in world.inbound(install.kind).parse(envelope, install):
        _work_off(place, arrival, outcome)
    return outcome


def _hinted(hint: Hint | Ignored | Unsupported, outcome: Outcome) -> None:
    if isinstance(hint, Ignored):
        outcome.ignored.append(hint.reason)
    elif isinstance(hint, Unsupported):
        outcome.unsupported.append(hint.what)
    else:
        outcome.ignored.append("not-tied")  # no ticket is tied to an issue yet


def _work_off(place: Place, arrival: Arrival, outcome: Outcome) -> None:
    if isinstance(arrival, Ignored):
        outcome.ignored.append(arrival.reason)
    elif isinstance(arrival, Unsupported):
        outcome.unsupported.append(arrival.what)
    else:
        try:
            HANDLERS[type(arrival)](place, arrival)
            outcome.handled.append(type(arrival).__name__.lower())
        except Barred:
            outcome.ignored.append("blocked-speaker")
        except Forbidden:
            outcome.ignored.append("foreign-speaker")
        except Invalid:
            if isinstance(arrival, Said):  # somebody's words are never dropped: to the dead letters, with the reason
                raise
            outcome.ignored.append("refused")


def _said(place: Place, arrival: Said) -> None:
    customer, author = _speaker(place, arrival.speaker, arrival.id)
    room = _room(place, arrival, customer, author)
    draft = Draft(
        author=author,
        text=arrival.text,
        source=place.source(arrival.id, arrival.at),
        attachments=_kept(place, arrival, author),
        reply_to=_reply(place, arrival, room),
        revision=arrival.revision,
    )
    post(place.world, room, draft)


def _edited(place: Place, arrival: Edited) -> None:
    amend_known(
        place.world,
        place.source(arrival.id, arrival.at),
        place.install.workspace,
        edit_step(arrival.text, arrival.revision, arrival.at),
        edit_wait(arrival.text, arrival.revision, arrival.at),
        "edited",
        place.install.id,
    )


def _deleted(place: Place, arrival: Deleted) -> None:
    source = place.source(arrival.id, arrival.at)
    amend_known(place.world, source, place.install.workspace, delete_step, delete_wait, "deleted", place.install.id)


def _reacted(place: Place, arrival: Reacted) -> None:
    customer, author = _speaker(place, arrival.speaker, arrival.id)
    whose = customer.id if customer else ""
    mark = (author.id, arrival.emoji, arrival.on, arrival.revision)
    amend_known(
        place.world,
        place.source(arrival.id, arrival.at),
        place.install.workspace,
        react_step(*mark),
        react_wait(*mark, whose),
        "reaction",
        author.id,
        whose,
    )


HANDLERS: dict[type, Callable[[Place, Any], None]] = {
    Said: _said,
    Edited: _edited,
    Deleted: _deleted,
    Reacted: _reacted,
}


def _speaker(place: Place, speaker: Speaker, id_: str) -> tuple[Customer | None, Author]:
    """Who speaks, and the customer that they belong to. Only what the channel vouches for becomes a user."""
    world, workspace = place.world, place.install.workspace
    if not (speaker.customer and speaker.user):
        customer = customer_of_address(world, workspace, speaker.email)
        if customer and customer.state != "active":
            customer = None
        visitor = admit_visitor(
            world,
            workspace,
            derived("vis", place.install.id, id_),
            speaker.name,
            speaker.email,
            customer.id if customer else "",
        )
        name = speaker.name or speaker.email or "Visitor"
        return customer, Author(kind="visitor", id=visitor.id, name=name, verified=False)
    named = {"name": speaker.customer_name} if speaker.customer_name else {}
    customer, _ = admit_customer(world, workspace, speaker.customer, **named)
    told = {"name": speaker.name, "email": speaker.email}
    user, _ = admit_user(world, customer, speaker.user, **{key: value for key, value in told.items() if value})
    if customer.state != "active" or user.state != "active":
        raise Barred
    return customer, Author(kind="user", id=user.id, name=user.name, external_id=user.external_id)


def _room(place: Place, arrival: Said, customer: Customer | None, author: Author) -> str:
    """The id of the room that this belongs in; never one of another customer."""
    known = place.world.store.one(ref(Known, place.install.id, arrival.id))
    if known and known.n:
        home = place.world.store.one(ref(Room, known.room))
        if home and home.customer and customer and home.customer != customer.id:  # no repeat: these words are new
            raise Conflict("the message's id is that of a message of another customer")
        return known.room
    if customer and arrival.conversation:
        found = _conversation(place, arrival.conversation, customer)
        return found or _own_room(place, arrival, None, author)
    if customer and not arrival.fresh_room:
        return triage_room_id(customer.id)
    return _own_room(place, arrival, customer, author)


def _conversation(place: Place, conversation: str, customer: Customer) -> str | None:
    """The room behind a hint: a room's id, or an outside thread's, which gets a topic room when it first speaks.
    None if it is another customer's."""
    hinted = place.world.store.one(ref(Room, conversation)) if conversation.startswith("room_") else None
    if hinted:
        fits = hinted.workspace == customer.workspace and hinted.customer == customer.id and not hinted.vendor_only
        return hinted.id if fits else None
    thread = ref(Known, f"{place.install.id}:thread", conversation)

    def attempt(_: int) -> str | None:
        known = place.world.store.one(thread)
        if known is None:
            room = _new_room(place, derived("room", place.install.id, conversation), conversation, customer)
            tie = Known(source=str(thread.ids[0]), id=conversation, workspace=room.workspace, room=room.id)
            place.world.store.commit(new(room), new(tie), _bridge(place, room, conversation))
            return room.id
        tied = place.world.store.one(ref(Room, known.room))
        return tied.id if tied and tied.customer == customer.id else None

    return again(place.world, attempt)


def _bridge(place: Place, room: Room, conversation: str) -> Write:
    return new(
        Bridge(
            room=room.id,
            install=place.install.id,
            channel=place.install.kind,
            workspace=room.workspace,
            bound_at=place.envelope.received_at,
            conversation=conversation,
        )
    )


def _own_room(place: Place, arrival: Said, customer: Customer | None, author: Author) -> str:
    """A room for this one question: a topic of the customer, or a visitor's, which agents alone see."""
    room = _new_room(place, derived("room", place.install.id, "own", arrival.id), _title(arrival), customer, author)

    def attempt(_: int) -> str:
        if place.world.store.one(ref(Room, room.id)) is None:
            place.world.store.commit(new(room))
        return room.id

    return again(place.world, attempt)


def _title(arrival: Said) -> str:
    line = next((line.strip() for line in arrival.text.splitlines() if line.strip()), "") or "Question"
    return line if len(line) <= 80 else line[:79].rstrip() + "…"


def _new_room(place: Place, id_: str, name: str, customer: Customer | None, author: Author | None = None) -> Room:
    return Room(
        version=1,
        id=id_,
        workspace=place.install.workspace,
        kind="topic" if customer else "visitor",
        name=name[:MAX_NAME],
        created_at=place.world.clock.now(),
        customer=customer.id if customer else "",
        customer_external_id=customer.external_id if customer else "",
        visitor=author.id if author and author.kind == "visitor" else "",
    )


def _kept(place: Place, arrival: Said, author: Author) -> tuple[Attached, ...]:
    """The files that came along, stored; their ids follow from the message's, so that a repeat stores no second one."""
    return tuple(
        _keep(place, derived("att", place.install.id, arrival.id, str(i)), file, author)
        for i, file in enumerate(arrival.files)
        if len(file.content) <= MAX_SIZE
    )


def _keep(place: Place, id_: str, file: File, author: Author) -> Attached:
    world = place.world
    type_ = file.type.lower() if TYPE.match(file.type.lower()) else "application/octet-stream"

    def attempt(_: int) -> Attachment:
        kept = world.store.one(ref(Attachment, id_))
        if kept is None:
            kept = Attachment(
                version=1,
                id=id_,
                workspace=place.install.workspace,
                name=safe_name(file.name),
                size=len(file.content),
                type=type_,
                secret=world.clock.entropy(24).hex(),
                created_at=world.clock.now(),
                by=author.id,
            )
            world.files.put(kept.key, file.content, kept.type)
            world.store.commit(new(kept))
        return kept

    kept = again(world, attempt)
    return Attached(id=kept.id, name=kept.name, size=kept.size, type=kept.type, secret=kept.secret)


def _reply(place: Place, arrival: Said, room: str) -> Reply | None:
    """What it answers, if that is known and in the same room."""
    if not arrival.reply_to:
        return None
    known = place.world.store.one(ref(Known, place.install.id, arrival.reply_to))
    return Reply(message=message_id(known.room, known.n)) if known and known.n and known.room == room else None
