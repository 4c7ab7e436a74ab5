"""Drafts of broadcasts: to a segment, an issue's rooms, customers or rooms; to those who have not answered one."""

from typing import Any

from ...desk.broadcasts import MAX_TOLD, Audience, Broadcast
from ...desk.errors import Conflict, Invalid
from ...desk.files import Attachment
from ...desk.messages import Author, check_text
from ...desk.templates import asks_for, variables
from ...flows.broadcasts.control import draft_broadcast
from ...flows.forgotten import customer_key
from ...flows.rooms.attach import attached
from ...ports import ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import broadcasts as shapes
from .broadcasts import View, check_issue, check_segment, own_broadcast

LACKING = {"unread": "read", "unacknowledged": "acknowledged", "unanswered": "replied"}


@route("POST", "/v1/broadcasts", who="agent", need="write", body=shapes.NewBroadcast, gives=View, status=201)
def new_broadcast(call: Call, body: shapes.NewBroadcast) -> Any:
    """Draft a broadcast."""
    if [bool(body.segment), bool(body.issue), bool(body.customers), bool(body.rooms)].count(True) != 1:
        raise Invalid("one of segment, issue, customers, rooms is needed", "segment")
    into = body.into if isinstance(body.into, str) else "room" if body.issue else "triage"
    _check_into(body, into)
    check_segment(call, body.segment)
    check_issue(call, body.issue)
    targets = {"segment": body.segment, "issue": body.issue}
    draft = _draft(call, body, **targets, into=into, room_name=body.room_name.strip())
    named = dict.fromkeys(customer_key(call.world, call.who.workspace, name) for name in body.customers)
    audience = Audience(broadcast=draft.id, rooms=tuple(dict.fromkeys(body.rooms)), customers=tuple(named))
    return call.answering(
        lambda once: draft_broadcast(call.world, call.who, draft, audience=audience, once=once), shapes.broadcast_view
    )


def _draft(call: Call, body: shapes.NewBroadcast | shapes.FollowUp, **fields: Any) -> Broadcast:
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
        hours=shapes.hours_of(body.hours, "hours"),
        **fields,
    )


def _check_into(body: shapes.NewBroadcast, into: str) -> None:
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
    body=shapes.FollowUp,
    gives=View,
    status=201,
)
def follow_up(call: Call, body: shapes.FollowUp) -> Any:
    """Draft a broadcast to those who have not read, acknowledged or answered this one."""
    followed = own_broadcast(call)
    if not followed.pieces:
        raise Conflict("it was not sent to anybody yet")
    draft = _draft(call, body, follows=followed.id, issue=followed.issue, lacking=LACKING[body.to])
    audience = Audience(broadcast=draft.id)
    return call.answering(
        lambda once: draft_broadcast(call.world, call.who, draft, audience=audience, once=once), shapes.broadcast_view
    )
