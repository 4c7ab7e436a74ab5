"""The WebSocket's frames: authenticate (a token is never in a URL), say what to be told of, and who types.

| frame | answer |
|---|---|
| `{"type": "authenticate", "token": …}` | `{"type": "authenticated", "person", "expires_in"}`; also to renew |
| `{"type": "subscribe", "room": …}` | `{"type": "subscribed", "room", "change", "here"}`: what happens in it |
| `{"type": "subscribe", "customer": …}` | `{"type": "subscribed", "customer"}`: all shared rooms of a customer |
| `{"type": "subscribe", "inbox": true}` | `{"type": "subscribed", "inbox"}`: all rooms of the workspace, for agents |
| `{"type": "unsubscribe", …}` | `{"type": "unsubscribed", …}` |
| `{"type": "typing", "room": …, "internal"?}` | none; who has the room open is told |
| `{"type": "ping"}` | `{"type": "pong"}` |

What is refused is answered with `{"type": "problem", …}` as the HTTP API would tell it. What is pushed: edge/frames.py.
"""

import time
from typing import Any

from ..desk.connections import EVERYTHING, FIRST_FRAME_MS, Connection, place_of
from ..desk.customers import Customer, User, Visitor
from ..desk.errors import Forbidden, Invalid, NotFound, Refusal, Unauthenticated
from ..desk.permissions import Principal, may_see
from ..desk.rooms import Room
from ..desk.sessions import Session, ended_at
from ..desk.strict_json import loads
from ..desk.workspaces import Agent, ApiKey
from ..flows.forgotten import customer_key
from ..flows.live.connect import keep_owned, open_connection, owned_by, subscribe, unsubscribe
from ..flows.live.push import leave, tell
from ..flows.rooms.watch_inbox import watch_inbox
from ..ports import Ref, World, ref
from ..telemetry import say
from ..wiring import sockets, world
from . import frames
from .door.auth import check_origin, identify
from .door.problems import problem
from .presence import arrived, left

Frame = dict[str, Any]
TYPING_REST_MS = 1_500  # ms between two words of one connection that somebody is typing
TYPISTS = 10_000  # connections of which a container remembers when they typed


def on_connect(event: Any) -> None:
    """Note the socket; nothing is granted yet, and it ends soon if nobody authenticates."""
    open_connection(world(), event.connection_id, _origin(event))


def _origin(event: Any) -> str:
    """The site whose page opens the socket; what is no browser names none."""
    headers = event.to_dict().get("headers") or {}
    return next((value for name, value in headers.items() if name.lower() == "origin"), "")


def on_disconnect(event: Any) -> None:
    """Forget the socket, and tell those who saw its person in a room."""
    rim = world()
    for place in leave(rim, event.connection_id):
        if place.topic != EVERYTHING:
            left(rim, sockets(), place)


def on_message(event: Any) -> None:
    """Answer one frame."""
    began, rim, id_ = time.perf_counter(), world(), event.connection_id
    kind: Any = None
    try:
        connection = rim.store.one(ref(Connection, id_))
        if connection is None:
            raise Unauthenticated("the connection is not known")
        frame = loads((event.body or "").encode("utf-8", "surrogatepass"))
        kind = frame.get("type") if isinstance(frame, dict) else None
        if not isinstance(kind, str) or kind not in FRAMES:
            raise Invalid("no such frame", "type")
        answer = FRAMES[kind](rim, connection, frame)
    except Refusal as refusal:
        answer = problem(refusal)[1] | {"type": "problem"}
        if isinstance(refusal, Unauthenticated):
            sockets().send(id_, answer)
            sockets().close(id_)
            return
    if answer:
        sockets().send(id_, answer)
    say("frame", frame=kind if kind in list(FRAMES) else "other", ms=round((time.perf_counter() - began) * 1000, 1))


def _authenticate(rim: World, connection: Connection, frame: Frame) -> Frame:
    now = rim.clock.now()
    if not connection.person and now - connection.opened_at > FIRST_FRAME_MS:
        raise Unauthenticated("the first frame came too late")
    token = frame.get("token")
    if not isinstance(token, str):
        raise Unauthenticated("the frame has no token")
    who, _ = identify(rim, token, [])
    if not who.may("read"):
        raise Forbidden("this needs the right to read")
    if who.is_coding_agent:
        raise Forbidden("an agent key opens no live line: its user is not here")
    if not who.is_agent:
        check_origin(rim, who.workspace, connection.origin or None)
    if connection.person not in ("", who.id):
        raise Unauthenticated("a connection belongs to one person")
    known = owned_by(connection, who)
    if known.credential:
        _known(rim, known)  # a ticket's may be gone since it was given
    keep_owned(rim, connection, known)
    return {"type": "authenticated", "person": who.id, "expires_in": (known.expires_at - now) // 1000}


def _known(rim: World, connection: Connection) -> Principal:
    """Whose connection it is, if they may still come in."""
    if not connection.person or connection.expires_at <= rim.clock.now():
        raise Unauthenticated("authenticate first" if not connection.person else "the token is expired")
    for party in rim.store.many(_parties(connection)):
        gone = party is None or getattr(party, "state", "active") != "active"
        if gone or getattr(party, "valid_after", 0) > connection.opened_at:
            raise Unauthenticated("the credential was revoked")
    credential = rim.store.one(_credential(connection)) if connection.credential else None
    if credential and ended_at(credential):
        raise Unauthenticated("the credential was revoked")
    return Principal(
        workspace=connection.workspace,
        kind=connection.kind,  # type: ignore[arg-type]
        id=connection.person,
        name=connection.name,
        credential="",
        customer=connection.customer,
        room=connection.room,
    )


def _parties(connection: Connection) -> list[Ref[Any]]:
    """Whose standing decides whether a connection goes on."""
    if connection.kind == "agent":
        return [ref(Agent, connection.workspace, connection.person)]
    if connection.kind == "visitor":
        return [ref(Visitor, connection.person)]
    return [ref(Customer, connection.customer), ref(User, connection.customer, connection.person)]


def _credential(connection: Connection) -> Ref[Any]:
    """What it was opened with. One that is merely too old ends the connection by its time."""
    return ref(ApiKey if connection.credential.startswith("key_") else Session, connection.credential)


def _subscribe(rim: World, connection: Connection, frame: Frame) -> Frame:
    who = _known(rim, connection)
    place, topic, echoed = _wanted(rim, who, frame)
    subscription = subscribe(rim, connection, who, place=place, topic=topic)
    if topic == EVERYTHING:
        return {"type": "subscribed", **echoed}
    room = rim.store.one(ref(Room, topic))  # what was said until here, no frame will tell
    return {
        "type": "subscribed",
        **echoed,
        "change": room.n if room else 0,
        "here": arrived(rim, sockets(), subscription),
    }


def _wanted(rim: World, who: Principal, frame: Frame) -> tuple[str, str, Frame]:
    """(place, topic, what is told back) of a subscription, for who may have it."""
    if frame.get("inbox") is True:
        if not who.is_agent:
            raise NotFound("no such inbox")
        watch_inbox(rim, who.workspace)
        return who.workspace, EVERYTHING, {"inbox": True}
    if "customer" in frame:
        external_id = _text(frame, "customer")
        own = who.customer if external_id == who.customer_external_id else ""
        customer = own or customer_key(rim, who.workspace, external_id)
        known = customer == who.customer or who.is_agent and rim.store.one(ref(Customer, customer))
        if not known:
            raise NotFound("no such customer")
        return customer, EVERYTHING, {"customer": external_id}
    room = _room(rim, who, frame)
    return room.id if who.kind == "visitor" else place_of(room), room.id, {"room": room.id}


def _room(rim: World, who: Principal, frame: Frame) -> Room:
    room = rim.store.one(ref(Room, _text(frame, "room")))
    if room is None or not may_see(who, room):
        raise NotFound("no such room")
    return room


def _unsubscribe(rim: World, connection: Connection, frame: Frame) -> Frame:
    who = _known(rim, connection)
    place, topic, echoed = _wanted(rim, who, frame)
    mine = unsubscribe(rim, connection, place=place, topic=topic)
    if mine and topic != EVERYTHING:
        left(rim, sockets(), mine)
    return {"type": "unsubscribed", **echoed}


def _typing(rim: World, connection: Connection, frame: Frame) -> None:
    """Nothing is written. Who has the room open may say so: the fence was there when they opened it."""
    who, now = _known(rim, connection), rim.clock.now()
    typed = rim.memory.of("typing", TYPISTS)
    if typed.get(connection.id, now, TYPING_REST_MS):
        return
    typed.keep(connection.id, True, now)
    internal = frame.get("internal") is True and who.is_agent
    tell(rim, sockets(), frames.typing(_room(rim, who, frame), who, internal), but=connection.id)


def _ping(rim: World, connection: Connection, frame: Frame) -> Frame:
    return {"type": "pong"}


def _text(frame: Frame, name: str) -> str:
    value = frame.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise Invalid(f"a {name}'s id is needed", name)
    return value


FRAMES = {
    "authenticate": _authenticate,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "typing": _typing,
    "ping": _ping,
}
