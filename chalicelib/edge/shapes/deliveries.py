"""Deliveries as they go over the wire."""

from typing import Annotated

import msgspec
from msgspec import Meta

from ...desk.deliveries import Delivery
from ...desk.events import Event
from ...desk.ids import message_id
from ...flows.delivery.resend import Resending
from .answers import Body, Time, View, time_of


class DeliveryView(View, frozen=True):
    """One change of a room on its way over one bridge; `events` are the types of what a webhook is told besides its
    message. What was sent may have come back since (`bounced`)."""

    id: str
    room: str
    message: str
    install: str
    channel: str
    what: str
    state: str
    attempts: int
    created_at: Time
    last_attempt_at: Time | None
    next_attempt_at: Time | None
    provider_id: str | None
    parts: list[str]
    reason: str | None
    bounced: bool
    events: list[str]


def delivery_view(row: Delivery) -> DeliveryView:
    """A delivery."""
    return DeliveryView(
        id=row.id,
        room=row.room,
        message=message_id(row.room, row.message),
        install=row.install,
        channel=row.channel,
        what=row.what,
        state=row.state,
        attempts=row.attempts,
        created_at=time_of(row.created_at) or "",
        last_attempt_at=time_of(row.last_at),
        next_attempt_at=time_of(row.next_at) if row.state == "queued" and row.attempts else None,
        provider_id=row.provider_id or None,
        parts=list(row.parts),
        reason=row.reason or None,
        bounced=row.bounced,
        events=list(row.events),
    )


class ToldEventView(View, frozen=True):
    """An event that an install was told, and how that went. `of` is the room, customer, issue or workspace in whose
    order it came."""

    type: str
    at: Time
    of: str
    delivery: DeliveryView


def told_event_view(event: Event, row: Delivery) -> ToldEventView:
    """One of the list."""
    return ToldEventView(type=event.type, at=time_of(event.at) or "", of=event.subject, delivery=delivery_view(row))


class ResendEvents(Body, frozen=True):
    """What is to be sent anew: from a time on, until another or now, of some types or all."""

    from_: Time = msgspec.field(name="from")
    to: Time | None = None
    types: Annotated[list[str], Meta(max_length=100)] = msgspec.field(default_factory=list)


class ResendView(View, frozen=True):
    """What is being sent anew."""

    id: str
    since: Time = msgspec.field(name="from")
    until: Time = msgspec.field(name="to")
    types: list[str]


def resend_view(asked: Resending) -> ResendView:
    """What was asked for."""
    since, until = time_of(asked.since) or "", time_of(asked.until) or ""
    return ResendView(id=asked.id, since=since, until=until, types=list(asked.types))
