"""The guarded way out, over real sockets on 127.0.0.1: what it takes for an answer, and how it ends."""

import socket
import time

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.ports import Answer, Outside, Request, Unreachable
from tests.outside import dripping_body, dripping_head, outside, post, silent


def test_it_is_the_port():
    port: Outside = GuardedOutside()
    assert port


def test_an_answer(serve):
    server = serve()
    answer = post(f"http://127.0.0.1:{server.port}/a/b?c=d#e")
    assert answer == Answer(200, {"content-length": "2", "x-a": "1, 2", "set-cookie": "a=b"}, b"hi")
    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    assert (line, body) == (b"POST /a/b?c=d HTTP/1.1", b"BODY")
    assert {header.lower() for header in headers} == {
        b"host: 127.0.0.1:%d" % server.port,
        b"connection: close",
        b"content-length: 4",
        b"accept-encoding: identity",
        b"content-type: text/plain",
        b"user-agent: parley",
    }


def test_no_cookie_comes_back(serve):
    server, out = serve(), outside()
    for _ in range(2):
        out.send(Request("POST", f"http://127.0.0.1:{server.port}/", b"BODY"))
    assert b"cookie" not in server.asked[1].lower()


def test_no_proxy_of_the_environment(serve, monkeypatch):
    server, proxy = serve(), serve()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    post(f"http://127.0.0.1:{server.port}/")
    assert (len(server.asked), proxy.asked) == (1, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_its_target_stays_unvisited(serve, status):
    target = serve()
    response = f"HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:{target.port}/\r\nContent-Length: 0\r\n\r\n"
    answer = post(f"http://127.0.0.1:{serve(response.encode()).port}/")
    assert (answer.status, answer.headers["location"]) == (status, f"http://127.0.0.1:{target.port}/")
    assert target.asked == []


@pytest.mark.parametrize("status", [204, 400, 404, 410, 429, 500, 503])
def test_every_status_is_an_answer(serve, status):
    answer = f"HTTP/1.1 {status} X\r\n" + ("\r\n" if status == 204 else "Content-Length: 0\r\n\r\n")
    assert post(f"http://127.0.0.1:{serve(answer.encode()).port}/").status == status


def test_a_huge_answer_is_cut(serve):
    def flood(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(10_000):
            connection.sendall(b"x" * 65536)

    answer = post(f"http://127.0.0.1:{serve(flood).port}/")
    assert (answer.status, len(answer.body)) == (200, 20_000)


def test_an_answer_in_chunks(serve):
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    assert post(f"http://127.0.0.1:{serve(answer).port}/").body == b"hi"


@pytest.mark.parametrize("slow", [silent, dripping_head, dripping_body])
def test_a_slow_server_is_left_at_the_deadline(serve, slow):
    server, start = serve(slow), time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        post(f"http://127.0.0.1:{server.port}/", timeout=0.4)
    assert 0.3 < time.monotonic() - start < 10


def test_a_slow_handshake_is_left_at_the_deadline(serve):
    server, start = serve(silent), time.monotonic()  # it waits for our words, and we for its certificate
    with pytest.raises(Unreachable, match="in time"):
        post(f"https://127.0.0.1:{server.port}/", timeout=0.4)
    assert 0.3 < time.monotonic() - start < 10


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"x-%d: 1\r\n" % n for n in range(200)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000,
    ],
)
def test_an_answer_that_is_none_is_no_answer(serve, answer):
    with pytest.raises(Unreachable, match="the connection broke"):
        post(f"http://127.0.0.1:{serve(answer).port}/")


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match="refused the connection"):
        post(f"http://127.0.0.1:{port}/")


def test_the_next_address_is_tried(serve):
    server = serve()
    assert post(f"http://a.example:{server.port}/", resolve=lambda *_: ["::1", "127.0.0.1"]).status == 200


@pytest.mark.parametrize("failing", [socket.gaierror("no"), UnicodeError("label too long"), None])
def test_a_name_that_does_not_resolve(failing):
    def resolve(host, port):
        if failing:
            raise failing
        return []

    with pytest.raises(Unreachable, match="does not resolve"):
        post("https://a.example/", resolve=resolve)
