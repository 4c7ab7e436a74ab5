"""A door with short URLs: HTTP and WebSocket on one port of 127.0.0.1, passed on to the local API Gateway.

Besides the pages that a laptop alone has (infra/mails.py, infra/twins.py, infra/dashboard.py) it adds nothing but what
API Gateway does and ministack does not: the path reaches the function as the caller wrote it (ministack decodes it
once, so it is encoded once more), and a request of over 10 MB is refused.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from aiohttp import ClientConnectionError, ClientSession, ClientTimeout, WSMsgType, WSServerHandshakeError, web
from aiohttp.client import ClientWebSocketResponse
from multidict import CIMultiDict
from yarl import URL

from infra import dashboard, mails, twins
from infra.fill_gaps import gateway_response

SOCKET = "/socket"
LARGEST = 10 * 1024 * 1024
# Of one connection, not of the message it carries.
OURS_ALONE = frozenset(
    ("connection", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer")
    + ("transfer-encoding", "upgrade")
)
# What aiohttp would add of its own accord.
INVENTED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
HANDSHAKE = "sec-websocket-"
Socket = web.WebSocketResponse | ClientWebSocketResponse


class Front:
    """The server, from `start` to `stop`."""

    def __init__(self, port: int, gateway: str, outputs: Mapping[str, str], packaged: Path, left: twins.Twins) -> None:
        self.port = port
        self.api = f"{gateway}/_aws/execute-api/{outputs['RestAPIId']}/api"
        self.socket = f"{gateway}/_aws/execute-api/{outputs['WebsocketAPIId']}/api"
        self.too_large = gateway_response(packaged, "REQUEST_TOO_LARGE")
        self.left = left
        self.dashboard = dashboard.Dashboard()
        self.runner: web.AppRunner | None = None
        self.session: ClientSession | None = None

    async def start(self) -> None:
        """Listen on 127.0.0.1."""
        # No limit of its own on time: API Gateway's 29 s are the function's.
        self.session = ClientSession(auto_decompress=False, timeout=ClientTimeout(total=None))
        app = web.Application(client_max_size=LARGEST)
        app.router.add_get(SOCKET, self._join)
        app.router.add_get(mails.PATH, self.left.mails.list)
        app.router.add_get(mails.PATH + "/{name}", self.left.mails.show)
        app.router.add_get(twins.SHOWN, self.left.list)
        app.router.add_route("*", twins.PATH + "/slack/{path:.*}", self.left.slack)
        app.router.add_route("*", twins.PATH + "/msteams/{path:.*}", self.left.teams)
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
            return self._refuse()
        target = URL(self.api + request.raw_path.replace("%", "%25", _in_path(request.raw_path)), encoded=True)
        try:
            async with self.session.request(
                request.method,
                target,
                headers=_headers(request.headers),
                data=body,
                allow_redirects=False,
                skip_auto_headers=INVENTED,
            ) as answer:
                passed = web.StreamResponse(status=answer.status, headers=_headers(answer.headers))
                await passed.prepare(request)
                async for chunk in answer.content.iter_any():
                    await passed.write(chunk)
                await passed.write_eof()
                return passed
        except ClientConnectionError:
            return web.json_response({"message": "The local AWS does not answer."}, status=502)

    def _refuse(self) -> web.Response:
        status, headers, body = self.too_large
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
        here = web.WebSocketResponse(max_msg_size=0)
        await here.prepare(request)
        await _until_either_ends(here, beyond)
        return here


def _in_path(raw: str) -> int:
    """How many percent signs of `raw` lie in its path: the query is passed on as it is."""
    return raw.partition("?")[0].count("%")


def _headers(found: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in found.items() if name.lower() not in OURS_ALONE)


async def _until_either_ends(here: web.WebSocketResponse, beyond: ClientWebSocketResponse) -> None:
    ways = [asyncio.create_task(_carry(here, beyond)), asyncio.create_task(_carry(beyond, here))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        await beyond.close()
        await here.close()


async def _carry(source: Socket, sink: Socket) -> None:
    async for frame in source:
        if frame.type is WSMsgType.TEXT:
            await sink.send_str(frame.data)
        elif frame.type is WSMsgType.BINARY:
            await sink.send_bytes(frame.data)
    code = source.close_code
    await sink.close(code=code if code and 1000 <= code < 5000 and code not in {1005, 1006} else 1000)
