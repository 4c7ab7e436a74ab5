"""What the clock finds due for the worker of trackers: tickets to look at again, notices and merges that stand still,
installs whose nightly pass begins."""

from ..desk.issues import Issue, Notice, Ticket, Tracking
from ..ports import Task, World
from .due import pages_due

Due = Issue | Notice | Ticket | Tracking


def due_sync(world: World) -> int:
    """Wake the worker for each; how many. What is still due comes again."""
    found, minute = 0, world.clock.now() // 60_000
    for page in pages_due(world, "due-sync"):
        world.queues.sync(_task(record, f"due:{minute}") for record in page)
        found += len(page)
    return found


def _task(record: Due, why: str) -> Task:
    if isinstance(record, Ticket):
        return Task("look", record.issue, record.install, record.ticket, why=why)
    if isinstance(record, Notice):
        return Task("tell", record.id, why=why)
    return Task("merge", record.id, why=why) if isinstance(record, Issue) else Task("repair", record.install, why=why)
