"""The console: no word is lost, none is said twice, read is what was seen; by the modules of the support button."""

from typing import Any

import pytest

from tests.edge.routes.test_sign_in import COOKIE, Browser, came
from tests.fakes import Parley

from .house import PARLEY, House, Page
from .test_embedding import BLOCKED
from .test_reading import AWAY, BACK
from .test_words_kept import TXT, failing

LOOKS = "window.dispatchEvent(new Event('focus'))"
PASTE = """const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", "a\\tb\\n1\\t2"); clipboardData.setData("text/html", "<table><tr><td>a");
  clipboardData.items.add(new File([new Uint8Array(8)], "image.png", {type: "image/png"}));
  const field = document.querySelector(".composer textarea");
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));"""
DROP = """const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["a"], "a.txt", {type: "text/plain"}));
  const event = new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true});
  document.querySelector(given[0]).dispatchEvent(event); return event.defaultPrevented"""


@pytest.fixture
def room(house: House, parley: Parley) -> str:
    """A room of Ann's; Ada is signed in."""
    house.tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    made = house.tenant.user().post("/v1/rooms", {"name": "Kept"}).json["id"]
    house.tenant.user().post(f"/v1/rooms/{made}/messages", {"text": "Hello"})
    parley.settle()
    return str(made)


def entered(house: House, room: str, context: Any = None) -> Page:
    context = context or house.browser(viewport={"width": 1300, "height": 800})
    page = house.page(path=f"{PARLEY}/console#/inbox/open/{room}", context=context)
    page.one(".message").first.wait_for()
    page.until(lambda: house.lines.open)
    page.one(".where", has_text="room").wait_for()
    return page


def field(page: Page) -> Any:
    return page.one(".composer textarea")


def send(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Control+Enter")


def note(page: Page, *, on: bool) -> None:
    page.one(".mode", has_text="Internal note" if on else "Answer").click()


def shown(page: Page) -> list[str]:
    return [text.strip() for text in page.one(".message .text").all_inner_texts()]


def again(page: Page) -> None:
    page.page.reload()
    page.one(".message").first.wait_for()


def test_answer_and_note_with_their_files_outlive_a_reload_each_for_itself(house: House, room: str) -> None:
    page = entered(house, room)
    field(page).fill("To them")
    note(page, on=True)
    field(page).fill("For us")
    page.one(".composer input[type=file]").set_input_files(TXT)
    page.one(".composer .chip small", has_text="1 B").wait_for()
    again(page)
    assert (field(page).input_value(), page.one(".composer .chip").count()) == ("For us", 1)
    note(page, on=False)
    assert (field(page).input_value(), page.one(".composer .chip").count()) == ("To them", 0)


def test_what_is_typed_while_a_file_goes_up_stays_and_the_message_waits_for_its_file(house: House, room: str) -> None:
    page = entered(house, room)
    house.held = []
    page.one(".composer input[type=file]").set_input_files(TXT)
    page.until(lambda: house.held)
    send(page, "See this")
    field(page).press_sequentially("And then")
    page.one(".message.waiting", has_text="a.txt").wait_for()
    assert (field(page).input_value(), house.texts(room)) == ("And then", ["Hello"])
    for each in house.held or []:
        house.put(*each)
    page.until(lambda: house.texts(room) == ["Hello", "See this"])
    page.one(".message.waiting").wait_for(state="detached")
    assert field(page).input_value() == "And then"
    said = house.tenant.api.get(f"/v1/rooms/{room}/messages").json["items"][0]
    assert [file["name"] for file in said["attachments"]] == ["a.txt"]


@pytest.mark.parametrize("how", ["refused", "lost", "503"])
def test_what_was_not_sent_is_sent_by_the_next_page_once(house: House, room: str, how: str) -> None:
    page = entered(house, room)
    failing(house, how)
    send(page, "Later")
    page.one(".message.waiting, .message.ours").first.wait_for()
    page.rest(200)
    failing(house, "", part="never")
    page.page.goto(f"{PARLEY}/console#/settings")
    again_ = entered(house, room, page.page.context)
    again_.until(lambda: house.texts(room) == ["Hello", "Later"])
    again_.until(lambda: shown(again_) == ["Hello", "Later"])


def test_an_answer_that_was_lost_shows_one_message_and_a_reaction_takes_none_away(house: House, room: str) -> None:
    page = entered(house, room)
    failing(house, "lost")
    send(page, "Once")
    page.until(lambda: shown(page) == ["Hello", "Once"])
    page.one(".message.waiting").wait_for(state="detached")
    failing(house, "refused")
    send(page, "Hello")
    page.one(".message.waiting .bad").wait_for()
    said = house.tenant.api.get(f"/v1/rooms/{room}/messages").json["items"][-1]["id"]
    house.tenant.api.put(f"/v1/rooms/{room}/messages/{said}/reactions/%F0%9F%91%8D")
    house.parley.settle()
    page.one(".reaction").wait_for()
    assert shown(page) == ["Hello", "Once", "Hello"]


def test_what_is_refused_can_be_corrected(house: House, room: str) -> None:
    page = entered(house, room)
    failing(house, "422")
    note(page, on=True)
    send(page, "Wrong")
    page.one(".message.waiting .bad").wait_for()
    failing(house, "", part="never")
    note(page, on=False)
    page.one(".message.waiting button", has_text="Edit").click()
    assert field(page).input_value() == "Wrong"
    send(page, "Right")
    page.until(lambda: house.texts(room) == ["Hello", "Right"])
    assert house.tenant.api.get(f"/v1/rooms/{room}/messages").json["items"][0]["internal"]


def test_an_edit_waits_and_its_words_outlive_a_reload(house: House, room: str) -> None:
    page = entered(house, room)
    send(page, "Frist")
    page.until(lambda: house.texts(room) == ["Hello", "Frist"])
    page.one(".message.waiting").wait_for(state="detached")
    mine = page.one(".message.ours")
    mine.hover()
    page.one("[aria-label='Edit this message']").click()
    page.one("dialog textarea").fill("First, half")
    again(page)
    page.one(".message.ours").hover()
    page.one("[aria-label='Edit this message']").click()
    assert page.one("dialog textarea").input_value() == "First, half"
    page.one("dialog textarea").fill("First")
    house.fate = lambda method, path: "refused" if method == "PATCH" else ""
    page.one("dialog .primary").click()
    page.one(".message.ours .bad").wait_for()
    assert shown(page) == ["Hello", "First"]
    house.fate = lambda method, path: ""
    again(page)
    page.until(lambda: house.texts(room) == ["Hello", "First"])
    page.one(".message.ours").hover()
    page.one("[aria-label='Edit this message']").click()
    assert page.one("dialog textarea").input_value() == "First"


def test_a_session_that_ends_leads_to_the_door_and_no_word_is_lost(house: House, room: str, parley: Parley) -> None:
    page = entered(house, room)
    cookie = house.cookie

    def ended(method: str, path: str) -> str:
        if not (method == "POST" and path.endswith("/messages")):
            return ""
        house.cookie = ""
        return "401"

    house.fate = ended
    send(page, "Sent too late")
    page.one("input[name=email]").wait_for()
    house.fate = lambda method, path: ""
    assert house.texts(room) == ["Hello"]
    house.cookie = cookie
    again(page)
    page.until(lambda: house.texts(room) == ["Hello", "Sent too late"])
    page.until(lambda: shown(page) == ["Hello", "Sent too late"])


def test_a_second_tab_keeps_nothing_that_was_sent_in_the_first(house: House, room: str) -> None:
    one = entered(house, room)
    two = entered(house, room, one.page.context)
    field(one).fill("Half")
    again(two)
    send(one, "Whole")
    two.until(lambda: shown(two) == ["Hello", "Whole"])
    again(two)
    assert (field(one).input_value(), field(two).input_value()) == ("", "")
    field(one).fill("Next")
    one.page.close()
    two.run(LOOKS)
    two.until(lambda: field(two).input_value() == "Next")


def test_who_signs_in_as_somebody_else_ends_the_other_tab(house: House, room: str, parley: Parley) -> None:
    house.tenant.api.post("/v1/agents", {"name": "Bea", "email": "bea@vendor.example"})
    one = entered(house, room)
    field(one).fill("Ada's")
    house.cookie = f"{COOKIE}={came(parley, 'bea@vendor.example').cookie}"
    entered(house, room, one.page.context)
    one.one(".me", has_text="Bea").wait_for()
    one.page.goto(f"{PARLEY}/console#/inbox/open/{room}")
    one.one(".message").first.wait_for()
    assert field(one).input_value() == ""


def unread(house: House, room: str) -> int:
    got = Browser()
    got.cookie = house.cookie.partition("=")[2]
    return int(got("GET", f"/v1/rooms/{room}").json["unread"])


def test_what_nobody_looked_at_is_not_read(house: House, room: str) -> None:
    page = entered(house, room)
    page.until(lambda: unread(house, room) == 0)
    page.run(AWAY)
    for n in range(40):
        house.tenant.user().post(f"/v1/rooms/{room}/messages", {"text": f"Line {n}"})
    house.parley.settle()
    page.one(".message", has_text="Line 39").wait_for()
    page.rest(900)
    assert unread(house, room) == 40
    page.one(".rooms .count", has_text="40").wait_for()
    page.run("document.querySelector('.scroll').scrollTop = 0; await new Promise((done) => setTimeout(done, 300))")
    page.run(BACK)
    page.until(lambda: 0 < unread(house, room) < 40)
    page.run("document.querySelector('.scroll').scrollTop = 1e6")
    page.until(lambda: unread(house, room) == 0)
    page.one(".rooms .count").wait_for(state="detached")


def test_where_nothing_may_be_kept_or_locked_it_works(house: House, room: str) -> None:
    context = house.browser(viewport={"width": 1300, "height": 800})
    context.add_init_script(BLOCKED)
    page = entered(house, room, context)
    field(page).fill("Half")
    note(page, on=True)
    note(page, on=False)
    assert field(page).input_value() == "Half"
    send(page, "Whole")
    page.until(lambda: house.texts(room) == ["Hello", "Whole"])
    assert page.wrong == []


def test_a_paste_of_a_table_is_one_and_can_be_undone(house: House, room: str) -> None:
    page = entered(house, room)
    field(page).fill("Look: ")
    page.run(PASTE)
    assert field(page).input_value() == "Look: | a | b |\n| --- | --- |\n| 1 | 2 |"
    assert page.one(".composer .chip").count() == 0
    page.page.keyboard.press("Control+z")
    assert field(page).input_value() == "Look: "


@pytest.mark.parametrize("place", [".talk", ".rooms", ".composer textarea", ".side"])
def test_a_file_that_is_dropped_anywhere_is_attached(house: House, room: str, place: str) -> None:
    page = entered(house, room)
    assert page.run(DROP, place)
    page.one(".composer .chip", has_text="a.txt").wait_for()
    assert page.one(".composer .chip").count() == 1


def test_the_newest_message_stays_in_view_whatever_grows(house: House, room: str) -> None:
    for n in range(30):
        house.tenant.user().post(f"/v1/rooms/{room}/messages", {"text": f"Line {n}"})
    page = entered(house, room)
    page.one(".message", has_text="Line 29").wait_for()
    grows = "document.querySelectorAll('.message .text')[28].style.minHeight = '900px';"
    below = """await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const [last] = [...document.querySelectorAll(".message")].slice(-1);
      return last.getBoundingClientRect().bottom - document.querySelector(".scroll").getBoundingClientRect().bottom"""
    assert page.run(below) <= 1
    assert page.run(grows + below) <= 1


def test_what_was_stored_before_the_session_ended_is_there_once_after_the_next_sign_in(
    house: House, room: str, parley: Parley
) -> None:
    page = entered(house, room)
    lost = []

    def fate(method: str, path: str) -> str:
        if not (method == "POST" and path.endswith("/messages")):
            return ""
        lost.append(path)
        return "lost" if len(lost) == 1 else "refused"

    house.fate = fate
    send(page, "Once")
    page.until(lambda: house.texts(room) == ["Hello", "Once"])
    page.page.goto("about:blank")
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    house.fate = lambda method, path: ""
    page = entered(house, room, page.page.context)
    page.until(lambda: shown(page) == ["Hello", "Once"])
    page.until(lambda: not page.run("return Object.keys(localStorage).some((key) => key.includes(':outbox:'))"))
    assert house.texts(room) == ["Hello", "Once"]


@pytest.mark.parametrize("how", ["lost", "refused", "503", "422"])
def test_what_is_asked_for_again_is_made_once(house: House, room: str, how: str) -> None:
    page = entered(house, room)
    failing(house, how, part="/fork", once=True)
    page.one("[aria-label='More about this room']").click()
    page.one("[role=menuitem]", has_text="Fork a part of it").click()
    page.one(".pick").first.check()
    page.one(".picking .primary").click()
    page.one("dialog input[name=name]").fill("Apart")
    page.one("dialog .primary").click()
    page.one("#said .bad").wait_for()
    page.one("dialog .primary").click()
    page.one("h1", has_text="Apart").wait_for()
    rooms = [each["name"] for each in house.tenant.api.get("/v1/rooms").json["items"]]
    assert rooms.count("Apart") == 1


@pytest.mark.parametrize("width", [1300, 900, 390])
def test_whenever_the_page_is_not_live_it_says_so_at_every_width(house: House, room: str, width: int) -> None:
    page = entered(house, room, house.browser(viewport={"width": width, "height": 800}))
    assert page.one("#silent").is_hidden()
    house.lines.refuses = True
    for line in list(house.lines.open):
        house.lines.close(line)
    page.one("#silent", has_text="Not live").wait_for()
    page.page.goto(f"{PARLEY}/console#/settings")
    page.one("#silent", has_text="Not live").wait_for()
    house.lines.refuses = False
    page.run("window.dispatchEvent(new Event('focus'))")
    page.one("#silent").wait_for(state="hidden")


def test_where_no_line_can_be_had_it_says_so(house: House, room: str) -> None:
    house.fate = lambda method, path: "503" if path.endswith("/socket-tickets") else ""
    page = house.page(path=f"{PARLEY}/console")
    page.one("#silent", has_text="Not live").wait_for()


def test_a_broadcast_that_is_being_written_outlives_a_reload_until_it_is_drafted(house: House, room: str) -> None:
    page = house.page(path=f"{PARLEY}/console#/broadcasts/new", context=house.browser())
    text, whom = page.one("textarea[name=text]"), page.one("textarea[name=customers]")
    text.fill("We move on Monday.")
    whom.fill("acme")
    page.page.reload()
    page.until(lambda: text.input_value() == "We move on Monday.")
    assert (whom.input_value(), whom.is_visible()) == ("acme", True)
    page.one("button", has_text="Preview").click()
    page.one("h2", has_text="Goes to 1 room").wait_for()
    page.page.goto(f"{PARLEY}/console#/broadcasts/new")
    text.wait_for()
    assert text.input_value() == ""


@pytest.mark.parametrize(
    "place", ["%", "/inbox/%E0%A4%A", "/constructor", "/__proto__", "/toString", "//", "/nonsense"]
)
def test_whatever_stands_in_the_address_something_is_shown(house: House, room: str, place: str) -> None:
    page = house.page(path=f"{PARLEY}/console#{place}")
    page.one("h1#list-title").wait_for()
    assert page.wrong == []
