"""Events: what the vendor's own servers can be told of (webhooks' catalogue, event log; ADR 165)."""

from typing import Any

from .messages import Change, Message
from .promises import fact
from .record import Record
from .rooms import Room
from .times import DAY_MS, HOUR_MS, rfc3339

KEPT_MS = 30 * DAY_MS
OPENED = "room.opened"
# What a room's own field, once it has moved, is told as: by what it is now. None: nobody is told.
MOVES: dict[str, tuple[str | None, str | None]] = {  # field → (told where it is empty now, told where it is not)
    "name": (None, "room.renamed"),
    "assignees": ("room.assigned", "room.assigned"),
    "labels": ("room.labelled", "room.labelled"),
    "priority": (None, "room.prioritised"),
    "outcome": (None, "room.resolved"),
    "acked_at": (None, "room.acknowledged"),
    "followers": ("room.followed", "room.followed"),
    "snoozed_until": ("room.woken", "room.snoozed"),
    "customer_external_id": ("room.unadopted", "room.adopted"),
}
STATES = {"open": "room.reopened", "resolved": "room.resolved"}


class Event(Record, frozen=True):
    """One event as it was told: a row of the log. It is the `n`th of its `subject` (an id) and `slot`, as a delivery's
    bridge has them; `body` is what it says besides its type, id, workspace and time (`at`, ms)."""

    workspace: str
    at: int
    subject: str
    n: int
    type: str
    body: dict[str, Any]
    slot: str = ""

    @property
    def hour(self) -> int:
        """The hour since 1970 that it happened in: a workspace's events of one lie together."""
        return self.at // HOUR_MS


SLOT = "events"  # of what tells of no room: a bridge of its own, with numbers of its own


class EventCount(Record, frozen=True):
    """How many events a subject (an id) had that are no room's, and which number each of the last ones has, by what it
    follows from."""

    subject: str
    n: int = 0
    recent: dict[str, int] = {}


def moves(old: Room, now: Room) -> dict[str, Any]:
    """What moved in a room that somebody may be told of: the fields, and what they became."""
    fields = ("state", *MOVES)
    return {name: getattr(now, name) for name in fields if _moved(old, now, name)}


def _moved(old: Room, now: Room, field: str) -> bool:
    value = getattr(now, field)
    return value != getattr(old, field) and _type_of(field, value) is not None


def _type_of(field: str, value: Any) -> str | None:
    return STATES[value] if field == "state" else MOVES[field][bool(value)]


def types_of(happening: Message | Change | Room) -> list[str]:
    """The types of all that a change of a room tells besides its message, each once: a promise first."""
    if isinstance(happening, Room):
        return [OPENED]
    if isinstance(happening, Message):
        return [] if happening.forked_from else _moves_of(happening)
    found = [f"promise.{fact(happening.promise)}"] if "promise" in happening.fields else []
    return found + (["room.forked"] if happening.type == "forked" else []) + _moves_of(happening)


def _moves_of(happening: Message | Change) -> list[str]:
    return list(dict.fromkeys(type_ for field, value in happening.moved.items() if (type_ := _type_of(field, value))))


def room_body(happening: Message | Change | Room, room: Room, type_: str) -> dict[str, Any]:
    """The body of what a change of a room tells: the room, what changed, and its state now."""
    data = {"by": _actor(happening), "changed": _changed(happening, type_), "now": room_now(room)}
    return {"room": room_part(room.id, room.name, room.state, customer=room.customer_external_id), "data": data}


def _actor(happening: Message | Change | Room) -> str | None:
    if isinstance(happening, Room):
        return None
    return (happening.author.id if isinstance(happening, Message) else happening.by) or None


def _changed(happening: Message | Change | Room, type_: str) -> dict[str, Any]:
    if isinstance(happening, Room):
        origin = happening.origin
        return {"kind": happening.kind, "from": origin.room if origin else None}
    if isinstance(happening, Change) and type_ == "room.forked":
        return {"into": happening.other_room}
    moved = {name: value for name, value in happening.moved.items() if _type_of(name, value) == type_}
    return {CALLED.get(name, name): _shown(name, value) for name, value in moved.items()}


CALLED = {"acked_at": "acknowledged_at", "customer_external_id": "customer"}  # as the API calls them
TIMES = ("acked_at", "snoozed_until")


def _shown(field: str, value: Any) -> Any:
    if field in TIMES:
        return rfc3339(value) if value else None
    return list(value) if isinstance(value, tuple) else value if value != "" else None


def room_part(id_: str, name: str, state: str, *, customer: str) -> dict[str, Any]:
    """The room, as every event of one names it."""
    return {"id": id_, "name": name, "state": state, "customer": {"external_id": customer} if customer else None}


NOW = ("kind", "turn", "outcome", "assignees", "followers", "labels", "priority", "acked_at", "snoozed_until")


def room_now(room: Room) -> dict[str, Any]:
    """How it stands with a room."""
    return {CALLED.get(name, name): _shown(name, getattr(room, name)) for name in NOW}
