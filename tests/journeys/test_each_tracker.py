"""Each tracker on the running stack: two issues that become one, both sides at once, what no webhook told of, and one
that comes. GitHub and Linear are emulators, the others twins; somebody works in each by a client of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import urllib3

from tests.journeys.caller import Caller, OtherSide, eventually, pass_on
from tests.peers.sides import SIDES
from tests.stack import LocalStack
from tests.trackers.hands import on_github, on_linear

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
KINDS = [*SIDES, "github", "linear"]


class Twin:
    """A twin, and who works there."""

    def __init__(self, side: Any) -> None:
        self.config, self.credentials = side.config, side.credentials
        self.say, self.close, self.reopen, self.closed = side.say, side.close, side.reopen, side.closed
        self.side = side

    def listen(self, api: Caller, install: dict[str, Any]) -> None:
        api.post(f"/v1/installs/{install['id']}/webhook")

    def tell(self) -> None:
        """What waits, each thrice. What is refused is sent again: a container believes its copy of an install for a
        second."""
        waiting = list(self.side.peer.outbox)
        if set(self.side.peer.deliver(3, 1)) - {200}:
            self.side.peer.outbox += waiting

    def lose(self) -> None:
        self.side.peer.outbox.clear()


class Emulated:
    """An emulator, and who works there. Its webhooks come at once, and once: somebody takes them who has time."""

    def __init__(self, team: Any, post: OtherSide) -> None:
        self.post, self.url = post, ""
        self.config, self.credentials, self.say = team.config, team.credentials, team.say
        self.team = team

    def close(self, ticket: str) -> None:
        self.team.turn(ticket, "done")

    def reopen(self, ticket: str) -> None:
        self.team.turn(ticket, "open")

    def closed(self, ticket: str) -> bool:
        return bool(self.team.state(ticket) == "done")

    def listen(self, api: Caller, install: dict[str, Any]) -> None:
        self.url = install["url"]
        self.team.listen(self.post.url, install["secret"])

    def tell(self) -> None:
        """What waits, each thrice."""
        waiting, self.post.got[:] = list(self.post.got), []
        for headers, body in waiting * 3:
            if pass_on(self.url, headers, body) not in (200, 202):
                self.post.got.append((headers, body))

    def lose(self) -> None:
        """Nobody listens yet."""


@contextmanager
def working(kind: str) -> Iterator[Any]:
    if kind in SIDES:
        side = SIDES[kind]()
        with side.peer:
            yield Twin(side)
    else:
        with OtherSide() as post, on_github() if kind == "github" else on_linear() as team:
            yield Emulated(team, post)


@pytest.mark.parametrize("kind", KINDS)
def test_both_sides_at_once_a_merge_and_a_repair(stack: LocalStack, kind: str) -> None:
    api = Caller(stack.base_url, stack.workspace["api_key"])
    with working(kind) as there:
        body = {"kind": kind, "name": f"Each {kind}", "config": there.config, "credentials": there.credentials}
        install = api.post("/v1/installs", body)
        path = f"/v1/installs/{install['id']}"
        assert api.post(f"{path}/try")["missing"] == []
        api("PATCH", f"{path}/tracking", {"policy": "tell"})
        customers = [f"each-{kind}-one", f"each-{kind}-two"]
        rooms = [api("PUT", f"/v1/customers/{each}", {"name": each}).json["triage_room"] for each in customers]

        raised = {"title": "Slow", "public_title": "Slow exports"}
        issue = api.post(f"/v1/rooms/{rooms[0]}/issues", raised | {"tickets": [install["id"]]})["id"]
        other = api.post(f"/v1/rooms/{rooms[1]}/issues", raised)["id"]
        link = f"/v1/issues/{issue}"
        eventually(lambda: api.get(link)["tickets"][0]["key"])
        ticket = api.get(f"{link}/tickets")["items"][0]["ticket"]
        api.post(f"/v1/issues/{other}/merge", {"into": issue}, Idempotency_Key=f"merge-{kind}")
        eventually(lambda: (api.get(link)["rooms"], api.get(link)["customers"]) == (2, 2))

        # Both sides change while neither hears of the other.
        assert api("PATCH", path, {"state": "disabled"}).status == 200
        assert api("PATCH", link, {"state": "declined", "tell": "quiet"}).status == 200
        there.close(ticket)
        there.lose()
        assert api("PATCH", path, {"state": "active"}).status == 200
        stack.repair(install["id"])
        eventually(lambda: api.get(link)["state"] == "done", 60)
        history = [each["what"] for each in api.get(f"{link}/history")["items"]]
        assert history.count("conflict") == 1
        assert there.closed(ticket)

        # What no webhook told of.
        there.say(ticket, "@customer It was the index.")
        there.reopen(ticket)
        there.lose()
        before = {text for room in rooms for text in told(api, room)}
        stack.repair(install["id"])
        eventually(lambda: api.get(link)["state"] == "open", 60)
        news = "News of “Slow exports”: It was the index."
        eventually(lambda: all(news in told(api, room) for room in rooms), 60)
        assert news not in before

        # And a webhook, thrice.
        there.listen(api, install)
        there.say(ticket, "@customer And the cache.")
        more = "News of “Slow exports”: And the cache."

        def heard() -> bool:
            there.tell()
            return all(more in told(api, room) for room in rooms)

        eventually(heard, 60)
        assert [told(api, room).count(more) for room in rooms] == [1, 1]
        assert [told(api, room).count(news) for room in rooms] == [1, 1]
        if kind == "gitlab":
            made = there.side.ann.upload("a.png", filedata=PNG)
            there.say(ticket, f"@customer Look: {made['markdown']}")
            eventually(lambda: there.tell() or files(api, rooms[0]), 60)
            assert {name for room in rooms for name, _ in files(api, room)} == {"a.png"}
            assert all(content == PNG for room in rooms for _, content in files(api, room))
        api("DELETE", path)


def files(api: Caller, room: str) -> list[tuple[str, bytes]]:
    """The files that agents have sent to a room, as they are downloaded."""
    items = api.get(f"/v1/rooms/{room}/messages")["items"]
    found = [file for item in items if item["author"]["kind"] == "agent" for file in item["attachments"]]
    return [(file["name"], urllib3.request("GET", file["url"], redirect=True).data) for file in found]


def told(api: Caller, room: str) -> list[str]:
    """What agents have said in a room."""
    items = api.get(f"/v1/rooms/{room}/messages")["items"]
    return [item["text"] for item in items if item["author"]["kind"] == "agent"]
