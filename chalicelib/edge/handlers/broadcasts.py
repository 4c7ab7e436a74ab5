"""Broadcasts: draft, preview, test, approve, send, pause, resume, cancel, undo, and what became of them."""

from typing import Any

from ...desk.broadcasts import Audience, Broadcast, Piece, Rules, Verb
from ...desk.customers import Customer
from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.ids import customer_id, triage_room_id
from ...desk.messages import Author, Draft, Source, check_text
from ...desk.people import may_see
from ...desk.rooms import Room
from ...desk.segments import Segment
from ...desk.templates import Missing, filled, values, variables
from ...flows.audit import audit
from ...flows.broadcast import results, tallies
from ...flows.direct_broadcast import approve_broadcast, direct_broadcast, draft_broadcast
from ...flows.once import again
from ...flows.post import post
from ...flows.preview_broadcast import preview_broadcast
from ...ports import Listing, Page, Put, ref
from .. import broadcasts as told
from ..calls import Call
from ..cursors import onward, place_of
from ..router import route
from ..shapes import MessageView
from ..sight import message_view
from .workspace import PAGED

View = told.BroadcastView


@route("GET", "/v1/broadcasts", who="agent", gives=list[View], query=PAGED)
def broadcasts(call: Call) -> Page[Any]:
    """List the broadcasts, newest first."""
    listing: Listing[Broadcast] = Listing("broadcasts", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([told.broadcast_view(each) for each in page.items], page.next)


@route("POST", "/v1/broadcasts", who="agent", need="write", body=told.NewBroadcast, gives=View, status=201)
def new_broadcast(call: Call, body: told.NewBroadcast) -> Any:
    """Draft a broadcast."""
    if [bool(body.segment), bool(body.customers), bool(body.rooms)].count(True) != 1:
        raise Invalid("one of segment, customers, rooms is needed", "segment")
    check_text(body.text)
    variables(body.text)
    _check_segment(call, body.segment)
    draft = Broadcast(
        version=1,
        id=call.world.fresh_id("bct"),
        workspace=call.who.workspace,
        text=body.text,
        author=Author(kind="agent", id=call.who.id, name=call.who.name),
        created_at=call.world.clock.now(),
        kind=body.kind,
        override=body.override,
        segment=body.segment,
    )
    named = dict.fromkeys(customer_id(call.who.workspace, name) for name in body.customers)
    audience = Audience(broadcast=draft.id, rooms=tuple(dict.fromkeys(body.rooms)), customers=tuple(named))
    return call.answering(
        lambda once: draft_broadcast(call.world, call.who, draft, audience, once), told.broadcast_view
    )


def _check_segment(call: Call, id_: str, *, ready: bool = False) -> None:
    """A segment that is there and, with `ready`, whose members are all found."""
    found = call.world.store.one(ref(Segment, id_)) if id_ else None
    if id_ and (found is None or found.workspace != call.who.workspace or found.state != "active"):
        raise Invalid("no such segment", "segment")
    if ready and found and found.built != found.revision:
        raise Conflict("the segment's members are still being found; try again in a while", "segment")


def _own(call: Call) -> Broadcast:
    found = call.world.store.one(ref(Broadcast, call.params["broadcast"]))
    if found is None or found.workspace != call.who.workspace:
        raise NotFound("no such broadcast")
    return found


@route("GET", "/v1/broadcasts/{broadcast}", who="agent", gives=View)
def broadcast(call: Call) -> Any:
    """Show a broadcast, with what its rooms add up to."""
    found = _own(call)
    return told.broadcast_view(found, tallies(call.world, found.id))


@route("GET", "/v1/broadcasts/{broadcast}/preview", who="agent", gives=told.PreviewView)
def preview(call: Call) -> Any:
    """Show who gets it and who does not, and why, and what it costs."""
    found = preview_broadcast(call.world, _own(call))
    samples = [told.SampleView(room=room, text=text) for room, text in found.samples]
    missing = [told.MissingView(room=room, reason=reason) for room, reason in found.missing]
    return told.PreviewView(
        rooms=found.rooms,
        skipped=found.skipped,
        missing=missing,
        samples=samples,
        messages=found.messages,
        deliveries=found.deliveries,
        dollars=found.dollars,
    )


@route(
    "POST",
    "/v1/broadcasts/{broadcast}/test",
    who="agent",
    need="write",
    body=told.TryBroadcast,
    gives=MessageView,
    status=201,
)
def try_broadcast(call: Call, body: told.TryBroadcast) -> Any:
    """Say a broadcast in an internal room, as one customer would get it."""
    found, id_ = _own(call), customer_id(call.who.workspace, body.customer)
    here, customer, triage = call.world.store.many(
        [ref(Room, body.room), ref(Customer, id_), ref(Room, triage_room_id(id_))]
    )
    if here is None or not may_see(call.who, here) or here.kind != "internal":
        raise Invalid("no such internal room", "room")
    if customer is None or triage is None:
        raise Invalid("no such customer", "customer")
    try:
        text = filled(found.text, values(variables(found.text), customer, triage))
    except Missing as error:
        raise Invalid(str(error), "customer") from None
    author = Author(kind="agent", id=call.who.id, name=call.who.name)
    draft = Draft(author=author, text=text, source=Source(channel="api"))
    return call.answering(
        lambda once: post(call.world, here.id, draft, once, room=here),
        lambda message: message_view(message, call.incoming.base_url),
    )


@route("POST", "/v1/broadcasts/{broadcast}/approve", who="agent", need="write", gives=View)
def approve(call: Call) -> Any:
    """Approve a broadcast that another agent wrote."""
    id_ = call.params["broadcast"]
    return call.answering(lambda once: approve_broadcast(call.world, call.who, id_, once), told.broadcast_view)


@route("POST", "/v1/broadcasts/{broadcast}/send", who="agent", need="write", body=told.SendBroadcast, gives=View)
def send(call: Call, body: told.SendBroadcast) -> Any:
    """Send a broadcast, now or at a time."""
    _check_segment(call, _own(call).segment, ready=True)
    return _directed(call, "send", told.moment_of(body.at))


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
    return call.answering(lambda once: direct_broadcast(call.world, call.who, id_, verb, at, once), told.broadcast_view)


@route("GET", "/v1/broadcasts/{broadcast}/results", who="agent", gives=list[told.ResultView], query=("cursor",))
def broadcast_results(call: Call) -> Page[Any]:
    """List what became of each room, in pages of up to 97."""
    found, cursor = _own(call), call.query("cursor")
    number = place_of(cursor)[1] if cursor else 0
    piece = call.world.store.one(ref(Piece, found.id, number)) if number < found.pieces else None
    if piece is None:
        return Page([])
    views = told.result_views(piece, results(call.world, found.id, number))
    return Page(views, onward(number + 1) if number + 1 < found.pieces else None)


@route("GET", "/v1/broadcast-rules", who="agent", gives=told.BroadcastRulesView)
def broadcast_rules(call: Call) -> Any:
    """Show the workspace's rules for broadcasts."""
    found = call.world.store.one(ref(Rules, call.who.workspace))
    return told.rules_view(found or Rules(workspace=call.who.workspace))


@route(
    "PUT",
    "/v1/broadcast-rules",
    who="agent",
    need="admin",
    body=told.PutBroadcastRules,
    gives=told.BroadcastRulesView,
)
def put_broadcast_rules(call: Call, body: told.PutBroadcastRules) -> Any:
    """Set the workspace's rules for broadcasts."""
    workspace = call.who.workspace
    rules = Rules(version=1, workspace=workspace, approval=body.approval, per_week=body.per_week)

    def attempt(_: int) -> None:
        call.world.store.commit(Put(rules, None), *audit(call.world, call.who, "broadcasts.ruled", workspace))

    again(call.world, attempt)
    return told.rules_view(rules)
