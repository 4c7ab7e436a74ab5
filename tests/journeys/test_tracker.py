"""Two customers, one issue, one ticket, on the packaged stack: a tracker over signed webhooks, each of which is sent
three times and shuffled; issues that are merged, webhooks that are lost, both sides at once; and a worker that dies
while it tells many rooms. PARLEY_FULL=1 has 500 rooms."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook

from chalicelib.desk.tickets import TicketDraft
from tests.full import FULL
from tests.journeys.caller import Caller, eventually, user_token
from tests.journeys.conftest import ComesBack
from tests.stack import LocalStack
from tests.tracking import DOING, DONE, OPEN, WONTFIX, FakeTracker

ROOMS, KILLS = (500, 10) if FULL else (30, 1)
PATIENCE = 900.0 if FULL else 300.0


class Board:
    """The tracker in memory as a server: what is asked of it has to be signed, what it tells is signed."""

    def __init__(self) -> None:
        self.there = FakeTracker(lambda: time.time_ns() // 1_000_000)
        self.secret, self.hook, self.lock = "", "", threading.Lock()
        self.count, self.refused = 0, 0
        board = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, answer = board.answered(dict(self.headers.items()), body)
                content = msgspec.json.encode(answer)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/parley"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answered(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        try:
            asked = Webhook(self.secret).verify(body, {name.lower(): value for name, value in headers.items()})
        except Exception:  # noqa: BLE001
            self.refused += 1
            return 401, {}
        with self.lock:
            return self.done(dict(asked))

    def done(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        do = asked.pop("do")
        if do == "create":
            asked["draft"] = msgspec.convert(asked["draft"], TicketDraft)
        found = getattr(self.there, do)(**asked)
        if do == "probe":
            return 200, msgspec.to_builtins(found)
        if do == "changed":
            return 200, {"tickets": found[0], "next": found[1]}
        if found is None and do in ("fetch", "find"):
            return 404, {}
        names = {"words": "words", "search": "tickets", "comments": "comments", "comment": "comment"}
        return 200, {names.get(do, "ticket"): found}

    def tell(self, times: int = 3) -> None:
        """Send the webhooks that wait, each three times, in any order."""
        with self.lock:
            sent, self.there.sent = self.there.sent * times, []
        random.Random(7).shuffle(sent)
        for hook in sent:
            self.count += 1
            body, id_, now = json.dumps(hook), f"evt_{self.count}", datetime.now(UTC)
            headers = {
                "webhook_id": id_,
                "webhook_timestamp": str(int(now.timestamp())),
                "webhook_signature": Webhook(self.secret).sign(id_, now, body),
            }
            got = Caller("")("POST", self.hook, body.encode(), **headers, Content_Type="application/json")
            assert got.status == 202, got.body


@pytest.fixture
def board() -> Iterator[Board]:
    made = Board()
    yield made
    made.close()


class Scene:
    """An install of the board, and customers with somebody in them."""

    def __init__(self, stack: LocalStack, board: Board) -> None:
        self.stack, self.board = stack, board
        self.api = Caller(stack.base_url, stack.workspace["api_key"])
        body = {"kind": "tracker", "name": "Board", "config": {"url": board.url}}
        made = self.api.post("/v1/installs", body)
        self.install, board.secret, board.hook = made["id"], made["secret"], made["url"]
        assert self.api.post(f"/v1/installs/{self.install}/try")["account"] == "Acorn's board"
        assert self.api("PATCH", f"/v1/installs/{self.install}/tracking", {"public": False}).status == 200
        assert self.api.get(f"/v1/installs/{self.install}/words")["unknown"] == ["Parked"]

    def room(self, customer: str) -> str:
        return str(self.api("PUT", f"/v1/customers/{customer}", {"name": customer.title()}).json["triage_room"])

    def told(self, room: str) -> list[str]:
        items = self.api.get(f"/v1/rooms/{room}/messages?after=0")["items"]
        return [item["text"] for item in items if item["author"]["kind"] == "agent"]

    def approve(self, about: str) -> dict[str, Any]:
        """The one draft that waits, changed to tell its room by name, and approved."""
        drafts = [each for each in self.api.get("/v1/notices")["items"] if each["about"] == about]
        assert len(drafts) == 1, drafts
        text = "{{customer.name}}: " + drafts[0]["text"]
        assert self.api("PATCH", f"/v1/notices/{drafts[0]['id']}", {"text": text}).status == 200
        return dict(self.api.post(f"/v1/notices/{drafts[0]['id']}/approve"))


def test_two_customers_one_ticket_there_and_back(stack: LocalStack, board: Board) -> None:
    scene = Scene(stack, board)
    api, there = scene.api, board.there
    rooms = [scene.room("tracked one"), scene.room("tracked two")]
    user = Caller(stack.base_url, user_token(stack.workspace, "tracked one", "ann", name="Ann"))
    asked = user.post(f"/v1/rooms/{rooms[0]}/messages", {"text": "The export stops half-way"})
    body = {"from": asked["id"], "public_title": "Export", "tickets": [scene.install]}
    issue = api.post(f"/v1/rooms/{rooms[0]}/issues", body, Idempotency_Key="raise")["id"]
    eventually(lambda: api.get(f"/v1/issues/{issue}")["tickets"][0]["key"])
    (ticket,) = there.tickets_.values()
    assert (ticket.title, ticket.mark) == ("The export stops half-way", issue)
    reference = {"install": scene.install, "reference": ticket.url}
    tied = api.post(f"/v1/rooms/{rooms[1]}/issues", reference)
    assert (tied["id"], tied["customers"]) == (issue, 2)

    there.say(ticket.id, "Between us")
    there.say(ticket.id, "@customer: A fix is on its way")
    board.tell()
    eventually(lambda: api.get("/v1/notices")["items"])
    scene.approve("comment")
    for room, name in zip(rooms, ("Tracked One", "Tracked Two"), strict=True):
        eventually(lambda room=room: scene.told(room))  # type: ignore[misc]
        assert scene.told(room) == [f"{name}: News of “Export”: A fix is on its way"]

    there.turn(ticket.id, DOING)
    there.turn(ticket.id, DONE)
    board.tell()
    eventually(lambda: api.get(f"/v1/issues/{issue}")["state"] == "done")
    scene.approve("state")
    for room, name in zip(rooms, ("Tracked One", "Tracked Two"), strict=True):
        eventually(lambda room=room: len(scene.told(room)) == 2)  # type: ignore[misc]
        assert scene.told(room)[1] == f"{name}: “Export” is done."
    seen = user.get(f"/v1/rooms/{rooms[0]}/issues")["items"]
    assert [(each["public"]["title"], each["public"]["state"], each["issue"]) for each in seen] == [
        ("Export", "done", None)
    ]

    api("PATCH", f"/v1/installs/{scene.install}/tracking", {"policy": "tell"})
    there.turn(ticket.id, OPEN)
    board.tell()
    for room in rooms:
        eventually(lambda room=room: len(scene.told(room)) == 3)  # type: ignore[misc]
    api("PATCH", f"/v1/issues/{issue}", {"state": "in_progress"})
    api.post(f"/v1/issues/{issue}/comments", {"text": "We look again"})
    eventually(lambda: there.tickets_[ticket.id].word == DOING and len(there.said[ticket.id]) == 3)
    board.tell()
    eventually(lambda: api.get(f"/v1/issues/{issue}/comments")["items"][-1]["ours"] or None)
    assert [write[0] for write in there.writes] == ["create", "move", "comment"]
    assert [len(scene.told(room)) for room in rooms] == [3, 3]
    assert board.refused == 0
    assert api("DELETE", f"/v1/installs/{scene.install}").status == 204


def test_two_issues_become_one_and_what_was_lost_or_changed_is_mended(stack: LocalStack, board: Board) -> None:
    scene = Scene(stack, board)
    api, there = scene.api, board.there
    rooms = [scene.room("merged one"), scene.room("merged two")]
    raised = {"title": "Slow", "public_title": "Slow exports"}
    issue = api.post(f"/v1/rooms/{rooms[0]}/issues", raised | {"tickets": [scene.install]})["id"]
    other = api.post(f"/v1/rooms/{rooms[1]}/issues", raised)["id"]
    path = f"/v1/issues/{issue}"
    eventually(lambda: api.get(path)["tickets"][0]["key"])
    (ticket,) = there.tickets_.values()
    api("PATCH", f"/v1/installs/{scene.install}/tracking", {"policy": "tell"})

    api.post(f"/v1/issues/{other}/merge", {"into": issue}, Idempotency_Key="merge")
    eventually(lambda: {each["room"] for each in api.get(f"{path}/rooms")["items"]} == {*rooms})
    got = api("GET", f"/v1/issues/{other}")
    assert (got.status, got.headers["Location"].endswith(path)) == (308, True)
    eventually(lambda: (api.get(path)["rooms"], api.get(path)["customers"]) == (2, 2))
    assert {"merged", "raised"} <= {each["what"] for each in api.get(f"{path}/history")["items"]}

    there.turn(ticket.id, DONE)
    said = there.say(ticket.id, "@customer: It was the index")
    there.sent.clear()  # nobody tells us
    time.sleep(1)
    assert api.get(path)["state"] == "open"
    stack.repair(scene.install)
    eventually(lambda: api.get(path)["state"] == "done")
    for room in rooms:
        eventually(lambda room=room: len(scene.told(room)) == 2)  # type: ignore[misc]
        assert sorted(scene.told(room)) == ["News of “Slow exports”: It was the index", "“Slow exports” is done."]

    there.edit(ticket.id, said.id, "@customer: It was the cache")
    board.tell()
    for room in rooms:
        eventually(lambda room=room: "News of “Slow exports”: It was the cache" in scene.told(room))  # type: ignore[misc]
    there.unsay(ticket.id, said.id)
    there.tickets_[ticket.id] = msgspec.structs.replace(there.tickets_[ticket.id], key="NEW-1")
    there.sent.append({"type": "project.changed"})
    board.tell()
    for room in rooms:
        eventually(lambda room=room: sorted(scene.told(room)) == ["", "“Slow exports” is done."])  # type: ignore[misc]
    eventually(lambda: api.get(path)["tickets"][0]["key"] == "NEW-1")

    with board.lock:  # the tracker answers nobody while both sides change
        assert api("PATCH", path, {"state": "in_progress", "tell": "quiet"}).status == 200
        there.turn(ticket.id, WONTFIX)
    board.tell()
    eventually(lambda: api.get(path)["state"] == "declined")
    history = [each["what"] for each in api.get(f"{path}/history")["items"]]
    assert history.count("conflict") == 1
    assert there.tickets_[ticket.id].word == WONTFIX
    assert [write[0] for write in there.writes] == ["create"]
    assert api("DELETE", f"/v1/installs/{scene.install}").status == 204


def test_each_of_many_rooms_is_told_once_though_the_worker_is_killed(
    stack: LocalStack, board: Board, comes_back: ComesBack
) -> None:
    scene = Scene(stack, board)
    api = scene.api
    issue = api.post("/v1/issues", {"title": "Many", "public_title": "Export", "tickets": [scene.install]})["id"]
    rooms = [scene.room(f"tracked{number}") for number in range(ROOMS)]
    for room in rooms:
        api.post(f"/v1/issues/{issue}/rooms", {"room": room})
    assert api.get(f"/v1/issues/{issue}")["rooms"] == ROOMS
    eventually(lambda: api.get(f"/v1/issues/{issue}")["tickets"][0]["key"])
    api("PATCH", f"/v1/installs/{scene.install}/tracking", {"policy": "tell"})
    (ticket,) = board.there.tickets_.values()
    comes_back("Sync", 10)
    board.there.turn(ticket.id, DONE)
    board.tell()
    for kill in range(KILLS):
        most = ROOMS * kill // KILLS
        eventually(lambda most=most: len(api.all(f"/v1/issues/{issue}/told")) > most, PATIENCE)  # type: ignore[misc]
        for pid in stack.worker_pids("sync"):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(api.all(f"/v1/issues/{issue}/told")) == ROOMS, PATIENCE)
    eventually(lambda: api.get(f"/v1/issues/{issue}/notices")["items"][0]["state"] == "sent", PATIENCE)
    assert [scene.told(room) for room in rooms] == [["“Export” is done."]] * ROOMS
    assert api("DELETE", f"/v1/installs/{scene.install}").status == 204
