"""Forget a person or a customer (right to erasure), and say what has become of it."""

from typing import Any

from ...desk.erasures import Erasure, Of
from ...flows.fence import own
from ...ports import Listing, Page, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes.answers import PAGED
from ..shapes.erasures import EraseBody, ErasureView, erasure_view, named


@route("POST", "/v1/erasures", who="agent", need="admin", status=202, body=EraseBody, gives=ErasureView)
def begin_erasure(call: Call, body: EraseBody) -> Any:
    """Forget somebody, everywhere: a user, a visitor, a person or a customer, by our id. It is done in pieces, and its
    report says how far; asked again while it runs, it is the same one."""
    of, id_, customer = named(body)
    return begun(call, of, id_, customer=customer)


def begun(call: Call, of: Of, id_: str, *, customer: str = "") -> Any:
    """The erasure that was asked for."""
    from ...flows.erasures.start import erase

    return call.answering(
        lambda once: erase(call.world, call.who, of=of, id_=id_, customer=customer, once=once), erasure_view
    )


@route("GET", "/v1/erasures", who="agent", need="admin", gives=list[ErasureView], query=PAGED)
def erasures(call: Call) -> Page[Any]:
    """List the erasures, newest first."""
    listing: Listing[Erasure] = Listing("erasures", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([erasure_view(each) for each in page.items], page.next)


@route("GET", "/v1/erasures/{erasure}", who="agent", need="admin", gives=ErasureView)
def erasure(call: Call) -> ErasureView:
    """Show how far an erasure is, and what has become of each place."""
    place = ref(Erasure, call.who.workspace, call.params["erasure"])
    return erasure_view(own(call.world, call.who.workspace, place))
