"""Queue a delivery again."""

from ...desk.deliveries import (
    Delivery,
)
from ...ports import Call, World, over, ref
from ..once import KEYLESS, Once
from ..optimistic_retry import again


def replay(world: World, row: Delivery, once: Once = KEYLESS) -> Delivery:
    """Queue a delivery again, from its first attempt, and wake its bridge."""

    def attempt(_: int) -> Delivery:
        current = world.store.one(ref(Delivery, row.bridge, row.n)) or row
        now = world.clock.now()
        fresh = {"turn_at": 0, "next_at": now, "provider_id": "", "missed": False}  # the clock finds it, too
        queued = current.changed(state="queued", attempts=0, reason="", bounced=False, **fresh)
        world.store.commit(over(queued, current), *once.writes(queued, now))
        return queued

    queued = again(world, attempt, once)
    world.queues.wake([Call(queued.bridge, queued.n, f"replay:{queued.version}")])
    return queued
