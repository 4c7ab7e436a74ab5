"""The people of a room: who they are, how far they have read, who follows it."""

from typing import Any

from ...desk.customers import User
from ...desk.errors import Forbidden
from ...desk.permissions import Principal
from ...desk.rooms import unread
from ...desk.workspaces import Agent
from ...flows.broadcasts.results import mark_broadcast_read
from ...flows.rooms.follow import follow
from ...flows.rooms.mark_read import mark_read, mark_unread
from ...flows.rooms.read_marks import read_marks
from ...flows.same_person import once_each
from ...ports import Listing, Page
from .. import frames
from ..door.calls import Call
from ..door.router import route
from ..shapes import rooms as shapes
from ..shapes.answers import PAGED, time_of
from .rooms import numbered, shown


@route("PUT", "/v1/rooms/{room}/read", body=shapes.ReadRoom, gives=shapes.ReadView, visitors=True)
def read(call: Call, body: shapes.ReadRoom) -> shapes.ReadView:
    """Mark a room as read, up to a message or all of it; an agent also as unread."""
    if call.who.machine:
        raise Forbidden("a machine reads nothing for anybody: its key has no read mark")
    if body.unread and not call.who.is_agent:
        raise Forbidden("only agents mark a room as unread")
    message = numbered(call, body.message, "message") if body.message is not None else None
    mark = mark_unread if body.unread else mark_read
    seen = mark(call.world, call.who.id, call.here, message=message)
    if call.who.kind == "user":
        mark_broadcast_read(call.world, call.here, seen)
    call.world.queues.push([frames.read(call.here, call.who.id, seen)])
    left = unread(call.here, seen, call.who.is_agent)
    return shapes.ReadView(room=call.here.id, change=seen.n, unread=max(0, left))


@route("GET", "/v1/rooms/{room}/read-marks", who="agent", gives=list[shapes.ReadMarkView])
def marks(call: Call) -> Page[Any]:
    """List who has read a room up to where: of each side a hundred people at most, the furthest first."""
    found = read_marks(call.world, call.here)
    return Page([shapes.read_mark_view(mark) for mark in found])


@route("PUT", "/v1/rooms/{room}/follow", who="agent", gives=shapes.RoomView)
def follow_room(call: Call) -> shapes.RoomView:
    """Follow a room: you are told of it as if you were on it."""
    return _followed(call, on=True)


@route("DELETE", "/v1/rooms/{room}/follow", who="agent", gives=shapes.RoomView)
def unfollow_room(call: Call) -> shapes.RoomView:
    """Follow a room no more."""
    return _followed(call, on=False)


def _followed(call: Call, *, on: bool) -> shapes.RoomView:
    if call.who.machine:
        raise Forbidden("a machine follows nothing: nobody would be told")
    return shown(call, follow(call.world, call.who, call.here.id, on=on))


@route("GET", "/v1/rooms/{room}/roster", gives=list[shapes.MemberView], query=PAGED, visitors=True, coding=True)
def roster(call: Call) -> Page[Any]:
    """List both teams of a room, each person once, and since when each is there. The vendor's team comes with the first
    page."""
    here, cursor = call.here, call.query("cursor")
    team = [] if cursor else _vendors(call)
    if not here.customer or call.who.kind == "visitor":
        return Page(team, None)
    listing: Listing[User] = Listing("users", (here.customer,))
    page = call.world.store.page(listing, call.limit, cursor)
    users = once_each(call.world.store, page.items, within=here.customer, first=call.who.id)
    return Page(team + [_user(user) for user in users], page.next)


def _vendors(call: Call) -> list[shapes.MemberView]:
    listing: Listing[Agent] = Listing("agents", (call.who.workspace,))
    agents = call.world.store.page(listing, 100).items
    return [_agent(agent, call.who) for agent in agents if agent.state == "active"]


def _agent(agent: Agent, who: Principal) -> shapes.MemberView:
    return shapes.MemberView(
        side="vendor",
        kind="agent",
        id=agent.id,
        external_id=None,
        name=agent.name,
        role=agent.role if who.is_agent else None,
        joined_at=time_of(agent.created_at) or "",
    )


def _user(user: User) -> shapes.MemberView:
    return shapes.MemberView(
        side="customer",
        kind="user",
        id=user.id,
        external_id=user.external_id,
        name=user.name,
        role=None,
        joined_at=time_of(user.created_at) or "",
    )
