"""Tell the sockets that watch a room that it has moved. A frame is a hint: who gets it reads `changes` after its own
number, so that nothing is missed or doubled whatever becomes of a frame."""

from typing import Any

from ..desk.sockets import Subscription
from ..ports import Drop, Listing, Sockets, World, ref

PAGE = 100


def push(world: World, sockets: Sockets, told: dict[str, Any]) -> int:
    """Send `{"type": "room.changed", "room", "change"}` to each subscriber who may know; how many took it."""
    now, sent = world.clock.now(), 0
    cursor: str | None = None
    while True:
        listing: Listing[Subscription] = Listing("subscribers", (told["room"],))
        page = world.store.page(listing, PAGE, cursor)
        for subscription in page.items:
            if subscription.expires_at <= now or told["internal"] and not subscription.agent:
                continue
            frame = {"type": "room.changed", "room": told["room"], "change": told["n"]}
            if sockets.send(subscription.connection, frame):
                sent += 1
            else:
                world.store.commit(Drop(ref(Subscription, subscription.room, subscription.connection)))
        cursor = page.next
        if cursor is None:
            return sent
