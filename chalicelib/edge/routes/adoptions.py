"""Visitors' rooms that become their customers': by an agent's word, by a mailed code, by a user's token."""

from typing import Any

from ...desk.rooms import Room
from ...flows.people.adopt import adopt, adopt_earlier, earlier_rooms, unadopt
from ...flows.people.offers import offers
from ...flows.people.prove_address import ask_for_code, prove_address
from ...ports import Page
from ..door.calls import Call
from ..door.router import route
from ..shapes import adoptions as shapes
from ..shapes.answers import time_of
from ..shapes.rooms import RoomView, room_view
from .customers import customer_of


@route("GET", "/v1/rooms/{room}/adoption", who="agent", gives=list[shapes.OfferView])
def room_offers(call: Call) -> Page[Any]:
    """List the customers that the visitor of a room may be of, and why."""
    return Page([shapes.offer_view(each) for each in offers(call.world, call.here)], None)


@route("POST", "/v1/rooms/{room}/adoption", who="agent", need="write", body=shapes.AdoptRoom, gives=RoomView)
def adopt_room(call: Call, body: shapes.AdoptRoom) -> Any:
    """Say whose a visitor's room is: their team sees it then, with all that was said in it."""
    customer = customer_of(call, body.customer)
    return call.answering(
        lambda once: adopt(call.world, call.who, call.here.id, customer=customer, because="agent", once=once),
        lambda room: room_view(room, call.who, None, customer=customer),
    )


@route("DELETE", "/v1/rooms/{room}/adoption", who="agent", need="write", gives=RoomView)
def unadopt_room(call: Call) -> RoomView:
    """Undo it: the room is its visitor's again. If the customer's people have spoken in it, what was said since goes
    along with them into rooms of their own."""
    return room_view(unadopt(call.world, call.who, call.here.id), call.who, None)


@route("GET", "/v1/me/earlier-rooms", gives=list[shapes.EarlierView])
def earlier(call: Call) -> Page[Any]:
    """List the rooms in which somebody asked who gave the address that one's own token names."""
    return Page([_earlier_view(room) for room in earlier_rooms(call.world, call.who)], None)


def _earlier_view(room: Room) -> shapes.EarlierView:
    return shapes.EarlierView(
        id=room.id,
        name=room.name,
        created_at=time_of(room.created_at) or "",
        last_message_at=time_of(room.last_message_at),
    )


@route("POST", "/v1/me/earlier-rooms/{earlier}", need="write", gives=RoomView)
def take_earlier(call: Call) -> Any:
    """Say that an earlier room is one's own: one's team sees it then."""
    return call.answering(
        lambda once: adopt_earlier(call.world, call.who, call.params["earlier"], once=once),
        lambda room: room_view(room, call.who, None),
    )


@route("POST", "/v1/me/address-code", need="write", status=202, visitors=True)
def address_code(call: Call) -> None:
    """As a visitor, have a code mailed to the address that one gave."""
    ask_for_code(call.world, call.who)


@route("POST", "/v1/me/address", need="write", body=shapes.MailedCodeBody, gives=RoomView, visitors=True)
def prove(call: Call, body: shapes.MailedCodeBody) -> RoomView:
    """Prove one's address by the code that was mailed there. If it is known whose people have it, their team sees the
    room from then on."""
    return room_view(prove_address(call.world, call.who, body.code.strip()), call.who, None)
