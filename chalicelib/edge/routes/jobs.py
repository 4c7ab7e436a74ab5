"""Jobs: how far they are, and what went wrong."""

from typing import Any

from ...desk.jobs import Flaw, Job
from ...flows.fence import own
from ...ports import Listing, Page, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import jobs as shapes
from ..shapes.answers import PAGED
from ..shapes.jobs import flaw_view, job_view


@route("GET", "/v1/jobs", who="agent", gives=list[shapes.JobView], query=PAGED)
def jobs(call: Call) -> Page[Any]:
    """List the jobs, newest first."""
    listing: Listing[Job] = Listing("jobs", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([job_view(each) for each in page.items], page.next)


@route("GET", "/v1/jobs/{job}", who="agent", gives=shapes.JobView)
def job(call: Call) -> shapes.JobView:
    """Show how far a job is."""
    return job_view(_job(call))


@route("GET", "/v1/jobs/{job}/errors", who="agent", gives=list[shapes.FlawView], query=PAGED)
def job_errors(call: Call) -> Page[Any]:
    """List what was wrong with a job's lines, in their order."""
    listing: Listing[Flaw] = Listing("flaws", (_job(call).id,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([flaw_view(flaw) for flaw in page.items], page.next)


def _job(call: Call) -> Job:
    return own(call.world, call.who.workspace, ref(Job, call.params["job"]))
