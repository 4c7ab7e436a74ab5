"""Pause a bridge, and let it go again."""

from ...desk.rooms import Bridge
from ...ports import World, over, ref
from ..optimistic_retry import again


def pause_bridge(world: World, bridge: Bridge, reason: str) -> None:
    """What agents see of a bridge over which nothing goes; "" when it goes again."""

    def attempt(_: int) -> None:
        current = world.store.one(ref(Bridge, bridge.room, bridge.install, bridge.slot))
        if current and current.paused != reason:
            world.store.commit(over(current.changed(paused=reason), current))

    again(world, attempt)
