"""Clocks: those of a room, and those of the workspace that have ended."""

from typing import Any

from ...desk.clocks import Clock
from ...desk.errors import Invalid
from ...ports import Listing, Page
from ..door.calls import Call
from ..door.router import route
from ..shapes import clocks as shapes
from ..shapes.answers import PAGED, moment_of


@route("GET", "/v1/rooms/{room}/clocks", who="agent", gives=list[shapes.ClockView], query=PAGED)
def room_clocks(call: Call) -> Page[Any]:
    """List what a room was and is owed: each clock, and how it ended."""
    listing: Listing[Clock] = Listing("room-clocks", (call.here.id,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.clock_view(each) for each in page.items], page.next)


@route("GET", "/v1/clocks", who="agent", gives=list[shapes.ClockView], query=(*PAGED, "after", "before"))
def ended_clocks(call: Call) -> Page[Any]:
    """List the clocks that have ended, the oldest end first: those `after` a time, and `before` one."""
    after, before = (moment_of(call.query(name), name) for name in ("after", "before"))
    if after and before and before <= after:
        raise Invalid("`before` is later than `after`", "before")
    listing: Listing[Clock] = Listing("ended-clocks", (call.who.workspace,), after=after or None, before=before or None)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.clock_view(each) for each in page.items], page.next)
