"""What stands still since the table was restored (quarantine): let it go, or give it up."""

from typing import Any

from ...desk.held_back import HeldBack
from ...ports import Listing, Page
from ..door.calls import Call
from ..door.router import route
from ..shapes.answers import PAGED
from ..shapes.held_back import HeldBackView, held_back_view


@route("GET", "/v1/held-back", who="agent", need="admin", gives=list[HeldBackView], query=PAGED)
def held_back(call: Call) -> Page[Any]:
    """List what may have left already before the table was restored."""
    listing: Listing[HeldBack] = Listing("held-back", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([held_back_view(held) for held in page.items], page.next)


@route("POST", "/v1/held-back/{held}/release", who="agent", need="admin", status=204, body=None)
def release_held(call: Call) -> None:
    """Let a thing go that stands still: it leaves, whether or not it had left before."""
    from ...flows.restore.let_go import held_there, let_go

    held = held_there(call.world, call.who.workspace, call.params["held"])
    return call.answering(lambda once: let_go(call.world, call.who, held, once=once), lambda nothing: nothing)


@route("DELETE", "/v1/held-back/{held}", who="agent", need="admin", status=204)
def give_up_held(call: Call) -> None:
    """Give a thing up that stands still: it never leaves."""
    from ...flows.restore.let_go import give_up, held_there

    give_up(call.world, call.who, held_there(call.world, call.who.workspace, call.params["held"]))
