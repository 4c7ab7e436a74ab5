"""The vendor's dashboard: another origin, with a strict Content-Security-Policy, that signs tokens."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.journeys.caller import user_token
from tests.stack import LocalStack

PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Dashboard</title><script type="module" src="{base}/widget.js"></script>
<main><h1>Dashboard</h1><p>Keys, usage, invoices.</p></main>{tag}</html>"""


@dataclass
class Dashboard:
    """`url(who)` is the dashboard as that person sees it; `asked` counts the tokens given, by person."""

    stack: LocalStack
    workspace: dict[str, str]
    asked: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, Callable[[int], str]] = field(default_factory=dict)
    port: int = 0

    def url(self, who: str = "ann", lang: str = "en", **attributes: str) -> str:
        """The page; `mode`, `theme` and so on are attributes of the element."""
        more = "&".join(f"{name}={value}" for name, value in attributes.items())
        return f"http://127.0.0.1:{self.port}/?who={who}&lang={lang}&{more}"

    def token(self, who: str) -> str:
        """`customer/user` of who is logged in; `ann` is of widgetco."""
        customer, _, user = who.rpartition("/")
        self.asked[who] = self.asked.get(who, 0) + 1
        if who in self.tokens:
            return self.tokens[who](self.asked[who])
        return user_token(self.workspace, customer or "widgetco", user, name=user.title(), customer_name="Widget & Co")

    def page(self, query: dict[str, list[str]]) -> str:
        """The dashboard's HTML."""
        who = query["who"][0]
        taken = ("who", "lang", "open")
        fields = {name: values[0] for name, values in query.items() if name not in taken}
        fields |= {"workspace": self.workspace["id"]} if who == "visitor" else {"token-url": f"/token?who={who}"}
        attributes = " ".join(f'{name}="{value}"' for name, value in fields.items())
        tag = "" if who == "nobody" else f"<parley-support {attributes}></parley-support>"
        return PAGE.format(lang=query["lang"][0], base=self.stack.base_url, tag=tag)

    @property
    def policy(self) -> str:
        """Nothing but what the README names; no inline script or style, no eval."""
        base, bucket, line = self.stack.base_url, self.stack.gateway_url, self.stack.websocket_url
        return (
            f"default-src 'none'; script-src {base}; connect-src 'self' {base} {line} {bucket}; "
            f"img-src {base} {bucket}; style-src 'none'; base-uri 'none'; form-action 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )


@contextmanager
def dashboard(stack: LocalStack, workspace: dict[str, str]) -> Iterator[Dashboard]:
    """Serve it."""
    made = Dashboard(stack, workspace)

    class Serve(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = parse_qs(address.query)
            if address.path == "/token":
                self._answer("application/json", json.dumps({"token": made.token(query["who"][0])}))
            elif address.path == "/":
                strict = "" if "open" in query else made.policy
                self._answer("text/html; charset=utf-8", made.page(query), strict)
            else:
                self.send_error(404)

        def _answer(self, type_: str, text: str, policy: str = "") -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", type_)
            self.send_header("Content-Length", str(len(body)))
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Serve)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def short(workspace: dict[str, str], seconds: int, **claims: object) -> str:
    """A token of ann's that ends soon."""
    return user_token(workspace, "widgetco", "ann", name="Ann", exp=int(time.time()) + seconds, **claims)
