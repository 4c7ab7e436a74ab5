"""Segments: saved filters over customers, lists of them, and their members."""

from typing import Any

from msgspec import UNSET

from ...desk.customer_csv import written
from ...desk.customers import Customer
from ...desk.errors import Invalid
from ...desk.segments import Member, Segment
from ...flows.customers.declare_attribute import all_types
from ...flows.customers.save_segment import (
    change_segment,
    checked,
    list_customer,
    make_segment,
    remove_segment,
    segment_of,
    unlist_customer,
)
from ...flows.forgotten import customer_key
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import segments as shapes
from ..shapes.answers import PAGED, named_fields
from ..shapes.customers import customer_ref
from ..shapes.segments import segment_member_view, segment_view
from ..shapes.signals import rule_of
from .customers import customer_of

EXPORTED = 1000  # members a page


def _place(call: Call) -> Ref[Any]:
    return ref(Segment, call.params["segment"])


@route("GET", "/v1/segments", who="agent", gives=list[shapes.SegmentView], query=PAGED)
def segments(call: Call) -> Page[Any]:
    """List the segments, oldest first."""
    listing: Listing[Segment] = Listing("segments", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([segment_view(each) for each in page.items], page.next)


@route(
    "POST",
    "/v1/segments",
    who="agent",
    need="write",
    body=shapes.NewSegment,
    gives=shapes.SegmentView,
    status=201,
)
def new_segment(call: Call, body: shapes.NewSegment) -> Any:
    """Save a filter, or a list of customers, as a segment."""
    if (body.filter is UNSET) is (body.customers is UNSET):
        raise Invalid("either filter or customers is needed", "filter")
    filter_ = body.filter if isinstance(body.filter, dict) else None
    signal = rule_of(body.signal) if body.signal else None
    customers = _customers(call, body.customers if isinstance(body.customers, list) else [])
    return call.answering(
        lambda once: make_segment(
            call.world, call.who, body.name, filter_=filter_, customers=customers, signal=signal, once=once
        ),
        segment_view,
    )


def _customers(call: Call, external_ids: list[str]) -> list[str]:
    ids = [customer_key(call.world, call.who.workspace, external_id) for external_id in external_ids]
    found = call.world.store.many([ref(Customer, id_) for id_ in ids]) if ids else []
    for place, customer in enumerate(found):
        if customer is None:
            raise Invalid("no such customer", f"customers[{place}]")
    return ids


@route("POST", "/v1/segments/preview", who="agent", body=shapes.PreviewSegment, gives=shapes.SegmentPreviewView)
def preview_segment(call: Call, body: shapes.PreviewSegment) -> shapes.SegmentPreviewView:
    """Count the customers that a filter finds, and show some."""
    from ...flows.customers.preview_filter import preview_filter

    filter_, _ = checked(call.world, call.who.workspace, body.filter)
    found = preview_filter(call.world, call.who.workspace, filter_, cursor=body.cursor)
    return shapes.SegmentPreviewView(
        matched=found.matched,
        looked_at=found.looked_at,
        sample=[customer_ref(customer) for customer in found.sample],
        next=found.next,
    )


@route("GET", "/v1/segments/{segment}", tagged=_place, who="agent", gives=shapes.SegmentView)
def segment(call: Call) -> shapes.SegmentView:
    """Show a segment, with the number of its members."""
    found = _segment(call)
    return segment_view(found, call.world.store.size(Listing("segment-members", (found.id,))))


@route(
    "PATCH",
    "/v1/segments/{segment}",
    tagged=_place,
    who="agent",
    need="write",
    body=shapes.ChangeSegment,
    gives=shapes.SegmentView,
)
def patch_segment(call: Call, body: shapes.ChangeSegment) -> shapes.SegmentView:
    """Change a segment's name, its filter, or what its customers are watched for."""
    fields = named_fields(body)
    if body.signal:
        fields["signal"] = rule_of(body.signal)
    return segment_view(change_segment(call.world, call.who, call.params["segment"], fields=fields))


@route("DELETE", "/v1/segments/{segment}", tagged=_place, who="agent", need="write", status=204)
def delete_segment(call: Call) -> None:
    """Remove a segment."""
    remove_segment(call.world, call.who, call.params["segment"])


@route("GET", "/v1/segments/{segment}/members", who="agent", gives=list[shapes.SegmentMemberView], query=PAGED)
def segment_members(call: Call) -> Page[Any]:
    """List a segment's members."""
    listing: Listing[Member] = Listing("segment-members", (_segment(call).id,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    refs = [ref(Customer, member.customer) for member in page.items]
    found = call.world.store.many(refs) if refs else []
    pairs = zip(page.items, found, strict=True)
    return Page([segment_member_view(member, customer) for member, customer in pairs if customer], page.next)


@route("GET", "/v1/segments/{segment}/export", who="agent", gives=shapes.SegmentCsvView, query=("cursor",))
def export_segment(call: Call) -> shapes.SegmentCsvView:
    """Export a segment's members as CSV, in pages of up to 1,000."""
    listing: Listing[Member] = Listing("segment-members", (_segment(call).id,))
    page = call.world.store.page(listing, EXPORTED, call.query("cursor"))
    refs = [ref(Customer, member.customer) for member in page.items]
    customers = [found for found in call.world.store.many(refs) if found] if refs else []
    return shapes.SegmentCsvView(csv=written(customers, all_types(call.world, call.who.workspace)), next=page.next)


@route("PUT", "/v1/segments/{segment}/members/{customer}", who="agent", need="write", gives=shapes.SegmentMemberView)
def put_segment_member(call: Call) -> shapes.SegmentMemberView:
    """Put a customer into a list."""
    found = customer_of(call, call.params["customer"])
    return segment_member_view(list_customer(call.world, call.who, _segment(call), customer=found), found)


@route("DELETE", "/v1/segments/{segment}/members/{customer}", who="agent", need="write", status=204)
def delete_segment_member(call: Call) -> None:
    """Take a customer out of a list."""
    unlist_customer(call.world, call.who, _segment(call), customer=customer_of(call, call.params["customer"]))


def _segment(call: Call) -> Segment:
    return segment_of(call.world, call.who.workspace, call.params["segment"])
