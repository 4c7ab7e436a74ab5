"""A stateful HTTP server on 127.0.0.1 that stands in for a vendor: routes, pages, limits, webhooks."""

import json
import random
import re
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """A request: path without its query, the query as lists, headers by lower-case name, the body, parsed if it is
    JSON."""

    method: str
    path: str
    query: dict
    headers: dict
    body: object
    user: object = None

    def one(self, name, default=""):
        return self.query.get(name, [default])[0]

    def number(self, name, default, most=10**9):
        text = self.one(name)
        return min(int(text), most) if text.isdigit() else default


def form_of(asked):
    """The values of a multipart form by name; of a file (name, type, bytes)."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    found = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + asked.body).iter_parts():
        name, file = part.get_param("name", header="content-disposition"), part.get_filename()
        content = part.get_payload(decode=True)
        found[name] = (file, part.get_content_type(), content) if file else content.decode()
    return found


class Refused(Exception):
    """The vendor says no: status, body, headers."""

    def __init__(self, status, body=None, **headers):
        super().__init__(status)
        self.status, self.body = status, body
        self.headers = {name.replace("_", "-"): str(value) for name, value in headers.items()}


@dataclass
class Posted:
    """A webhook that waits to be sent."""

    url: str
    headers: dict
    body: bytes


def route(method, pattern):
    """Marks a method of a Peer as what answers; it is handed the request and the pattern's groups."""

    def mark(handler):
        handler.routes = [*getattr(handler, "routes", []), (method, re.compile(pattern))]
        return handler

    return mark


def post(url, headers, body):
    """Send a webhook for real: (status, headers of the answer)."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {}


@dataclass
class Peer:
    """The vendor. A handler returns (status, JSON or None, headers) or raises Refused. `outbox` holds the webhooks
    that its changes caused, until `deliver`; `post` may be replaced to have them taken in memory."""

    outbox: list = field(default_factory=list)
    log: list = field(default_factory=list, repr=False)
    post: object = staticmethod(post)
    limited: list = field(default_factory=list)
    clock: int = 0
    files: dict = field(default_factory=dict, repr=False)

    def __post_init__(self):
        self.lock = threading.RLock()
        marked = [getattr(self, name) for name in dir(type(self))]
        self.routes = [(*each, handler) for handler in marked for each in getattr(handler, "routes", [])]
        self.routes.sort(key=lambda entry: -len(entry[1].pattern))
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                status, body, headers = peer._answer(self)
                raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json;charset=UTF-8", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def now(self):
        """The vendor's time in ms: no moment twice."""
        self.clock = max(self.clock + 1, int(time.time() * 1000))
        return self.clock

    def limit(self, refused):
        """Refuse the next request so."""
        self.limited.append(refused)

    def deliver(self, times=1, seed=None):
        """Send what waits, each so many times; shuffled if there is a seed. The statuses that came back."""
        waiting = [each for each in self.outbox for _ in range(times)]
        self.outbox.clear()
        if seed is not None:
            random.Random(seed).shuffle(waiting)
        return [self.post(each.url, each.headers, each.body)[0] for each in waiting]

    def _answer(self, handler):
        headers = {name.lower(): value for name, value in handler.headers.items()}
        raw = handler.rfile.read(int(headers.get("content-length") or 0))
        return self.answer(handler.command, handler.path, headers, raw)

    def answer(self, method, url, headers, raw):
        """What it says to a request, over HTTP or without: status, body, headers."""
        parts = urlsplit(url)
        try:
            body = json.loads(raw) if raw and "json" in headers.get("content-type", "") else raw or None
        except ValueError:
            return 400, {"message": "bad JSON"}, {}
        asked = Asked(method, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body)
        with self.lock:
            self.log.append(asked)
            try:
                return self._handled(asked)
            except Refused as refused:
                return refused.status, refused.body, refused.headers

    def keep_file(self, name, type_, content):
        """The path at which its bytes are, for whoever knows that."""
        path = f"/media/{len(self.files) + 1}"
        self.files[path] = (name, type_, content)
        return path

    def _media(self, asked):
        """As a bucket does: by the address alone, and a credential beside is refused."""
        if "authorization" in asked.headers or "private-token" in asked.headers:
            raise Refused(400, {"message": "Only one auth mechanism allowed"})
        if asked.path not in self.files:
            raise Refused(404)
        _, type_, content = self.files[asked.path]
        return 200, content, {"Content-Type": type_}

    def _handled(self, asked):
        if asked.path.startswith("/media/"):
            return self._media(asked)
        if self.limited:
            raise self.limited.pop(0)
        asked.user = self.who(asked)
        for method, pattern, handler in self.routes:
            match = pattern.fullmatch(asked.path)
            if match and method == asked.method:
                status, body, *headers = handler(asked, *match.groups())
                return status, body, headers[0] if headers else {}
        return self.lost(asked)

    def who(self, asked):
        """Whose credential it is. A vendor that says nothing of it lets nobody in."""
        raise Refused(401, {"message": "Unauthorized"})

    def lost(self, asked):
        """What is answered where nothing is."""
        return 404, {"message": "404 Not Found"}, {}
