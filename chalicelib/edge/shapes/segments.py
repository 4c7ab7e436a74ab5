"""What goes over the wire of attributes, jobs and segments: the requests, the answers, and how records become them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from ...desk.attributes import AttributeType
from ...desk.customers import Customer
from ...desk.jobs import Flaw, Job
from ...desk.segments import Member, Segment
from .answers import Body, Contact, CustomerRef, ExternalId, Language, Name, Time, TimeZone, View, time_of
from .customers import customer_ref

Description = Annotated[str, Meta(max_length=1000)]
Filter = Annotated[
    dict[str, Any],
    Meta(
        description='A test, `{"attribute": …}` with one of equals, in, contains, less, greater, within_days, exists;'
        ' or `{"all": […]}`, `{"any": […]}`, `{"not": …}`',
        examples=[{"attribute": "name", "contains": "Acorn"}],
    ),
]


class DeclareAttribute(Body, frozen=True):
    """Declare an attribute of customers. Its type stays."""

    type: Literal["string", "number", "boolean", "time", "list"]
    description: Description = ""


class AttributeView(View, frozen=True):
    """A declared attribute, or one that Parley itself knows (`built_in`)."""

    name: str
    type: str
    description: str
    built_in: bool
    created_at: Time | None


class BulkCustomer(Body, frozen=True):
    """A customer to create or change: what is not named stays."""

    external_id: ExternalId
    name: Name | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    domains: list[str] | UnsetType = UNSET
    state: Literal["active", "blocked", "gone"] | UnsetType = UNSET
    contact: Contact | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET


class BulkCustomers(Body, frozen=True):
    """Up to 1,000 customers to create or change."""

    customers: Annotated[list[BulkCustomer], Meta(min_length=1, max_length=1000)]
    dry_run: bool = False


class ImportCustomers(Body, frozen=True):
    """A CSV file, as text or as an attachment that was uploaded: UTF-8, with a first line of column names."""

    csv: str | UnsetType = UNSET
    attachment: str | UnsetType = UNSET
    dry_run: bool = False


class JobView(View, frozen=True):
    """Work in the background. `total` is 0 where nobody knows it beforehand; `failed` of `done` have an error."""

    id: str
    kind: str
    state: str
    dry_run: bool
    total: int
    done: int
    failed: int
    segment: str | None
    reason: str
    created_at: Time
    ended_at: Time | None


class FlawView(View, frozen=True):
    """What is wrong with one line of a file (or one row of a call, from 1). Nothing of it was written."""

    line: int
    field: str
    detail: str


class NewSegment(Body, frozen=True):
    """A segment with a filter, or a list of customers (up to 90 at first)."""

    name: Name
    filter: Filter | UnsetType = UNSET
    customers: Annotated[list[ExternalId], Meta(max_length=90)] | UnsetType = UNSET


class ChangeSegment(Body, frozen=True):
    """Change a segment's name or filter."""

    name: Name | UnsetType = UNSET
    filter: Filter | UnsetType = UNSET


class SegmentView(View, frozen=True):
    """A segment. Its members are as the filter says once `ready`; until then `job` works them out. `members` are
    counted where one is shown alone."""

    id: str
    name: str
    kind: str
    filter: dict[str, Any] | None
    revision: int
    ready: bool
    members: int | None
    job: str | None
    version: int
    created_at: Time


class SegmentMemberView(View, frozen=True):
    """A customer in a segment."""

    customer: CustomerRef
    name: str
    since: Time


class ExportView(View, frozen=True):
    """A page of members as CSV, with a first line of column names: a file that `POST /v1/customers/import` takes."""

    csv: str
    next: str | None


class PreviewSegment(Body, frozen=True):
    """A filter to try. `cursor` is `next` of the answer before."""

    filter: Filter
    cursor: str | None = None


class SegmentPreviewView(View, frozen=True):
    """How many of the customers looked at (5,000 a call) pass, and some of them; `next` where there are more to look
    at."""

    matched: int
    looked_at: int
    sample: list[CustomerRef]
    next: str | None


def attribute_view(declared: AttributeType) -> AttributeView:
    """A declared attribute."""
    return AttributeView(
        name=declared.name,
        type=declared.type,
        description=declared.description,
        built_in=False,
        created_at=time_of(declared.created_at),
    )


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
        created_at=time_of(job.created_at) or "",
        ended_at=time_of(job.ended_at),
    )


def flaw_view(flaw: Flaw) -> FlawView:
    """What is wrong with a line."""
    return FlawView(line=flaw.line, field=flaw.field, detail=flaw.detail)


def segment_view(segment: Segment, members: int | None = None) -> SegmentView:
    """A segment."""
    return SegmentView(
        id=segment.id,
        name=segment.name,
        kind=segment.kind,
        filter=segment.filter if segment.kind == "filter" else None,
        revision=segment.revision,
        ready=segment.built == segment.revision,
        members=members,
        job=segment.job or None,
        version=segment.version,
        created_at=time_of(segment.created_at) or "",
    )


def segment_member_view(member: Member, customer: Customer) -> SegmentMemberView:
    """A customer in a segment."""
    return SegmentMemberView(customer=customer_ref(customer), name=customer.name, since=time_of(member.since) or "")
