"""Who asks; and visitors, who have no token yet."""

from typing import Any

from ...desk.customers import Customer, Visitor
from ...desk.policies import Policies
from ...desk.rooms import Room
from ...desk.workspaces import Workspace
from ...ports import Ref, ref
from ..door.auth import check_origin, visitors_token
from ..door.calls import Call
from ..door.limits import spend_visitor
from ..door.router import route
from ..shapes.answers import time_of
from ..shapes.me import MeView, NamedRef, NewVisitor, OwnCustomer, VisitorView
from ..shapes.rooms import room_view
from .sign_in import socket_url


@route("GET", "/v1/me", gives=MeView, visitors=True, coding=True)
def me(call: Call) -> MeView:
    """Tell who asks, and where the live line is."""
    who = call.who
    refs: list[Ref[Any]] = [ref(Workspace, who.workspace)]
    if who.customer:
        refs += [ref(Customer, who.customer), ref(Policies, who.workspace)]
    visits = [ref(Visitor, who.id)] if who.kind == "visitor" else []
    tenant, *found = call.world.store.many([*refs, *visits])
    visitor = found.pop() if visits else None
    company, policies = found or (None, None)
    speaker = who.machine if who.is_coding_agent and who.machine else None
    return MeView(
        kind=speaker.kind if speaker else who.kind,
        id=speaker.id if speaker else who.id,
        name=speaker.name if speaker else who.name,
        external_id=None if speaker else who.external_id or None,
        role=who.role or None,
        workspace=NamedRef(id=tenant.id, name=tenant.name),
        customer=OwnCustomer(id=company.id, external_id=company.external_id, name=company.name) if company else None,
        room=who.room or None,
        figures=bool(policies and policies.shared),
        usage=bool(company and tenant.share_usage),
        address_proven=bool(visitor.proven) if visitor and visitor.email else None,
        live=socket_url(call.incoming.base_url),
        expires_at=time_of(who.expires_at),
    )


@route("POST", "/v1/visitors", who="anyone", body=NewVisitor, gives=VisitorView, status=201, sealed=True)
def new_visitor(call: Call, body: NewVisitor) -> VisitorView:
    """Ask as a visitor, if the workspace lets them in: in a room of one's own, which agents alone see."""
    from ...flows.customers.welcome import welcome

    check_origin(call.world, body.workspace, call.incoming.headers.get("origin"))
    spend_visitor(call.world, body.workspace, call.incoming.network)
    call.once.workspace = body.workspace

    def view(welcomed: tuple[Visitor, Room]) -> VisitorView:
        visitor, room = welcomed
        token = visitors_token(call.world, visitor, room.id)
        return VisitorView(id=visitor.id, token=token, room=room_view(room, call.who, None))

    return call.answering(
        lambda once: welcome(call.world, body.workspace, body.name, email=body.email, text=body.text, once=once), view
    )
