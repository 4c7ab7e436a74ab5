"""Begin what takes longer than a request: the job's record, and the wake-up of its worker.

Should the wake-up be lost, the clock finds the job in the time index.
"""

from typing import Any

import msgspec

from ...desk.jobs import CHUNK, WAKE_AFTER_MS, Job
from ...desk.permissions import Principal
from ...ports import World, new
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again

Row = dict[str, Any]


def next_piece(job: Job) -> dict[str, Any]:
    """What its worker is told."""
    return {"job": job.id, "piece": job.piece}


def import_customers(
    world: World,
    who: Principal,
    rows: list[Row],
    *,
    dry_run: bool,
    once: Once = KEYLESS,
    undeclared: tuple[str, ...] = (),
) -> Job:
    """A job that upserts each row: {"line", "customer": {external_id, …}} (with "cells" from a file) or, where it
    cannot be, {"line", "detail", "field"}. `undeclared` are the columns that are attributes by their name alone. The
    rows lie in the bucket before the job is there."""

    def attempt(_: int) -> Job:
        now = world.clock.now()
        job = Job(
            version=1,
            id=world.fresh_id("job"),
            workspace=who.workspace,
            kind="customers",
            by=who.id,
            created_at=now,
            total=len(rows),
            dry_run=dry_run,
            undeclared=undeclared,
            next_at=now + WAKE_AFTER_MS,
        )
        for start in range(0, len(rows), CHUNK):
            content = msgspec.json.encode(rows[start : start + CHUNK])
            world.files.put(job.chunk(start // CHUNK), content, "application/json")
        world.store.commit(new(job), *audit(world, who, "customers.imported", subject=job.id), *once.writes(job, now))
        return job

    job = again(world, attempt, once)
    world.queues.jobs([next_piece(job)])
    return job
