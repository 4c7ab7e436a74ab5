"""`python -m tests.pictures` takes the README's pictures anew: a made-up workspace on a stack of its own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from infra.venvs import ROOT
from tests.browser import browser
from tests.journeys.caller import Caller, OtherSide, eventually, user_token
from tests.journeys.pages.hosting import Dashboard, dashboard
from tests.stack import LocalStack

PICTURES = ROOT / "infra" / "pictures"
DESK = {"width": 1440, "height": 860}
PAGE = {"width": 1200, "height": 500}
BUTTON = {"width": 900, "height": 760}
PHONE = {"width": 390, "height": 780}
TWICE = """Since this morning every `invoice.paid` event comes **twice**, some 40 ms apart:

```
{"id": "evt_81", "type": "invoice.paid", "attempt": 1}
{"id": "evt_81", "type": "invoice.paid", "attempt": 1}
```"""
CAUSE = """Thanks, both. I can see it: our retry starts before your 200 is read.

1. A fix is on its way to *staging* now
2. Until then, keep the `id` and drop what you have seen"""
OTHERS = {
    "zephyr": ("Zephyr Pay", "zoe", "Sandbox returns 502", "The sandbox answers 502 to about one call in ten."),
    "quill": ("Quill & Sons", "quentin", "Invoices in PDF/A", "Our archive takes PDF/A-3 alone. Can you make it?"),
    "borealis": ("Borealis Freight", "bea", "Go-live checklist", "We go live on Monday. Is there a list of checks?"),
}


class Story:
    """What is to be seen."""

    def __init__(self, stack: LocalStack, feed: str) -> None:
        owner = {"name": "Grace", "email": "grace@demo.example"}
        made = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Acorn", "owner": owner})
        self.base_url, self.workspace = stack.base_url, made
        self.api = Caller(stack.base_url, made["api_key"])
        self.api.post("/v1/agents", {"name": "Alan", "email": "alan@demo.example"})
        plan = {"plan": "pro", "seats": 12, "calls_30d": 412900, "region": "EU"}
        self.api(
            "PUT", "/v1/customers/acme", {"name": "Acme Robotics", "attributes": plan, "domains": ["acme.example"]}
        )
        self.api.post("/v1/installs", {"kind": "webhook", "name": "Product log", "config": {"url": feed}})
        self.others()
        self.acme()

    def user(self, customer: str, name: str, of: str) -> Caller:
        """Somebody at a customer."""
        fields = {"name": name.title(), "email": f"{name}@{customer}.example", "customer_name": of}
        return Caller(self.base_url, user_token(self.workspace, customer, name, **fields))

    def others(self) -> None:
        """The rest of the inbox."""
        rooms = [self.said(self.user(each, name, of), topic, text) for each, (of, name, topic, text) in OTHERS.items()]
        asked = {"title": "Slow lists of events", "public_title": "Lists of events are fast", "kind": "feature"}
        issue = self.api.post("/v1/issues", asked)["id"]
        for room in rooms:
            self.api.post(f"/v1/issues/{issue}/rooms", {"room": room})
        fields = {"state": "done", "words": "It is in version 9, {{customer.name}}: thank you for asking."}
        assert self.api("PATCH", f"/v1/issues/{issue}", fields).status == 200

    def said(self, user: Caller, topic: str, text: str) -> str:
        """A room of a topic, with a first message."""
        room = user.post("/v1/rooms", {"name": topic})["id"]
        user.post(f"/v1/rooms/{room}/messages", {"text": text})
        return str(room)

    def acme(self) -> None:
        """The customer that is looked at."""
        ann, bob = (self.user("acme", name, "Acme Robotics") for name in ("ann", "bob"))
        old = self.said(ann, "Sandbox keys expire", "Our sandbox keys end after a day.")
        self.api(
            "PATCH", f"/v1/rooms/{old}", {"state": "resolved", "outcome": "solved", "reason": "They last 90 days now"}
        )
        self.said(bob, "Rate limits for batch imports", "How many requests a minute may we send at night?")
        self.room = room = self.said(bob, "Webhooks arrive twice", TWICE)
        messages = f"/v1/rooms/{room}/messages"
        ann.post(messages, {"text": "Same for us in the staging account."})
        first = self.api.get(messages)["items"][-1]["id"]
        answer = self.api.post(messages, {"text": CAUSE, "reply_to": first})["id"]
        for user, emoji in ((ann, "👍"), (bob, "👍"), (ann, "🎉")):
            assert user("PUT", f"{messages}/{answer}/reactions/{quote(emoji)}").status in (200, 201, 204)
        self.api.post(
            messages, {"text": "Retries begin at 30 ms since Tuesday's release: see the gateway.", "internal": True}
        )
        raised = {"title": "Retry races the 200", "public_title": "Webhooks are delivered twice", "kind": "bug"}
        self.api.post(f"/v1/rooms/{room}/issues", raised)
        me = self.api.get("/v1/session")["agent"]["id"]
        due = (datetime.now(UTC) + timedelta(hours=5)).replace(minute=0, second=0, microsecond=0)
        fields = {"assignees": [me], "promise": {"text": "the fix in production", "due": due.isoformat()}}
        assert self.api("PATCH", f"/v1/rooms/{room}", fields).status == 200
        bob.post(messages, {"text": "That helps. We drop doubles by `id` meanwhile."})
        self.api.post(messages, {"text": "Could you send me one delivery id of staging?"})
        eventually(lambda: ann.get("/v1/search?q=staging")["items"])


@contextmanager
def page(chromium: Any, size: dict[str, int], **fields: Any) -> Iterator[Any]:
    """A page of a size, twice as sharp if it is small."""
    context = chromium.new_context(viewport=size, device_scale_factor=2 if size is BUTTON else 1, **fields)
    yield context.new_page()
    context.close()


def take(seen: Any, name: str) -> None:
    """Once nothing moves."""
    seen.wait_for_timeout(1500)
    panel = seen.get_by_role("dialog", name="Support")
    (panel if panel.count() else seen).screenshot(path=PICTURES / f"{name}.png")


def of_the_button(chromium: Any, host: Dashboard) -> None:
    """The team's rooms, one of them, what was found, and the dark."""
    with page(chromium, BUTTON) as seen:
        seen.goto(host.url("acme/ann"))
        seen.get_by_role("button", name="Support").click()
        seen.get_by_text("Rate limits").wait_for()
        take(seen, "widget-rooms")
        seen.get_by_role("searchbox").fill("deliver")
        take(seen, "widget-search")
    for theme, name in (("light", "widget-room"), ("dark", "widget-dark")):
        with page(chromium, BUTTON) as seen:
            seen.goto(host.url("acme/ann", theme=theme))
            seen.get_by_role("button", name="Support").click()
            seen.get_by_text("Webhooks arrive twice").first.click()
            seen.get_by_role("log").get_by_text("delivery id of staging").wait_for()
            take(seen, name)


def of_the_console(chromium: Any, story: Story) -> None:
    """An agent's desk, in the light, the dark and on a phone."""
    place = f"{story.base_url}/console?workspace={story.workspace['id']}#/inbox/open/{story.room}"
    looks: dict[str, tuple[dict[str, int], dict[str, Any]]] = {
        "console": (DESK, {}),
        "console-dark": (DESK, {"color_scheme": "dark"}),
        "console-phone": (PHONE, {"color_scheme": "light"}),
    }
    for name, (size, options) in looks.items():
        with page(chromium, size, **options) as seen:
            seen.goto(place)
            seen.get_by_role("button", name="Continue as grace@demo.example").click()
            seen.get_by_role("log").get_by_text("delivery id of staging").wait_for()
            seen.get_by_text("raised an issue").wait_for(state="attached")
            take(seen, name)
            if name == "console":
                seen.set_viewport_size(PAGE)
                seen.get_by_role("navigation", name="Views").get_by_role("button", name="Issues").click()
                seen.get_by_role("button", name="Tell the rooms").wait_for()
                take(seen, "console-issues")


def take_all(stack: LocalStack, chromium: Any, feed: str) -> None:
    """All of them, of a workspace that is made for it."""
    story = Story(stack, feed)
    with dashboard(stack, story.workspace) as host:
        of_the_button(chromium, host)
    of_the_console(chromium, story)


def main() -> None:
    """On a stack of their own."""
    with tempfile.TemporaryDirectory(prefix="parley-pictures-") as home, browser() as chromium, OtherSide() as side:
        stack = LocalStack(Path(home))
        stack.start()
        try:
            take_all(stack, chromium, side.url)
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
