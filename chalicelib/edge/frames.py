"""What goes over the live line: the frames that tell of a room. The message itself comes along where it is small: three
viewers who each had to ask for it would cost more than the message did (ADR 65)."""

from typing import Any

import msgspec

from ..desk.broadcasts import Broadcast
from ..desk.connections import place_of
from ..desk.deliveries import Delivery
from ..desk.messages import Change, Message
from ..desk.permissions import Principal
from ..desk.rooms import Room, Seen, shut_to
from .shapes.messages import message_view
from .shapes.rooms import room_view

LARGEST = 24_000  # bytes of a message in a frame: API Gateway takes 32 KB at once
SHARED = (
    "name", "state", "outcome", "reason", "assignees", "turn", "waiting_since", "acknowledged_at", "promise",
    "last_message_at", "last_message", "messages", "change",
)  # fmt: skip
NOBODY = Principal(workspace="", kind="user", id="", name="", credential="")


def changed(
    happening: Message | Change, message: Message | None, room: Room, *, base_url: str, watched: bool
) -> dict[str, Any]:
    """The push of one change: `room.changed`, with the message as it is now and what the inbox shows of the room. It
    goes to the inbox if that may be `watched`, and unless it is a broadcast, which moves nothing there."""
    summary = msgspec.to_builtins(room_view(room, NOBODY, None))
    frame = {
        "type": "room.changed",
        "room": room.id,
        "change": happening.n,
        "what": "posted" if isinstance(happening, Message) else happening.type,
        "by": happening.author.id if isinstance(happening, Message) else happening.by,
        "customer": room.customer_external_id or None,
        "message": _small(message, base_url) if message else None,
        "summary": {name: summary[name] for name in SHARED},
    }
    quiet = isinstance(happening, Message) and happening.broadcast is not None
    return _push(room, frame, happening.internal) | ({"inbox": room.workspace} if watched and not quiet else {})


def _small(message: Message, base_url: str) -> Any:
    """A message that fits into a frame, and is the same to all who read it. The links of files need an address that is
    known here."""
    told_apart = message.proposed is not None and not message.proposed.shown
    if told_apart or message.attachments and not base_url:
        return None
    view = msgspec.to_builtins(message_view(message, base_url))
    return view if len(msgspec.json.encode(view)) <= LARGEST else None


def read(room: Room, person: str, seen: Seen) -> dict[str, Any]:
    """The push of a read mark."""
    return _push(room, {"type": "room.read", "room": room.id, "person": person, "change": seen.n}, internal=False)


def typing(room: Room, who: Principal, internal: bool) -> dict[str, Any]:
    """Somebody is typing; whoever types a note is seen by agents alone."""
    frame = {"type": "room.typing", "room": room.id, "person": who.id, "name": who.name, "kind": who.kind}
    return _push(room, frame | {"internal": internal}, internal) | {"open": True}


def presence(place: str, room: str, person: dict[str, str], *, here: bool) -> dict[str, Any]:
    """Somebody has a room open, or has left it."""
    frame = {"type": "room.presence", "room": room, "person": person["id"], "name": person["name"]}
    return {"place": place, "room": room, "open": True, "frame": frame | {"kind": person["kind"], "here": here}}


def delivery(row: Delivery) -> dict[str, Any] | None:
    """The push of a delivery that does not simply succeed, for the inbox. What is sent at once is no news: a frame for
    each would cost more than the sending."""
    if row.state == "sent" and row.attempts <= 1:
        return None
    outcome = {"state": row.state, "attempts": row.attempts, "reason": row.reason or None}
    frame = {"type": "delivery.changed", "room": row.room, "delivery": row.id, "channel": row.channel, **outcome}
    return {"inbox": row.workspace, "frame": frame}


def progress(broadcast: Broadcast) -> dict[str, Any]:
    """The push that a broadcast has moved, for the inbox: its sums are to be read."""
    frame = {"type": "broadcast.changed", "broadcast": broadcast.id, "state": broadcast.state}
    return {"inbox": broadcast.workspace, "frame": frame}


def _push(room: Room, frame: dict[str, Any], internal: bool) -> dict[str, Any]:
    """A visitor who may open their room no more hears no more of it, however long their line has been open."""
    for_agents = internal or (room.vendor_only and shut_to(room, room.visitor))
    return {"place": place_of(room), "room": room.id, "internal": for_agents, "frame": frame}
