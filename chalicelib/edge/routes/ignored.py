"""What a person may have said that did not get in: why, and in with it."""

from typing import Any

from ...desk.unheard import KEPT_MS, Unheard
from ...desk.workspaces import Install
from ...flows.fence import own
from ...ports import Listing, Page, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes.answers import PAGED
from ..shapes.ignored import IgnoredView, ignored_view


@route("GET", "/v1/installs/{install}/ignored", who="agent", gives=list[IgnoredView], query=PAGED)
def ignored(call: Call) -> Page[Any]:
    """List what a person may have said over an install in the last 30 days that did not get in, the last first."""
    since = call.world.clock.now() - KEPT_MS
    listing: Listing[Unheard] = Listing("ignored", (_install(call).id,), after=since, newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([ignored_view(row) for row in page.items], page.next)


@route(
    "POST",
    "/v1/installs/{install}/ignored/{ignored}/take-in",
    who="agent",
    need="write",
    gives=IgnoredView,
    status=202,
)
def take_ignored_in(call: Call) -> IgnoredView:
    """Take it in, once, whatever rule held it up: it is said in its room, or in one of its own that agents see."""
    from ...flows.installs.take_in import take_in

    return ignored_view(take_in(call.world, call.who, _install(call), id_=call.params["ignored"]))


def _install(call: Call) -> Install:
    return own(call.world, call.who.workspace, ref(Install, call.params["install"]))
