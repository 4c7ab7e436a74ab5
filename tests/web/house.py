"""Pages in Chromium on a Parley in memory: what they ask is answered in this process, nothing goes over a network."""

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from chalicelib.edge import sockets as edge
from chalicelib.edge.http import answer
from tests.api import Chalices, Tenant
from tests.browser import AT_ONCE
from tests.fakes import Parley

HOST, PARLEY = "https://host.test", "https://parley.test"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Dashboard</title><script type="module" src="https://parley.test/widget.js"></script><body>{body}</body></html>"""


class Lines:
    """The sockets of all pages, as the API's workers write to them."""

    def __init__(self) -> None:
        self.open: dict[str, Any] = {}
        self.made = 0
        self.refuses = False  # whether new ones are closed at once

    def send(self, connection: str, frame: dict[str, Any]) -> bool:
        """Write to one; whether it is there."""
        line = self.open.get(connection)
        if line:
            line.send(json.dumps(frame))
        return line is not None

    def close(self, connection: str) -> None:
        """End one from this side."""
        line = self.open.pop(connection, None)
        if line:
            line.close()


class House:
    """`page(body)` is a page of the host's. `fate(method, path)` says what becomes of a request: "" it is answered;
    "refused" it never comes; "lost" it is done and the answer is not heard; a number: that status."""

    def __init__(self, parley: Parley, tenant: Tenant, chromium: Any, patch: pytest.MonkeyPatch) -> None:
        self.parley, self.tenant, self.chromium = parley, tenant, chromium
        self.lines = Lines()
        self.who = "ann"  # who is logged in with the host
        self.life = 3600  # s that a token of theirs lives
        self.scripts: dict[str, str] = {}  # of the host's
        self.bodies = {"/": "<parley-support token-url=/token></parley-support>"}
        self.fate: Callable[[str, str], str] = lambda method, path: ""
        self.cookie = ""  # of who is signed in to the console
        self.held: list[tuple[Any, Any]] | None = None  # uploads that wait, once this is a list
        self.asked: list[str] = []
        self.contexts: list[Any] = []
        self.given: set[str] = set()  # tokens
        self.dead: set[str] = set()  # those that have ended
        patch.setattr(edge, "world", lambda: parley.world)
        patch.setattr(edge, "sockets", lambda: self.lines)
        parley.sockets = self.lines  # type: ignore[assignment]

    def token(self, who: str = "", **claims: Any) -> str:
        """A token of the vendor's server: `who`, or `customer/who`."""
        customer, _, user = (who or self.who).rpartition("/")
        now = int(time.time())
        named = {"name": user.title(), "customer_name": "Acme", "iat": now, "exp": now + self.life, **claims}
        named["jti"] = str(len(self.given))
        claims = self.tenant.claims(customer or "acme", user, **named)
        token = jwt.encode(claims, self.tenant.token_secret, algorithm="HS256")
        self.given.add(token)
        return token

    def browser(self, *, waits: bool = False, **options: Any) -> Any:
        """A browser of somebody's own (context). What is sent in the console leaves at once, unless it `waits`."""
        context = self.chromium.new_context(**{"viewport": {"width": 900, "height": 700}, **options})
        if not waits:
            context.add_init_script(AT_ONCE)
        context.set_default_timeout(8000)
        context.route("**/*", self._asked)
        context.route_web_socket("**/*", self._line)
        self.contexts.append(context)
        return context

    def page(self, body: str | None = None, *, path: str = "/", context: Any = None, **options: Any) -> "Page":
        """A tab that shows the host's page."""
        if body is not None:
            self.bodies[path] = body
        return Page(self, (context or self.browser(**options)).new_page(), path)

    def close(self) -> None:
        """Every browser goes."""
        for context in self.contexts:
            context.close()

    def say(self, room: str, text: str) -> dict[str, Any]:
        """The vendor says something."""
        self.now()
        said: dict[str, Any] = self.tenant.api.post(f"/v1/rooms/{room}/messages", {"text": text}).json
        self.parley.settle()
        return said

    def texts(self, room: str) -> list[str]:
        """What was said in a room, oldest first."""
        self.now()
        page = self.tenant.api.get(f"/v1/rooms/{room}/messages", after="0", limit="100").json
        return [message["text"] for message in page["items"]]

    def now(self) -> None:
        """The clock goes on with the machine's."""
        self.parley.clock.at = max(self.parley.clock.at, int(time.time() * 1000))

    def _line(self, line: Any) -> None:
        self.now()
        if self.lines.refuses:
            line.close()
            return
        self.lines.made += 1
        id_ = f"line{self.lines.made}"
        self.lines.open[id_] = line
        edge.on_connect(SimpleNamespace(connection_id=id_, to_dict=lambda: {"headers": {"Origin": HOST}}))

        def heard(text: Any) -> None:
            self.now()
            frame = json.loads(text)
            if frame.get("token") in self.dead:
                line.send(json.dumps({"type": "problem", "status": 401}))
                gone()
                return
            edge.on_message(SimpleNamespace(connection_id=id_, body=text))
            self.parley.push_all()

        def gone(code: Any = None, reason: Any = None) -> None:
            if self.lines.open.pop(id_, None):
                edge.on_disconnect(SimpleNamespace(connection_id=id_))
                line.close()

        line.on_message(heard)
        line.on_close(gone)

    def _asked(self, route: Any) -> None:
        request, address = route.request, urlsplit(route.request.url)
        if address.netloc == "host.test":
            self._host(route, address)
        elif address.netloc == "bucket.example":
            self._bucket(route)
        else:
            self._api(route, request, address)

    def _host(self, route: Any, address: Any) -> None:
        if address.path == "/token":
            self.asked.append(self.who)
            who = parse_qs(address.query).get("who", [self.who])[0]
            how = self.fate("GET", "/token")
            if how == "refused":
                route.abort()
            elif how:
                route.fulfill(status=int(how), body="")
            else:
                route.fulfill(json={"token": self.token(who)})
        elif address.path in self.scripts:
            route.fulfill(body=self.scripts[address.path], content_type="text/javascript; charset=utf-8")
        elif address.path in self.bodies:
            body = self.bodies[address.path]
            page = body if body.startswith("<!doctype") else PAGE.format(body=body)
            route.fulfill(body=page, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404, body="")

    def _bucket(self, route: Any) -> None:
        address = urlsplit(route.request.url)
        if route.request.method == "GET":
            type_ = parse_qs(address.query).get("inline", ["application/octet-stream"])[0]
            route.fulfill(body=self.parley.files.get(address.path.lstrip("/")), content_type=type_)
            return
        how = self.fate("POST", "/bucket").replace("lost", "refused")
        if self.held is not None:
            self.held.append((route, how))
        else:
            self.put(route, how)

    def put(self, route: Any, how: str = "") -> None:
        """Take an upload, or refuse it."""
        if how == "refused":
            route.abort()
        else:
            route.fulfill(status=int(how or 204), headers={"Access-Control-Allow-Origin": "*"}, body="")

    def _api(self, route: Any, request: Any, address: Any) -> None:
        self.now()
        how = self.fate(request.method, address.path)
        if request.headers.get("authorization", "").removeprefix("Bearer ") in self.dead:
            how = how or "401"
        if how == "refused":
            route.abort()
            return
        if how.isdigit():
            headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
            route.fulfill(status=int(how), headers=headers, json={"title": "No", "detail": f"refused with {how}"})
            return
        query = {name: values[0] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        event = {
            "path": address.path,
            "headers": request.headers | {"Host": "parley.test"} | ({"Cookie": self.cookie} if self.cookie else {}),
            "queryStringParameters": query or None,
            "body": request.post_data,
            "isBase64Encoded": False,
            "requestContext": {
                "httpMethod": request.method,
                "stage": "",
                "requestId": "test",
                "identity": {"sourceIp": "192.0.2.1"},
            },
        }
        got = answer(Chalices(event))
        if request.method != "GET":
            self.parley.settle()
        if how == "lost":
            route.abort()
        else:
            route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.body)


class Page:
    """A tab with the widget in it."""

    def __init__(self, house: House, page: Any, path: str | None = None) -> None:
        self.house, self.page = house, page
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        if path is not None:
            page.goto(path if path.startswith("https:") else HOST + path)

    def one(self, selector: str, **options: Any) -> Any:
        """What a selector finds, in the widget or outside of it."""
        return self.page.locator(selector, **options)

    def run(self, code: str, *values: Any) -> Any:
        """Evaluate in the page; `widget` is the element."""
        return self.page.evaluate(
            f"async (given) => {{ const widget = document.querySelector('parley-support'); {code} }}", list(values)
        )

    def open(self) -> "Page":
        """The panel."""
        self.one(".launcher").click()
        return self

    def enter(self, room: str) -> "Page":
        """A room of the list."""
        self.one(".row", has=self.page.locator(".name", has_text=room)).first.click()
        self.one(".log .said, .log .none").first.wait_for()
        return self

    @property
    def field(self) -> Any:
        """Where one writes."""
        return self.one(".main .compose textarea")

    def write(self, text: str) -> None:
        """Say something."""
        self.field.fill(text)
        self.field.press("Enter")

    def sees(self, text: str) -> None:
        """A message is there."""
        self.one(".said .bubble", has_text=text).first.wait_for()

    def said(self) -> list[str]:
        """Every text of the conversation, as it is shown."""
        return [text.strip() for text in self.one(".said .bubble .text").all_inner_texts()]

    def until(self, look: Callable[[], Any], patience: float = 8) -> Any:
        """Let the page go on until `look` finds something."""
        ends = time.monotonic() + patience
        while not (found := look()):
            assert time.monotonic() < ends, "it did not come about in time"
            self.page.wait_for_timeout(20)
        return found

    def live(self) -> "Page":
        """Until a line is open."""
        self.until(lambda: self.run("return widget?.session?.live?.state") == "open")
        return self

    def rest(self, ms: int = 150) -> None:
        """Let the page go on for a while: nothing is waited for."""
        self.page.wait_for_timeout(ms)
