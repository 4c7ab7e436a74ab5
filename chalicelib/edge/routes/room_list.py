"""Lists of rooms: by activity, a view, a clock, a customer, a segment."""

from typing import Any, get_args

from ...desk.clocks import RoomClocks, Running
from ...desk.errors import Forbidden, Invalid, NotFound
from ...desk.inbox_views import PROMISED, UNASSIGNED, assigned_view, priority_view, turn_view, views_of
from ...desk.permissions import may_see
from ...desk.rooms import ROUND_MS, Priority, Room
from ...desk.segments import Member, Segment
from ...flows.forgotten import customer_key
from ...flows.inbox_listing import rooms_in
from ...ports import Listing, Page, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import rooms as shapes
from ..shapes.answers import PAGED, moment_of
from .rooms import views

CHOSEN_BY = ("state", "customer", "assignee", "turn", "segment", "promise", "active_after", "active_before")
AGENTS_ALONE = ("priority", "said", "snoozed", "clock", "due_before")
CLOCKS = ("first", "next", "update", "any", "missed")
MAX_LOOKED_AT = 5  # pages that one answer of a filtered list is made of


@route(
    "GET",
    "/v1/rooms",
    gives=list[shapes.RoomView],
    query=(*PAGED, *CHOSEN_BY, *AGENTS_ALONE),
    visitors=True,
    coding=True,
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
    return Page(views(call, found), cursor)


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
    owner = customer_key(call.world, call.who.workspace, customer or "")
    return Listing("customer-rooms", (owner, state), newest_first=True, **_between(call))
