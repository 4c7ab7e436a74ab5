"""Rooms: list, open, change, fork, read, roster."""

from typing import Any, get_args

from ...desk.clocks import RoomClocks, Running
from ...desk.customers import Customer, User
from ...desk.errors import Forbidden, Invalid, NotFound
from ...desk.ids import customer_id, message_number
from ...desk.inbox_views import PROMISED, UNASSIGNED, assigned_view, priority_view, turn_view, views_of
from ...desk.messages import Message
from ...desk.outcomes import OUTCOMES, Ending
from ...desk.permissions import Principal, may_see
from ...desk.promises import MAX_AHEAD_MS
from ...desk.rooms import ROUND_MS, Priority, Room, Seen, unread
from ...desk.segments import Member, Segment
from ...desk.workspaces import Agent
from ...flows.broadcasts.results import mark_broadcast_read
from ...flows.inbox_listing import rooms_in
from ...flows.rooms.acknowledge import acknowledge
from ...flows.rooms.follow import follow
from ...flows.rooms.mark_read import mark_read, mark_unread
from ...flows.rooms.open_room import open_room
from ...flows.rooms.read_marks import read_marks
from ...flows.rooms.update_room import update_room
from ...flows.same_person import once_each
from ...ports import Listing, Page, Ref, ref
from .. import frames
from ..door.calls import Call
from ..door.router import route
from ..shapes import rooms as shapes
from ..shapes.answers import PAGED, moment_of, named_fields, time_of
from .customers import customer_of

CHOSEN_BY = ("state", "customer", "assignee", "turn", "segment", "promise", "active_after", "active_before")
AGENTS_ALONE = ("priority", "said", "snoozed", "clock", "due_before")
CLOCKS = ("first", "next", "update", "any", "missed")
NO_REASON = "what is declined is declined for a reason"
MAX_LOOKED_AT = 5  # pages that one answer of a filtered list is made of


def shown(call: Call, room: Room) -> shapes.RoomView:
    """A room with the asker's own count of unread messages."""
    (view,) = _views(call, [room])
    return view


def _views(call: Call, rooms: list[Room]) -> list[shapes.RoomView]:
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


@route(
    "GET",
    "/v1/rooms",
    gives=list[shapes.RoomView],
    query=(*PAGED, *CHOSEN_BY, *AGENTS_ALONE),
    visitors=True,
    tenant=True,
)
def rooms(call: Call) -> Page[Any]:
    """List rooms, the latest activity first: an agent's workspace's, or a user's own customer's. Agents may ask for
    those of one `assignee` (`me`, or `none`), for those that wait for one side (`turn`), of a `priority`, and for a
    segment's. With a `promise` that is `open`, or `overdue`, they come by when it is due. Of a workspace's rooms those
    in which nothing was ever said, and those that are snoozed, are listed on request alone: `said=false`,
    `snoozed=true`. Those of a running `clock` (`first`, `next`, `update`, `any`, or one that was `missed`) come by when
    it is due, on request `due_before` a time; `active_after` and `active_before` bound when something was said last."""
    state, turn, assignee = call.query("state") or "open", call.query("turn"), call.query("assignee")
    promise = call.query("promise")
    if state not in ("open", "resolved"):
        raise Invalid("state is open or resolved", "state")
    if turn not in (None, "vendor", "customer"):
        raise Invalid("turn is vendor or customer", "turn")
    if promise not in (None, "open", "overdue"):
        raise Invalid("promise is open or overdue", "promise")
    priority = call.query("priority")
    if priority not in (None, *get_args(Priority)):
        raise Invalid(f"priority is {', '.join(get_args(Priority))}", "priority")
    _check_lists(call)
    clock, within = _clock(call), _within(call)
    assignee = call.who.id if assignee == "me" else assignee
    segment = _segment(call)
    found: list[Room] = []
    cursor, left = call.query("cursor"), MAX_LOOKED_AT
    while True:  # what a filter leaves out makes room for more, within reason
        page = _page(call, state, _view(call, turn, assignee), limit=call.limit - len(found), cursor=cursor)
        matching = [
            room for room in page.items if _matches(room, turn, assignee, promise=promise) and _active(room, within)
        ]
        found += _of_segment(call, segment, [each for each in matching if priority in (None, each.priority)])
        cursor, left = page.next, left - 1
        if cursor is None or not left or len(found) >= call.limit:
            break
    if clock:
        pass  # as their clocks are due
    elif promise:
        found.sort(key=lambda room: room.promise.due if room.promise else 0)
    else:
        found.sort(key=lambda room: room.last_message_at or room.created_at, reverse=True)  # the index rounds
    return Page(_views(call, found), cursor)


def _clock(call: Call) -> str:
    """Which clocks are asked for; "" for none."""
    clock = call.query("clock")
    if clock not in (None, *CLOCKS):
        raise Invalid(f"clock is {', '.join(CLOCKS)}", "clock")
    return clock or ("" if call.query("due_before") is None else "any")


def _within(call: Call) -> tuple[int, int]:
    """The times (ms) between which something was said last; 0 for no bound."""
    after, before = (moment_of(call.query(name), name) for name in ("active_after", "active_before"))
    if after and before and before <= after:
        raise Invalid("`active_before` is later than `active_after`", "active_before")
    return after, before


def _active(room: Room, within: tuple[int, int]) -> bool:
    at = room.last_message_at or room.created_at
    return within[0] <= at and (not within[1] or at < within[1])


def _check_lists(call: Call) -> None:
    """Which list is asked for: of rooms with words, without, or snoozed."""
    for name, values in {"said": ("true", "false"), "snoozed": ("true",)}.items():
        if call.query(name) is not None and call.query(name) not in values:
            raise Invalid(f"{name} is {' or '.join(values)}", name)
    for name in AGENTS_ALONE:
        if not call.who.is_agent and call.query(name) is not None:
            raise Forbidden(f"only agents ask for rooms by `{name}`")


def _matches(room: Room, turn: str | None, assignee: str | None, *, promise: str | None) -> bool:
    if promise and not (room.promise and room.promise.open and (room.promise.overdue or promise == "open")):
        return False
    if turn is not None and room.turn != turn:
        return False
    return assignee is None or (not room.assignees if assignee == "none" else assignee in room.assignees)


def _view(call: Call, turn: str | None, assignee: str | None) -> str:
    if call.query("promise"):
        return PROMISED
    if assignee:
        return UNASSIGNED if assignee == "none" else assigned_view(assignee)
    if turn:
        return turn_view(turn)
    priority = call.query("priority")
    return priority_view(priority) if priority and priority != "normal" else ""


def _page(call: Call, state: str, view: str, *, limit: int, cursor: str | None) -> Page[Room]:
    """From the view that has them, where there is one, else from all of them."""
    if call.who.kind == "visitor":
        own = call.world.store.one(ref(Room, call.who.room))
        return Page([own] if own and may_see(call.who, own) and own.state == state else [])
    if not call.who.is_agent or call.query("customer") is not None:
        return call.world.store.page(_customers(call, state), limit, cursor)
    if _clock(call):
        return _timed(call, limit, cursor)
    if call.query("snoozed") and state == "open":
        snoozed: Listing[Room] = Listing("snoozed-rooms", (call.who.workspace,))
        return call.world.store.page(snoozed, limit, cursor)
    if state != "open" or not view or call.query("said") == "false":
        whole = call.world.store.merged(inbox(call, state), limit, cursor)
        said = call.query("said") != "false"
        # Until it is written anew, a room of before lies where all of them did.
        return Page([each for each in whole.items if bool(each.last_message_at) is said], whole.next)
    listing = rooms_in(call.who.workspace, view, newest_first=view != PROMISED)
    page = call.world.store.page(listing, limit, cursor)
    found = call.world.store.many([ref(Room, place.room) for place in page.items]) if page.items else []
    return Page([room for room in found if room and view in views_of(room)], page.next)


def _timed(call: Call, limit: int, cursor: str | None) -> Page[Room]:
    """Those with a clock that is asked for, by when their first one is due."""
    clock, before = _clock(call), moment_of(call.query("due_before"), "due_before")
    listing: Listing[RoomClocks] = Listing("clocks", (call.who.workspace,), before=before or None)
    page = call.world.store.page(listing, limit, cursor)
    wanted = [each.room for each in page.items if any(_counts(one, clock, before) for one in each.running)]
    found = call.world.store.many([ref(Room, id_) for id_ in wanted]) if wanted else []
    return Page([room for room in found if room], page.next)


def _counts(clock: Running, wanted: str, before: int) -> bool:
    if before and not 0 < clock.due < before:
        return False
    return wanted in ("any", clock.kind) or wanted == "missed" and bool(clock.missed)


def _segment(call: Call) -> Segment | None:
    from ...flows.customers.save_segment import segment_of

    name = call.query("segment")
    if name is None:
        return None
    if not call.who.is_agent:
        raise NotFound("no such segment")
    return segment_of(call.world, call.who.workspace, name)


def _of_segment(call: Call, segment: Segment | None, found: list[Room]) -> list[Room]:
    if segment is None or not found:
        return found
    owners = list(dict.fromkeys(room.customer for room in found if room.customer))
    members = call.world.store.many([ref(Member, segment.id, owner) for owner in owners]) if owners else []
    inside = {member.customer for member in members if member}
    return [room for room in found if room.customer in inside]


def inbox(call: Call, state: str) -> list[Listing[Room]]:
    """The parts of the workspace's inbox."""
    name = "unsaid-rooms" if call.query("said") == "false" else "rooms"
    parts = ["", *(f"#{part}" for part in range(1, call.tenant.inbox_shards if call.tenant else 1))]
    between = _between(call)
    return [Listing(name, (call.who.workspace, state, part), newest_first=True, **between) for part in parts]


def _between(call: Call) -> dict[str, int | None]:
    """The bounds of a list by activity: its index rounds down."""
    after, before = _within(call)
    return {"after": max(after - ROUND_MS, 0) if after else None, "before": before or None}


def _customers(call: Call, state: str) -> Listing[Room]:
    customer = call.query("customer")
    if not call.who.is_agent:
        if customer not in (None, call.who.customer_external_id):
            raise NotFound("no such customer")
        return Listing("customer-rooms", (call.who.customer, state), newest_first=True, **_between(call))
    owner = customer_id(call.who.workspace, customer or "")
    return Listing("customer-rooms", (owner, state), newest_first=True, **_between(call))


@route("POST", "/v1/rooms", need="write", body=shapes.NewRoom, gives=shapes.RoomView, status=201)
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


@route("GET", "/v1/rooms/{room}", gives=shapes.RoomView, visitors=True)
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


@route("PUT", "/v1/rooms/{room}/read", body=shapes.ReadRoom, gives=shapes.ReadView, visitors=True)
def read(call: Call, body: shapes.ReadRoom) -> shapes.ReadView:
    """Mark a room as read, up to a message or all of it; an agent also as unread."""
    if call.who.machine:
        raise Forbidden("a machine reads nothing for anybody: its key has no read mark")
    if body.unread and not call.who.is_agent:
        raise Forbidden("only agents mark a room as unread")
    message = numbered(call, body.message, "message") if body.message is not None else None
    mark = mark_unread if body.unread else mark_read
    seen = mark(call.world, call.who.id, call.here, message=message)
    if call.who.kind == "user":
        mark_broadcast_read(call.world, call.here, seen)
    call.world.queues.push([frames.read(call.here, call.who.id, seen)])
    left = unread(call.here, seen, call.who.is_agent)
    return shapes.ReadView(room=call.here.id, change=seen.n, unread=max(0, left))


@route("GET", "/v1/rooms/{room}/read-marks", who="agent", gives=list[shapes.ReadMarkView])
def marks(call: Call) -> Page[Any]:
    """List who has read a room up to where: of each side a hundred people at most, the furthest first."""
    found = read_marks(call.world, call.here)
    return Page([shapes.read_mark_view(mark) for mark in found])


@route("PUT", "/v1/rooms/{room}/follow", who="agent", gives=shapes.RoomView)
def follow_room(call: Call) -> shapes.RoomView:
    """Follow a room: you are told of it as if you were on it."""
    return _followed(call, on=True)


@route("DELETE", "/v1/rooms/{room}/follow", who="agent", gives=shapes.RoomView)
def unfollow_room(call: Call) -> shapes.RoomView:
    """Follow a room no more."""
    return _followed(call, on=False)


def _followed(call: Call, *, on: bool) -> shapes.RoomView:
    if call.who.machine:
        raise Forbidden("a machine follows nothing: nobody would be told")
    return shown(call, follow(call.world, call.who, call.here.id, on=on))


def numbered(call: Call, id_: str, field: str) -> Message:
    """The message of the room with this id, which the caller may see; Invalid naming the field."""
    n = message_number(id_, call.here.id)
    internal = n is None and call.who.is_agent
    n = message_number(id_, call.here.id, internal=True) if internal else n
    found = call.world.store.one(ref(Message, call.here.id, n, internal)) if n is not None else None
    if found is None:
        raise Invalid("not a message of this room", field)
    return found


@route("GET", "/v1/rooms/{room}/roster", gives=list[shapes.MemberView], query=PAGED, visitors=True)
def roster(call: Call) -> Page[Any]:
    """List both teams of a room, each person once, and since when each is there. The vendor's team comes with the first
    page."""
    here, cursor = call.here, call.query("cursor")
    team = [] if cursor else _vendors(call)
    if not here.customer or call.who.kind == "visitor":
        return Page(team, None)
    listing: Listing[User] = Listing("users", (here.customer,))
    page = call.world.store.page(listing, call.limit, cursor)
    users = once_each(call.world.store, page.items, within=here.customer, first=call.who.id)
    return Page(team + [_user(user) for user in users], page.next)


def _vendors(call: Call) -> list[shapes.MemberView]:
    listing: Listing[Agent] = Listing("agents", (call.who.workspace,))
    agents = call.world.store.page(listing, 100).items
    return [_agent(agent, call.who) for agent in agents if agent.state == "active"]


def _agent(agent: Agent, who: Principal) -> shapes.MemberView:
    return shapes.MemberView(
        side="vendor",
        kind="agent",
        id=agent.id,
        external_id=None,
        name=agent.name,
        role=agent.role if who.is_agent else None,
        joined_at=time_of(agent.created_at) or "",
    )


def _user(user: User) -> shapes.MemberView:
    return shapes.MemberView(
        side="customer",
        kind="user",
        id=user.id,
        external_id=user.external_id,
        name=user.name,
        role=None,
        joined_at=time_of(user.created_at) or "",
    )
