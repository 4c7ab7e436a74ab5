"""The local door refuses what AWS refuses, and does what AWS does to what it lets through (docs/local-and-aws.md)."""

import asyncio
import gzip
import io
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, WSCloseCode, WSMsgType, web

from infra import front
from infra.build import Package
from infra.front import FRAME, Front
from infra.venvs import ROOT
from tests.stack import free_port

NAMED_TEST = r"`(tests/[a-z_/]+\.py)`"
BODY = {"text": "It is broken, and has been so since this morning: " * 4}


class Gateway:
    """What stands behind the door: it tells what reached it."""

    def __init__(self) -> None:
        self.waits = 0.0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.echo(request)
        self.headers, self.body = dict(request.headers), await request.read()
        await asyncio.sleep(self.waits)
        size = int(request.query.get("size", 0))
        return web.Response(text="x" * size, status=401, headers={"WWW-Authenticate": "Bearer"})

    async def echo(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for frame in socket:
            await socket.send_str(frame.data)
        return socket


Session = Callable[[Gateway, Front, ClientSession, str], Awaitable[None]]


@asynccontextmanager
async def door(packaged: Package) -> AsyncIterator[tuple[Gateway, Front, ClientSession, str]]:
    gateway, app = Gateway(), web.Application(client_max_size=0)
    app.router.add_route("*", "/{path:.*}", gateway.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    behind, port = free_port(), free_port()
    await web.TCPSite(runner, "127.0.0.1", behind).start()
    left: Any = Left()
    made = Front(
        port,
        f"http://127.0.0.1:{behind}",
        {"RestAPIId": "r", "WebsocketAPIId": "w"},
        packaged=packaged.template,
        left=left,
    )
    await made.start()
    try:
        async with ClientSession(auto_decompress=False) as session:
            yield gateway, made, session, f"http://127.0.0.1:{port}"
    finally:
        await made.stop()
        await runner.cleanup()


class Left:
    """The pages of a laptop: none here."""

    async def list(self, request: web.Request) -> web.Response:
        return web.Response()

    show = slack = teams = dns = list

    @property
    def mails(self) -> "Left":
        return self


def at_the_door(packaged: Package, play: Session) -> None:
    async def run() -> None:
        async with door(packaged) as (gateway, made, session, base):
            await play(gateway, made, session, base)

    asyncio.run(run())


def test_a_compressed_body_arrives_whole_and_under_its_own_length(packaged: Package) -> None:
    async def play(gateway: Gateway, made: Front, session: ClientSession, base: str) -> None:
        plain = json.dumps(BODY).encode()
        packed = gzip.compress(plain)
        assert len(packed) < len(plain)
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        async with session.post(f"{base}/v1/x", data=packed, headers=headers):
            pass
        assert gateway.body == plain
        assert gateway.headers["Content-Length"] == str(len(plain))

    at_the_door(packaged, play)


@pytest.mark.parametrize(
    ("kind", "size", "status"),
    [
        ("application/json", 6_200_000, 401),
        ("application/json", 6_300_000, 413),  # Lambda takes no more, though API Gateway does
        ("multipart/form-data; boundary=x", 4_600_000, 401),
        ("multipart/form-data; boundary=x", 4_800_000, 413),  # in base64
        ("application/json", 11_000_000, 413),
    ],
)
def test_a_body_is_as_long_as_a_function_can_be_given(packaged: Package, kind: str, size: int, status: int) -> None:
    async def play(gateway: Gateway, made: Front, session: ClientSession, base: str) -> None:
        async with session.post(f"{base}/v1/x", data=io.BytesIO(b"x" * size), headers={"Content-Type": kind}) as answer:
            assert answer.status == status
            assert (answer.content_type == "application/problem+json") == (status == 413)

    at_the_door(packaged, play)


def test_what_must_be_escaped_counts_as_it_is_given(packaged: Package) -> None:
    async def play(gateway: Gateway, made: Front, session: ClientSession, base: str) -> None:
        headers = {"Content-Type": "application/json"}
        async with session.post(f"{base}/v1/x", data=io.BytesIO(b'"' * 3_200_000), headers=headers) as answer:
            assert answer.status == 413

    at_the_door(packaged, play)


def test_who_takes_longer_than_29_s_is_not_waited_for(packaged: Package) -> None:
    async def play(gateway: Gateway, made: Front, session: ClientSession, base: str) -> None:
        assert made.patience_s == 29
        gateway.waits, made.patience_s = 5, 0.1
        async with session.get(f"{base}/v1/x") as answer:
            assert (answer.status, (await answer.json(content_type=None))["status"]) == (504, 504)

    at_the_door(packaged, play)


def test_the_name_of_a_challenge_is_changed(packaged: Package) -> None:
    async def play(gateway: Gateway, made: Front, session: ClientSession, base: str) -> None:
        async with session.get(f"{base}/v1/x") as answer:
            assert "WWW-Authenticate" not in answer.headers
            assert answer.headers["x-amzn-Remapped-WWW-Authenticate"] == "Bearer"

    at_the_door(packaged, play)


@pytest.mark.parametrize(
    ("size", "accepts", "packed"), [(2_000, "gzip, br", True), (1_000, "gzip", False)] + [(2_000, "identity", False)]
)
def test_a_long_answer_is_compressed_for_who_takes_that(
    packaged: Package, size: int, accepts: str, packed: bool
) -> None:
    async def play(gateway: Gateway, made: Front, session: ClientSession, base: str) -> None:
        async with session.get(f"{base}/v1/x?size={size}", headers={"Accept-Encoding": accepts}) as answer:
            body = await answer.read()
        assert (answer.headers.get("Content-Encoding") == "gzip") is packed
        assert (gzip.decompress(body) if packed else body) == b"x" * size

    at_the_door(packaged, play)


def test_a_frame_of_more_than_32_kb_ends_its_socket(packaged: Package) -> None:
    async def play(gateway: Gateway, made: Front, session: ClientSession, base: str) -> None:
        async with session.ws_connect(f"{base}{front.SOCKET}") as socket:
            await socket.send_str("x" * FRAME)
            assert len((await socket.receive(5)).data) == FRAME
            await socket.send_str("x" * (FRAME + 1))
            frame = await socket.receive(5)
            assert (frame.type, frame.data) == (WSMsgType.CLOSE, WSCloseCode.MESSAGE_TOO_BIG)

    at_the_door(packaged, play)


@pytest.mark.parametrize("limit", ["idle_s", "life_s"])
def test_a_socket_that_is_silent_or_old_ends(packaged: Package, limit: str) -> None:
    async def play(gateway: Gateway, made: Front, session: ClientSession, base: str) -> None:
        assert (made.idle_s, made.life_s) == (600, 7_200)
        setattr(made, limit, 0.2)
        async with session.ws_connect(f"{base}{front.SOCKET}") as socket:
            frame = await socket.receive(5)
            assert (frame.type, frame.data) == (WSMsgType.CLOSE, WSCloseCode.GOING_AWAY)

    at_the_door(packaged, play)


def test_each_test_that_the_page_names_is_there() -> None:
    page = (ROOT / "docs" / "local-and-aws.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ") and "|---" not in line]
    named = re.findall(NAMED_TEST, page)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).is_file()] == []
    headings = 2
    unnamed = [row for row in rows if not re.search(NAMED_TEST, row) and "nothing" not in row]
    assert len(unnamed) == headings, unnamed
