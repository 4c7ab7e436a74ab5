"""What the clock finds due, once a minute (scheduler): every wake-up that was lost or had to wait comes from here.

What is still due comes again with the next minute, so whoever is woken may do it twice.
"""

from collections.abc import Sequence
from typing import Any

from ..desk.alerts import AgentAlerts
from ..desk.broadcasts import Broadcast, Tally, first_come
from ..desk.clocks import RoomClocks
from ..desk.deliveries import Delivery
from ..desk.erasures import Erasure
from ..desk.exports import Export
from ..desk.figures import DueFigures
from ..desk.issues import Issue, Notice, Ticket, Tracking
from ..desk.jobs import Job
from ..desk.pains import PainsPlan
from ..desk.retention import Retention
from ..desk.rooms import Room
from ..desk.search_index import Indexed
from ..desk.segments import Placement, Segment
from ..desk.times import HOUR_MS, MINUTE_MS
from ..desk.usage_meters import DueFold, Usage
from ..desk.usage_sources import UsageLog
from ..ports import Call, Task, World
from .customers.batches import evaluations
from .customers.start_job import next_piece
from .delivery.late import wake_late
from .erasures.start import next_piece as next_of_erasure
from .exports.start import next_piece as next_of_export
from .paging import pages_due
from .retention.start import next_piece as next_of_retention
from .standing_still import is_older, still_of
from .usage.due import folds
from .usage.facts import due_facts


def tick(world: World) -> dict[str, int]:
    """Wake whoever has something due; how many by kind of work: deliveries, broadcasts and promises (`due`), what
    bridges were owed some time ago (`late`), jobs and customers to evaluate (`work`), tickets and notices (`sync`).

    In this order: what people wait for first, so that a minute that is cut short has done that; what may have been lost
    comes after what is known to be due, of which it may be a part; what nobody watches comes last."""
    return {"due": due(world), "late": wake_late(world), "work": due_work(world), "sync": due_sync(world)}


def due(world: World) -> int:
    """Wake the bridge of each due delivery and who tells agents what has gathered for them, look after each due
    broadcast, and wake each room in which time itself has something to do; how many."""
    found, minute = 0, world.clock.now() // 60_000
    broadcasts: list[Broadcast | Tally] = []
    for page in pages_due(world, "due"):
        world.queues.wake(Call(row.bridge, row.n, f"due:{minute}") for row in page if isinstance(row, Delivery))
        broadcasts += [row for row in page if isinstance(row, Broadcast | Tally)]
        world.queues.wake(Call(row.agent, 0, f"due:{minute}") for row in page if isinstance(row, AgentAlerts))
        rooms = _rooms(world, [row for row in page if isinstance(row, Room | RoomClocks)])
        world.queues.push([{"wake": room, "workspace": workspace} for room, workspace in rooms.items()])
        found += len(page)
    if broadcasts:
        _broadcasts(world, broadcasts)
    return found


def due_work(world: World) -> int:
    """Wake the worker of jobs for jobs without progress, customers whom passing time may move, days whose figures have
    changed, and the pains of a week; the worker of usage for windows, customers, and logs whose oldest days end; how
    many. Once an hour it looks for dead letters that nobody has explained."""
    found = 0
    if world.clock.now() // MINUTE_MS * MINUTE_MS % HOUR_MS == 0:
        world.queues.jobs([{"explain": True}])
    for page in pages_due(world, "due-work"):
        jobs = [row for row in page if isinstance(row, Job) and is_older(world, row.created_at)]
        still = still_of(world, [(job.workspace, "job", (job.id,)) for job in jobs])
        world.queues.jobs(_jobs([row for row in page if not isinstance(row, Job) or (row.id,) not in still]))
        world.queues.usage(_of_usage(page))
        found += len(page)
    return found


def _of_usage(due: Sequence[Any]) -> list[dict[str, Any]]:
    ends = [{"workspace": row.workspace, "retain": row.due} for row in due if isinstance(row, UsageLog)]
    found = folds(row for row in due if isinstance(row, DueFold))
    return [*ends, *found, *due_facts(row for row in due if isinstance(row, Usage))]


def due_sync(world: World) -> int:
    """Wake the worker of trackers for tickets to look at again, notices and merges that stand still, and installs whose
    nightly pass begins; how many."""
    found, minute = 0, world.clock.now() // 60_000
    for page in pages_due(world, "due-sync"):
        world.queues.sync(_task(record, f"due:{minute}") for record in page)
        found += len(page)
    return found


def _rooms(world: World, rows: Sequence[Room | RoomClocks]) -> dict[str, str]:
    """The rooms in which time has something to do, and their workspaces; but for those that stand still."""
    older = [row for row in rows if is_older(world, row.wake_at)]
    still = still_of(world, [(row.workspace, "room", (_room(row),)) for row in older])
    return {_room(row): row.workspace for row in rows if (_room(row),) not in still}


def _room(row: Room | RoomClocks) -> str:
    return row.id if isinstance(row, Room) else row.room


def _broadcasts(world: World, rows: list[Broadcast | Tally]) -> None:
    from .broadcasts.control import look_after
    from .broadcasts.send import wake_pieces

    for broadcast in sorted((row for row in rows if isinstance(row, Broadcast)), key=first_come):
        look_after(world, broadcast)
    wake_pieces(world, [row for row in rows if isinstance(row, Tally)])


def _jobs(due: list[Any]) -> list[dict[str, Any]]:
    customers: dict[str, dict[str, Sequence[str]]] = {}
    for record in due:
        if isinstance(record, Placement):
            customers.setdefault(record.workspace, {})[record.customer] = ()
    pieces = [next_piece(record) for record in due if isinstance(record, Job)]
    pieces += [next_of_retention(record) for record in due if isinstance(record, Retention)]
    pieces += [next_of_export(record) for record in due if isinstance(record, Export)]
    pieces += [next_of_erasure(record) for record in due if isinstance(record, Erasure)]
    pieces += [
        {"figures": each.workspace, "day": each.day, "due": each.due} for each in due if isinstance(each, DueFigures)
    ]
    pieces += [{"unindexed": each.tree, "due": each.due} for each in due if isinstance(each, Indexed)]
    pieces += [{"pains": each.workspace, "due": each.due} for each in due if isinstance(each, PainsPlan)]
    pieces += [{"signals": each.id, "due": each.watched_at} for each in due if isinstance(each, Segment)]
    return pieces + evaluations(customers)


def _task(record: Issue | Notice | Ticket | Tracking, why: str) -> Task:
    if isinstance(record, Ticket):
        return Task("look", record.issue, record.install, record.ticket, why=why)
    if isinstance(record, Notice):
        return Task("tell", record.id, why=why)
    return Task("merge", record.id, why=why) if isinstance(record, Issue) else Task("repair", record.install, why=why)
