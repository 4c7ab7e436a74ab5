"""Undo in the console: what was sent waits in its page for some seconds, and comes back whole; it is said once,
whatever becomes of the page meanwhile (ADR 152)."""

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House, Page
from .test_console_words import field, note, send, shown
from .test_words_kept import TXT, failing


@pytest.fixture
def room(house: House, parley: Parley) -> str:
    """A room of Ann's; Ada is signed in, and has five seconds."""
    house.tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    made = house.tenant.user().post("/v1/rooms", {"name": "Kept"}).json["id"]
    house.tenant.user().post(f"/v1/rooms/{made}/messages", {"text": "Hello"})
    parley.settle()
    return str(made)


def entered(house: House, room: str, context: Any) -> Page:
    page = house.page(path=f"{PARLEY}/console#/inbox/open/{room}", context=context)
    page.one(".message").first.wait_for()
    page.one(".where", has_text="room").wait_for()
    return page


def still(house: House, room: str) -> tuple[Page, Any]:
    """The room in a browser whose time stands still."""
    context = house.browser(viewport={"width": 1300, "height": 800}, waits=True)
    context.clock.install(time=time.time())
    page = entered(house, room, context)
    context.clock.pause_at(time.time() + 5)
    return page, context


def undo(page: Page) -> Any:
    return page.one("#said button", has_text="Undo")


def test_what_was_sent_waits_and_comes_back_with_its_file(house: House, room: str) -> None:
    page, context = still(house, room)
    page.one(".composer input[type=file]").set_input_files(TXT)
    page.one(".composer .chip small", has_text="1 B").wait_for()
    send(page, "Too early")
    undo(page).wait_for()
    context.clock.run_for(4900)
    assert house.texts(room) == ["Hello"]
    undo(page).click()
    assert (field(page).input_value(), page.one(".composer .chip").count()) == ("Too early", 1)
    assert shown(page) == ["Hello"]
    context.clock.run_for(10_000)
    assert house.texts(room) == ["Hello"]
    send(page, "In time")
    field(page).press("Control+z")
    assert field(page).input_value() == "In time"
    note(page, on=True)
    send(page, "A note")
    context.clock.run_for(5000)
    page.until(lambda: house.texts(room) == ["Hello", "A note"])
    expect(undo(page)).to_have_count(0)
    expect(page.one(".message.waiting")).to_have_count(0)


LASTING = """const {fetch} = window; window.fetch = (url, how) => {
  if (how?.keepalive) localStorage.setItem("lasting", (localStorage.getItem("lasting") ?? "") + how.method);
  return fetch(url, how); };"""


@pytest.mark.parametrize("leaves", ["reloads", "closes", "has no network", "is signed out"])
def test_whatever_becomes_of_the_page_meanwhile_it_is_said_once(
    house: House, room: str, leaves: str, parley: Parley
) -> None:
    page, context = still(house, room)
    page.run(LASTING)
    cookie = house.cookie
    if leaves == "has no network":
        failing(house, "refused", part="")
    send(page, "Once")
    undo(page).wait_for()
    if leaves == "reloads":
        page.page.reload()
    elif leaves == "closes":
        page.page.goto("about:blank")
    elif leaves == "has no network":
        context.clock.run_for(5000)
        page.one(".message.waiting .bad").wait_for()
        house.fate = lambda method, path: ""
        page.page.reload()
    else:
        house.cookie = ""
        context.clock.run_for(5000)
        page.one("input[name=email]").wait_for()
        house.cookie = cookie
    if leaves in ("reloads", "closes"):
        lasting = context.new_page()
        lasting.goto(f"{PARLEY}/console#/settings")
        assert lasting.evaluate("localStorage.lasting") == "POST"  # a browser sends it without the page
        lasting.close()
    context.clock.resume()
    page = entered(house, room, context)
    page.until(lambda: house.texts(room) == ["Hello", "Once"])
    page.until(lambda: shown(page) == ["Hello", "Once"])
    assert (field(page).input_value(), page.wrong) == ("", [])


def test_of_two_tabs_the_one_that_wrote_it_sends_it_and_undoes_it(house: House, room: str) -> None:
    one, context = still(house, room)
    two = entered(house, room, context)
    send(one, "Half")
    two.one(".message.waiting", has_text="Half").wait_for()
    two.run("window.dispatchEvent(new Event('focus'))")
    context.clock.run_for(4000)
    assert (undo(two).count(), house.texts(room)) == (0, ["Hello"])
    undo(one).click()
    two.until(lambda: shown(two) == ["Hello"])
    context.clock.run_for(60_000)
    assert (field(one).input_value(), field(two).input_value(), house.texts(room)) == ("Half", "", ["Hello"])
    send(one, "Whole")
    two.one(".message.waiting", has_text="Whole").wait_for()
    context.clock.run_for(6000)
    two.until(lambda: (shown(two), house.texts(room)) == (["Hello", "Whole"], ["Hello", "Whole"]))


def test_who_has_left_the_room_is_led_back_to_what_they_undo(house: House, room: str) -> None:
    house.tenant.user().post("/v1/rooms", {"name": "Other"})
    house.parley.settle()
    page, context = still(house, room)
    note(page, on=True)
    send(page, "Not here")
    undo(page).wait_for()
    page.one(".mode", has_text="Answer").click()
    page.page.goto(f"{PARLEY}/console#/settings/told")
    page.one("select[name=undo]").select_option("10")
    undo(page).click()
    page.until(lambda: field(page).count() and field(page).input_value() == "Not here")
    assert page.one(".composer.is-note").count() == 1
    send(page, "For us")
    context.clock.run_for(9000)
    assert house.texts(room) == ["Hello"]
    context.clock.run_for(1500)
    page.until(lambda: house.texts(room) == ["Hello", "For us"])


def test_a_file_that_is_still_going_up_comes_back_as_well(house: House, room: str) -> None:
    page, context = still(house, room)
    house.held = []
    page.one(".composer input[type=file]").set_input_files(TXT)
    page.until(lambda: house.held)
    send(page, "See this")
    undo(page).wait_for()
    for place in ("settings/told", f"inbox/open/{room}"):
        page.page.goto(f"{PARLEY}/console#/{place}")
    page.one(".message.waiting", has_text="See this").wait_for()
    undo(page).click()
    page.one(".composer .chip progress").wait_for()
    assert field(page).input_value() == "See this"
    for each in house.held:
        house.put(*each)
    page.one(".composer .chip small", has_text="1 B").wait_for()
    field(page).press("Control+Enter")
    context.clock.run_for(5100)
    page.until(lambda: house.texts(room) == ["Hello", "See this"])


def test_a_room_is_resolved_when_it_can_be_undone_no_more(house: House, room: str, tenant: Any) -> None:
    state = lambda: tenant.api.get(f"/v1/rooms/{room}").json["state"]  # noqa: E731
    page, context = still(house, room)

    def resolve(words: str = "") -> None:
        page.page.keyboard.press("e")
        if words:
            page.one("dialog textarea").fill(words)
        page.one("dialog .primary").click()
        page.one("#said", has_text="Resolving").wait_for()

    resolve("It was the key")
    expect(page.one(".rooms li", has_text="Kept")).to_have_count(0)
    undo(page).click()
    page.one(".rooms li.opened", has_text="Kept").wait_for()
    page.one("h1", has_text="Kept").wait_for()
    context.clock.run_for(9000)
    assert state() == "open"
    page.page.keyboard.press("e")
    page.until(lambda: page.one("dialog textarea").input_value() == "It was the key")
    page.page.keyboard.press("Escape")
    send(page, "All is well")
    field(page).press("Escape")
    resolve()
    context.clock.run_for(5100)
    page.until(lambda: state() == "resolved" and "All is well" in house.texts(room))
    page.one("#said", has_text="Resolved.").wait_for()
    assert tenant.api.get(f"/v1/rooms/{room}").json["reason"] == "It was the key"
    page.page.goto(f"{PARLEY}/console#/inbox/resolved/{room}")
    page.one("button", has_text="Reopen").click()
    page.one("#said", has_text="It is open again.").wait_for()


@pytest.mark.parametrize("how", ["422", "503"])
def test_a_resolving_that_was_refused_says_so_and_keeps_its_words(house: House, room: str, how: str) -> None:
    page, context = still(house, room)
    failing(house, how, part="/rooms/resolve")
    page.page.keyboard.press("e")
    page.one("dialog textarea").fill("Their key")
    page.one("dialog .primary").click()
    context.clock.run_for(5100)
    if how == "422":
        page.one("#said .bad", has_text="Not resolved: refused with 422").wait_for()
        page.one(".rooms li", has_text="Kept").first.click()
        page.one("h1", has_text="Kept").wait_for()
        page.page.keyboard.press("e")
        page.until(lambda: page.one("dialog textarea").input_value() == "Their key")
        return
    page.one("#said .bad", has_text="Not resolved yet").wait_for()
    house.fate = lambda method, path: ""
    context.clock.run_for(5000)
    page.until(lambda: house.tenant.api.get(f"/v1/rooms/{room}").json["state"] == "resolved")


def test_a_file_that_was_going_up_when_its_page_went_is_named_and_its_words_are_in_the_field(
    house: House, room: str
) -> None:
    page, context = still(house, room)
    house.held = []
    page.one(".composer input[type=file]").set_input_files(TXT)
    page.until(lambda: house.held)
    send(page, "See this")
    undo(page).wait_for()
    page.page.goto("about:blank")
    context.clock.resume()
    page = entered(house, room, context)
    page.one("#said .bad", has_text="a.txt could not be sent").wait_for()
    page.until(lambda: field(page).input_value() == "See this")
    assert (house.texts(room), page.wrong) == (["Hello"], [])


def test_what_was_done_to_several_rooms_at_once_is_undone_for_each(house: House, room: str, tenant: Any) -> None:
    other = tenant.api.post("/v1/rooms", {"name": "Other", "customer": "acme"}).json["id"]
    tenant.api.post(f"/v1/rooms/{other}/messages", {"text": "Two"})
    tenant.api.patch(f"/v1/rooms/{other}", {"priority": "high"})
    page = house.page(
        path=f"{PARLEY}/console#/inbox/open", context=house.browser(viewport={"width": 1300, "height": 800})
    )
    priorities = lambda: [tenant.api.get(f"/v1/rooms/{each}").json["priority"] for each in (room, other)]  # noqa: E731
    for name in ("Kept", "Other"):
        page.page.get_by_label(f"Choose {name}").check()
    page.one(".bulk button", has_text="Priority").click()
    page.one("dialog select").select_option("urgent")
    page.one("dialog .primary").click()
    undo(page).wait_for()
    assert priorities() == ["urgent", "urgent"]
    page.page.keyboard.press("Control+z")
    page.until(lambda: priorities() == ["normal", "high"])
    expect(undo(page)).to_have_count(0)
    tenant.api.patch(f"/v1/rooms/{other}", {"labels": ["api"]})
    labels = lambda: [tenant.api.get(f"/v1/rooms/{each}").json["labels"] for each in (room, other)]  # noqa: E731
    page.one(".rooms .label", has_text="api").wait_for()
    for name in ("Kept", "Other"):
        page.page.get_by_label(f"Choose {name}").check()
    page.one(".bulk button", has_text="Label").click()
    page.one("dialog input[name=labels]").fill("bug, billing,")
    page.one("dialog .primary").click()
    undo(page).wait_for()
    assert labels() == [["billing", "bug"], ["api", "billing", "bug"]]
    undo(page).click()
    page.until(lambda: labels() == [[], ["api"]])


def test_whom_a_room_is_given_to_its_priority_and_its_snooze_are_undone_at_once(
    house: House, room: str, tenant: Any
) -> None:
    page = entered(house, room, house.browser(viewport={"width": 1300, "height": 800}))
    before = tenant.api.get(f"/v1/rooms/{room}").json
    page.page.keyboard.press("a")
    undo(page).wait_for()
    page.page.keyboard.press("p")
    page.one("dialog select[name=priority]").select_option("urgent")
    page.one("dialog input[name=hide]").check()
    page.one("dialog .primary").click()
    page.until(lambda: undo(page).count() == 2)
    changed = tenant.api.get(f"/v1/rooms/{room}").json
    assert (changed["priority"], bool(changed["snoozed_until"]), len(changed["assignees"])) == ("urgent", True, 1)
    for _ in range(2):
        page.page.keyboard.press("Control+z")
    names = ("priority", "snoozed_until", "assignees")
    page.until(lambda: [tenant.api.get(f"/v1/rooms/{room}").json[name] for name in names] == [before[n] for n in names])
