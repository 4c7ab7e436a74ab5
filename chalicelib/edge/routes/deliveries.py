"""Deliveries: where each change of a room went, and sending it again."""

import re
from typing import Any

from ...desk.deliveries import Delivery
from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.events import KEPT_MS
from ...desk.ids import delivery_parts, message_number
from ...desk.messages import Message
from ...desk.times import DAY_MS
from ...desk.workspaces import Install
from ...flows.fence import own
from ...ports import Listing, Page, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import deliveries as shapes
from ..shapes.answers import PAGED, moment_of
from ..shapes.bridges import ReachView, reach_view
from .messages import bound

RANGED = ("limit", "from", "to", "type", "cursor")
CURSOR = re.compile(r"(\d{1,7}\.[\w=.-]*)?", re.ASCII)


@route(
    "GET",
    "/v1/rooms/{room}/deliveries",
    who="agent",
    gives=list[shapes.DeliveryView],
    query=(*PAGED, "message", "after"),
)
def deliveries(call: Call) -> Page[Any]:
    """List the deliveries of a room, of what came after a change, or of one of its messages."""
    message = call.query("message")
    if message is not None:
        return _of_message(call, message)
    listing: Listing[Delivery] = Listing("deliveries", (call.here.id,), after=bound(call, "after"))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.delivery_view(row) for row in page.items], page.next)


def _of_message(call: Call, id_: str) -> Page[Any]:
    """What a message's post, edits and reactions are owed lies between its number and that of its last change."""
    n = message_number(id_, call.here.id)
    message = call.world.store.one(ref(Message, call.here.id, n, False)) if n is not None else None
    if message is None:
        raise Invalid("not a message of this room", "message")
    end = max(message.n, message.changed_n)
    listing: Listing[Delivery] = Listing("deliveries", (call.here.id,), after=message.n - 1, before=end + 1)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.delivery_view(row) for row in page.items if row.message == message.n], page.next)


@route("GET", "/v1/failed-deliveries", who="agent", need="admin", gives=list[shapes.DeliveryView], query=PAGED)
def failed_deliveries(call: Call) -> Page[Any]:
    """List the deliveries that failed for good, in all rooms, the last ones first."""
    listing: Listing[Delivery] = Listing("failed-deliveries", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.delivery_view(row) for row in page.items], page.next)


@route("GET", "/v1/rooms/{room}/reach", who="agent", gives=list[ReachView])
def reach(call: Call) -> Page[Any]:
    """List where an answer in a room leaves to: over its bridges, and to installs that are told of every room."""
    from ...flows.delivery.batch_reads import BatchReads

    bridges = [
        each for each in BatchReads(call.world.store).of(call.here.id, call.who.workspace) if each.direction != "in"
    ]
    installs = call.world.store.many([ref(Install, each.install) for each in bridges]) if bridges else []
    pairs = [pair for pair in zip(bridges, installs, strict=True) if pair[1] and pair[1].state == "active"]
    return Page([reach_view(bridge, install) for bridge, install in pairs])


@route("GET", "/v1/installs/{install}/events", who="agent", gives=list[shapes.ToldEventView], query=RANGED)
def events_told(call: Call) -> Page[Any]:
    """List what an install was told from a time on, a day unless it says until when, the oldest first. A page may be
    short, or empty, where there are more."""
    from ...flows.delivery.event_log import sent

    install, now = _told_install(call), call.world.clock.now()
    since = moment_of(call.query("from"), "from") or now - DAY_MS
    until = moment_of(call.query("to"), "to") or min(now + 1, since + DAY_MS)
    types = _types([type_] if (type_ := call.query("type")) else [], "type")
    _check_range(since, until, now)
    cursor = call.query("cursor") or ""
    if not CURSOR.fullmatch(cursor):
        raise Invalid("not a cursor of this list", "cursor")
    found, rest = sent(
        call.world,
        call.who.workspace,
        install.id,
        since=since,
        until=until,
        types=frozenset(types),
        cursor=cursor,
        most=call.limit,
    )
    return Page([shapes.told_event_view(*each) for each in found], rest or None)


@route(
    "POST",
    "/v1/installs/{install}/resend",
    who="agent",
    need="write",
    body=shapes.ResendEvents,
    gives=shapes.ResendView,
    status=202,
)
def resend_events(call: Call, body: shapes.ResendEvents) -> Any:
    """Send an install anew what it was told between two times, each event under its first id: some five a second, and
    what is new goes first."""
    from ...flows.delivery.resend import resend

    install, now = _told_install(call), call.world.clock.now()
    if install.state != "active":
        raise Conflict(f"the install is {install.state}: {install.disabled_because}")
    since, until = moment_of(body.from_, "from"), moment_of(body.to, "to") or now + 1
    types = _types(body.types, "types")
    _check_range(since, until, now)
    return call.answering(
        lambda once: resend(call.world, call.who, install, since=since, until=until, types=types, once=once),
        shapes.resend_view,
    )


def _told_install(call: Call) -> Install:
    return own(call.world, call.who.workspace, ref(Install, call.params["install"]))


def _types(types: list[str], field: str) -> tuple[str, ...]:
    from ...desk.event_types import CATALOGUE

    if unknown := set(types) - {each.name for each in CATALOGUE}:
        raise Invalid(f"there is no type of event {min(unknown)}", field)
    return tuple(sorted(set(types)))


def _check_range(since: int, until: int, now: int) -> None:
    if since < now - KEPT_MS:
        raise Invalid("events are kept for 30 days", "from")
    if until <= since:
        raise Invalid("a range ends after it begins", "to")


@route("POST", "/v1/deliveries/{delivery}/replay", who="agent", need="write", gives=shapes.DeliveryView, status=202)
def replay_delivery(call: Call) -> Any:
    """Send a delivery again, from its first attempt."""
    from ...flows.bridges.replay import replay

    parts = delivery_parts(call.params["delivery"])
    if parts is None:
        raise NotFound("no such delivery")
    row = own(call.world, call.who.workspace, ref(Delivery, *parts))
    if row.state == "queued":
        raise Conflict("this delivery is still on its way")
    return call.answering(lambda once: replay(call.world, row, once), shapes.delivery_view)
