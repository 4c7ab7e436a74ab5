"""Jira, GitLab and Asana on the running stack: one issue behind the rooms of two customers, its ticket in a twin, in
which Ann works through the vendor's own client; every webhook sent three times, and shuffled, but for those that are
lost, and mended by the nightly pass."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.journeys.caller import Caller, eventually, user_token
from tests.peers.sides import SIDES
from tests.stack import LocalStack


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> Iterator[Any]:
    made = SIDES[request.param]()
    with made.peer:
        yield made


class Shop:
    """The demo's workspace with one tracker connected, and two customers of its own."""

    def __init__(self, stack: LocalStack, side: Any) -> None:
        self.stack, self.side = stack, side
        self.api = Caller(stack.base_url, stack.workspace["api_key"])
        body = {"kind": side.kind, "name": side.kind, "config": side.config, "credentials": side.credentials}
        self.install = self.api.post("/v1/installs", body)["id"]
        self.rooms = [self.customer(f"{side.kind}-one"), self.customer(f"{side.kind}-two")]

    def customer(self, name: str) -> str:
        made = self.api("PUT", f"/v1/customers/{name}", {"name": name})
        return str(made.json["triage_room"])

    def connect(self) -> None:
        path = f"/v1/installs/{self.install}"
        assert self.api.post(f"{path}/try")["missing"] == []
        self.api.post(f"{path}/webhook")
        self.api("PATCH", f"{path}/tracking", {"policy": "tell"})

    def until(self, seen: Callable[[], Any]) -> None:
        """Webhooks go out, each three times, until it has come about. What is refused is sent again, as vendors do: a
        container believes its copy of an install for a second."""

        def look() -> bool:
            waiting = list(self.side.peer.outbox)
            if set(self.side.peer.deliver(3, 1)) - {200}:
                self.side.peer.outbox += waiting
                return False
            return bool(seen())

        eventually(look, 60)

    def told(self, room: str) -> list[str]:
        """What agents have said in a room, oldest first."""
        items = self.api.get(f"/v1/rooms/{room}/messages")["items"]
        said = [(item["change"], item["text"]) for item in items if item["author"]["kind"] == "agent"]
        return [text for _, text in sorted(said)]

    def both(self, *texts: str) -> bool:
        return all(self.told(room) == [*texts] for room in self.rooms)


def test_one_ticket_behind_two_rooms(stack: LocalStack, side: Any) -> None:
    shop = Shop(stack, side)
    shop.connect()
    api, (one, two) = shop.api, shop.rooms
    ann = Caller(stack.base_url, user_token(stack.workspace, f"{side.kind}-one", "ann"))
    message = ann.post(f"/v1/rooms/{one}/messages", {"text": "Your webhooks stop at noon."})
    asked = {"from": message["id"], "to": message["id"], "tickets": [shop.install], "public_title": "Webhooks at noon"}
    issue = api.post(f"/v1/rooms/{one}/issues", asked)["id"]
    shop.until(lambda: api.get(f"/v1/issues/{issue}")["tickets"][0]["key"])
    [(ticket, title, back)] = side.tickets()
    assert title == "Your webhooks stop at noon."
    assert f"/console#/issues/{issue}" in back
    api.post(f"/v1/issues/{issue}/rooms", {"room": two})

    side.say(ticket, "looks like the scheduler")
    side.whisper(ticket, "@customer not for you")
    side.say(ticket, "@customer We have found it.")
    news = "News of “Webhooks at noon”: We have found it."
    shop.until(lambda: shop.both(news))

    side.close(ticket)
    done = "“Webhooks at noon” is done."
    shop.until(lambda: shop.both(news, done))

    side.reopen(ticket)
    again = "“Webhooks at noon” is being worked on again: it was told as closed too early."
    shop.until(lambda: shop.both(news, done, again))
    assert api.get(f"/v1/issues/{issue}")["state"] == "open"

    api("PATCH", f"/v1/issues/{issue}", {"state": "done", "tell": "quiet"})
    shop.until(lambda: side.closed(ticket))
    shop.until(lambda: not side.peer.outbox)
    assert shop.both(news, done, again)
    assert len(side.tickets()) == 1
    api("DELETE", f"/v1/installs/{shop.install}")
