"""Rooms as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ...desk.clocks import RoomClocks
from ...desk.customers import Customer
from ...desk.ids import message_id
from ...desk.outcomes import MAX_REASON, OUTCOMES, Outcome, ending_of
from ...desk.permissions import Principal
from ...desk.rooms import Adoption, Priority, Room, Seen, mentioned, read_mark, unread
from ...desk.times import rfc3339
from ...flows.rooms.read_marks import ReadMark
from .answers import Body, CustomerRef, ExternalId, Name, PersonView, Time, View, time_of
from .clocks import RunningView, running_views
from .promises import PromiseBody, PromiseView, promise_view

EndWord = Annotated[
    str, Meta(max_length=500, description=f"One of {', '.join(OUTCOMES)}; other words are kept as the reason")
]
Label = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")]


class CustomerName(Body, frozen=True):
    """A customer by the vendor's own id."""

    external_id: ExternalId


class NewRoom(Body, frozen=True):
    """Open a topic room (of `customer`; a user's is their own) or an internal one of the vendor's."""

    name: Name
    customer: CustomerName | ExternalId | None = None
    kind: Literal["topic", "internal"] = "topic"


class ChangeRoom(Body, frozen=True):
    """Change a room. Users may rename topics and resolve or reopen; agents may also assign, label, promise something
    (null withdraws it), give priority and snooze it. By hand its `turn` becomes the vendor's (it waits for us) or not
    (needs no answer). What is resolved has an `outcome`, with a `reason` where it is declined; with `tell` the customer
    is told so in words, once, unless they never spoke in it or a notice has told them."""

    name: Name | UnsetType = UNSET
    state: Literal["open", "resolved"] | UnsetType = UNSET
    outcome: EndWord | UnsetType = UNSET
    reason: Annotated[str, Meta(max_length=MAX_REASON)] | UnsetType = UNSET
    tell: bool = False
    assignees: Annotated[list[str], Meta(max_length=20)] | UnsetType = UNSET
    labels: Annotated[list[Label], Meta(max_length=20)] | UnsetType = UNSET
    promise: PromiseBody | None | UnsetType = UNSET
    turn: Literal["vendor", "customer"] | None | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    snoozed_until: Time | None | UnsetType = UNSET


class ForkRoom(Body, frozen=True):
    """Make a topic room of the messages from `from` to `to` (message ids, both included)."""

    name: Name
    first: str = msgspec.field(name="from")
    last: str | None = msgspec.field(name="to", default=None)


class ResolveRooms(Body, frozen=True):
    """Resolve up to 100 rooms with one outcome. Nobody is told of it unless `tell` says so."""

    rooms: Annotated[list[str], Meta(min_length=1, max_length=100)]
    outcome: Outcome
    reason: Annotated[str, Meta(max_length=MAX_REASON)] = ""
    tell: bool = False


class ResolvedView(View, frozen=True):
    """What became of a room: whether its customer was `told` how it ended; `refused` is why nothing was done."""

    room: str
    told: bool
    refused: str | None


class ResolvedRoomsView(View, frozen=True):
    """What became of each."""

    rooms: list[ResolvedView]


class HearersView(View, frozen=True):
    """Who would be told how it ended: in so many rooms, so many people who spoke there lately."""

    rooms: int
    people: int


class GlimpseView(View, frozen=True):
    """The last message, as the inbox shows it: the beginning of its text."""

    id: str
    author: PersonView
    text: str


class OriginView(View, frozen=True):
    """Where a forked room came from (message ids)."""

    room: str
    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")


class AdoptionView(View, frozen=True):
    """That a visitor's room became its customer's: by whom, because an `agent` said so, or the address was proven by a
    mailed `code` or a signed `token`."""

    at: Time
    by: str
    because: Literal["agent", "code", "token"]


class RoomView(View, frozen=True):
    """A room. `change` is its last change number; `turn` says whose move it is, and `waiting_since` since when it is
    the vendor's; `unread` is the asker's own, and so is `mentioned`: somebody named them in what they have not read.
    `outcome` is how it ended (solved, workaround, declined, duplicate, no_answer), empty where nobody said so, `reason`
    what was said besides. `labels`, `priority`, `snoozed_until` and `followers`, who are told of it as if they were on
    it, are shown to agents. `acknowledged_at` is when who waits was told that somebody is aware of it. `clocks` are
    what it is owed, shown to agents; `expect` is what its customer is told of when that will be."""

    id: str
    kind: str
    name: str
    state: str
    outcome: str
    reason: str
    customer: CustomerRef | None
    customer_name: str | None
    visitor: str | None
    assignees: list[str]
    followers: list[str]
    labels: list[str]
    turn: str | None
    waiting_since: Time | None
    acknowledged_at: Time | None
    priority: str | None
    snoozed_until: Time | None
    last_message_at: Time | None
    last_message: GlimpseView | None
    unread: int
    mentioned: bool
    messages: int
    change: int
    promise: PromiseView | None
    clocks: list[RunningView]
    expect: str | None
    origin: OriginView | None
    adoption: AdoptionView | None
    created_at: Time


class MemberView(View, frozen=True):
    """Somebody in a room's roster: of the vendor's or the customer's team."""

    side: Literal["vendor", "customer"]
    kind: str
    id: str
    external_id: str | None
    name: str
    role: str | None
    joined_at: Time


class ReadRoom(Body, frozen=True):
    """Mark as read up to `message` (its id), or everything. With `unread` that message, or the last one, is unread, and
    whatever came after it: so it stays until it is read again."""

    message: str | None = None
    unread: bool = False


class ReadView(View, frozen=True):
    """How far the asker has read."""

    room: str
    change: int
    unread: int


class ReadMarkView(View, frozen=True):
    """Somebody who has read the room up to this change. `members` are the ids of all who are one person with them and
    have read it, they too."""

    kind: str
    person: str
    name: str
    change: int
    members: list[str]


def read_mark_view(mark: ReadMark) -> ReadMarkView:
    """A read mark."""
    return ReadMarkView(kind=mark.kind, person=mark.person, name=mark.name, change=mark.n, members=list(mark.members))


def _adoption_view(adoption: Adoption | None) -> AdoptionView | None:
    return AdoptionView(at=rfc3339(adoption.at), by=adoption.by, because=adoption.because) if adoption else None


def room_view(
    room: Room,
    who: Principal,
    seen: Seen | None,
    *,
    customer: Customer | None = None,
    clocks: RoomClocks | None = None,
) -> RoomView:
    """A room of `customer` as `who` sees it."""
    last, origin, ending = room.last_message, room.origin, ending_of(room.outcome)
    mark = read_mark(room, who.id, seen)
    visits = who.kind == "visitor"  # whose the room became is none of the visitor's token's
    return RoomView(
        id=room.id,
        kind="visitor" if visits else room.kind,
        name=room.name,
        state=room.state,
        outcome=ending.outcome,
        reason=ending.reason,
        customer=CustomerRef(id=room.customer, external_id=room.customer_external_id)
        if room.customer and not visits
        else None,
        customer_name=customer.name if customer and not visits else None,
        visitor=room.visitor or None,
        assignees=list(room.assignees),
        followers=list(room.followers) if who.is_agent else [],
        labels=list(room.labels) if who.is_agent else [],
        turn=room.turn or None,
        waiting_since=time_of(room.waiting_since) if room.turn == "vendor" else None,
        acknowledged_at=time_of(room.acked_at),
        priority=room.priority if who.is_agent else None,
        snoozed_until=time_of(room.snoozed_until) if who.is_agent else None,
        last_message_at=time_of(room.last_message_at),
        last_message=GlimpseView(
            id=message_id(room.id, last.n),
            author=PersonView(kind=last.author_kind, id=last.author, name=last.author_name),
            text=last.text,
        )
        if last
        else None,
        unread=unread(room, mark, who.is_agent),
        mentioned=mentioned(room, who.id, mark),
        messages=room.posts,
        change=room.n,
        promise=promise_view(room.promise),
        clocks=running_views(clocks) if who.is_agent else [],
        expect=clocks.words or None if clocks and room.turn == "vendor" else None,
        origin=OriginView(
            room=origin.room, first=message_id(origin.room, origin.first), last=message_id(origin.room, origin.last)
        )
        if origin
        else None,
        adoption=_adoption_view(room.adoption) if who.is_agent else None,
        created_at=time_of(room.created_at) or "",
    )
