"""What a webhook was told is a page: by time and type, how each went, one of them again, and a whole range."""

import os
from typing import Any

import pytest

from chalicelib.desk.deliveries import Delivery
from chalicelib.flows.delivery.resend import SLOT
from tests.api import Tenant
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House

EVENTS = ["room.opened", "room.labelled", "room.resolved"]


@pytest.fixture
def page(house: House, parley: Parley, tenant: Tenant) -> Any:
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example", "role": "owner"})
    config = {"url": "https://hook.example/", "all_rooms": True, "events": EVENTS}
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Ours", "config": config})
    ann = tenant.user("acme", "ann")
    room = ann.post("/v1/rooms", {"name": "Exports"}).json["id"]
    ann.post(f"/v1/rooms/{room}/messages", {"text": "They stop"})
    parley.settle()
    tenant.api.patch(f"/v1/rooms/{room}", {"labels": ["billing"]})
    tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved"})
    parley.settle()
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1280, "height": 900}, locale="en-GB", reduced_motion="reduce")
    return house.page(path=f"{PARLEY}/console#/settings/installs", context=context).page


def test_it_is_listed_by_type_and_sent_again_one_by_one_and_by_range(page: Any, parley: Parley) -> None:
    page.get_by_role("article", name="Ours").get_by_role("button", name="What was sent").click()
    page.get_by_role("heading", name="Sent to Ours").wait_for()
    rows = page.get_by_role("list", name="What was sent").locator("li")
    rows.first.wait_for()
    events = [each.inner_text() for each in rows.locator("code").all()]
    assert [each for each in events if each != "message.posted"] == ["room.opened", *EVENTS]  # the triage room, too
    assert rows.locator(".tag", has_text="delivered").count() == len(events)
    if shots := os.environ.get("SHOTS"):
        for width, scheme in ((1280, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{shots}-{width}-{scheme}.png")
        page.set_viewport_size({"width": 1280, "height": 900})

    before = len(parley.outside.posts)
    page.get_by_role("button", name="Send room.labelled again").click()
    page.get_by_text("on its way again").wait_for()
    parley.settle()
    assert len(parley.outside.posts) == before + 1

    page.get_by_label("Event").select_option("room.resolved")
    rows.locator("code", has_text="room.opened").first.wait_for(state="detached")
    assert [each.inner_text() for each in rows.locator("code").all()] == ["room.resolved"]
    page.get_by_role("button", name="Send all of it again…").click()
    page.get_by_role("dialog").get_by_text("Each room.resolved from").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Send again").click()
    page.get_by_text("It is sent again.").wait_for()
    parley.settle()
    again = [row for row in parley.records() if isinstance(row, Delivery) and row.bridge.endswith(SLOT)]
    assert len(again) == 1

    page.get_by_label("Until").fill("2020-01-01T00:00")
    page.get_by_text("A range ends after it begins").or_(page.get_by_text("a range ends after it begins")).wait_for()
    page.get_by_label("Until").fill("")
    page.get_by_label("Event").select_option("message.deleted")
    page.get_by_text("Nothing was sent in this time.").wait_for()
