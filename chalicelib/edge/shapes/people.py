"""What goes over the wire of people: users and visitors who are one person."""

from typing import Annotated, Literal

from msgspec import Meta

from ...desk.customers import Customer, User, Visitor
from ...desk.messages import Message
from ...desk.people import Tie
from ...desk.plain_text import plain
from ...desk.rooms import GLIMPSE, Room
from ...desk.times import rfc3339
from ...flows.search.experts import Topic
from .answers import Body, CustomerRef, ExternalId, Time, View, time_of

VisitorId = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^vis_[a-z0-9]+$(?!\n)")]


class MemberName(Body, frozen=True):
    """Somebody: a user by the vendor's own ids (`customer` and `user`), or a `visitor` by theirs here."""

    customer: ExternalId | None = None
    user: ExternalId | None = None
    visitor: VisitorId | None = None


class TiePeople(Body, frozen=True):
    """Who else the person is. `reason`: an `agent` says so, or a server that knows it (`api`)."""

    member: MemberName
    reason: Literal["agent", "api"] = "agent"


class MemberOfView(View, frozen=True):
    """Somebody who is the person, as they are known on one way: a user of a customer, or a visitor. `channel` is what
    an outside account of that kind made of them."""

    kind: Literal["user", "visitor"]
    id: str
    external_id: str | None
    customer: CustomerRef | None
    name: str
    email: str
    proven: bool
    channel: str | None


class PersonTieView(View, frozen=True):
    """That two members are one: why, by whom, since when. `address`: the vendor's own tokens name the same one."""

    id: str
    members: list[str]
    reason: Literal["agent", "address", "code", "token", "api"]
    by: str
    at: Time


class PersonRoomView(View, frozen=True):
    """A room in which the person has spoken, last at `spoke_at`, that is theirs, or that they have read."""

    id: str
    name: str
    kind: str
    customer: CustomerRef | None
    last_message_at: Time | None
    spoke_at: Time | None


class PersonWordView(View, frozen=True):
    """Something that the person has said; of its `text` the beginning."""

    message: str
    room: str
    text: str
    at: Time
    channel: str


class TopicView(View, frozen=True):
    """What the person knows about: a word of so many of their messages, the last of which is named."""

    word: str
    messages: int
    message: str
    room: str


class LikenessView(View, frozen=True):
    """Somebody who may be the same person, and why; nothing is done by it. `proven`: tokens or mails name it."""

    member: MemberOfView
    because: Literal["address"]
    proven: bool


class WholePersonView(View, frozen=True):
    """A person: everybody whom ties make one, with the first and the last that they said, over which channels, and
    what they know about."""

    id: str
    name: str
    members: list[MemberOfView]
    ties: list[PersonTieView]
    rooms: list[PersonRoomView]
    channels: list[str]
    first_word: PersonWordView | None
    last_word: PersonWordView | None
    knows: list[TopicView]
    first_seen_at: Time | None
    last_spoke_at: Time | None
    suggestions: list[LikenessView]


def member_view(person: User | Visitor, customer: Customer | None) -> MemberOfView:
    """A member."""
    if isinstance(person, Visitor):
        fields = {"kind": "visitor", "external_id": None, "customer": None, "channel": None}
        return MemberOfView(id=person.id, name=person.name, email=person.email, proven=bool(person.proven), **fields)  # type: ignore[arg-type]
    channel, colon, _ = person.external_id.partition(":")
    return MemberOfView(
        kind="user",
        id=person.id,
        external_id=person.external_id,
        customer=CustomerRef(id=customer.id, external_id=customer.external_id) if customer else None,
        name=person.name,
        email=person.email,
        proven=bool(person.vouched),
        channel=channel if colon else None,
    )


def tie_view(tie: Tie) -> PersonTieView:
    """A tie."""
    return PersonTieView(
        id=tie.id, members=sorted((tie.one.id, tie.other.id)), reason=tie.reason, by=tie.by, at=rfc3339(tie.at)
    )


def word_view(message: Message | None) -> PersonWordView | None:
    """Something that a person has said."""
    if message is None:
        return None
    text = plain(message.text).strip()
    return PersonWordView(
        message=message.id,
        room=message.room,
        text=text if len(text) <= GLIMPSE else f"{text[:GLIMPSE]}…",
        at=rfc3339(message.created_at),
        channel=message.source.channel,
    )


def topic_view(topic: Topic) -> TopicView:
    """What a person knows about."""
    return TopicView(word=topic.word, messages=topic.times, message=topic.message.id, room=topic.room.id)


def person_room_view(room: Room, spoke_at: int) -> PersonRoomView:
    """A room of a person's."""
    return PersonRoomView(
        id=room.id,
        name=room.name,
        kind=room.kind,
        customer=CustomerRef(id=room.customer, external_id=room.customer_external_id) if room.customer else None,
        last_message_at=time_of(room.last_message_at),
        spoke_at=time_of(spoke_at),
    )
