"""Each install's share of the way out (circuit breaker): one that hangs or floods slows nobody else (ADR 92).

The workers of deliveries are few, and serve every workspace. An endpoint that takes a call and never answers holds one
of them for fifteen seconds a call; so after such a call nothing is sent to its install for a while, which doubles with
each further one, and then a single call finds out how it is. What waits for that costs no attempt. A flood is held to a
pace a minute, and a loop between two integrations ends with the day's ceiling: its install is paused, which its admins
see with the reason, and what it misses can be replayed.
"""

from ...desk.deliveries import Circuit
from ...desk.errors import Clash
from ...desk.times import DAY_MS, MINUTE_MS
from ...desk.workspaces import Install
from ...ports import Drop, Memory, Put, World, ref
from ..pace import next_window, spent

HANGS_MS = 5_000  # ms without an answer that are more than a slip
PAUSE_MS, LONGEST_MS = 5_000, 10 * MINUTE_MS  # after the first call that hung, and at most, on average
PROBE_MS = 30_000  # ms for which the one call that finds out keeps the others away
PER_MINUTE = 3_000  # deliveries of one install; a small half of what the workers can do
PER_WRITE = 150  # deliveries that a container counts by itself before it asks the table
COUNTED = 10_000  # windows of installs that a container counts in


def turn_of_circuit(world: World, circuit: Circuit | None) -> int:
    """When (ms) something may be sent as far as its install's circuit is concerned; 0: now. Of those who may, when its
    pause is over, the first keeps the others away until it knows."""
    now = world.clock.now()
    if circuit is None:
        return 0
    if circuit.until <= now:
        try:
            world.store.commit(Put(circuit.changed(until=now + PROBE_MS), circuit.version))
            return 0
        except Clash:
            return now + PAUSE_MS
    return circuit.until + int(world.clock.chance() * PAUSE_MS)


def note_call(world: World, install: str, circuit: Circuit | None, *, took: int, answered: bool) -> None:
    """Note how a call went that `took` so many ms. What is refused at once, or answered late, is no hang."""
    hung = not answered and took >= HANGS_MS
    if hung:
        hangs = (circuit.hangs if circuit else 0) + 1
        pause = min(LONGEST_MS, PAUSE_MS * 2 ** min(hangs - 1, 12))
        until = world.clock.now() + int(pause * (0.5 + world.clock.chance()))  # not all at once that hang at once
        world.store.spread(Put(Circuit(install=install, until=until, hangs=hangs), None))
    elif circuit:
        world.store.spread(Drop(ref(Circuit, install)))


def spend(world: World, install: Install) -> tuple[int, str]:
    """Count a delivery of the install: when (ms) it may leave, 0 for now; and why the install is to be paused, if it
    has had what a day may have."""
    now = world.clock.now()
    minute, day = now // MINUTE_MS, now // DAY_MS
    counted: Memory[int] = world.memory.of("deliveries", COUNTED)
    if _share(counted, (install.id, "day", day)):
        used = spent(world, f"sent-day:{install.id}", DAY_MS, amount=PER_WRITE)
        if used > install.daily:
            return 0, f"over {install.daily:,} deliveries in a day: does it answer itself in a loop?"
    if _share(counted, (install.id, "minute", minute)):
        used = spent(world, f"sent:{install.id}", MINUTE_MS, amount=PER_WRITE)
        if used > PER_MINUTE:
            counted.keep((install.id, "minute", minute), PER_WRITE - 1)  # the next one asks again
            return next_window(now, MINUTE_MS) + int(world.clock.chance() * MINUTE_MS / 2), ""
    return 0, ""


def _share(counted: Memory[int], window: tuple[str, str, int]) -> bool:
    """Whether the container has used up a share of the window, which then is to be counted."""
    return counted.keep(window, (counted.get(window) or 0) + 1) % PER_WRITE == 0
