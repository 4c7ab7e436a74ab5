"""What the clock finds due, once a minute (scheduler): every wake-up that was lost or had to wait comes from here.

What is still due comes again with the next minute, so whoever is woken may do it twice.
"""

from collections.abc import Sequence
from typing import Any

from ..desk.broadcasts import Broadcast, Tally, first_come
from ..desk.clocks import RoomClocks
from ..desk.deliveries import Delivery
from ..desk.issues import Issue, Notice, Ticket, Tracking
from ..desk.jobs import Job
from ..desk.rooms import Room
from ..desk.segments import Placement
from ..desk.times import HOUR_MS, MINUTE_MS
from ..ports import Call, Task, World
from .customers.batches import evaluations
from .customers.start_job import next_piece
from .delivery.late import wake_late
from .paging import pages_due


def tick(world: World) -> dict[str, int]:
    """Wake whoever has something due; how many by kind of work: deliveries, broadcasts and promises (`due`), what
    bridges were owed some time ago (`late`), jobs and customers to evaluate (`work`), tickets and notices (`sync`)."""
    return {"due": due(world), "late": wake_late(world), "work": due_work(world), "sync": due_sync(world)}


def due(world: World) -> int:
    """Wake the bridge of each due delivery, look after each due broadcast, and wake each room in which time itself has
    something to do; how many."""
    found, minute = 0, world.clock.now() // 60_000
    broadcasts: list[Broadcast | Tally] = []
    for page in pages_due(world, "due"):
        world.queues.wake(Call(row.bridge, row.n, f"due:{minute}") for row in page if isinstance(row, Delivery))
        broadcasts += [row for row in page if isinstance(row, Broadcast | Tally)]
        rooms = {_room(row): row.workspace for row in page if isinstance(row, Room | RoomClocks)}
        world.queues.push([{"wake": room, "workspace": workspace} for room, workspace in rooms.items()])
        found += len(page)
    if broadcasts:
        _broadcasts(world, broadcasts)
    return found


def due_work(world: World) -> int:
    """Wake the worker of jobs for jobs without progress, and for customers whom passing time may move; how many. Once
    an hour it looks for dead letters that nobody has explained."""
    found = 0
    if world.clock.now() // MINUTE_MS * MINUTE_MS % HOUR_MS == 0:
        world.queues.jobs([{"explain": True}])
    for page in pages_due(world, "due-work"):
        world.queues.jobs(_jobs(page))
        found += len(page)
    return found


def due_sync(world: World) -> int:
    """Wake the worker of trackers for tickets to look at again, notices and merges that stand still, and installs whose
    nightly pass begins; how many."""
    found, minute = 0, world.clock.now() // 60_000
    for page in pages_due(world, "due-sync"):
        world.queues.sync(_task(record, f"due:{minute}") for record in page)
        found += len(page)
    return found


def _room(row: Room | RoomClocks) -> str:
    return row.id if isinstance(row, Room) else row.room


def _broadcasts(world: World, rows: list[Broadcast | Tally]) -> None:
    from .broadcasts.control import look_after
    from .broadcasts.send import wake_pieces

    for broadcast in sorted((row for row in rows if isinstance(row, Broadcast)), key=first_come):
        look_after(world, broadcast)
    wake_pieces(world, [row for row in rows if isinstance(row, Tally)])


def _jobs(due: list[Job | Placement]) -> list[dict[str, Any]]:
    customers: dict[str, dict[str, Sequence[str]]] = {}
    for record in due:
        if isinstance(record, Placement):
            customers.setdefault(record.workspace, {})[record.customer] = ()
    pieces = [next_piece(record) for record in due if isinstance(record, Job)]
    return pieces + evaluations(customers)


def _task(record: Issue | Notice | Ticket | Tracking, why: str) -> Task:
    if isinstance(record, Ticket):
        return Task("look", record.issue, record.install, record.ticket, why=why)
    if isinstance(record, Notice):
        return Task("tell", record.id, why=why)
    return Task("merge", record.id, why=why) if isinstance(record, Issue) else Task("repair", record.install, why=why)
