"""Work off what a bridge owes (in-order delivery): one worker per bridge at a time, as the queue's groups see to
(ADR 7)."""

from math import inf

from ...desk.deliveries import (
    HOLDS_OTHERS,
    MAX_BEHIND,
    Delivery,
    Progress,
)
from ...desk.errors import Clash
from ...ports import Call, Listing, World, over, ref
from .attempt import attempt

PAGE = 25
STRIDE = 10  # changes by which the mark may lag: rows that are over are passed over more cheaply than the mark is moved


def deliver(world: World, bridge: str, n: int, *, until: float = inf) -> list[Delivery]:
    """Send what is due on `bridge`, and the delivery `n` that it was woken for even if it lies behind. None is begun
    after `until` (ms): the bridge is woken again for the rest. Returns the deliveries that were tried or skipped, as
    they are now."""
    progress = world.store.one(ref(Progress, bridge)) or Progress(bridge=bridge, done=-1)
    late = sorted({*progress.behind, *([n] if n <= progress.done else [])})
    behind = [row for row in world.store.many([ref(Delivery, bridge, k) for k in late]) if row] if late else []
    rows, more = _rows(world, bridge, progress.done)
    run = _Run(world, progress.done, until)
    for row in behind:
        run.take(row)
    held = any(run.hold(row) for row in rows)
    _advance(world, progress, run, more=more)
    if run.late:
        world.queues.wake([Call(bridge, row.n, f"late:{world.clock.now()}") for row in run.late])
    elif more and not held:
        world.queues.wake([Call(bridge, run.done + 1, f"more:{run.done}")])
    return run.tried


def _rows(world: World, bridge: str, done: int) -> tuple[list[Delivery], bool]:
    """The bridge's next rows after its mark, among those of the room's other bridges; and whether there are more."""
    room, rows, cursor = f"room_{bridge.partition('.')[0]}", [], None
    while True:
        listing: Listing[Delivery] = Listing("deliveries", (room,), after=done)
        page = world.store.page(listing, PAGE, cursor)
        rows += [row for row in page.items if row.bridge == bridge]
        cursor = page.next
        if cursor is None or len(rows) >= PAGE:
            return rows, cursor is not None


class _Run:
    """One working-off of a bridge. Only changes of its own message wait for a row that is `behind`. For those that are
    `late` there was no time left."""

    def __init__(self, world: World, done: int, until: float) -> None:
        self.world, self.done, self.until = world, done, until
        self.late: list[Delivery] = []
        self.tried: list[Delivery] = []
        self.behind: list[int] = []
        self.stuck: set[int] = set()

    def take(self, row: Delivery) -> Delivery:
        """Try the row if it is due; it is behind if it is still queued afterwards."""
        waits = row.message in self.stuck or row.next_at > self.world.clock.now()
        if row.state == "queued" and not waits and self.world.clock.now() >= self.until:
            self.late.append(row)
        elif row.state == "queued" and not waits:
            row = attempt(self.world, row)
            self.tried.append(row)
        if row.state == "queued":
            self.stuck.add(row.message)
            self.behind.append(row.n)
        return row

    def hold(self, row: Delivery) -> bool:
        """Take the row; whether the later ones have to wait for it."""
        row = self.take(row)
        if self.late:
            self.behind = [n for n in self.behind if n != row.n]
            return True
        untried = row.attempts == 0 and row.next_at > 0  # its lane is taken
        if row.state == "queued" and (untried or 0 < row.attempts < HOLDS_OTHERS or len(self.behind) > MAX_BEHIND):
            self.behind.remove(row.n)
            return True
        self.done = row.n
        return False


def _advance(world: World, progress: Progress, run: _Run, *, more: bool) -> None:
    behind = tuple(sorted(run.behind))
    if behind == progress.behind and run.done - progress.done < (1 if more else STRIDE):
        return
    try:
        world.store.commit(over(progress.changed(done=run.done, behind=behind), progress))
    except Clash:
        return  # another run of this bridge is further; rows that are over are passed over cheaply
