"""How a room ends, in pages: agents are asked for the outcome and see how many will hear of it; who asked says that it
is not solved, or how it was."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api import Tenant
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House, Page


def asked(tenant: Tenant, name: str, *users: str) -> str:
    room = str(tenant.api.post("/v1/rooms", {"name": name, "customer": "acme"}).json["id"])
    for user in users:
        assert tenant.user(user=user).post(f"/v1/rooms/{room}/messages", {"text": f"{name}?"}).status == 201
    return room


@pytest.fixture
def console(house: House, parley: Parley, tenant: Tenant) -> Any:
    tenant.customer()
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    return house.browser(viewport={"width": 1500, "height": 800})


def page_at(house: House, console: Any, place: str) -> Any:
    return house.page(path=f"{PARLEY}/console#/{place}", context=console).page


def test_who_would_hear_of_an_end_is_shown_before_it_is_told(house: House, console: Any, tenant: Tenant) -> None:
    room = asked(tenant, "Export", "ann", "bob")
    page = page_at(house, console, f"inbox/open/{room}")
    page.get_by_role("button", name="Resolve", exact=True).click()
    box = page.get_by_role("dialog")
    box.get_by_text("2 people in 1 room would hear of it.").wait_for()
    box.get_by_label("How did it end?").select_option("declined")
    box.get_by_role("button", name="Resolve").click()
    assert tenant.api.get(f"/v1/rooms/{room}").json["state"] == "open"  # of what is declined, the reason
    box.get_by_label("What else is there to say?").fill("It would leak")
    box.get_by_role("button", name="Resolve").click()
    expect(box).to_have_count(0)
    assert tenant.api.get(f"/v1/rooms/{room}").json["outcome"] == "declined"
    assert any("It would leak" in text for text in house.texts(room))


def test_many_end_quietly_unless_one_says_so(house: House, console: Any, tenant: Tenant) -> None:
    rooms = [asked(tenant, "One", "ann"), asked(tenant, "Two", "ann", "bob"), asked(tenant, "Silent")]
    page = page_at(house, console, "inbox/open")
    for name in ("One", "Two"):
        page.get_by_label(f"Choose {name}").check()
    page.get_by_role("group", name="With the chosen rooms").get_by_role("button", name="Resolve").click()
    box = page.get_by_role("dialog")
    box.get_by_text("2 people in 2 rooms would hear of it.").wait_for()
    expect(box.get_by_label("Tell each customer how it ended")).not_to_be_checked()
    box.get_by_role("button", name="Resolve").click()
    page.get_by_text("2 rooms resolved.").wait_for()
    assert [house.texts(room) for room in rooms[:2]] == [["One?"], ["Two?", "Two?"]]


def test_who_asked_says_how_it_was_and_agents_read_it(house: House, console: Any, tenant: Tenant) -> None:
    room = asked(tenant, "Export", "ann")
    tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved", "outcome": "solved", "reason": "", "tell": True})
    for who, seen in (("bob", 0), ("ann", 1)):
        house.who = who
        widget = _in_room(house, "Export")
        widget.one(".rating").wait_for(state="attached")
        widget.rest(400)
        assert widget.one(".rating p").count() == seen
    widget.one(".rating button", has_text="No").click()
    widget.one(".rating textarea").fill("Three days")
    widget.one(".rating form button").click()
    widget.until(lambda: tenant.api.get(f"/v1/rooms/{room}/rating").json["why"] == "Three days")
    page = page_at(house, console, f"inbox/resolved/{room}")
    page.get_by_text("ann was unhappy: Three days").wait_for()
    page.goto(f"{PARLEY}/console#/figures")
    page.get_by_text("0 happy, 1 unhappy, 0 without a word.").wait_for()


def test_it_is_not_solved_with_one_click(house: House, console: Any, tenant: Tenant) -> None:
    room = asked(tenant, "Export", "ann")
    tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved", "outcome": "solved", "reason": "", "tell": True})
    widget = _in_room(house, "Export")
    widget.one(".bubble button", has_text="It is not solved").click()
    widget.until(lambda: tenant.api.get(f"/v1/rooms/{room}").json["state"] == "open")
    assert tenant.api.get(f"/v1/rooms/{room}").json["turn"] == "vendor"
    widget.one(".bubble button", has_text="It is not solved").wait_for(state="detached")


def _in_room(house: House, name: str) -> Page:
    widget = house.page().open()
    widget.one(".tab, [role=tab], button", has_text="Resolved").first.click()
    return widget.enter(name)
