"""The WebSocket's frames: authenticate first (a token is never in a URL), then subscribe to rooms.

| frame | answer |
|---|---|
| `{"type": "authenticate", "token": …}` | `{"type": "authenticated"}` |
| `{"type": "subscribe", "room": …}` | `{"type": "subscribed", "room", "change"}`: from here on, `room.changed` |
| `{"type": "unsubscribe", "room": …}` | `{"type": "unsubscribed", "room"}` |
| `{"type": "ping"}` | `{"type": "pong"}` |

What is refused is answered with `{"type": "problem", …}` as the HTTP API would tell it.
"""

import time
from typing import Any

from ..desk.customers import Customer, User
from ..desk.errors import Busy, Clash, Forbidden, Invalid, NotFound, Refusal, Unauthenticated
from ..desk.people import Principal, may_see
from ..desk.rooms import Room
from ..desk.sockets import FIRST_FRAME, MAX_LIFE, Connection, Subscription
from ..desk.strict_json import loads
from ..desk.workspaces import Agent
from ..ports import Drop, Put, Ref, World, new, over, ref
from ..telemetry import say
from ..wiring import sockets, world
from .auth import identify
from .problems import problem

Frame = dict[str, Any]


def on_connect(event: Any) -> None:
    """Note the socket; nothing is granted yet."""
    now = world().clock.now()
    world().store.commit(new(Connection(id=event.connection_id, opened_at=now, expires_at=now + MAX_LIFE)))


def on_disconnect(event: Any) -> None:
    """Forget the socket. Its subscriptions end when the next push finds it gone, or by their own time."""
    world().store.commit(Drop(ref(Connection, event.connection_id)))


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
    sockets().send(id_, answer)
    say("frame", frame=kind if kind in list(FRAMES) else "other", ms=round((time.perf_counter() - began) * 1000, 1))


def _authenticate(rim: World, connection: Connection, frame: Frame) -> Frame:
    now = rim.clock.now()
    if not connection.person and now - connection.opened_at > FIRST_FRAME:
        raise Unauthenticated("the first frame came too late")
    token = frame.get("token")
    if not isinstance(token, str):
        raise Unauthenticated("the frame has no token")
    who, _ = identify(rim, token, [])
    if not who.may("read"):
        raise Forbidden("this needs the right to read")
    if connection.person not in ("", who.id):
        raise Unauthenticated("a connection belongs to one person")
    ends = min(connection.opened_at + MAX_LIFE, who.expires_at or connection.opened_at + MAX_LIFE)
    known = connection.changed(
        workspace=who.workspace, kind=who.kind, person=who.id, customer=who.customer, expires_at=ends
    )
    try:
        rim.store.commit(over(known, connection))
    except Clash:
        raise Busy("another frame of this connection was there first; try again") from None
    return {"type": "authenticated", "person": who.id}


def _known(rim: World, connection: Connection) -> Principal:
    """Whose connection it is, if they may still come in."""
    if not connection.person or connection.expires_at <= rim.clock.now():
        raise Unauthenticated("authenticate first" if not connection.person else "the token is expired")
    parties: list[Ref[Any]] = (
        [ref(Agent, connection.workspace, connection.person)]
        if connection.kind == "agent"
        else [ref(Customer, connection.customer), ref(User, connection.customer, connection.person)]
    )
    for party in rim.store.many(parties):
        if party is None or party.state != "active" or party.valid_after > connection.opened_at:
            raise Unauthenticated("the credential was revoked")
    return Principal(
        workspace=connection.workspace,
        kind="agent" if connection.kind == "agent" else "user",
        id=connection.person,
        name="",
        credential="",
        customer=connection.customer,
    )


def _subscribe(rim: World, connection: Connection, frame: Frame) -> Frame:
    who = _known(rim, connection)
    room = rim.store.one(ref(Room, _room(frame)))
    if room is None or not may_see(who, room):
        raise NotFound("no such room")
    subscription = Subscription(
        version=1,
        room=room.id,
        connection=connection.id,
        person=who.id,
        agent=who.is_agent,
        expires_at=connection.expires_at,
    )
    rim.store.commit(Put(subscription, None))
    room = rim.store.one(ref(Room, room.id)) or room  # what was said until here, no frame will tell
    return {"type": "subscribed", "room": room.id, "change": room.n}


def _unsubscribe(rim: World, connection: Connection, frame: Frame) -> Frame:
    _known(rim, connection)
    rim.store.commit(Drop(ref(Subscription, _room(frame), connection.id)))
    return {"type": "unsubscribed", "room": _room(frame)}


def _ping(rim: World, connection: Connection, frame: Frame) -> Frame:
    return {"type": "pong"}


def _room(frame: Frame) -> str:
    room = frame.get("room")
    if not isinstance(room, str) or not 0 < len(room) <= 200:
        raise Invalid("a room's id is needed", "room")
    return room


FRAMES = {"authenticate": _authenticate, "subscribe": _subscribe, "unsubscribe": _unsubscribe, "ping": _ping}
