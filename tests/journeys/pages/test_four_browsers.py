"""Two users of one customer and two agents, in four browsers: what one says the other three see at once, and nobody
misses or doubles anything, whatever becomes of the network."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.browser import browser
from tests.journeys.caller import Caller
from tests.journeys.pages.hosting import dashboard
from tests.journeys.pages.test_widget import Person, room_of
from tests.stack import LocalStack

AWAY = 10.0  # s without a network


class Agent(Person):
    """Somebody at the console, signed in by the demo's door."""

    def __init__(self, chromium: Any, stack: LocalStack, who: str, room: str) -> None:
        super().__init__(chromium, f"{stack.base_url}/console", viewport={"width": 1300, "height": 800})
        self.page.get_by_role("button", name=f"Continue as {who}@demo.example").click()
        self.page.get_by_role("navigation", name="Views").wait_for()
        self.page.goto(f"{stack.base_url}/console#/inbox/open/{room}")
        self.ready()

    def ready(self) -> None:
        self.one(".message").first.wait_for()
        self.one("#line", has_text="live").wait_for()

    def write(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Answer").fill(text)
        self.page.keyboard.press("Control+Enter")

    def sees(self, text: str) -> None:
        self.one(".message .text", has_text=text).first.wait_for()

    def said(self) -> list[str]:
        return [text.strip() for text in self.one(".message :is(.text, .gone)").all_inner_texts()]


@contextmanager
def four(stack: LocalStack, made: dict[str, str], room: str) -> Iterator[tuple[Person, Person, Agent, Agent]]:
    """Ann and Bob at the widget on a page of another origin, Grace and Alan at the console; all have the room open."""
    with (
        browser() as chromium,
        dashboard(stack, made) as host,
        Person(chromium, host.url("ann")) as ann,
        Person(chromium, host.url("bob")) as bob,
        Agent(chromium, stack, "grace", room) as grace,
        Agent(chromium, stack, "alan", room) as alan,
    ):
        for user in (ann, bob):
            user.open().live().enter("Webhooks")
        yield ann, bob, grace, alan


def test_four_see_the_same_at_once_and_after_a_lost_network(stack: LocalStack) -> None:
    owner = {"name": "Grace", "email": "grace@demo.example"}
    made = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Four", "owner": owner})
    api = Caller(stack.base_url, made["api_key"])
    api.post("/v1/agents", {"name": "Alan", "email": "alan@demo.example"})
    room = room_of(stack, made, "Webhooks", "They stopped")
    path = f"/v1/rooms/{room}/messages"
    with four(stack, made, room) as everybody:
        ann, bob, grace, alan = everybody
        asked: list[str] = []
        for each in everybody:
            each.page.on("request", lambda request: asked.append(request.url) if "/changes?" in request.url else None)
        reads: dict[str, list[int]] = {}
        for n in range(3):
            for name, speaker in (("user", ann), ("agent", grace)):
                asked.clear()
                speaker.write(f"{name} {n}")
                for each in everybody:
                    each.sees(f"{name} {n}")
                reads.setdefault(name, []).append(len(asked))
        assert all(min(counts) == 0 for counts in reads.values()), reads  # a frame brings it: nobody has to ask

        for lost in (bob, alan):
            lost.context.set_offline(True)
        since = time.monotonic()
        bob.write("Bob, without a network")
        alan.write("Alan, without a network")
        first = next(each for each in api.get(path)["items"] if each["text"] == "agent 0")
        assert api("PATCH", f"{path}/{first['id']}", {"text": "agent 0, edited"}).status == 200
        assert api("PUT", f"{path}/{first['id']}/reactions/%F0%9F%91%8D").status == 200
        ann.write("While they were away")
        ann.sees("While they were away")
        gone = api.post(path, {"text": "Soon gone"})
        assert api("DELETE", f"{path}/{gone['id']}").status == 200
        ann.page.reload()
        ann.sees("While they were away")  # the panel and its room are open as they were
        grace.page.reload()
        grace.ready()
        time.sleep(max(0.0, AWAY - (time.monotonic() - since)))
        for lost in (bob, alan):
            lost.context.set_offline(False)
        for text in ("Bob, without a network", "Alan, without a network"):
            for each in everybody:
                each.sees(text)
        shown = [each["text"] or "This message was deleted." for each in api.get(path)["items"]][::-1]
        assert len(set(shown)) == len(shown) == 11
        for each in everybody:
            each.until(_says(each, shown))
            assert each.one(":is(.marks button, .reaction)", has_text="👍 1").count() == 1


def _says(person: Person, shown: list[str]) -> Callable[[], bool]:
    return lambda: person.said() == shown
