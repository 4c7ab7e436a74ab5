"""What goes over the wire of segments: the requests, the answers, and how records become them."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from ...desk.customers import Customer
from ...desk.segments import Member, Segment
from .answers import Body, CustomerRef, ExternalId, Name, Time, View, time_of
from .customers import customer_ref
from .signals import SignalBody, SignalRuleView, rule_view

Filter = Annotated[
    dict[str, Any],
    Meta(
        description='A test, `{"attribute": …}` with one of equals, in, contains, less, greater, within_days,'
        ' next_days, exists; or `{"all": […]}`, `{"any": […]}`, `{"not": …}`',
        examples=[{"attribute": "name", "contains": "Acorn"}],
    ),
]


class NewSegment(Body, frozen=True):
    """A segment with a filter, or a list of customers (up to 90 at first)."""

    name: Name
    filter: Filter | UnsetType = UNSET
    customers: Annotated[list[ExternalId], Meta(max_length=90)] | UnsetType = UNSET
    signal: SignalBody | None = None


class ChangeSegment(Body, frozen=True):
    """Change a segment's name, filter, or what its customers are watched for (null: nothing)."""

    name: Name | UnsetType = UNSET
    filter: Filter | UnsetType = UNSET
    signal: SignalBody | None | UnsetType = UNSET


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
    signal: SignalRuleView | None
    version: int
    created_at: Time


class SegmentMemberView(View, frozen=True):
    """A customer in a segment."""

    customer: CustomerRef
    name: str
    since: Time


class SegmentCsvView(View, frozen=True):
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
        signal=rule_view(segment.signal),
        version=segment.version,
        created_at=time_of(segment.created_at) or "",
    )


def segment_member_view(member: Member, customer: Customer) -> SegmentMemberView:
    """A customer in a segment."""
    return SegmentMemberView(customer=customer_ref(customer), name=customer.name, since=time_of(member.since) or "")
