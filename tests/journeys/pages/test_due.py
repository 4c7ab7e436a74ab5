"""What a room is owed by when, on the running stack: the console shows it and what comes due next, the customer reads
the policy's words, and webhooks hear of the beginning, the end and the miss of a clock, once each."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import browser
from tests.journeys.caller import eventually
from tests.journeys.pages.hosting import dashboard
from tests.journeys.pages.test_console import Desk, OtherSide, opened, view
from tests.journeys.pages.test_widget import Person
from tests.stack import LocalStack

SOON = 90_000  # ms
EVENTS = ["clock.started", "clock.warned", "clock.missed", "clock.met"]


@pytest.fixture(scope="module")
def desk(stack: LocalStack) -> Iterator[Desk]:
    with browser() as chromium, OtherSide() as side:
        yield Desk(stack, chromium, side)


def facts(desk: Desk) -> list[tuple[str, str]]:
    heard = [json.loads(body) for _, body in desk.side.got]
    return [(each["type"], each["clock"]["kind"]) for each in heard if each["type"].startswith("clock.")]


def test_what_is_due_is_seen_answered_and_missed(desk: Desk) -> None:
    api, ann = desk.api, desk.user()
    targets = {"first_minutes": 60, "next_minutes": 240, "update_minutes": 480}
    policy = {"name": "Everybody", "targets": targets, "words": "We answer within the hour"}
    assert api("POST", "/v1/policies", policy).status == 201
    config = {"url": desk.side.url, "all_rooms": False, "events": EVENTS}
    assert api("POST", "/v1/installs", {"kind": "webhook", "name": "Clocks", "config": config}).status == 201
    room = desk.asked("Export stops", "It stopped at two")
    path = f"/v1/rooms/{room}"

    def running() -> list[dict[str, Any]]:
        return list(api.get(path)["clocks"])

    eventually(lambda: [each["kind"] for each in running()] == ["first"])
    with desk.page() as page:
        view(page, "Due next")
        row = page.locator(".rooms button", has_text="Export stops")
        expect(row.locator(".tag", has_text="due")).to_be_visible(timeout=SOON)
        opened(page, desk, room)
        expect(page.locator(".head .tag", has_text="First answer due")).to_be_visible(timeout=SOON)
        with dashboard(desk.stack, desk.workspace) as host, Person(desk.chromium, host.url("acme/ann")) as ann_there:
            ann_there.open().enter("Export stops")
            ann_there.one(".top p", has_text="We answer within the hour").wait_for()
        api.post(f"{path}/messages", {"text": "It runs again"})
        expect(page.locator(".head .tag", has_text="First answer due")).to_have_count(0, timeout=SOON)
        eventually(lambda: running() == [])
        soon = (datetime.now(UTC) + timedelta(milliseconds=500)).isoformat()
        assert api("PATCH", path, {"promise": {"text": "the cause", "due": soon}}).status == 200

        def missed() -> bool:
            desk.stack.tick()
            return any(each["missed_at"] for each in running())

        eventually(missed)
    assert [each["id"] for each in api.get("/v1/rooms?clock=missed")["items"]] == [room]
    assert ann.get(path)["clocks"] == []
    wanted = [
        ("clock.started", "first"),
        ("clock.met", "first"),
        ("clock.started", "update"),
        ("clock.missed", "update"),
    ]
    eventually(lambda: facts(desk) == wanted)
    assert [(each["kind"], each["how"]) for each in api.get(f"{path}/clocks")["items"]] == [
        ("first", "answered"),
        ("update", None),
    ]
