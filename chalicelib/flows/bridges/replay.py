"""Queue a delivery again."""

from ...desk.deliveries import (
    Delivery,
)
from ...desk.held_back import held_id
from ...ports import Call, World, over, ref
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..standing_still import check_free


def replay(world: World, row: Delivery, once: Once = KEYLESS) -> Delivery:
    """Queue a delivery again, from its first attempt, and wake its bridge. Conflict for one that stands still."""

    def attempt(_: int) -> Delivery:
        current = world.store.one(ref(Delivery, row.bridge, row.n)) or row
        check_free(current.reason, held_id("delivery", current.bridge, str(current.n)))
        now = world.clock.now()
        fresh = {"turn_at": 0, "next_at": now, "missed": False}  # the clock finds it, too
        sent = {"provider_id": "", "parts": ()}
        queued = current.changed(state="queued", attempts=0, reason="", bounced=False, **fresh, **sent)
        world.store.commit(over(queued, current), *once.writes(queued, now))
        return queued

    queued = again(world, attempt, once)
    world.queues.wake([Call(queued.bridge, queued.n, f"replay:{queued.version}")])
    return queued
