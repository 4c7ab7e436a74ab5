"""The console's composer: marks and preview, mentions, emoji, snippets and commands, files that go up, the limit."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import unfriendly
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House, Page
from .test_console_words import entered, field, send
from .test_words_kept import TXT


@pytest.fixture
def room(house: House, parley: Parley) -> str:
    """A room of Ann's; Ada is signed in, and Bea is her colleague."""
    for name in ("Ada", "Bea"):
        house.tenant.api.post("/v1/agents", {"name": name, "email": f"{name.lower()}@vendor.example"})
    house.tenant.api.post("/v1/snippets", {"name": "Greeting", "text": "Hello {{user.name}}"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    made = house.tenant.user(name="Ann Lee").post("/v1/rooms", {"name": "Kept"}).json["id"]
    house.tenant.user(name="Ann Lee").post(f"/v1/rooms/{made}/messages", {"text": "Hello"})
    parley.settle()
    return str(made)


def writing(house: House, room: str, context: Any = None) -> Page:
    page = entered(house, room, context)
    page.one(".tools button").first.wait_for()
    return page


def options(page: Page) -> Any:
    return page.one(".suggestions [role=option]")


def typed(page: Page, text: str) -> None:
    field(page).press_sequentially(text)


def last(house: House, room: str) -> dict[str, Any]:
    message: dict[str, Any] = house.tenant.api.get(f"/v1/rooms/{room}/messages").json["items"][0]
    return message


def test_marks_go_around_what_is_chosen_and_are_undone_as_what_is_typed(house: House, room: str) -> None:
    page = writing(house, room)
    typed(page, "one two")
    field(page).press("Control+Shift+ArrowLeft")
    page.one(".tools [aria-label=Bold]").click()
    assert field(page).input_value() == "one **two**"
    field(page).press("Control+z")
    assert field(page).input_value() == "one two"
    field(page).press("Control+i")
    assert field(page).input_value() == "one *two*"
    page.one(".tools [aria-label=List]").click()
    assert field(page).input_value() == "- one *two*"
    page.one(".tools [aria-label=Preview]").click()
    page.one(".preview li em", has_text="two").wait_for()
    assert field(page).is_hidden()
    page.one(".tools [aria-label=Preview]").press("ArrowLeft")
    assert page.run("return document.activeElement.getAttribute('aria-label')") == "Snippets"
    page.one(".tools [aria-label=Preview]").click()
    field(page).press("Control+Enter")
    page.until(lambda: house.texts(room)[-1] == "- one *two*")


def test_who_is_mentioned_is_found_by_keyboard_and_pointer_and_told_to_the_api(house: House, room: str) -> None:
    page = writing(house, room)
    typed(page, "Look, @")
    page.until(lambda: options(page).count() >= 2)
    assert unfriendly(page.page, ".composer") == []
    typed(page, "b")
    expect(options(page)).to_have_count(1)
    expect(options(page)).to_contain_text("BeaColleague")
    assert field(page).get_attribute("aria-activedescendant") == options(page).get_attribute("id")
    field(page).press("Enter")
    typed(page, "and @ann l")
    options(page).filter(has_text="Ann Lee").click()
    assert field(page).input_value() == "Look, @Bea and @Ann Lee "
    typed(page, "`@b")
    expect(options(page)).to_have_count(0)
    typed(page, "` mail@b")
    expect(options(page)).to_have_count(0)
    field(page).press("Control+Enter")
    page.until(lambda: len(house.texts(room)) == 2)
    people = {each["id"]: each["name"] for each in house.tenant.api.get(f"/v1/rooms/{room}/roster").json["items"]}
    assert sorted(people[id_] for id_ in last(house, room)["mentions"]) == ["Ann Lee", "Bea"]
    expect(page.one(".message.ours .mention")).to_have_text(["@Bea", "@Ann Lee"])
    page.one(".mode", has_text="Internal note").click()
    typed(page, "@ann")
    expect(options(page)).to_have_count(0)  # a note never leaves


def test_emoji_code_snippets_and_commands_are_found_by_their_names(house: House, room: str) -> None:
    page = writing(house, room)
    typed(page, "Done :tad")
    expect(options(page).first).to_contain_text(":tada:")
    field(page).press("Tab")
    assert field(page).input_value() == "Done 🎉 "
    typed(page, "at 10:30 :) ")
    expect(options(page)).to_have_count(0)
    page.one(".tools [aria-label=Emoji]").click()
    page.until(lambda: options(page).count() == 8)
    field(page).press("Escape")
    expect(options(page)).to_have_count(0)
    assert page.run("return document.activeElement.tagName") == "TEXTAREA"
    field(page).fill("")
    page.one(".tools [aria-label='Code block']").click()
    options(page).filter(has_text="No language").wait_for()
    typed(page, "js")
    expect(options(page)).to_have_text(["json"])
    field(page).press("Enter")
    typed(page, "{}")
    assert field(page).input_value() == "```json\n{}\n```"
    field(page).fill("")
    typed(page, "/gre")
    expect(options(page).first).to_contain_text("Greeting")
    field(page).press("Enter")
    assert field(page).input_value() == "Hello Ann Lee"
    field(page).fill("")
    typed(page, "/write")
    expect(options(page)).to_contain_text(["Write a note"])
    field(page).press("Enter")
    page.one(".composer.is-note").wait_for()
    assert field(page).input_value() == ""
    typed(page, "/etc/hosts")
    expect(options(page)).to_have_count(0)


def test_a_file_shows_how_far_it_is_and_its_upload_is_cancelled_or_tried_again(house: House, room: str) -> None:
    page = writing(house, room)
    house.held = []
    page.one(".composer input[type=file]").set_input_files(TXT)
    page.one(".composer .chip progress").wait_for()
    page.until(lambda: house.held)
    page.one("[aria-label='Cancel the upload of a.txt']").click()
    expect(page.one(".composer .chip")).to_have_count(0)
    house.held = None
    house.fate = lambda method, path: "503" if path == "/bucket" else ""
    page.one(".composer input[type=file]").set_input_files(TXT)
    page.one(".composer .chip.bad", has_text="the upload was not taken").wait_for()
    house.fate = lambda method, path: ""
    page.one("[aria-label='Upload a.txt again']").click()
    page.one(".composer .chip small", has_text="1 B").wait_for()
    send(page, "See")
    page.until(lambda: [file["name"] for file in last(house, room)["attachments"]] == ["a.txt"])
    assert page.wrong == []


def test_a_counter_stands_near_the_limit_and_nothing_longer_is_sent(house: House, room: str) -> None:
    page = writing(house, room)
    field(page).fill("x" * 39_500)
    expect(page.one(".counter")).to_have_text("500 left")
    field(page).fill("x" * 40_001)
    expect(page.one(".counter.bad")).to_have_text("1 too many")
    expect(page.one(".send")).to_be_disabled()


def test_where_the_tools_do_not_come_one_writes_and_sends(house: House, room: str) -> None:
    house.fate = lambda method, path: "503" if "/assets/writing-" in path else ""
    page = entered(house, room)
    send(page, "Plain")
    page.until(lambda: house.texts(room)[-1] == "Plain")
    field(page).press("Escape")
    page.page.keyboard.press("s")
    page.one("#said .bad", has_text="new version").wait_for()
    page.page.goto(f"{PARLEY}/console#/settings")


@pytest.mark.parametrize(("part", "press"), [("writing", "s"), ("person", "Ann Lee")])
def test_a_part_that_comes_late_opens_nothing_over_another_page(house: House, room: str, part: str, press: str) -> None:
    """What was asked for in a room whose script is still on its way."""
    context, waiting = house.browser(viewport={"width": 1400, "height": 800}), []
    context.route(re.compile(rf"/assets/{part}-"), lambda route: waiting.append(route))
    page = entered(house, room, context)
    if part == "person":
        page.one(".about").get_by_role("button", name=press).first.click()
    else:
        page.page.locator("body").press(press)
    page.until(lambda: waiting)
    other = house.tenant.user(name="Ann Lee").post("/v1/rooms", {"name": "Elsewhere"}).json["id"]
    page.run("location.hash = given[0]", f"#/inbox/open/{other}")
    page.one(".head h1", has_text="Elsewhere").wait_for()
    for route in waiting:
        route.fallback()
    page.rest(400)
    assert page.one("dialog[open]").count() == 0
    assert page.wrong == []
