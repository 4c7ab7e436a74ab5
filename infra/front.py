"""A door with short URLs: HTTP and WebSocket on one port of 127.0.0.1, passed on to the local API Gateway.

Besides the pages that a laptop alone has (infra/mails.py, infra/twins.py, infra/dashboard.py) it adds nothing but what
API Gateway and Lambda do and ministack does not (docs/local-and-aws.md, ADR 139): the path reaches the function as the
caller wrote it (ministack decodes it once, so it is encoded once more), a compressed body is inflated (by aiohttp), a
long answer compressed, and what is too large, too slow or too long silent is refused.
"""

import asyncio
import base64
import io
import json
from collections.abc import Mapping
from pathlib import Path

from aiohttp import (
    ClientConnectionError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    WSCloseCode,
    WSMsgType,
    WSServerHandshakeError,
    web,
)
from aiohttp.client import ClientWebSocketResponse
from multidict import CIMultiDict
from yarl import URL

from infra import dashboard, mails, twins
from infra.fill_gaps import body_rules, gateway_response

SOCKET = "/socket"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
LARGEST = 10 * 1024 * 1024  # bytes of a request
PATIENCE_S = 29  # for a function's answer
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
EVENT = 6_291_456  # bytes of what a function is given: the body once more as JSON, or in base64
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
FRAME = 32 * 1024  # bytes
IDLE_S, LIFE_S = 10 * 60, 2 * 60 * 60  # for which a socket may be silent, and may last
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
REMAPPED = {"www-authenticate": "x-amzn-Remapped-WWW-Authenticate"}
TOO_LARGE, TOO_SLOW = "REQUEST_TOO_LARGE", "INTEGRATION_TIMEOUT"
# Of one connection, not of the message it carries.
OURS_ALONE = frozenset(
    ("connection", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer")
    + ("transfer-encoding", "upgrade")
)
# What aiohttp would add of its own accord.
INVENTED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
INFLATED = ("gzip", "deflate")
HANDSHAKE = "sec-websocket-"
Socket = web.WebSocketResponse | ClientWebSocketResponse


class Front:
    """The server, from `start` to `stop`."""

    def __init__(
        self, port: int, gateway: str, outputs: Mapping[str, str], *, packaged: Path, left: twins.Twins
    ) -> None:
        self.port = port
        self.api = f"{gateway}/_aws/execute-api/{outputs['RestAPIId']}/api"
        self.socket = f"{gateway}/_aws/execute-api/{outputs['WebsocketAPIId']}/api"
        self.refusals = {kind: gateway_response(packaged, kind) for kind in (TOO_LARGE, TOO_SLOW)}
        self.binary, self.compressed = body_rules(packaged)
        self.patience_s, self.idle_s, self.life_s = PATIENCE_S, IDLE_S, LIFE_S
        self.left = left
        self.dashboard = dashboard.Dashboard()
        self.runner: web.AppRunner | None = None
        self.session: ClientSession | None = None

    async def start(self) -> None:
        """Listen on 127.0.0.1."""
        self.session = ClientSession(auto_decompress=False, timeout=ClientTimeout(total=None))
        app = web.Application(client_max_size=LARGEST)
        app.router.add_get(SOCKET, self._join)
        app.router.add_get(mails.PATH, self.left.mails.list)
        app.router.add_get(mails.PATH + "/{name}", self.left.mails.show)
        app.router.add_get(twins.SHOWN, self.left.list)
        app.router.add_route("*", twins.PATH + "/slack/{path:.*}", self.left.slack)
        app.router.add_route("*", twins.PATH + "/msteams/{path:.*}", self.left.teams)
        app.router.add_route("*", twins.PATH + "/dns", self.left.dns)
        app.router.add_get(dashboard.PATH, self.dashboard.show)
        app.router.add_get(dashboard.PATH + "/token", self.dashboard.token)
        app.router.add_route("*", r"/{path:[\s\S]*}", self._pass_on)
        self.runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Hang up and close."""
        if self.runner:
            await self.runner.cleanup()
        if self.session:
            await self.session.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        assert self.session
        try:
            body = await request.read() if request.can_read_body else None
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(TOO_LARGE)
        if body and _event_size(request.headers, body, self.binary) > EVENT:
            return self._refuse(TOO_LARGE)
        target = URL(self.api + request.raw_path.replace("%", "%25", _in_path(request.raw_path)), encoded=True)
        asked = self.session.request(
            request.method,
            target,
            headers=_inflated(_headers(request.headers)),
            data=io.BytesIO(body) if body else body,
            allow_redirects=False,
            skip_auto_headers=INVENTED,
        )
        try:
            answer = await asyncio.wait_for(asked, self.patience_s)
        except TimeoutError:
            return self._refuse(TOO_SLOW)
        except ClientConnectionError:
            return web.json_response({"message": "The local AWS does not answer."}, status=502)
        async with answer:
            return await self._hand_back(request, answer)

    async def _hand_back(self, request: web.Request, answer: ClientResponse) -> web.StreamResponse:
        passed = web.StreamResponse(status=answer.status, headers=_remapped(_headers(answer.headers)))
        if _to_compress(request, answer, self.compressed):
            passed.headers.pop("Content-Length", None)
            passed.enable_compression(web.ContentCoding.gzip)
        await passed.prepare(request)
        async for chunk in answer.content.iter_any():
            await passed.write(chunk)
        await passed.write_eof()
        return passed

    def _refuse(self, kind: str) -> web.Response:
        status, headers, body = self.refusals[kind]
        return web.Response(status=status, headers=headers, body=body.encode())

    async def _join(self, request: web.Request) -> web.StreamResponse:
        assert self.session
        target = URL(self.socket).with_query(request.query)
        headers = _headers(request.headers)
        for name in [name for name in headers if name.lower().startswith(HANDSHAKE)]:
            del headers[name]
        try:
            beyond = await self.session.ws_connect(target, headers=headers, max_msg_size=0)
        except WSServerHandshakeError as error:
            return web.Response(status=error.status)
        here = web.WebSocketResponse(max_msg_size=FRAME + 1)
        await here.prepare(request)
        await _until_either_ends(here, beyond, self.idle_s, life_s=self.life_s)
        return here


def _in_path(raw: str) -> int:
    """How many percent signs of `raw` lie in its path: the query is passed on as it is."""
    return raw.partition("?")[0].count("%")


def _headers(found: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in found.items() if name.lower() not in OURS_ALONE)


def _inflated(headers: CIMultiDict[str]) -> CIMultiDict[str]:
    """Of a request whose body aiohttp has inflated as it read it."""
    if headers.get("Content-Encoding", "").lower() in INFLATED:
        del headers["Content-Encoding"]
        headers.popall("Content-Length", None)
    return headers


def _remapped(headers: CIMultiDict[str]) -> CIMultiDict[str]:
    """Of an answer: API Gateway keeps some names for itself."""
    return CIMultiDict((REMAPPED.get(name.lower(), name), value) for name, value in headers.items())


def _event_size(headers: Mapping[str, str], body: bytes, binary: frozenset[str]) -> int:
    """Bytes of the event that a function would be given, but for its frame: each header twice, once as a list."""
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    text = base64.b64encode(body).decode() if kind in binary else body.decode("utf-8", "replace")
    given = {"body": text, "headers": dict(headers), "multiValueHeaders": {name: [headers[name]] for name in headers}}
    return len(json.dumps(given, ensure_ascii=False).encode("utf-8", "replace"))


def _to_compress(request: web.Request, answer: ClientResponse, least: int) -> bool:
    asked = "gzip" in request.headers.get("Accept-Encoding", "").lower()
    return asked and "Content-Encoding" not in answer.headers and (answer.content_length or 0) >= least


async def _until_either_ends(
    here: web.WebSocketResponse, beyond: ClientWebSocketResponse, idle_s: float, *, life_s: float
) -> None:
    """Until one side hangs up, nobody has said anything for `idle_s`, or `life_s` have passed."""
    heard = asyncio.Event()
    ways = [asyncio.create_task(_carry(here, beyond, heard)), asyncio.create_task(_carry(beyond, here, heard))]
    ways.append(asyncio.create_task(_silence(heard, idle_s)))
    try:
        await asyncio.wait(ways, timeout=life_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        await beyond.close()
        await here.close(code=WSCloseCode.GOING_AWAY)


async def _silence(heard: asyncio.Event, idle_s: float) -> None:
    """Returns once nothing was heard for `idle_s`."""
    while True:
        heard.clear()
        try:
            await asyncio.wait_for(heard.wait(), idle_s)
        except TimeoutError:
            return


async def _carry(source: Socket, sink: Socket, heard: asyncio.Event) -> None:
    async for frame in source:
        heard.set()
        if frame.type is WSMsgType.TEXT:
            await sink.send_str(frame.data)
        elif frame.type is WSMsgType.BINARY:
            await sink.send_bytes(frame.data)
    code = source.close_code
    await sink.close(code=code if code and 1000 <= code < 5000 and code not in {1005, 1006} else 1000)
