"""Broadcasts: preview, test, approve, send, pause, resume, cancel, undo, and what became of them."""

from collections.abc import Iterable
from typing import Any

from ...desk.broadcasts import Broadcast, Piece, Result, Rules, Verb
from ...desk.customers import Customer
from ...desk.deliveries import Delivery
from ...desk.errors import Conflict, Forbidden, Invalid, NotFound
from ...desk.ids import message_place, triage_room_id
from ...desk.issues import Issue
from ...desk.messages import Author, Draft, Message, Source
from ...desk.permissions import may_see
from ...desk.rooms import Room
from ...desk.templates import Missing, filled_text, values, variables
from ...flows.broadcasts.control import approve_broadcast, control_broadcast
from ...flows.broadcasts.plan import contacts
from ...flows.broadcasts.results import mark_acknowledged
from ...flows.broadcasts.send import results, tallies
from ...flows.fence import own
from ...flows.forgotten import customer_key
from ...flows.rooms.post import post
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.reading_positions import onward, place_of
from ..door.router import route
from ..shapes import broadcasts as shapes
from ..shapes.answers import PAGED, moment_of, time_of
from ..shapes.messages import MessageView, message_view

View = shapes.BroadcastView


def _rules(call: Call) -> Ref[Any]:
    return ref(Rules, call.who.workspace)


@route("GET", "/v1/broadcasts", who="agent", gives=list[View], query=PAGED)
def broadcasts(call: Call) -> Page[Any]:
    """List the broadcasts, newest first."""
    listing: Listing[Broadcast] = Listing("broadcasts", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([_listed(call, each) for each in page.items], page.next)


def _listed(call: Call, each: Broadcast) -> View:
    """A broadcast in a list. What is being worked on may be over, and nobody has written that down yet."""
    found = tallies(call.world, each.id) if each.state in ("sending", "undoing") else None
    return shapes.broadcast_view(each, found, alone=False)


def check_issue(call: Call, id_: str) -> None:
    """An issue that is there, and has not gone into another one."""
    found = own(call.world, call.who.workspace, ref(Issue, id_), field="issue") if id_ else None
    if found and found.merged_into:
        raise Conflict(f"it was merged into {found.merged_into}", "issue")


def check_segment(call: Call, id_: str, *, ready: bool = False) -> None:
    """A segment that is there and, with `ready`, whose members are all found."""
    from ...flows.customers.save_segment import segment_of

    found = segment_of(call.world, call.who.workspace, id_, field="segment") if id_ else None
    if ready and found and found.built != found.revision:
        raise Conflict("the segment's members are still being found; try again in a while", "segment")


def own_broadcast(call: Call) -> Broadcast:
    """The workspace's broadcast of the path; NotFound."""
    return own(call.world, call.who.workspace, ref(Broadcast, call.params["broadcast"]))


@route("GET", "/v1/broadcasts/{broadcast}", who="agent", gives=View)
def broadcast(call: Call) -> Any:
    """Show a broadcast, with what its rooms add up to."""
    found = own_broadcast(call)
    return shapes.broadcast_view(found, tallies(call.world, found.id))


@route("GET", "/v1/broadcasts/{broadcast}/preview", who="agent", gives=shapes.PreviewView)
def preview(call: Call) -> Any:
    """Show who gets it and who does not, and why, and what it costs."""
    from ...flows.broadcasts.preview import preview_broadcast

    found = preview_broadcast(call.world, own_broadcast(call))
    samples = [shapes.SampleView(room=room, text=text, at=time_of(at)) for room, text, at in found.samples]
    missing = [shapes.MissingView(room=room, reason=reason) for room, reason in found.missing]
    return shapes.PreviewView(
        rooms=found.rooms,
        skipped=found.skipped,
        missing=missing,
        samples=samples,
        messages=found.messages,
        held=found.held,
        deliveries=found.deliveries,
        dollars=found.dollars,
    )


@route(
    "POST",
    "/v1/broadcasts/{broadcast}/test",
    who="agent",
    need="write",
    body=shapes.TryBroadcast,
    gives=MessageView,
    status=201,
)
def try_broadcast(call: Call, body: shapes.TryBroadcast) -> Any:
    """Say a broadcast in an internal room, as one customer would get it."""
    found, id_ = own_broadcast(call), customer_key(call.world, call.who.workspace, body.customer)
    here, customer, triage = call.world.store.many(
        [ref(Room, body.room), ref(Customer, id_), ref(Room, triage_room_id(id_))]
    )
    if here is None or not may_see(call.who, here) or here.kind != "internal":
        raise Invalid("no such internal room", "room")
    if customer is None or triage is None:
        raise Invalid("no such customer", "customer")
    try:
        language = found.variant(customer.language)
        contact = next(iter(contacts(call.world, [customer] if customer.contact else [])), None)
        text = found.text_in(language)
        issue = call.world.store.one(ref(Issue, found.issue)) if found.issue else None
        text = filled_text(text, values(variables(text), customer, triage.name, contact=contact, issue=issue))
    except Missing as error:
        raise Invalid(str(error), "customer") from None
    author = Author(kind="agent", id=call.who.id, name=call.who.name)
    draft = Draft(author=author, text=text, source=Source(channel="api"), attachments=found.attachments)
    return call.answering(
        lambda once: post(call.world, here.id, draft, once=once, room=here),
        lambda message: message_view(message, call.incoming.base_url),
    )


@route("POST", "/v1/broadcasts/{broadcast}/approve", who="agent", need="write", gives=View)
def approve(call: Call) -> Any:
    """Approve a broadcast that another agent wrote."""
    id_ = call.params["broadcast"]
    return call.answering(lambda once: approve_broadcast(call.world, call.who, id_, once=once), shapes.broadcast_view)


@route("POST", "/v1/broadcasts/{broadcast}/send", who="agent", need="write", body=shapes.SendBroadcast, gives=View)
def send(call: Call, body: shapes.SendBroadcast) -> Any:
    """Send a broadcast, now or at a time."""
    found = own_broadcast(call)
    check_segment(call, found.segment, ready=True)
    check_issue(call, found.issue)
    return _directed(call, "send", moment_of(body.at))


@route("POST", "/v1/broadcasts/{broadcast}/pause", who="agent", need="write", gives=View)
def pause(call: Call) -> Any:
    """Hold a broadcast that is being sent."""
    return _directed(call, "pause")


@route("POST", "/v1/broadcasts/{broadcast}/resume", who="agent", need="write", gives=View)
def resume(call: Call) -> Any:
    """Go on sending a broadcast."""
    return _directed(call, "resume")


@route("POST", "/v1/broadcasts/{broadcast}/cancel", who="agent", need="write", gives=View)
def cancel(call: Call) -> Any:
    """Cancel what is not yet sent."""
    return _directed(call, "cancel")


@route("POST", "/v1/broadcasts/{broadcast}/undo", who="agent", need="write", gives=View)
def undo(call: Call) -> Any:
    """Delete what was sent, across bridges, and send no more."""
    return _directed(call, "undo")


def _directed(call: Call, verb: Verb, at: int = 0) -> Any:
    id_ = call.params["broadcast"]
    return call.answering(
        lambda once: control_broadcast(call.world, call.who, id_, verb=verb, at=at, once=once), shapes.broadcast_view
    )


@route(
    "GET",
    "/v1/broadcasts/{broadcast}/results",
    who="agent",
    gives=list[shapes.ResultView],
    query=("cursor", "deliveries"),
)
def broadcast_results(call: Call) -> Page[Any]:
    """List what became of each room, in pages of up to 97; with `deliveries=true` over each bridge too."""
    found, cursor = own_broadcast(call), call.query("cursor")
    number = place_of(cursor)[1] if cursor else 0
    piece = call.world.store.one(ref(Piece, found.id, number)) if number < found.pieces else None
    if piece is None:
        return Page([])
    became = results(call.world, found.id, number)
    rows = _deliveries(call, became.values()) if call.query("deliveries") == "true" else None
    views = shapes.result_views(piece, became, rows)
    return Page(views, onward(number + 1) if number + 1 < found.pieces else None)


def _deliveries(call: Call, became: Iterable[Result]) -> dict[str, list[Delivery]]:
    """The deliveries of each room's message: a query a room."""
    found = {}
    for result in became:
        if result.n:
            listing: Listing[Delivery] = Listing("deliveries", (result.room,), after=result.n - 1, before=result.n + 1)
            found[result.room] = call.world.store.page(listing, 100).items
    return found


@route("POST", "/v1/messages/{message}/acknowledge", need="write", gives=shapes.AcknowledgedView, coding=True)
def acknowledge(call: Call) -> Any:
    """Tell that one knows what a broadcast's message says."""
    room, n = message_place(call.params["message"])
    here, message = call.world.store.many([ref(Room, room), ref(Message, room, n, False)])
    if here is None or message is None or not may_see(call.who, here):
        raise NotFound("no such message")
    if message.broadcast is None:
        raise Conflict("this message is no broadcast's")
    if call.who.is_agent:
        raise Forbidden("what customers are told, their own people acknowledge")
    at = mark_acknowledged(call.world, message, call.world.clock.now())
    return shapes.AcknowledgedView(message=message.id, acknowledged_at=time_of(at) or "")


@route("GET", "/v1/broadcast-rules", tagged=_rules, who="agent", gives=shapes.BroadcastRulesView)
def broadcast_rules(call: Call) -> Any:
    """Show the workspace's rules for broadcasts."""
    found = call.world.store.one(ref(Rules, call.who.workspace))
    return shapes.rules_view(found or Rules(workspace=call.who.workspace))


@route(
    "PUT",
    "/v1/broadcast-rules",
    tagged=_rules,
    who="agent",
    need="admin",
    body=shapes.PutBroadcastRules,
    gives=shapes.BroadcastRulesView,
)
def put_broadcast_rules(call: Call, body: shapes.PutBroadcastRules) -> Any:
    """Set the workspace's rules for broadcasts."""
    from ...flows.broadcasts.set_rules import set_rules

    quiet = shapes.hours_of(body.quiet_hours, "quiet_hours")
    rules = set_rules(call.world, call.who, approval=body.approval, per_week=body.per_week, quiet=quiet)
    return shapes.rules_view(rules)
