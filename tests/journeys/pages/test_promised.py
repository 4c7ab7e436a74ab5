"""What a room is promised, on the running stack: an agent says it in the console, the customer reads it in the
widget, beside what is public of the issue behind it; the clock marks what is late, and the room comes up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import browser
from tests.journeys.caller import eventually
from tests.journeys.pages.hosting import dashboard
from tests.journeys.pages.test_console import Desk, OtherSide, view
from tests.journeys.pages.test_widget import Person
from tests.stack import LocalStack

SOON = 90_000  # ms


@pytest.fixture(scope="module")
def desk(stack: LocalStack) -> Iterator[Desk]:
    with browser() as chromium, OtherSide() as side:
        yield Desk(stack, chromium, side)


def test_a_promise_is_made_read_marked_and_kept(desk: Desk) -> None:
    room = desk.asked("Late answers", "When will you know?")
    path, api, ann = f"/v1/rooms/{room}", desk.api, desk.user()

    def promised() -> dict[str, Any]:
        return dict(ann.get(path)["promise"] or {})

    config = {"url": desk.side.url, "all_rooms": False, "events": ["promise.overdue"]}
    api.post("/v1/installs", {"kind": "webhook", "name": "Promises", "config": config})
    with desk.page() as page:
        view(page, "Waiting for us")
        page.locator(".rooms button", has_text="Late answers").click()
        page.get_by_role("button", name="More about this room").click()
        page.get_by_role("menuitem", name="Promise something").click()
        page.get_by_label("What we owe").fill("the cause")
        page.get_by_role("button", name="Promise", exact=True).click()
        expect(page.locator(".head .tag", has_text="Promised by")).to_be_visible(timeout=SOON)
        assert promised()["text"] == "the cause"
        issue = {"title": "Clock drift", "public_title": "Late answers of v2", "public_text": "Found."}
        api.post(f"{path}/issues", issue)
        with dashboard(desk.stack, desk.workspace) as host, Person(desk.chromium, host.url("acme/ann")) as ann_there:
            ann_there.open().enter("Late answers")
            ann_there.one(".top p", has_text="We said we would get back to you by").wait_for()
            behind = ann_there.one(".issues li", has_text="Late answers of v2")
            behind.locator("summary").click()
            behind.get_by_text("Found.").wait_for()
            assert "Clock drift" not in behind.inner_text()
        soon = (datetime.now(UTC) + timedelta(milliseconds=500)).isoformat()
        assert api("PATCH", path, {"promise": {"due": soon}}).status == 200

        def late() -> bool:
            desk.stack.tick()
            return bool(promised()["overdue"])

        eventually(late)
        expect(page.locator(".head .tag", has_text="Overdue")).to_be_visible(timeout=SOON)
        view(page, "Promised")
        page.locator(".rooms button", has_text="Late answers").locator(".tag", has_text="Overdue").wait_for()
    assert [each["id"] for each in api.get("/v1/rooms?promise=overdue")["items"]] == [room]
    assert api("PATCH", path, {"promise": {"state": "kept"}}).status == 200
    eventually(lambda: api.get("/v1/rooms?promise=open")["items"] == [])
    eventually(lambda: any(b'"promise.overdue"' in body for _, body in desk.side.got))
    became = [each["promise"]["state"] for each in ann.all(f"{path}/changes?after=0") if "promise" in each["fields"]]
    assert became == ["open", "open", "open", "kept"]
