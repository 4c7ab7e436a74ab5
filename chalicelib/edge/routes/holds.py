"""Hold what there is of a person or a customer (legal hold)."""

from typing import Any

from ...desk.holds import Hold
from ...ports import Listing, Page
from ..door.calls import Call
from ..door.router import route
from ..shapes.answers import PAGED
from ..shapes.erasures import named
from ..shapes.holds import HoldBody, HoldView, hold_view


@route("GET", "/v1/holds", who="agent", need="admin", gives=list[HoldView], query=PAGED)
def holds(call: Call) -> Page[Any]:
    """List whose data is held."""
    listing: Listing[Hold] = Listing("holds", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([hold_view(each) for each in page.items], page.next)


@route("POST", "/v1/holds", who="agent", need="admin", status=201, body=HoldBody, gives=HoldView)
def place_hold(call: Call, body: HoldBody) -> Any:
    """Keep what there is of a user, a visitor, a person or a customer, by our id, whoever asks to forget them: such an
    erasure waits until nobody holds them."""
    from ...flows.erasures.holds import hold

    of, id_, customer = named(body)
    return call.answering(
        lambda once: hold(call.world, call.who, of=of, id_=id_, customer=customer, reason=body.reason, once=once),
        hold_view,
    )


@route("DELETE", "/v1/holds/{hold}", who="agent", need="admin", status=204)
def release_hold(call: Call) -> None:
    """Hold them no longer: what was to be forgotten meanwhile is forgotten now."""
    from ...flows.erasures.holds import release

    release(call.world, call.who, call.params["hold"])
