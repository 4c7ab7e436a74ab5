"""How many rooms each view of the inbox has (ADR 73), as far as an agent can take them in."""

from collections.abc import Iterable
from typing import Any

from ...desk.clocks import RoomClocks
from ...desk.inbox_views import PROMISED, UNASSIGNED, assigned_view, turn_view
from ...desk.rooms import Room
from ...flows.inbox_listing import rooms_in
from ...ports import Listing
from ..door.calls import Call
from ..door.router import route
from ..shapes.room_counts import RoomCountsView
from .room_list import inbox

MOST = 100  # what one query of a view reads: beyond, a count says no more


@route("GET", "/v1/room-counts", who="agent", gives=RoomCountsView, tenant=True)
def room_counts(call: Call) -> Any:
    """Count the rooms of each view of the inbox, exactly up to 99; 100 says that there are as many or more."""
    here, store = call.who.workspace, call.world.store

    def held(view: str) -> int:
        return _many(store.page(rooms_in(here, view), MOST).items)

    clocks: Listing[RoomClocks] = Listing("clocks", (here,))
    snoozed: Listing[Room] = Listing("snoozed-rooms", (here,))
    whole = store.merged(inbox(call, "open"), MOST).items
    return RoomCountsView(
        mine=held(assigned_view(call.who.id)),
        unassigned=held(UNASSIGNED),
        us=held(turn_view("vendor")),
        them=held(turn_view("customer")),
        open=_many(room for room in whole if room.last_message_at),
        promised=held(PROMISED),
        due=_many(store.page(clocks, MOST).items),
        snoozed=_many(store.page(snoozed, MOST).items),
    )


def _many(found: Iterable[object]) -> int:
    return min(MOST, sum(1 for _ in found))
