"""What the generic webhook tells of one change: an event with the message as it is now, or with the promise, and those
that are logged."""

import json
from typing import Any

from ...desk.clocks import Clock
from ...desk.deliveries import TYPES, Delivery, Notice, Parcel
from ...desk.events import Event, room_part
from ...desk.messages import Attached, Message
from ...desk.promises import Promise, fact
from ...desk.ratings import Rating
from ...desk.times import rfc3339


def events(parcel: Parcel) -> list[tuple[str, bytes]]:
    """All that a delivery tells, in order: each event's id, stable over retries and replays, and its body. A message
    that was deleted before it was sent is not told of; what it moved is."""
    delivery, message = parcel.delivery, parcel.message
    untold = delivery.what == "event" or (message.deleted and delivery.what != "delete")
    return [
        *([] if untold else [(delivery.id, body(parcel))]),
        *((event_id(delivery, each.type), logged(delivery, each)) for each in parcel.events),
    ]


def event_id(delivery: Delivery, type_: str) -> str:
    """The id of an event that a delivery tells besides."""
    return f"{delivery.id}:{type_}"


def logged(delivery: Delivery, event: Event) -> bytes:
    """An event as the log has it."""
    own = {"type": event.type, "id": event_id(delivery, event.type)}
    return _json(own | {"workspace": event.workspace, "at": rfc3339(event.at)} | event.body)


def body(parcel: Parcel) -> bytes:
    """The event as compact UTF-8 JSON. `id` is the delivery's."""
    delivery = parcel.delivery
    event: dict[str, Any] = {
        "type": TYPES.get(delivery.what),
        "id": delivery.id,
        "workspace": delivery.workspace,
        "at": rfc3339(delivery.created_at),
        "room": room_part(delivery.room, parcel.room_name, parcel.room_state, customer=parcel.customer_external_id),
    }
    if parcel.change:
        event |= {"type": f"promise.{fact(parcel.change.promise)}", "promise": _promise(parcel.change.promise)}
    else:
        event["message"] = _message(parcel.message, delivery.install, parcel.links)
    return _json(event)


def notice(subject: Notice) -> bytes:
    """The event of a customer that entered or left a segment, of a room's clock, of a rating, or as it is logged."""
    if subject.event:
        return logged(subject.delivery, subject.event)
    delivery = subject.delivery
    event: dict[str, Any] = {
        "type": TYPES.get(delivery.what) or f"clock.{delivery.about.partition(':')[0]}",
        "id": delivery.id,
        "workspace": delivery.workspace,
        "at": rfc3339(delivery.created_at),
    }
    if subject.room:
        customer = subject.room.customer_external_id
        event |= {"room": room_part(subject.room.id, subject.room.name, subject.room.state, customer=customer)}
        event |= {"clock": _clock(subject.clock)} if subject.clock else {}
        event |= {"rating": _rating(subject.rating)} if subject.rating else {}
    else:
        event |= {
            "segment": {"id": delivery.segment, "name": subject.segment_name},
            "customer": {"external_id": subject.customer_external_id, "name": subject.customer_name},
        }
    return _json(event)


def _json(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _clock(clock: Clock) -> dict[str, Any]:
    """As it is now, whatever has become of it since."""
    times = ("since", "due", "warned", "missed", "ended", "answered")
    shown = {f"{name}_at": rfc3339(at) if (at := getattr(clock, name)) else None for name in times}
    shown |= {"because": clock.because or None}
    return {"kind": clock.kind, "policy": clock.policy or None, "priority": clock.priority, "how": clock.how} | shown


def _rating(rating: Rating) -> dict[str, Any]:
    person = {"id": rating.person, "name": rating.name}
    shown = {"outcome": rating.outcome, "happy": rating.happy, "why": rating.why, "person": person}
    return shown | {"asked_at": rfc3339(rating.asked_at), "at": rfc3339(rating.at)}


def _message(message: Message, install: str, links: dict[str, str]) -> dict[str, Any]:
    """The message. `external_id` is what the receiver called it, if it came from there."""
    author, source = message.author, message.source
    return {
        "id": message.id,
        "external_id": source.id if source.install == install else None,
        "author": {"kind": author.kind, "id": author.id, "name": author.name},
        "text": message.text,
        "created_at": rfc3339(message.created_at),
        "edited_at": rfc3339(message.edited_at) if message.edited_at else None,
        "deleted": message.deleted,
        "reply_to": message.reply_to.message if message.reply_to else None,
        "attachments": [_attached(file, links) for file in message.attachments],
        "reactions": _counts(message),
        "source": source.channel,
        **({"cut": message.rest.lines} if message.rest else {}),
    }


def _promise(promise: Promise | None) -> dict[str, Any] | None:
    if promise is None:
        return None
    return {
        "text": promise.text,
        "due": rfc3339(promise.due),
        "by": promise.by,
        "state": promise.state,
        "overdue": promise.overdue,
    }


def _attached(file: Attached, links: dict[str, str]) -> dict[str, Any]:
    shown = {"id": file.id, "name": file.name, "size": file.size, "type": file.type}
    return shown | ({"url": links[file.id]} if file.id in links else {})


def _counts(message: Message) -> dict[str, int]:
    """How many have put each emoji; those taken back are kept as marks, and not told."""
    counts = {emoji: sum(mark.on for mark in people.values()) for emoji, people in message.reactions.items()}
    return {emoji: count for emoji, count in counts.items() if count}
