"""Deliveries as they go over the wire."""

from ...desk.deliveries import Delivery
from ...desk.ids import message_id
from .answers import Time, View, time_of


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
