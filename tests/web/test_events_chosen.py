"""Which events a webhook is told is chosen from the catalogue, in the dialog in which it is connected, and changed."""

import os
from typing import Any

import pytest

from tests.api import Tenant
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House


@pytest.fixture
def page(house: House, parley: Parley, tenant: Tenant) -> Any:
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example", "role": "owner"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1280, "height": 900}, locale="en-GB", reduced_motion="reduce")
    return house.page(path=f"{PARLEY}/console#/settings/installs", context=context).page


def test_they_are_ticked_by_what_they_mean_and_stay(page: Any, tenant: Tenant) -> None:
    page.get_by_role("button", name="Connect a channel").click()
    page.get_by_label("Kind").select_option("webhook")
    page.get_by_label("Name", exact=True).fill("Ours")
    page.get_by_label("Your address").fill("https://hook.example/")
    page.locator("summary", has_text="room.*").click()
    page.get_by_label("It has other labels").check()
    if shots := os.environ.get("SHOTS"):
        for width, scheme in ((1280, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{shots}-{width}-{scheme}.png")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_text("Keep this secret: it is shown this once.").wait_for()
    page.keyboard.press("Escape")
    [made] = tenant.api.get("/v1/installs").json["items"]
    config = {"url": "https://hook.example/", "all_rooms": True, "events": ["room.labelled"]}
    assert made["config"] == config
    page.get_by_role("article", name="Ours").get_by_role("button", name="Change").click()
    assert page.get_by_label("It has other labels").is_checked()
    page.get_by_label("It was resolved").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("dialog").wait_for(state="detached")
    [changed] = tenant.api.get("/v1/installs").json["items"]
    assert changed["config"] == config | {"events": ["room.labelled", "room.resolved"]}
