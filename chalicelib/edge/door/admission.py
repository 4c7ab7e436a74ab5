"""What a route asks before its handler runs: rights (authorization), the fence of its room, what it did before, the
body's shape. A request passes here, and so does what a tool asks of another route for the same caller."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import msgspec

from ...desk.errors import Forbidden, Invalid, Malformed, NotFound, WrongMediaType
from ...desk.permissions import Principal, may_see
from ...desk.rooms import Room
from ...desk.strict_json import loads, shaped
from ...desk.workspaces import Workspace
from ...flows.once import Once
from ...flows.secrets import context
from ...ports import Ref, Store, World, ref
from .auth import check_origin
from .calls import Call, Incoming, Reply
from .conditions import TaggedStore, taken
from .query import check_query
from .router import Route

_encoder = msgspec.json.Encoder()


def once_of(world: World, incoming: Incoming, route: Route, *, credential: str, workspace: str = "") -> Once:
    """The request's Idempotency-Key in hand, if it has one and the route heeds it."""
    key = incoming.headers.get("idempotency-key")
    if key is None or route.method != "POST" or route.raw:
        return Once()
    if not 0 < len(key) <= 255 or not key.isprintable():
        raise Malformed("an Idempotency-Key has 1 to 255 printable characters", "Idempotency-Key")
    request = b"\x00".join((incoming.method.encode(), incoming.path.encode(), incoming.body))

    def render(view: Any) -> tuple[int, str, bool]:
        body = "" if view is None else _encoder.encode(view).decode()
        if route.sealed:
            return route.status, world.sealer.seal(body, context("", f"claim:{credential}:{key}")), True
        return route.status, body, False

    return Once(key, credential, workspace, fingerprint=hashlib.sha256(request).hexdigest(), render=render)


def needed(route: Route, params: dict[str, str], once: Once, *, workspace: str) -> list[Ref[Any]]:
    """Where lies what is read along with the credential."""
    along: list[Ref[Any]] = [*once.refs(), *([ref(Room, params["room"])] if "room" in params else [])]
    return [*along, ref(Workspace, workspace)] if route.tenant else along


def check_may(route: Route, who: Principal) -> None:
    """Raise Forbidden unless the caller may call the route at all."""
    if route.who == "agent" and not who.is_agent:
        raise Forbidden("this is for agents and API keys, not for users")
    if who.kind == "visitor" and not route.visitors:
        raise Forbidden("a visitor's token opens one room, and nothing else")
    if who.is_coding_agent and not route.coding:
        raise Forbidden("this is for people: an agent key reads, asks and answers, and does nothing else for its user")
    if not who.may(route.need):
        raise Forbidden(who.mute or f"this needs the right to {route.need}")


def admitted(call: Call, found: Sequence[Any]) -> Call:
    """The call with its room and tenant, out of the records `found` at what was `needed`. Raises Forbidden for what its
    caller may not do, NotFound for a room that they do not see, Answered for what was carried out before."""
    route, who, once = call.route, call.who, call.once
    check_may(route, who)
    if not who.is_agent:
        check_origin(call.world, who.workspace, call.incoming.headers.get("origin"))
    once.workspace = who.workspace
    left = list(found)
    if once.key:
        once.check(left.pop(0))
    call.tenant = left.pop() if route.tenant else None
    call.room = left[0] if left else None
    if "room" in call.params and (call.room is None or not may_see(who, call.room)):
        raise NotFound("no such room")
    return call


def carried_out(call: Call) -> Reply:
    """What the handler answers, with the version of the record that the route's ETag is of."""
    route = call.route
    check_query(call)
    store = _tagged(call)
    result = route.handler(call, _body(call)) if route.body else route.handler(call)
    reply = result if isinstance(result, Reply) else Reply(result)
    return replace(reply, version=store.version) if store and reply.version is None else reply


def _tagged(call: Call) -> TaggedStore | None:
    """The store that knows the version of the record which the route's ETag is of, put into the call's world."""
    if call.route.tagged is None:
        return None
    takes = (lambda version: True) if call.route.method == "GET" else taken(call.incoming.headers)
    store = TaggedStore(call.world.store, call.route.tagged(call), call.who.workspace, takes=takes)
    call.world = replace(call.world, store=cast("Store", store))
    return store


def _body(call: Call) -> Any:
    """The request's body in the route's shape. An absent body is an empty object where every field has a default."""
    kind = call.incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
    raw = call.incoming.body
    if not raw.strip():
        raw = b"{}"
    elif kind != "application/json" and not kind.endswith("+json"):
        raise WrongMediaType("this takes application/json", "Content-Type")
    value = loads(raw)
    if not isinstance(value, dict):
        raise Invalid("the body is not an object")
    return shaped(value, call.route.body or dict)
