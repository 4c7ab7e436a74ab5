"""Policies and calendars in a real Chromium: an admin makes, orders and changes them; holidays come out of a file."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import browser, unfriendly
from tests.journeys.caller import OtherSide
from tests.stack import LocalStack

from .test_console import SOON, Desk, view

ICS = """BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Bunka no Hi
DTSTART;VALUE=DATE:20201103
RRULE:FREQ=YEARLY
END:VEVENT
BEGIN:VEVENT
SUMMARY:{}
DTSTART{}
END:VEVENT
END:VCALENDAR"""
WHOLE, TIMED = ICS.format("Closed", ";VALUE=DATE:20980102"), ICS.format("Stand-up", ":20980102T090000Z")


@pytest.fixture
def desk(stack: LocalStack) -> Iterator[Desk]:
    with browser() as chromium, OtherSide() as side:
        yield Desk(stack, chromium, side)


def saved(page: Any, word: str = "Save") -> None:
    page.get_by_role("dialog").get_by_role("button", name=word, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=SOON)


def test_an_admin_keeps_policies_and_calendars(desk: Desk) -> None:
    segment = desk.api.post("/v1/segments", {"name": "Gold", "customers": ["acme"]})["id"]
    with desk.page(viewport={"width": 1440, "height": 900}) as page:
        page.goto(f"{desk.stack.base_url}/console#/settings/policies")
        page.get_by_role("button", name="New calendar").click()
        page.get_by_label("Name").fill("Tokyo")
        page.get_by_label("Time zone").fill("Asia/Tokyo")
        page.get_by_label("Monday").fill("9 to 5")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        page.get_by_text("“9 to 5” are no hours").wait_for()
        page.get_by_label("Monday").fill("09:00-12:00, 13:00–24:00")
        page.get_by_label("Holidays").fill("2098-01-01\n11 4th")
        saved(page)
        office = page.get_by_role("article", name="Tokyo")
        expect(office).to_contain_text("Tue – Fri")
        expect(office).to_contain_text("fourth Thursday of November")
        office.get_by_role("button", name="Holidays from a file").click()
        file = page.get_by_label("An iCalendar file")
        file.set_input_files({"name": "a.ics", "mimeType": "text/calendar", "buffer": TIMED.encode()})
        page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
        page.get_by_text("“Stand-up” (20980102): it has a time of day").wait_for()
        file.set_input_files({"name": "a.ics", "mimeType": "text/calendar", "buffer": WHOLE.encode()})
        saved(page, "Add")
        page.get_by_text("2 days are added.").wait_for()
        for name, first in (("Everybody", "8h"), ("Gold", "1h")):
            page.get_by_role("button", name="New policy").click()
            page.get_by_label("Name").fill(name)
            page.get_by_label("Counts by").select_option(label="Tokyo")
            page.get_by_label("First answer, all").fill(first)
            page.get_by_label("Progress, all").fill("2 d")
            page.get_by_label("First answer, urgent").fill("90")
            page.get_by_label("Progress, urgent").fill("–")
            saved(page)
            page.get_by_role("article", name=name).wait_for()
        gold = page.get_by_role("article", name="Gold")
        gold.get_by_role("button", name="Change").click()
        page.locator("select[name='segment']").select_option(label="Gold")
        page.get_by_label("First answer, urgent").fill("soon")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        page.get_by_text("“soon” is no duration").wait_for()
        page.get_by_label("First answer, urgent").fill("15m")
        page.get_by_label("What customers read of it").fill("Within an hour")
        page.get_by_role("checkbox", name="Alan").check()
        page.get_by_label("Remind them after").fill("2d")
        page.get_by_label("First reminder").fill("Are you still there?")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        page.get_by_text("both reminders say something").wait_for()
        page.get_by_label("Second reminder").fill("We close it tomorrow.")
        saved(page)
        expect(gold).to_contain_text("is reminded twice, each time after 2 d")
        page.get_by_role("button", name="Up: Gold").click()
        expect(page.get_by_role("article").first).to_have_accessible_name("Gold", timeout=SOON)
        page.get_by_role("region", name="Measured segments").get_by_role("button", name="Choose").click()
        page.get_by_role("checkbox", name="Gold").check()
        saved(page)
    policies = desk.api.get("/v1/policies")["items"]
    assert [each["name"] for each in policies] == ["Gold", "Everybody"]
    reminded = {"after_minutes": 2880, "reminders": ["Are you still there?", "We close it tomorrow."]}
    assert [each["no_answer"] for each in policies] == [reminded, None]
    assert [len(each["escalate"]) for each in policies] == [1, 0]
    calendar = desk.api.get("/v1/calendars")["items"][0]
    none = {"first_minutes": 60, "next_minutes": None, "update_minutes": 2880, "outcome_minutes": None}
    assert (policies[0]["targets"], policies[0]["segment"], policies[0]["calendar"]) == (none, segment, calendar["id"])
    assert policies[0]["priorities"] == {"urgent": {"first_minutes": 15, "update_minutes": None}}
    assert (policies[0]["warn_minutes"], policies[0]["words"]) == (30, "Within an hour")
    assert calendar["week"]["monday"] == [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "24:00"}]
    assert (calendar["holidays"], calendar["yearly"]) == (["2098-01-01", "2098-01-02"], ["11 4TH", "11-03"])
    assert desk.api.get("/v1/measured-segments") == {"segments": [segment], "timezone": "UTC", "shared": False}
    with desk.page("alan") as page:
        page.goto(f"{desk.stack.base_url}/console#/settings/policies")
        page.get_by_role("article", name="Gold").wait_for()
        expect(page.get_by_role("button", name="New policy")).to_have_count(0)
        expect(page.get_by_role("button", name="Change")).to_have_count(0)


def test_a_customers_hours_are_chosen_beside_its_room(desk: Desk) -> None:
    week = {"monday": [{"from": "09:00", "to": "17:00"}]}
    desk.asked("Hours", "When do you read this?")
    with desk.page(viewport={"width": 1440, "height": 900}) as page:
        view(page, "All open")
        page.locator(".rooms button", has_text="Hours").click()
        about = page.locator(".about")
        about.get_by_role("heading", name="Acme").wait_for()
        expect(about.get_by_label("Counts by")).to_have_count(0)
        office = desk.api.post("/v1/calendars", {"name": "Tokyo", "timezone": "Asia/Tokyo", "week": week})["id"]
        page.reload()
        hours = about.get_by_label("Counts by")
        expect(hours).to_have_value("", timeout=SOON)
        hours.select_option(label="Tokyo")
        page.get_by_text("Acme counts by Tokyo.").wait_for()
        assert desk.api.get("/v1/customers/acme")["calendar"] == office
        page.reload()
        expect(hours).to_have_value(office, timeout=SOON)
        assert not unfriendly(page)
        hours.select_option(label="its policy’s hours")
        page.get_by_text("Acme counts by its policy’s hours.").wait_for()
        assert desk.api.get("/v1/customers/acme")["calendar"] == ""
