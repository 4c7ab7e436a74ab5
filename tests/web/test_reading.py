"""What is read was looked at: the page is visible, somebody is there, and the message was scrolled to."""

import pytest

from .house import House, Page

AWAY = (
    "document.hasFocus = () => false; Object.defineProperty(Date, 'now', {value: () => new Date().getTime() + 120e3})"
)
BACK = "document.hasFocus = () => true; window.dispatchEvent(new Event('focus'))"


@pytest.fixture
def page(house: House) -> Page:
    """Ann in a room."""
    room = house.tenant.user().post("/v1/rooms", {"name": "Looked at"}).json["id"]
    house.room = room  # type: ignore[attr-defined]
    for n in range(30):
        house.tenant.user().post(f"/v1/rooms/{room}/messages", {"text": f"Line {n}"})
    page = house.page().open().live()
    return page.enter("Looked at")


def unread(page: Page) -> int:
    """As the server counts, from which the mails follow."""
    room = page.house.room  # type: ignore[attr-defined]
    return int(page.house.tenant.user().get(f"/v1/rooms/{room}").json["unread"])


def say(page: Page, text: str) -> None:
    page.house.say(page.house.room, text)  # type: ignore[attr-defined]


def test_what_somebody_sees_is_read(page: Page) -> None:
    say(page, "An answer")
    page.sees("An answer")
    page.until(lambda: unread(page) == 0)


def test_without_focus_it_is_not_until_somebody_is_back(page: Page) -> None:
    page.run(AWAY)
    say(page, "An answer")
    page.sees("An answer")
    page.rest(900)
    assert unread(page) == 1
    page.one(".mark.new").wait_for()
    page.run(BACK)
    page.until(lambda: unread(page) == 0)


def test_who_used_the_page_within_a_minute_is_there(page: Page) -> None:
    page.run("document.hasFocus = () => false; window.dispatchEvent(new Event('pointermove'))")
    say(page, "An answer")
    page.until(lambda: unread(page) == 0)


def test_what_is_further_down_is_not_until_it_is_scrolled_to(page: Page) -> None:
    page.run("widget.shadowRoot.querySelector('.log').scrollTop = 0")
    say(page, "An answer")
    page.rest(900)
    assert unread(page) == 1
    page.run("const log = widget.shadowRoot.querySelector('.log'); log.scrollTop = log.scrollHeight")
    page.until(lambda: unread(page) == 0)


def test_it_is_read_as_far_as_it_was_seen(page: Page) -> None:
    page.run("widget.shadowRoot.querySelector('.log').scrollTop = 0")
    for n in range(30):
        say(page, f"Answer {n}")
    page.until(lambda: page.run("return widget.session.unread") == 30)
    page.run("widget.shadowRoot.querySelectorAll('.said')[34].scrollIntoView({block: 'end'})")
    page.until(lambda: unread(page) == 25)


def test_a_panel_that_is_closed_reads_nothing(page: Page) -> None:
    page.one(".closer:visible").click()
    say(page, "An answer")
    page.until(lambda: page.one(".launcher .badge").inner_text() == "1")
    page.rest(800)
    assert unread(page) == 1
    page.open()
    page.until(lambda: unread(page) == 0)


IMAGES = """for (const at of %s) {
    const image = new Image(); image.src = "data:image/svg+xml," + encodeURIComponent(
      '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="900"></svg>');
    root.querySelectorAll(".said .bubble")[at].append(image); await image.decode(); }"""
GROWS = {
    "an image loads": IMAGES % "[28]",
    "two images load": IMAGES % "[28, 29]",
    "letters are larger": "root.querySelector('.log').style.fontSize = '30px';",
    "a card is shown": "const card = root.querySelector('.issues'); card.hidden = false; card.style.height = '300px';",
    "the field grows": "const text = root.querySelector('.main .compose textarea'); text.value = 'a\\n'.repeat(30);"
    "text.dispatchEvent(new Event('input'));",
    "the panel shrinks": "root.querySelector('.panel').style.height = '400px';",
}
BELOW = """const log = root.querySelector(".log"); const last = [...root.querySelectorAll(".said")].at(-1);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return last.getBoundingClientRect().bottom - log.getBoundingClientRect().bottom"""


@pytest.mark.parametrize("how", GROWS)
def test_the_newest_message_stays_in_view_whatever_grows(page: Page, how: str) -> None:
    root = "const root = widget.shadowRoot; "
    assert page.run(root + BELOW) <= 1
    assert page.run(root + GROWS[how] + BELOW) <= 1
    page.run(root + "root.querySelector('.log').scrollTop = 0")
    page.rest(100)
    page.run(root + GROWS["an image loads"])
    say(page, "An answer")
    page.sees("An answer")
    assert page.run("return widget.shadowRoot.querySelector('.log').scrollTop") == 0


def test_what_lies_below_the_window_is_not_read_until_the_page_is_scrolled_to_it(house: House, page: Page) -> None:
    body = "<div style=height:3000px></div><parley-support token-url=/token mode=page></parley-support>"
    page.page.close()
    below = house.page(body).live()
    below.until(lambda: below.run("return Boolean(widget.panes)"))
    below.run("await widget.panes.openRoom(given[0])", house.room)  # type: ignore[attr-defined]
    below.run("widget.panes.room.pinned.toEnd(); scrollTo(0, 0)")
    say(below, "An answer")
    below.sees("An answer")
    below.rest(900)
    assert unread(below) == 1
    below.run("[...widget.shadowRoot.querySelectorAll('.said')].at(-1).scrollIntoView({block: 'end'})")
    below.until(lambda: unread(below) == 0)
