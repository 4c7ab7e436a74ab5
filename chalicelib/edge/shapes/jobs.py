"""What goes over the wire of jobs, and of what was wrong with a line."""

from ...desk.jobs import Flaw, Job
from .answers import Time, View, time_of


class JobView(View, frozen=True):
    """Work in the background. `total` is 0 where nobody knows it beforehand; `failed` of `done` have an error.
    `undeclared` are columns of a file that became attributes of texts, since nobody has declared them."""

    id: str
    kind: str
    state: str
    dry_run: bool
    total: int
    done: int
    failed: int
    segment: str | None
    reason: str
    undeclared: list[str]
    created_at: Time
    ended_at: Time | None


class FlawView(View, frozen=True):
    """What is wrong with one line of a file (or one row of a call, from 1). Nothing of it was written."""

    line: int
    field: str
    detail: str


def job_view(job: Job) -> JobView:
    """A job."""
    return JobView(
        id=job.id,
        kind=job.kind,
        state=job.state,
        dry_run=job.dry_run,
        total=job.total,
        done=job.done,
        failed=job.failed,
        segment=job.segment or None,
        reason=job.reason,
        undeclared=list(job.undeclared),
        created_at=time_of(job.created_at) or "",
        ended_at=time_of(job.ended_at),
    )


def flaw_view(flaw: Flaw) -> FlawView:
    """What is wrong with a line."""
    return FlawView(line=flaw.line, field=flaw.field, detail=flaw.detail)
