"""The console: what a machine has drafted is a card above what is being written, to send, to edit or to discard."""

from typing import Any

import pytest

from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley
from tests.flows.rooms.test_proposals import click, colleague, drafting, key, propose

from .house import House, Page
from .test_console_words import entered, field, shown

TEXT = "Rotate the **key**, then try again."
SOURCES = [
    {"title": "Keys end", "url": "https://docs.example/keys"},
    {"title": "Loud", "url": "https://docs.example/?a=%22onmouseover"},
]


@pytest.fixture
def room(house: House, parley: Parley) -> str:
    """One in which Ann has asked; Ada is signed in, and machines draft."""
    house.tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    drafting(house.tenant)
    made = house.tenant.user().post("/v1/rooms", {"name": "Kept"}).json["id"]
    house.tenant.user().post(f"/v1/rooms/{made}/messages", {"text": "It says 401"})
    parley.settle()
    return str(made)


def drafted(house: House, room: str, **fields: Any) -> str:
    house.now()
    made = propose(key(house.tenant), room, TEXT, sources=[*SOURCES, {"title": "The same", "room": room}], **fields)
    assert made.status == 201, made.text
    house.parley.settle()
    return str(made.json["id"])


def card(page: Page) -> Any:
    return page.one(".proposal")


def test_it_comes_by_the_line_and_goes_by_one_click(house: House, room: str) -> None:
    page = entered(house, room)
    assert not card(page).is_visible()
    drafted(house, room)
    card(page).wait_for()
    assert card(page).locator("h3").inner_text() == "Drafted by Drafter"
    assert card(page).locator(".text strong").inner_text() == "key"
    links = card(page).locator(".sources a")
    assert [links.nth(i).get_attribute("rel") for i in range(2)] == ["noopener noreferrer nofollow"] * 2
    assert {links.nth(i).get_attribute("target") for i in range(2)} == {"_blank"}
    house.tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "And 403"})
    house.parley.settle()
    card(page).locator(".tag", has_text="Written before the last message").wait_for()
    send = card(page).get_by_role("button", name="Send")
    send.focus()
    send.press("Enter")
    page.one(".message.ours .tag", has_text="drafted by Drafter").wait_for()
    page.until(lambda: not card(page).is_visible())
    assert house.texts(room) == ["It says 401", "And 403", TEXT]


@pytest.mark.parametrize("shows", [True, False])
def test_a_customer_sees_by_whom_it_was_drafted_where_the_workspace_says_so(
    house: House, room: str, shows: bool
) -> None:
    drafting(house.tenant, shown=shows)
    page = house.page().open().enter("Kept")
    id_ = drafted(house, room)
    assert click(house.tenant.api, room, id_, "Rotate it").status == 201
    house.parley.settle()
    page.sees("Rotate it")
    answer = page.one(".said", has_text="Rotate it")
    assert answer.locator(".chip", has_text="drafted by Drafter").count() == int(shows)


def test_it_is_edited_and_sent_as_ones_own(house: House, room: str) -> None:
    id_ = drafted(house, room)
    page = entered(house, room)
    field(page).fill("Hello Ann,")
    card(page).get_by_role("button", name="Edit").click()
    assert field(page).input_value() == f"{TEXT}\n\nHello Ann,"
    page.one(".chip", has_text="Drafted by Drafter").wait_for()
    page.page.reload()
    page.one(".chip", has_text="Drafted by Drafter").wait_for()
    field(page).fill("Rotate it.")
    field(page).press("Control+Enter")
    page.one(".message.ours .tag", has_text="drafted by Drafter").wait_for()
    found = house.tenant.api.get(f"/v1/rooms/{room}/proposals/{id_}").json
    assert (found["state"], found["edited"]) == ("sent", True)
    assert page.one(".chip").count() == 0


def test_it_is_discarded_for_a_reason(house: House, room: str) -> None:
    id_ = drafted(house, room)
    page = entered(house, room)
    card(page).get_by_role("button", name="Discard").click()
    page.one("dialog select").select_option("incomplete")
    page.one("dialog input").fill("Which key?")
    page.one("dialog .primary").click()
    page.until(lambda: not card(page).is_visible())
    found = house.tenant.api.get(f"/v1/rooms/{room}/proposals/{id_}").json
    assert (found["state"], found["reason"], found["words"]) == ("discarded", "incomplete", "Which key?")


def test_who_comes_second_is_told_who_was_first(house: House, room: str) -> None:
    id_ = drafted(house, room)
    page = entered(house, room)
    card(page).wait_for()
    house.fate = lambda method, path: "503" if method == "POST" and path.endswith("/messages") else ""
    card(page).get_by_role("button", name="Send").click()
    page.one(".message.waiting").wait_for()
    assert click(colleague(house.tenant), room, id_, "On it").status == 201
    house.parley.settle()
    house.fate = lambda method, path: ""
    page.run("window.dispatchEvent(new Event('focus'))")
    page.one(".message.waiting .bad", has_text="Bo sent it already").wait_for()
    page.one(".message.waiting .bad button", has_text="Edit").click()
    assert field(page).input_value() == TEXT
    assert page.one(".chip").count() == 0
    assert house.texts(room) == ["It says 401", "On it"]
    assert "On it" in " ".join(shown(page))


def test_an_admin_switches_it_on_issues_a_key_and_sees_what_became_of_it(house: House, room: str) -> None:
    ada = house.tenant.api.get("/v1/agents").json["items"]
    id_ = next(each["id"] for each in ada if each["name"] == "Ada")
    house.tenant.api.patch(f"/v1/agents/{id_}", {"role": "admin"})
    drafting(house.tenant, "off")
    page = entered(house, room)
    page.run("location.hash = given[0]", "#/settings/machines")
    page.one("select[name=mode]").select_option("shadow")
    page.one(".part", has_text="Drafted answers").locator(".primary").click()
    page.one("#said", has_text="Saved.").wait_for()
    assert house.tenant.api.get("/v1/workspace").json["drafting"]["mode"] == "shadow"
    page.one("button", has_text="New API key").click()
    page.one("dialog input[name=name]").fill("Drafter")
    page.one("dialog .primary").click()
    page.one("dialog pre.asis", has_text="pk_").wait_for()
    page.one("dialog .plain").click()
    page.one(".plainly li", has_text="Drafter").locator(".tag", has_text="draft").first.wait_for()
    drafted(house, room)
    house.say(room, "Rotate the **key**, then try it again.")
    page.run("location.hash = given[0]", "#/figures")
    page.one(".drafted tbody").wait_for()
    assert page.one(".drafted tbody tr").first.inner_text().split("\t")[-2:] == ["8 %", "8 %"]
    drafted(house, room)
    page.run("location.hash = given[0]", f"#/inbox/open/{room}")
    card(page).locator(".tag", has_text="in shadow").wait_for()
    assert card(page).get_by_role("button").count() == 1  # the room that it names
