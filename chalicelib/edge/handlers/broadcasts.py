"""Broadcasts: draft, preview, test, approve, send, pause, resume, cancel, undo, and what became of them."""

from collections.abc import Iterable
from typing import Any

from ...desk.broadcasts import MAX_TOLD, Audience, Broadcast, Piece, Result, Rules, Verb
from ...desk.customers import Customer
from ...desk.deliveries import Delivery
from ...desk.errors import Conflict, Forbidden, Invalid, NotFound
from ...desk.files import Attachment
from ...desk.ids import customer_id, message_place, triage_room_id
from ...desk.issues import Issue
from ...desk.messages import Author, Draft, Message, Source, check_text
from ...desk.people import may_see
from ...desk.rooms import Room
from ...desk.segments import Segment
from ...desk.templates import Missing, asks_for, filled, values, variables
from ...flows.attach import attached
from ...flows.audit import audit
from ...flows.broadcast import results, tallies
from ...flows.direct_broadcast import approve_broadcast, direct_broadcast, draft_broadcast
from ...flows.mark_result import mark_acknowledged
from ...flows.once import again
from ...flows.plan_broadcast import contact_ref
from ...flows.post import post
from ...flows.preview_broadcast import preview_broadcast
from ...ports import Listing, Page, Put, ref
from .. import broadcasts as told
from ..calls import Call
from ..cursors import onward, place_of
from ..router import route
from ..shapes import MessageView, time_of
from ..sight import message_view
from .workspace import PAGED

View = told.BroadcastView


@route("GET", "/v1/broadcasts", who="agent", gives=list[View], query=PAGED)
def broadcasts(call: Call) -> Page[Any]:
    """List the broadcasts, newest first."""
    listing: Listing[Broadcast] = Listing("broadcasts", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([_listed(call, each) for each in page.items], page.next)


def _listed(call: Call, each: Broadcast) -> View:
    """A broadcast in a list. What is being worked on may be over, and nobody has written that down yet."""
    found = tallies(call.world, each.id) if each.state in ("sending", "undoing") else None
    return told.broadcast_view(each, found, alone=False)


@route("POST", "/v1/broadcasts", who="agent", need="write", body=told.NewBroadcast, gives=View, status=201)
def new_broadcast(call: Call, body: told.NewBroadcast) -> Any:
    """Draft a broadcast."""
    if [bool(body.segment), bool(body.issue), bool(body.customers), bool(body.rooms)].count(True) != 1:
        raise Invalid("one of segment, issue, customers, rooms is needed", "segment")
    into = body.into if isinstance(body.into, str) else "room" if body.issue else "triage"
    _check_into(body, into)
    _check_segment(call, body.segment)
    _check_issue(call, body.issue)
    targets = {"segment": body.segment, "issue": body.issue}
    draft = _draft(call, body, **targets, into=into, room_name=body.room_name.strip())
    named = dict.fromkeys(customer_id(call.who.workspace, name) for name in body.customers)
    audience = Audience(broadcast=draft.id, rooms=tuple(dict.fromkeys(body.rooms)), customers=tuple(named))
    return call.answering(
        lambda once: draft_broadcast(call.world, call.who, draft, audience, once), told.broadcast_view
    )


def _draft(call: Call, body: told.NewBroadcast | told.FollowUp, **fields: Any) -> Broadcast:
    """The draft of a request; Invalid for a text that cannot be filled in, or a file that is a customer's own."""
    named = variables(fields.get("room_name", ""), "room_name")
    for field, text in (("text", body.text), *((f"variants.{name}", text) for name, text in body.variants.items())):
        check_text(text)
        if asks_for(variables(text, field) | named, "issue") and not fields.get("issue"):
            raise Invalid("only a broadcast to an issue has one to tell of", field)
    if len(body.text) + sum(map(len, body.variants.values())) > MAX_TOLD:
        raise Invalid(f"a text and its variants have at most {MAX_TOLD} characters", "variants")
    files = attached(call.world, call.who, body.attachments)
    owned = call.world.store.many([ref(Attachment, file.id) for file in files]) if files else []
    for place, file in enumerate(owned):
        if file.customer:
            raise Invalid("this file is a customer's own", f"attachments[{place}]")
    return Broadcast(
        version=1,
        id=call.world.fresh_id("bct"),
        workspace=call.who.workspace,
        text=body.text,
        author=Author(kind="agent", id=call.who.id, name=call.who.name),
        created_at=call.world.clock.now(),
        kind=body.kind,
        override=body.override,
        variants={name.lower(): text for name, text in body.variants.items()},
        attachments=files,
        hours=told.hours_of(body.hours, "hours"),
        **fields,
    )


def _check_issue(call: Call, id_: str) -> None:
    found = call.world.store.one(ref(Issue, id_)) if id_ else None
    if id_ and (found is None or found.workspace != call.who.workspace):
        raise Invalid("no such issue", "issue")
    if found and found.merged_into:
        raise Conflict(f"it was merged into {found.merged_into}", "issue")


def _check_into(body: told.NewBroadcast, into: str) -> None:
    """Rooms of an issue for an issue alone; a name for the rooms that are made, if and only if some are."""
    if into == "room" and not body.issue:
        raise Invalid("the room in which they asked is an issue's", "into")
    if into == "topic" and body.rooms:
        raise Invalid("a topic room is made for customers; rooms are there already", "rooms")
    if (into == "topic") is not bool(body.room_name.strip()):
        raise Invalid("room_name is for topic rooms, and they need one", "room_name")
    if any(place.strip().startswith("room.") for place in variables(body.room_name, "room_name")):
        raise Invalid("a room's name cannot name itself", "room_name")


@route(
    "POST",
    "/v1/broadcasts/{broadcast}/follow-up",
    who="agent",
    need="write",
    body=told.FollowUp,
    gives=View,
    status=201,
)
def follow_up(call: Call, body: told.FollowUp) -> Any:
    """Draft a broadcast to those who have not read, acknowledged or answered this one."""
    followed = _own(call)
    if not followed.pieces:
        raise Conflict("it was not sent to anybody yet")
    draft = _draft(call, body, follows=followed.id, lacking=LACKING[body.to])
    audience = Audience(broadcast=draft.id)
    return call.answering(
        lambda once: draft_broadcast(call.world, call.who, draft, audience, once), told.broadcast_view
    )


LACKING = {"unread": "read", "unacknowledged": "acknowledged", "unanswered": "replied"}


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
    samples = [told.SampleView(room=room, text=text, at=time_of(at)) for room, text, at in found.samples]
    missing = [told.MissingView(room=room, reason=reason) for room, reason in found.missing]
    return told.PreviewView(
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
        language = found.variant(customer.language)
        contact = call.world.store.one(contact_ref(customer)) if customer.contact else None
        text = found.text_in(language)
        issue = call.world.store.one(ref(Issue, found.issue)) if found.issue else None
        text = filled(text, values(variables(text), customer, triage.name, contact, issue))
    except Missing as error:
        raise Invalid(str(error), "customer") from None
    author = Author(kind="agent", id=call.who.id, name=call.who.name)
    draft = Draft(author=author, text=text, source=Source(channel="api"), attachments=found.attachments)
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


@route(
    "GET",
    "/v1/broadcasts/{broadcast}/results",
    who="agent",
    gives=list[told.ResultView],
    query=("cursor", "deliveries"),
)
def broadcast_results(call: Call) -> Page[Any]:
    """List what became of each room, in pages of up to 97; with `deliveries=true` over each bridge too."""
    found, cursor = _own(call), call.query("cursor")
    number = place_of(cursor)[1] if cursor else 0
    piece = call.world.store.one(ref(Piece, found.id, number)) if number < found.pieces else None
    if piece is None:
        return Page([])
    became = results(call.world, found.id, number)
    rows = _deliveries(call, became.values()) if call.query("deliveries") == "true" else None
    views = told.result_views(piece, became, rows)
    return Page(views, onward(number + 1) if number + 1 < found.pieces else None)


def _deliveries(call: Call, became: Iterable[Result]) -> dict[str, list[Delivery]]:
    """The deliveries of each room's message: a query a room."""
    found = {}
    for result in became:
        if result.n:
            listing: Listing[Delivery] = Listing("deliveries", (result.room,), after=result.n - 1, before=result.n + 1)
            found[result.room] = call.world.store.page(listing, 100).items
    return found


@route("POST", "/v1/messages/{message}/acknowledge", need="write", gives=told.AcknowledgedView)
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
    return told.AcknowledgedView(message=message.id, acknowledged_at=time_of(at) or "")


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
    quiet = told.hours_of(body.quiet_hours, "quiet_hours")
    rules = Rules(version=1, workspace=workspace, approval=body.approval, per_week=body.per_week, quiet=quiet)

    def attempt(_: int) -> None:
        call.world.store.commit(Put(rules, None), *audit(call.world, call.who, "broadcasts.ruled", workspace))

    again(call.world, attempt)
    return told.rules_view(rules)
