"""`make demo`: the whole story through the public API of the running local stack, told as it happens.

python -m infra.demo [--home .local]
"""

import json
import queue
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra import choose_stack, clock, venvs
from infra.seed import DEAF
from infra.venvs import NotPossible

PATIENCE_S = 90  # s: a delivery that failed before is tried again within a minute
HOST = "127.0.0.1"


def main() -> None:
    """Tell the story."""
    chosen = choose_stack.parser("demo", "Play the whole story.").parse_args()
    venvs.enter("infra.demo")
    endpoints = choose_stack.running(chosen.home)
    if clock.ahead_ms(chosen.home):
        raise NotPossible(
            "The stack's clock was moved on, and signatures are checked by the machine's: "
            "`make run ARGS=--fresh` starts anew."
        )
    listener = Listener()
    try:
        Story(endpoints, listener).tell()
    except urllib.error.URLError as error:
        raise NotPossible(f"{endpoints['base_url']} does not answer ({error}): start it with `make run`.") from None
    finally:
        listener.end()


class Listener:
    """The vendor's own server, which takes Parley's signed webhooks."""

    def __init__(self) -> None:
        self.got: queue.Queue[tuple[bytes, dict[str, str]]] = queue.Queue()
        got = self.got

        class Take(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802  named by http.server
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                got.put((body, {name.lower(): value for name, value in self.headers.items()}))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """The story is told elsewhere."""

        self.server = ThreadingHTTPServer((HOST, 0), Take)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.server.server_port}/parley"

    def end(self) -> None:
        """Listen no more."""
        self.server.shutdown()
        self.server.server_close()


class Story:
    """From a question in a form to a signed answer at the vendor's server."""

    def __init__(self, endpoints: dict[str, Any], listener: Listener) -> None:
        self.base = endpoints["base_url"]
        self.workspace, self.hooks = endpoints["workspace"], endpoints["webhooks"]
        self.key, self.listener = self.workspace["api_key"], listener
        self.mark = f"{time.time_ns() // 1_000_000 % 1_000_000:06d}"

    def tell(self) -> None:
        """All chapters."""
        hook = self.hooks["webhook"]
        self.listens(hook, {"url": self.listener.url, "all_rooms": True})
        say("1", f"The vendor's server listens at {self.listener.url} for signed webhooks.")
        try:
            room = self.question()
            answer = self.answer(room)
            self.signed(answer, hook["secret"])
            self.delivery(room, answer)
            self.inside()
            self.from_a_server(hook)
        finally:
            # The server ends with the story: nothing is sent to it, and tried again, for days.
            self.listens(hook, DEAF)
        say("✓", "That was the way of a message, end to end. The rooms stay: `make run` keeps them.")

    def listens(self, hook: dict[str, Any], config: dict[str, Any]) -> None:
        """Where the vendor's server is, if anywhere."""
        self.call("PATCH", f"/v1/installs/{hook['id']}", {"config": config, "state": "active"})

    def question(self) -> dict[str, Any]:
        """Somebody fills in the contact form."""
        text = f"My webhooks stopped arriving (case {self.mark})"
        form = {"name": "Ada", "email": "ada@acme.example", "message": text}
        request = urllib.request.Request(
            self.hooks["form"]["url"], urllib.parse.urlencode(form).encode(), {"Accept": "application/json"}
        )
        with urllib.request.urlopen(request) as answered:
            say("2", f"Ada sends the contact form: HTTP {answered.status} {answered.read().decode()}")
        room: dict[str, Any] = wait("the room", lambda: next((r for r in self.rooms() if self.mark in r["name"]), None))
        say("3", f"A room is there: “{room['name']}”, of customer {room['customer']['external_id']},")
        say(" ", f"state {room['state']}, turn {room['turn']}, unread {room['unread']}   ({room['id']})")
        return room

    def triage(self) -> str:
        """The path of the customer's triage room."""
        return f"/v1/rooms/{self.call('GET', '/v1/customers/acme')['triage_room']}"

    def rooms(self) -> list[dict[str, Any]]:
        """The inbox."""
        return list(self.call("GET", "/v1/rooms")["items"])

    def answer(self, room: dict[str, Any]) -> dict[str, Any]:
        """An agent answers, and thinks aloud."""
        path = f"/v1/rooms/{room['id']}/messages"
        note = self.call("POST", path, {"text": "Their certificate ran out last night, I bet.", "internal": True})
        say("4", f"An agent leaves an internal note, which never leaves: {note['id']}")
        words = f"I have seen it, and I am on it. (case {self.mark})"
        answer: dict[str, Any] = self.call(
            "POST", path, {"text": words}, headers={"Idempotency-Key": f"demo-{self.mark}"}
        )
        again = self.call("POST", path, {"text": words}, headers={"Idempotency-Key": f"demo-{self.mark}"})
        same = "the same message" if again == answer else "ANOTHER MESSAGE"
        say("5", f"The agent answers: {answer['text']}  (sent twice with one Idempotency-Key: {same})")
        return answer

    def signed(self, answer: dict[str, Any], secret: str) -> None:
        """The answer leaves as a signed webhook, which the official library verifies."""
        from standardwebhooks.webhooks import Webhook

        def arrived() -> dict[str, Any] | None:
            body, headers = self.listener.got.get(timeout=1)
            event: dict[str, Any] = Webhook(secret).verify(body, headers)
            return event if event["message"]["id"] == answer["id"] else None

        event = wait("the signed webhook", arrived)
        say("6", f"The vendor's server got {event['type']}, its signature verified by `standardwebhooks`:")
        say(" ", f"“{event['message']['text']}” by {event['message']['author']['name']}")

    def delivery(self, room: dict[str, Any], answer: dict[str, Any]) -> None:
        """What Parley knows of it."""
        path = f"/v1/rooms/{room['id']}/deliveries?message={answer['id']}"
        rows = wait("the delivery", lambda: [r for r in self.call("GET", path)["items"] if r["state"] == "sent"])
        say("7", f"Parley's ledger: {rows[0]['what']} over {rows[0]['channel']}: {rows[0]['state']} ({rows[0]['id']})")

    def inside(self) -> None:
        """A developer of the customer, under a token that the vendor's server signed."""
        import jwt

        claims = {
            "aud": "parley:user",
            "workspace": self.workspace["id"],
            "customer_id": "acme",
            "user_id": "grace",
            "name": "Grace",
            "iat": int(time.time()),
            "exp": int(time.time()) + 3600,
        }
        token = jwt.encode(claims, self.workspace["token_secret"], algorithm="HS256")
        rooms = self.call("GET", "/v1/rooms", key=token)["items"]
        path = self.triage()
        said = self.call("POST", f"{path}/messages", {"text": "Is v2 of the API out?"}, key=token)
        say("8", f"Grace, of Acme, sees {len(rooms)} rooms of her company and asks in triage: {said['text']}")
        self.call("PUT", f"{path}/messages/{said['id']}/reactions/%F0%9F%91%80")
        topic = {"name": f"API v2 ({self.mark})", "from": said["id"]}
        fork = self.call("POST", f"{path}/fork", topic)
        self.call("PATCH", f"/v1/rooms/{fork['id']}", {"state": "resolved", "outcome": "Out since Monday"})
        self.call("POST", f"/v1/rooms/{fork['id']}/messages", {"text": "And the SDK?"}, key=token)
        state = self.call("GET", f"/v1/rooms/{fork['id']}")["state"]
        say(
            "9",
            f"An agent 👀s it, forks it into “{fork['name']}” and resolves it; Grace asks on, and it is {state} again.",
        )

    def from_a_server(self, hook: dict[str, Any]) -> None:
        """The customer's words may also come by the vendor's own server: a signed call."""
        from datetime import UTC, datetime

        from standardwebhooks.webhooks import Webhook

        text = f"Said in the vendor's app (case {self.mark})"
        event = {"customer": {"external_id": "acme"}, "user": {"external_id": "grace"}, "text": text}
        body, id_, now = json.dumps(event), f"demo-{self.mark}", datetime.now(UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": id_,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(hook["secret"]).sign(id_, now, body),
        }
        for _ in range(3):
            with urllib.request.urlopen(urllib.request.Request(hook["url"], body.encode(), headers)) as answered:
                status = answered.status
        path = f"{self.triage()}/messages"
        found = wait("the message", lambda: [m for m in self.call("GET", path)["items"] if m["text"] == text])
        say("10", f"A signed webhook came in three times (HTTP {status}): {len(found)} message in the room.")

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        key: str = "",
    ) -> Any:
        """One call of the public API."""
        sent = {"Authorization": f"Bearer {key or self.key}", "Content-Type": "application/json", **(headers or {})}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, content, sent, method=method)
        try:
            with urllib.request.urlopen(request) as answered:
                return json.loads(answered.read() or b"null")
        except urllib.error.HTTPError as error:
            raise NotPossible(f"{method} {path} answered {error.code}: {error.read().decode()[:500]}") from None


def wait(what: str, look: Callable[[], Any]) -> Any:
    """Look until there is something."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        try:
            if found := look():
                return found
        except queue.Empty:
            continue
        time.sleep(0.2)
    raise NotPossible(f"{what[:1].upper()}{what[1:]} did not come within {PATIENCE_S} seconds.")


def say(number: str, words: str) -> None:
    """A line of the story, at once."""
    print(f"{number:>3}  {words}", flush=True)


if __name__ == "__main__":
    main()
