"""What is found, as it goes over the wire."""

from typing import Literal

from ...desk.customers import Customer, User
from ...desk.issues import Issue
from ...desk.messages import Message
from ...desk.search_index import kind_of
from ...desk.search_query import Glimpse
from ...desk.workspaces import Agent
from ...flows.search.experts import Expert, Reason
from ...flows.search.search import Hit
from .answers import PersonView, Time, View, time_of


class PieceView(View, frozen=True):
    """A piece of a snippet: with `hit`, it is what was looked for. Plain text, to be shown as such."""

    text: str
    hit: bool


class InRoomView(View, frozen=True):
    """The room that something was found in."""

    id: str
    name: str
    kind: str
    state: str


class OfCustomerView(View, frozen=True):
    """The customer that something is of."""

    id: str
    external_id: str
    name: str


class HitView(View, frozen=True):
    """Something that was found. `id` is the message's, room's, issue's, customer's or person's; `title` what it is
    called (of a message, its author's name). `internal` is a note, `state` an issue's or the room's."""

    kind: Literal["message", "room", "issue", "customer", "person"]
    id: str
    title: str
    snippet: list[PieceView]
    at: Time
    state: str | None = None
    room: InRoomView | None = None
    customer: OfCustomerView | None = None
    author: PersonView | None = None
    channel: str | None = None
    internal: bool = False


class ReasonView(View, frozen=True):
    """Why somebody knows: they `answered`, in a room that is `resolved` by now, `asked` or `said` something, `raised`
    an issue or `tied` a room to one. `message` is what they said."""

    why: Literal["answered", "resolved", "asked", "said", "raised", "tied"]
    at: Time
    room: InRoomView | None
    message: str | None
    issue: str | None
    text: str


class ExpertView(View, frozen=True):
    """Somebody who knows, with the most telling of their reasons. `worth` orders them, and means nothing else."""

    side: Literal["vendor", "customer"]
    person: PersonView
    customer: OfCustomerView | None
    worth: int
    reasons: list[ReasonView]


def piece_view(piece: Glimpse) -> PieceView:
    """A piece of a snippet."""
    return PieceView(text=piece.text, hit=piece.hit)


def _in_room(hit: Hit) -> InRoomView | None:
    room = hit.known.room
    return InRoomView(id=room.id, name=room.name, kind=room.kind, state=room.state) if room else None


def customer_ref(customer: Customer | None) -> OfCustomerView | None:
    """A customer, in short."""
    if customer is None:
        return None
    return OfCustomerView(id=customer.id, external_id=customer.external_id, name=customer.name)


def hit_view(hit: Hit, customers: dict[str, Customer], *, vendor: bool) -> HitView:
    """Something that was found."""
    thing, room = hit.known.thing, hit.known.room
    owner = thing.customer if isinstance(thing, User) else room.customer if room else ""
    author = thing.author if isinstance(thing, Message) else None
    state = thing.state if isinstance(thing, Issue) else room.state if room else None
    return HitView(
        kind=kind_of(thing),
        id=thing.id,
        title=_title(thing, vendor=vendor),
        snippet=[piece_view(piece) for piece in hit.pieces],
        at=time_of(thing.created_at) or "",
        state=state,
        room=_in_room(hit),
        customer=customer_ref(thing if isinstance(thing, Customer) else customers.get(owner)),
        author=PersonView(kind=author.kind, id=author.id, name=author.name) if author else _person(thing),
        channel=thing.source.channel if isinstance(thing, Message) else None,
        internal=isinstance(thing, Message) and thing.internal,
    )


def _title(thing: object, *, vendor: bool) -> str:
    if isinstance(thing, Message):
        return thing.author.name
    if isinstance(thing, Issue):
        return thing.title if vendor else thing.public_title
    return str(getattr(thing, "name", ""))


def _person(thing: object) -> PersonView | None:
    if isinstance(thing, User | Agent):
        return PersonView(kind="agent" if isinstance(thing, Agent) else "user", id=thing.id, name=thing.name)
    return None


def reason_view(reason: Reason) -> ReasonView:
    """A reason."""
    room = reason.room
    return ReasonView(
        why=reason.why,
        at=time_of(reason.at) or "",
        room=InRoomView(id=room.id, name=room.name, kind=room.kind, state=room.state) if room else None,
        message=reason.message or None,
        issue=reason.issue or None,
        text=reason.text,
    )


def expert_view(expert: Expert, customers: dict[str, Customer]) -> ExpertView:
    """Somebody who knows."""
    owner = expert.person.customer if isinstance(expert.person, User) else ""
    person = _person(expert.person)
    return ExpertView(
        side="customer" if owner else "vendor",
        person=person or PersonView(kind="", id="", name=""),
        customer=customer_ref(customers.get(owner)),
        worth=round(expert.worth),
        reasons=[reason_view(reason) for reason in expert.reasons],
    )
