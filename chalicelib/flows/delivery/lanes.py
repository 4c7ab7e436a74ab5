"""Lanes (leaky bucket): what takes one message at a time over there, such as a channel of Slack's (ADR 51).

A delivery gets a turn, and waits for it in the time index: nobody sleeps, and no bridge holds up one of another lane.
"""

from ...desk.deliveries import Delivery, Lane
from ...ports import Put, World, ref
from ..optimistic_retry import again


def turn_in_lane(world: World, row: Delivery, name: str, *, apart: int) -> int:
    """When (ms) the row may go: now, or the next free moment of its lane, which is then taken. A turn whose time has
    come is used up."""
    now = world.clock.now()
    if row.turn_at and row.turn_at <= now:
        return 0

    def attempt(_: int) -> int:
        lane = world.store.one(ref(Lane, row.install, name)) or Lane(install=row.install, name=name, free_at=0)
        turn = max(now, lane.free_at)
        world.store.commit(Put(lane.changed(free_at=turn + apart), lane.version))
        return turn

    turn = again(world, attempt)
    return 0 if turn <= now else turn


def hold_lane(world: World, install: str, name: str, *, seconds: int) -> None:
    """The other side asked for a pause: everybody in the lane takes it, at no cost to their attempts."""
    if not name:
        return
    until = world.clock.now() + seconds * 1000

    def attempt(_: int) -> None:
        lane = world.store.one(ref(Lane, install, name)) or Lane(install=install, name=name, free_at=0)
        if lane.free_at < until:
            world.store.commit(Put(lane.changed(free_at=until), lane.version))

    again(world, attempt)
