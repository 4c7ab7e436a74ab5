"""Deliveries: where each change of a room went, and sending it again."""

from typing import Any

from ...desk.deliveries import Delivery
from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.ids import delivery_parts, message_number
from ...desk.messages import Message
from ...desk.workspaces import Install
from ...flows.fence import own
from ...ports import Listing, Page, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import deliveries as shapes
from ..shapes.answers import PAGED
from ..shapes.bridges import ReachView, reach_view
from .messages import bound


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
