"""Look once more at what bridges were owed some time ago (sweeper): a wake-up that was lost is given again.

Wake-ups travel by a queue, and what a bridge is owed for the first time is in no time index: nearly all of it is over
soon. So each change that is owed leaves a note, which costs one write and ends by itself, and the clock looks after the
notes of some time ago: each five minutes after those of a quarter of an hour before, each hour and each day after those
of more, should it have missed some itself.
"""

from ...desk.deliveries import Delivery, Owing
from ...desk.ids import TIME_SHARDS
from ...desk.times import DAY_MS, HOUR_MS, MINUTE_MS
from ...ports import Call, Listing, World
from ..paging import pages

LATE_MS = 15 * MINUTE_MS
ROUNDS = ((DAY_MS, 2 * DAY_MS), (HOUR_MS, 3 * HOUR_MS), (5 * MINUTE_MS, 5 * MINUTE_MS))  # ms: how often, how far back
PAGE = 100


def wake_late(world: World) -> int:
    """Wake the bridges of what is queued for a quarter of an hour and was never tried; how many."""
    minute = world.clock.now() // MINUTE_MS * MINUTE_MS
    back = next((back for often, back in ROUNDS if minute % often == 0), 0)
    return sum(
        _look(world, shard, minute - LATE_MS - back, before=minute - LATE_MS) for shard in range(TIME_SHARDS) if back
    )


def _look(world: World, shard: int, after: int, *, before: int) -> int:
    listing: Listing[Owing] = Listing("owing", (str(shard),), after=after, before=before)
    found = 0
    for notes in pages(world.store, listing):
        calls = [Call(row.bridge, row.n, f"late:{before}") for note in notes for row in _untried(world, note)]
        world.queues.wake(calls)
        found += len(calls)
    return found


def _untried(world: World, note: Owing) -> list[Delivery]:
    listing: Listing[Delivery] = Listing("deliveries", (note.room,), after=note.n - 1, before=note.n + 1)
    rows = world.store.page(listing, PAGE).items
    return [row for row in rows if row.state == "queued" and not row.next_at]
