"""Usage comes in: Segment's HTTP API and CloudEvents, by a source's write key. No key and no body is ever logged."""

import base64
import binascii
from collections.abc import Callable
from functools import cache
from typing import Any

from ...desk.errors import Malformed, Unauthenticated
from ...desk.strict_json import loads_sent
from ...desk.usage_requests import Given, check_size, from_cloudevents, from_segment, write_key_of
from ...flows.usage.take_in import take_in
from ...flows.usage.write_keys import source_of
from ..door.calls import Call, Incoming
from ..door.limits import spend_usage
from ..door.router import route
from ..shapes.usage_in import TakenView

CALLS = ("identify", "group", "track", "page", "screen", "alias", "batch", "import")


def _write_key(incoming: Incoming) -> str:
    """By Basic (the key as user, no password) or Bearer; "" without such a header."""
    kind, _, credential = incoming.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return credential.strip() if kind.lower() == "bearer" else ""
    try:
        return base64.b64decode(credential.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated("Basic has the write key as user, and no password") from None


def _taken(call: Call, key: str, read: Callable[[], list[Given]]) -> TakenView:
    """What came of the events that `read` gives, once their sender is known and within the limits."""
    source, mode = source_of(call.world, key)
    spend_usage(call.world, source, call.incoming.network, headers=call.limits)
    taken, aside = take_in(call.world, source, mode, given=read())
    call.counts = {"source": source.id, "taken": taken, "aside": aside}
    return TakenView(success=True, set_aside=aside)


def _segment(call: Call, name: str) -> TakenView:
    incoming = call.incoming
    check_size(incoming.body)
    body = cache(lambda: _object(incoming.body))
    key = _write_key(incoming) or write_key_of(body())  # a browser's beacon has no headers
    return _taken(call, key, lambda: from_segment(name, body(), call.world.clock.now()))


def _put(name: str) -> None:
    def take(call: Call) -> TakenView:
        return _segment(call, name)

    take.__name__, take.__doc__ = f"take_{name}", f"Take usage as Segment's HTTP API has it: {name}."
    route("POST", f"/v1/{name}", who="anyone", raw=True, gives=TakenView)(take)


for _name in CALLS:
    _put(_name)


@route("POST", "/v1/usage/events", who="anyone", raw=True, gives=TakenView)
def take_cloudevents(call: Call) -> TakenView:
    """Take usage as CloudEvents 1.0 over HTTP: binary, structured, or a batch, in JSON."""
    incoming = call.incoming
    check_size(incoming.body)
    return _taken(
        call,
        _write_key(incoming),
        lambda: from_cloudevents(incoming.headers, incoming.body, call.world.clock.now()),
    )


def _object(body: bytes) -> dict[str, Any]:
    value = loads_sent(body)
    if not isinstance(value, dict):
        raise Malformed("the body must be an object")
    return value
