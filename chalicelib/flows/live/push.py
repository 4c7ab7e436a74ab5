"""Tell the sockets that watch, and end those of whom nobody may watch any longer.

A frame may be lost or doubled: who has a gap reads `changes` after their own number. So nothing is missed or doubled
whatever becomes of a frame.
"""

from collections.abc import Iterator
from typing import Any

from ...desk.connections import EVERYTHING, Connection, Subscription
from ...ports import Drop, Listing, Sockets, World, ref
from ..paging import every

PAGE = 100
Frame = dict[str, Any]


def push(world: World, sockets: Sockets, task: dict[str, Any]) -> int:
    """Do what a push asks for; how many sockets took it, or were ended.

    | push | |
    |---|---|
    | `place`, `room`, `frame`, `internal?`, `inbox?` | send the frame to who watches the room, customer, inbox |
    | … and `open` | send it to who has the room itself open, and to nobody else |
    | `inbox`, `frame` | send it to who watches the inbox |
    | `ended`, `at` | end all lines of a person or customer that were opened before then |
    | `ended`, `at`, `credential` | end those lines of a person that this credential opened |
    | `unproven` | end this line, if nobody has authenticated on it |
    """
    if "unproven" in task:
        return _end_unproven(world, sockets, task["unproven"])
    if "ended" in task:
        return _end(world, sockets, task["ended"], at=task["at"], credential=task.get("credential", ""))
    return tell(world, sockets, task)


def tell(world: World, sockets: Sockets, task: dict[str, Any], *, but: str = "") -> int:
    """Send a frame to everybody who watches, once each, but to the connection `but`."""
    now, reached = world.clock.now(), {but}
    topics = {task.get("room"), "" if task.get("open") else EVERYTHING}
    for place in filter(None, (task.get("place"), task.get("inbox"))):
        for each in watching(world, place):
            fits = place != task.get("place") or each.topic in topics
            known = each.connection in reached or each.expires_at <= now
            if not fits or known or task.get("internal") and not each.agent:
                continue
            reached.add(each.connection)
            if not sockets.send(each.connection, task["frame"]):
                reached.discard(each.connection)
                world.store.commit(Drop(ref(Subscription, each.place, each.topic, each.connection)))
    return len(reached - {but})


def watching(world: World, place: str) -> Iterator[Subscription]:
    """Every subscription of a place."""
    listing: Listing[Subscription] = Listing("subscribers", (place,))
    return every(world.store, listing, PAGE)


def leave(world: World, connection: str) -> list[Subscription]:
    """Forget a connection; what it was told of until now."""
    listing: Listing[Subscription] = Listing("subscriptions", (connection,))
    left = world.store.page(listing, PAGE).items
    for each in left:
        world.store.commit(Drop(ref(Subscription, each.place, each.topic, each.connection)))
    world.store.commit(Drop(ref(Connection, connection)))
    return left


def _end(world: World, sockets: Sockets, whose: str, *, at: int, credential: str = "") -> int:
    name = "customer-connections" if whose.startswith("cus_") else "connections"
    listing: Listing[Connection] = Listing(name, (whose,))
    ended = 0
    for connection in every(world.store, listing, PAGE):
        if connection.credential == credential if credential else connection.opened_at < at:
            leave(world, connection.id)
            _close(sockets, connection.id, "the credential was revoked")
            ended += 1
    return ended


def _end_unproven(world: World, sockets: Sockets, connection: str) -> int:
    found = world.store.one(ref(Connection, connection))
    if found is None or found.person:
        return 0
    world.store.commit(Drop(ref(Connection, connection)))
    _close(sockets, connection, "nobody has authenticated in time")
    return 1


def _close(sockets: Sockets, connection: str, why: str) -> None:
    problem = {"type": "problem", "status": 401, "code": "unauthenticated", "title": "Not authenticated", "detail": why}
    if sockets.send(connection, problem):
        sockets.close(connection)
