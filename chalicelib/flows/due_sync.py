"""What the clock finds due for the worker of trackers: tickets to look at again, notices and merges that stand still,
installs whose nightly pass begins."""

from ..desk.issues import Issue, Notice, Ticket, Tracking
from ..ports import Listing, Task, World
from .due import MAX_PAGES, PAGE, SHARDS

Due = Issue | Notice | Ticket | Tracking


def due_sync(world: World) -> int:
    """Wake the worker for each; how many. Reads only what is due, and what is still due comes again."""
    now = world.clock.now()
    found = 0
    for shard in SHARDS:
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            listing: Listing[Due] = Listing("due-sync", (shard,), before=now)
            page = world.store.page(listing, PAGE, cursor)
            world.queues.sync(_task(record, f"due:{now // 60_000}") for record in page.items)
            found += len(page.items)
            cursor = page.next
            if cursor is None:
                break
    return found


def _task(record: Due, why: str) -> Task:
    if isinstance(record, Ticket):
        return Task("look", record.issue, record.install, record.ticket, why=why)
    if isinstance(record, Notice):
        return Task("tell", record.id, why=why)
    return Task("merge", record.id, why=why) if isinstance(record, Issue) else Task("repair", record.install, why=why)
