"""Rooms: open, change, end, fork."""

from typing import Any

from ...desk.clocks import RoomClocks
from ...desk.customers import Customer
from ...desk.errors import Forbidden, Invalid, NotFound
from ...desk.ids import message_number
from ...desk.messages import Message
from ...desk.outcomes import OUTCOMES, Ending
from ...desk.promises import MAX_AHEAD_MS
from ...desk.rooms import Room, Seen
from ...desk.workspaces import Agent
from ...flows.rooms.acknowledge import acknowledge
from ...flows.rooms.open_room import open_room
from ...flows.rooms.update_room import update_room
from ...ports import Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import rooms as shapes
from ..shapes.answers import moment_of, named_fields
from .customers import customer_of

NO_REASON = "what is declined is declined for a reason"


def shown(call: Call, room: Room) -> shapes.RoomView:
    """A room with the asker's own count of unread messages."""
    (view,) = views(call, [room])
    return view


def views(call: Call, rooms: list[Room]) -> list[shapes.RoomView]:
    """Rooms with the asker's marks, their customers and their clocks, in one read."""
    if not rooms:
        return []
    customers = sorted({room.customer for room in rooms if room.customer})
    timed = [room.id for room in rooms] if call.tenant is None or call.tenant.policies else []
    marks: list[Ref[Any]] = [ref(Seen, call.who.id, room.id) for room in rooms]
    found = call.world.store.many([*marks, *(ref(RoomClocks, id_) for id_ in timed), *map(_customer_ref, customers)])
    seen, clocks, whose = found[: len(rooms)], found[len(rooms) :][: len(timed)], found[len(rooms) + len(timed) :]
    owner, owed = dict(zip(customers, whose, strict=True)), dict(zip(timed, clocks, strict=True))
    return [
        shapes.room_view(room, call.who, mark, customer=owner.get(room.customer), clocks=owed.get(room.id))
        for room, mark in zip(rooms, seen, strict=True)
    ]


def _customer_ref(id_: str) -> Ref[Customer]:
    return ref(Customer, id_)


@route("POST", "/v1/rooms", need="write", body=shapes.NewRoom, gives=shapes.RoomView, status=201, coding=True)
def new_room(call: Call, body: shapes.NewRoom) -> Any:
    """Open a room."""
    customer = _customer(call, body)
    return call.answering(
        lambda once: open_room(
            call.world, call.who, body.name, customer=customer, internal=body.kind == "internal", once=once
        ),
        lambda room: shapes.room_view(room, call.who, None, customer=customer),
    )


def _customer(call: Call, body: shapes.NewRoom) -> Customer | None:
    named = body.customer.external_id if isinstance(body.customer, shapes.CustomerName) else body.customer
    if not call.who.is_agent:
        if body.kind == "internal":
            raise Forbidden("internal rooms are the vendor's")
        if named not in (None, call.who.customer_external_id):
            raise NotFound("no such customer")
        return customer_of(call, call.who.customer_external_id)
    if named is None and body.kind == "topic":
        raise Invalid("a topic room is a customer's", "customer")
    return customer_of(call, named) if named is not None else None


@route("GET", "/v1/rooms/{room}", gives=shapes.RoomView, visitors=True, coding=True)
def room(call: Call) -> Any:
    """Show a room."""
    return call.reply(shown(call, call.here), version=call.here.version)


@route("PATCH", "/v1/rooms/{room}", need="write", body=shapes.ChangeRoom, gives=shapes.RoomView, visitors=True)
def change_room(call: Call, body: shapes.ChangeRoom) -> Any:
    """Rename, resolve, reopen, assign or label a room; promise it something; say by hand whose turn it is; give it
    priority, snooze it."""
    fields = _ended(call, named_fields(body))
    tell = fields.pop("tell")
    if call.who.kind == "visitor" and set(fields) - {"state"}:
        raise Forbidden("a visitor resolves a room, or opens it again")
    for name in ("turn", "priority", "snoozed_until"):
        if name in fields and not call.who.is_agent:
            raise Forbidden(f"only agents set a room's {name}")
    if "turn" in fields:
        if "state" in fields:
            raise Invalid("whose turn it is follows from the state", "turn")
        fields["turn"] = fields["turn"] or ""
    if "snoozed_until" in fields:
        fields["snoozed_until"] = _until(call, fields["snoozed_until"])
    if "name" in fields and call.here.kind == "triage" and not call.who.is_agent:
        raise Forbidden("the triage room's name is the vendor's")
    if "assignees" in fields:
        fields["assignees"] = _assignees(call, fields["assignees"])
    if "labels" in fields:
        if not call.who.is_agent:
            raise Forbidden("only agents label")
        fields["labels"] = tuple(sorted(set(fields["labels"])))
    if "promise" in fields:
        fields["promise"] = _promised(call, body.promise)
    changed = update_room(call.world, call.who, call.here.id, fields=fields, if_version=call.if_version, tell=tell)
    return call.reply(shown(call, changed), version=changed.version)


def _ended(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the outcome as a room keeps it."""
    if fields["tell"] and not call.who.is_agent:
        raise Forbidden("only agents tell how a room ended")
    if fields["tell"] and fields.get("state", call.here.state) != "resolved":
        raise Invalid("what is told is how a room ended", "tell")
    reason = fields.pop("reason", "").strip()
    if "outcome" not in fields:
        if reason:
            raise Invalid("a reason is an outcome's", "outcome")
        return fields
    outcome = next((each for each in OUTCOMES if each == fields["outcome"]), None)
    if outcome is None and (fields["tell"] or reason):
        raise Invalid(f"an outcome is one of {', '.join(OUTCOMES)}", "outcome")
    if outcome == "declined" and not reason:
        raise Invalid(NO_REASON, "reason")
    return fields | {"outcome": Ending(outcome, reason).text if outcome else fields["outcome"]}


@route(
    "POST",
    "/v1/rooms/resolve",
    who="agent",
    need="write",
    body=shapes.ResolveRooms,
    gives=shapes.ResolvedRoomsView,
)
def resolve_rooms(call: Call, body: shapes.ResolveRooms) -> shapes.ResolvedRoomsView:
    """Resolve many rooms with one outcome, each for itself. Nobody is told unless that is asked for."""
    from ...flows.rooms.resolve_many import resolve_many

    ending = _ending(body)
    return call.answering(
        lambda once: resolve_many(call.world, call.who, body.rooms, ending=ending, tell=body.tell, once=once),
        lambda found: shapes.ResolvedRoomsView(
            rooms=[shapes.ResolvedView(room=each.room, told=each.told, refused=each.refused or None) for each in found]
        ),
    )


@route("POST", "/v1/rooms/resolve/preview", who="agent", body=shapes.ResolveRooms, gives=shapes.HearersView)
def preview_resolve(call: Call, body: shapes.ResolveRooms) -> shapes.HearersView:
    """Tell how many would be told if these rooms were resolved so; nothing is written."""
    from ...flows.rooms.resolve_many import hearers

    found = hearers(call.world, call.who, body.rooms, ending=_ending(body))
    return shapes.HearersView(rooms=found.rooms, people=found.people)


def _ending(body: shapes.ResolveRooms) -> Ending:
    reason = body.reason.strip()
    if body.outcome == "declined" and not reason:
        raise Invalid(NO_REASON, "reason")
    return Ending(body.outcome, reason)


def _until(call: Call, asked: str | None) -> int:
    if asked is None:
        return 0
    now, until = call.world.clock.now(), moment_of(asked, "snoozed_until")
    if not now < until <= now + MAX_AHEAD_MS:
        raise Invalid("a room is snoozed until some time in the next year", "snoozed_until")
    return until


def _promised(call: Call, body: Any) -> dict[str, Any] | None:
    if not call.who.is_agent:
        raise Forbidden("only agents promise")
    if body is None:
        return None
    fields = named_fields(body)
    return fields | ({"due": moment_of(fields["due"], "promise.due")} if "due" in fields else {})


def _assignees(call: Call, ids: list[str]) -> tuple[str, ...]:
    if not call.who.is_agent:
        raise Forbidden("only agents assign")
    agents = call.world.store.many([ref(Agent, call.who.workspace, id_) for id_ in ids]) if ids else []
    for place, agent in enumerate(agents):
        if agent is None or agent.state != "active":
            raise Invalid("no such agent", f"assignees[{place}]")
    return tuple(dict.fromkeys(ids))


@route("POST", "/v1/rooms/{room}/acknowledge", who="agent", need="write", gives=shapes.RoomView)
def acknowledge_room(call: Call) -> Any:
    """Tell who waits that somebody is aware of it, once for each ask. It is no answer."""
    customer = call.world.store.one(ref(Customer, call.here.customer)) if call.here.customer else None
    return call.answering(
        lambda once: acknowledge(call.world, call.who.author.id, call.here.id, once=once),
        lambda room: shapes.room_view(room, call.who, None, customer=customer),
    )


@route("POST", "/v1/rooms/{room}/fork", need="write", body=shapes.ForkRoom, gives=shapes.RoomView, status=201)
def fork_room(call: Call, body: shapes.ForkRoom) -> Any:
    """Make a topic room of a range of messages."""
    from ...flows.rooms.fork import fork

    first = message_number(body.first, call.here.id)
    last = first if body.last is None else message_number(body.last, call.here.id)
    if first is None:
        raise Invalid("not a message of this room", "from")
    if last is None or last < first:
        raise Invalid("not a message of this room at or after `from`", "to")
    customer = call.world.store.one(ref(Customer, call.here.customer)) if call.here.customer else None
    return call.answering(
        lambda once: fork(call.world, call.who, call.here.id, first=first, last=last, name=body.name, once=once),
        lambda made: shapes.room_view(made, call.who, None, customer=customer),
    )


def numbered(call: Call, id_: str, field: str) -> Message:
    """The message of the room with this id, which the caller may see; Invalid naming the field."""
    n = message_number(id_, call.here.id)
    internal = n is None and call.who.is_agent
    n = message_number(id_, call.here.id, internal=True) if internal else n
    found = call.world.store.one(ref(Message, call.here.id, n, internal)) if n is not None else None
    if found is None:
        raise Invalid("not a message of this room", field)
    return found
