"""Hold what there is of a person or a customer (legal hold)."""

from collections.abc import Sequence
from typing import Any

from ...desk.holds import Hold
from ...ports import Listing, Page
from ..door.calls import Call
from ..door.router import route
from ..shapes.answers import PAGED
from ..shapes.erasures import EraseBody, named
from ..shapes.holds import HoldBody, HoldView, hold_view

WHOSE = ("user", "visitor", "person", "customer")


@route("GET", "/v1/holds", who="agent", need="admin", gives=list[HoldView], query=(*PAGED, *WHOSE))
def holds(call: Call) -> Page[Any]:
    """List whose data is held; of somebody, named as an erasure names them, all that stand in its way."""
    from ...flows.erasures.holds import in_the_way

    asked = {name: call.query(name) for name in WHOSE}
    if any(asked.values()):
        of, id_, customer = named(EraseBody(**asked))
        return Page(_views(call, in_the_way(call.world, call.who, of=of, id_=id_, customer=customer)), None)
    listing: Listing[Hold] = Listing("holds", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page(_views(call, page.items), page.next)


def _views(call: Call, found: Sequence[Hold]) -> list[HoldView]:
    from ...flows.erasures.names import names_of

    return [hold_view(*each) for each in zip(found, names_of(call.world, found), strict=True)]


@route("POST", "/v1/holds", who="agent", need="admin", status=201, body=HoldBody, gives=HoldView)
def place_hold(call: Call, body: HoldBody) -> Any:
    """Keep what there is of a user, a visitor, a person or a customer, by our id, whoever asks to forget them: such an
    erasure waits until nobody holds them."""
    from ...flows.erasures.holds import hold

    of, id_, customer = named(body)
    return call.answering(
        lambda once: hold(call.world, call.who, of=of, id_=id_, customer=customer, reason=body.reason, once=once),
        lambda made: _views(call, [made])[0],
    )


@route("DELETE", "/v1/holds/{hold}", who="agent", need="admin", status=204)
def release_hold(call: Call) -> None:
    """Hold them no longer: what was to be forgotten meanwhile is forgotten now."""
    from ...flows.erasures.holds import release

    release(call.world, call.who, call.params["hold"])
