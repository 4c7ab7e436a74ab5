"""A caller of the running stack over real HTTP, and a server of the other side that takes webhooks."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import jwt
import urllib3

T = TypeVar("T")
PATIENCE = 120.0


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """A caller with a credential."""

    def __init__(self, base_url: str, credential: str = "") -> None:
        self.base_url, self.credential = base_url, credential
        self.pool = urllib3.PoolManager(maxsize=16, retries=False)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Got:
        sent = {"Authorization": f"Bearer {self.credential}"} if self.credential else {}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith("http") else self.base_url + path
        content = json.dumps(body).encode() if body is not None and not isinstance(body, bytes) else body
        answer = self.pool.request(method, url, body=content, headers=sent, redirect=False)
        return Got(answer.status, answer.headers, answer.data)

    def get(self, path: str) -> Any:
        got = self("GET", path)
        assert got.status == 200, (path, got.status, got.body)
        return got.json

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        got = self("POST", path, body if body is not None else {}, **headers)
        assert 200 <= got.status < 300, (path, got.status, got.body)
        return got.json

    def all(self, path: str) -> list[Any]:
        """Every item of a list, page by page."""
        items: list[Any] = []
        cursor = ""
        while True:
            page = self.get(f"{path}{'&' if '?' in path else '?'}limit=100{cursor}")
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = f"&cursor={page['next']}"


def user_token(workspace: dict[str, str], customer: str, user: str, **claims: Any) -> str:
    """A user token as the vendor's server signs it."""
    now = int(time.time())
    fields = {
        "aud": "parley:user",
        "workspace": workspace["id"],
        "customer_id": customer,
        "user_id": user,
        "iat": now,
        "exp": now + 3600,
    }
    return jwt.encode(fields | claims, workspace["token_secret"], algorithm="HS256")


def eventually(look: Callable[[], T], patience: float = PATIENCE) -> T:
    """What `look` finds, once it finds something."""
    ends = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.1)


def pass_on(url: str, headers: dict[str, str], body: bytes) -> int:
    """The status that a webhook gets which came elsewhere."""
    passed = {name: value for name, value in headers.items() if name not in ("host", "content-length", "connection")}
    return int(urllib3.request("POST", url, body=body, headers=passed, timeout=60).status)


@dataclass
class OtherSide:
    """A server of the vendor's that takes webhooks and answers as told (200 if not)."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def __enter__(self) -> "OtherSide":
        side = self

        class Take(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                side.paths.append(self.path)
                side.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status, headers = side.answers.pop(0) if side.answers else (200, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def texts(self) -> list[str]:
        """The texts of the messages that were posted, as they came."""
        events = [json.loads(body) for _, body in self.got]
        return [event["message"]["text"] for event in events if event["type"] == "message.posted"]
