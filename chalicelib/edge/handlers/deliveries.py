"""Deliveries: where each change of a room went, and sending it again."""

from typing import Any

from ...desk.deliveries import Delivery
from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.ids import delivery_parts, message_number
from ...flows.deliver import replay
from ...ports import Listing, Page, ref
from .. import shapes
from ..calls import Call
from ..router import route
from ..sight import delivery_view
from .workspace import PAGED


@route(
    "GET",
    "/v1/rooms/{room}/deliveries",
    who="agent",
    gives=list[shapes.DeliveryView],
    query=(*PAGED, "message"),
)
def deliveries(call: Call) -> Page[Any]:
    """List the deliveries of a room, or of one of its messages."""
    told = call.query("message")
    listing: Listing[Delivery] = Listing("room-deliveries", (call.here.id,))
    if told is not None:
        n = message_number(told, call.here.id)
        if n is None:
            raise Invalid("not a message of this room", "message")
        listing = Listing("message-deliveries", (call.here.id, str(n)))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([delivery_view(row) for row in page.items], page.next)


@route("POST", "/v1/deliveries/{delivery}/replay", who="agent", need="write", gives=shapes.DeliveryView, status=202)
def replay_delivery(call: Call) -> Any:
    """Send a delivery again, from its first attempt."""
    parts = delivery_parts(call.params["delivery"])
    row = call.world.store.one(ref(Delivery, *parts)) if parts else None
    if row is None or row.workspace != call.who.workspace:
        raise NotFound("no such delivery")
    if row.state == "queued":
        raise Conflict("this delivery is still on its way")
    return call.answering(lambda once: replay(call.world, row, once), delivery_view)
