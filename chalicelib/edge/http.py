"""The HTTP door, CORS included: a request comes in as API Gateway tells it, a response or a problem goes out.

It never raises.
"""

import time
from typing import Any

import msgspec
from chalice.app import Response

from ..desk.idempotency import Claim
from ..desk.ids import derived
from ..desk.permissions import Principal
from ..flows.once import Answered
from ..flows.secrets import context
from ..ports import AwsAway, Page
from ..settings import settings
from ..telemetry import fail, logger
from ..wiring import world
from .door.admission import admitted, carried_out, needed, once_of
from .door.auth import bearer, check_bootstrap, credential_name, credential_of, identify, named_workspace
from .door.calls import Call, Incoming, Reply
from .door.conditions import etag, unchanged
from .door.encodings import check_coding, inflated
from .door.limits import spend
from .door.problems import problem
from .door.request_log import log_request
from .door.router import Route
from .routes import find

HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
JSON = "application/json; charset=utf-8"
PROBLEM = "application/problem+json; charset=utf-8"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Location, Retry-After, Idempotency-Replayed, RateLimit, RateLimit-Policy",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": ", ".join(HTTP_METHODS),
    "Access-Control-Allow-Headers": "Authorization, Content-Encoding, Content-Type, Idempotency-Key, If-Match, "
    "If-None-Match, X-Requested-With",
    "Access-Control-Max-Age": "600",
}
ALWAYS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_encoder = msgspec.json.Encoder()


def answer(request: Any) -> Response:
    """The one entry for API Gateway's requests."""
    began = time.perf_counter()
    event = request.to_original_event() if hasattr(request, "to_original_event") else request
    name, who, call, response = "none", None, None, None
    limits: dict[str, str] = {}
    try:
        incoming = incoming_of(event)
        if incoming.method == "OPTIONS":
            response = _response("", 204, PREFLIGHT)
        else:
            route, params = find(incoming.method, incoming.path)
            name = f"{incoming.method} {route.path}"
            call = _call(incoming, route, params, limits=limits)
            call.limits, who = limits, call.who
            response = _respond(call)
    except Answered as repeat:
        response = _replayed(repeat.claim)
    except Exception as error:  # noqa: BLE001  the last door: what nobody foresaw is logged whole and told as a 500
        response = _problem(error)
    response.headers.update(limits)
    if event["requestContext"]["httpMethod"] == "HEAD":
        response.body = ""
    log_request(event, name, who, response=response, began=began, counts=call.counts if call else {})
    return response


def incoming_of(event: dict[str, Any]) -> Incoming:
    """API Gateway's event (REST, payload 1.0) as ours. Non-UTF-8 text arrives damaged from the gateway itself."""
    import base64

    context_, text = event["requestContext"], event.get("body") or ""
    headers = {name.lower(): value for name, value in _whole(event.get("headers")).items()}
    sent, encoding = b"", headers.get("content-encoding", "")
    if event.get("isBase64Encoded"):
        sent = base64.b64decode(text)
        body = inflated(sent, encoding)
    else:
        body = text.encode("utf-8", "surrogatepass")
        check_coding(body, encoding)
    address = (context_.get("identity") or {}).get("sourceIp") or ""
    return Incoming(
        method=context_["httpMethod"],
        path=event.get("path") or "/",
        headers=headers,
        query=_whole(event.get("queryStringParameters")),
        body=body,
        sent=sent if sent != body else b"",
        address=address,
        id=context_.get("requestId", ""),
        base_url=settings().public_url or _own_url(headers, context_),
    )


def _whole(given: dict[str, str] | None) -> dict[str, str]:
    """Names and values with "?" for half a character (a surrogate that stands alone), which nobody could store."""
    return {
        name if name.isascii() else _without_halves(name): value if value.isascii() else _without_halves(value)
        for name, value in (given or {}).items()
    }


def _without_halves(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _own_url(headers: dict[str, str], context_: dict[str, Any]) -> str:
    """The stack's address where none is configured: API Gateway's own host and stage."""
    stage = context_.get("stage") or ""
    return f"https://{headers.get('host', 'localhost')}/{stage}".rstrip("/")


def _call(incoming: Incoming, route: Route, params: dict[str, str], *, limits: dict[str, str]) -> Call:
    rim = world()
    if route.who == "anyone":
        nobody = Principal(workspace="", kind="user", id="", name="", credential="")
        # Their key is theirs alone, as far as anybody can tell: the answer may hold a token. (A webhook has none.)
        net = "" if route.raw else derived("net", incoming.network)
        once = once_of(rim, incoming, route, credential=net)
        return _unclaimed(Call(incoming, rim, route, params, nobody, None, once))
    if route.who == "bootstrap":
        who = check_bootstrap(bearer(incoming.headers), settings().bootstrap_hash)
        once = once_of(rim, incoming, route, credential="bootstrap", workspace="bootstrap")
        return _unclaimed(Call(incoming, rim, route, params, who, None, once))
    credential = credential_of(incoming)
    once = once_of(rim, incoming, route, credential=credential_name(credential))
    along = needed(route, params, once, workspace=named_workspace(credential))
    who, found = identify(rim, credential, along)
    spend(rim, who, limits)
    return admitted(Call(incoming, rim, route, params, who, None, once), found)


def _unclaimed(call: Call) -> Call:
    """The call, unless its key was used before."""
    for place in call.once.refs():
        call.once.check(call.world.store.one(place))
    return call


def _replayed(claim: Claim) -> Response:
    body = claim.body
    if claim.sealed:
        body = world().sealer.open(body, context("", f"claim:{claim.credential}:{claim.key}"))
    return _response(body, claim.status, {"Content-Type": JSON, "Idempotency-Replayed": "true"})


def _respond(call: Call) -> Response:
    route, reply = call.route, carried_out(call)
    text, headers = _text(reply), {"Content-Type": JSON, **reply.headers}
    if reply.version is not None and text:
        headers["ETag"] = etag(reply.version, text)
        if route.method == "GET" and unchanged(headers["ETag"], call.incoming.headers.get("if-none-match", "")):
            return _response("", 304, headers)
    return _response(text, reply.status or route.status, headers)


def _text(reply: Reply) -> str:
    if reply.text is not None:
        return reply.text
    if isinstance(reply.body, Page):
        return _encoder.encode({"items": reply.body.items, "next": reply.body.next}).decode()
    return "" if reply.body is None else _encoder.encode(reply.body).decode()


def _response(text: str, status: int, headers: dict[str, str]) -> Response:
    merged: dict[str, str | list[str]] = {**CORS, **ALWAYS, **headers}
    return Response(body=text, status_code=status, headers=merged)


def _problem(error: Exception) -> Response:
    status, body, headers = problem(error)
    if status == 500:
        fail("unforeseen error", error)
    if isinstance(error, AwsAway):
        logger().error("AWS is away", extra={"reason": str(error)})
    return _response(_encoder.encode(body).decode(), status, {"Content-Type": PROBLEM, **headers})
