"""A browser's tabs: what is written in one is of that one alone, and of another once it has gone (ADR 122)."""

from typing import Any

import pytest

from .house import House, Page
from .test_words_kept import TXT, entered, failing, room

__all__ = ["room"]
LOOKS = "window.dispatchEvent(new Event('focus'))"
NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})"


def waiting(page: Page) -> Any:
    """Texts of drafts that this browser keeps."""
    keys = "Object.keys(localStorage).filter((key) => key.startsWith('parley:draft:'))"
    return page.run(f"return {keys}.map((key) => JSON.parse(localStorage.getItem(key)).text).toSorted()")


def test_two_tabs_write_at_once_and_no_word_goes(house: House, room: str) -> None:
    one = entered(house)
    two = entered(house, context=one.page.context)
    for n in range(20):
        for tab, name in ((one, "a"), (two, "b")):
            tab.field.press_sequentially(f"{name}{n} ")
    one.page.reload()
    one.sees("Hello")
    assert one.field.input_value() == "".join(f"a{n} " for n in range(20))
    assert two.field.input_value() == "".join(f"b{n} " for n in range(20))
    two.field.press("Enter")
    two.until(lambda: len(house.texts(room)) == 2)
    assert (two.field.input_value(), one.field.input_value()[:3]) == ("", "a0 ")


def test_what_was_written_in_a_tab_that_has_gone_is_in_the_next_that_is_looked_at(house: House, room: str) -> None:
    one = entered(house)
    two = entered(house, context=one.page.context)
    one.field.fill("Half a")
    two.run(LOOKS)
    two.rest()
    assert two.field.input_value() == ""
    one.page.close()
    two.run(LOOKS)
    two.until(lambda: two.field.input_value() == "Half a")
    assert waiting(two) == ["Half a"]
    two.page.context.new_page()
    two.page.close()
    three = entered(house, context=one.page.context)
    three.until(lambda: three.field.input_value() == "Half a")


def test_it_waits_for_a_field_that_is_not_empty_and_comes_when_that_is_sent(house: House, room: str) -> None:
    one = entered(house)
    two = entered(house, context=one.page.context)
    one.field.fill("Half a")
    two.field.fill("Whole b")
    one.page.close()
    two.run(LOOKS)
    two.rest()
    assert (two.field.input_value(), waiting(two)) == ("Whole b", ["Half a", "Whole b"])
    two.field.press("Enter")
    two.until(lambda: two.field.input_value() == "Half a")
    two.until(lambda: house.texts(room) == ["Hello", "Whole b"])
    assert waiting(two) == ["Half a"]


def test_a_tab_whose_panel_is_closed_keeps_what_is_written_in_it(house: House, room: str) -> None:
    one = entered(house)
    one.field.fill("Half a")
    one.one(".closer:visible").click()
    one.page.reload()
    one.one(".launcher").wait_for()
    two = entered(house, context=one.page.context)
    two.run(LOOKS)
    two.rest(200)
    assert two.field.input_value() == ""
    one.open().sees("Hello")
    assert one.field.input_value() == "Half a"


def test_of_several_tabs_one_alone_takes_it_over(house: House, room: str) -> None:
    one = entered(house)
    others = [entered(house, context=one.page.context) for _ in range(3)]
    one.field.fill("Half a")
    one.page.close()
    for tab in others:
        tab.run(LOOKS)
    others[0].until(lambda: any(tab.field.input_value() for tab in others))
    others[0].rest(400)
    assert sorted(tab.field.input_value() for tab in others) == ["", "", "Half a"]


def test_a_tab_that_was_copied_is_one_of_its_own(house: House, room: str) -> None:
    one = entered(house)
    one.field.fill("Half a")
    with one.page.context.expect_page() as opened:
        one.run("window.open('/')")  # its sessionStorage goes along
    two = Page(house, opened.value)
    two.sees("Hello")
    two.until(lambda: two.field.input_value() == "")
    two.field.fill("b")
    one.page.reload()
    two.page.reload()
    for tab, text in ((one, "Half a"), (two, "b")):
        tab.sees("Hello")
        tab.until(lambda tab=tab, text=text: tab.field.input_value() == text)


def test_a_page_that_comes_back_shows_what_its_next_page_left(house: House, room: str) -> None:
    """As browsers keep a page for the key that goes back (bfcache)."""
    one = entered(house)
    one.field.fill("Half a")
    one.run("window.dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    two = house.page(context=one.page.context).open().live()
    two.run("sessionStorage.setItem('parley:tab', given[0])", one.run("return sessionStorage.getItem('parley:tab')"))
    two.page.reload()
    two.live().enter("Kept")
    two.until(lambda: two.field.input_value() == "Half a")
    two.field.fill("Half a, and more")
    two.page.close()
    one.run("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    one.until(lambda: one.field.input_value() == "Half a, and more")


def test_what_waits_for_a_file_in_a_tab_that_goes_is_in_a_field_once(house: House, room: str) -> None:
    one = entered(house)
    two = entered(house, context=one.page.context)
    house.held = []
    one.one("input[type=file]").first.set_input_files(TXT)
    one.write("See this")
    two.one(".said.waiting", has_text="See this").wait_for()
    two.run(LOOKS)
    two.rest(200)
    assert (two.field.input_value(), two.one(".fate.bad").count()) == ("", 0)
    one.page.close()
    two.run(LOOKS)
    two.until(lambda: two.field.input_value() == "See this")
    assert "a.txt" in two.one("[role=alert].bar").inner_text()
    assert two.one(".said.waiting").count() == 0
    two.field.press("Enter")
    two.until(lambda: house.texts(room) == ["Hello", "See this"])


def test_an_upload_that_a_draft_waited_for_is_told_of_when_its_page_has_gone(house: House, room: str) -> None:
    one = entered(house)
    house.held = []
    one.one("input[type=file]").first.set_input_files(TXT)
    one.one(".file.busy").wait_for()
    one.page.reload()
    one.sees("Hello")
    assert "a.txt" in one.one("[role=alert].bar").inner_text()


def test_a_file_that_is_up_while_a_message_is_edited_stays_in_the_draft(house: House, room: str) -> None:
    page = entered(house)
    house.held = []
    page.one("input[type=file]").first.set_input_files(TXT)
    page.one(".file.busy").wait_for()
    page.one(".said.mine").first.hover()
    page.one(".tools [aria-label=Edit]").first.click()
    page.until(lambda: house.held)
    house.put(*house.held[0])
    page.rest(200)
    page.field.press("Escape")
    page.one(".compose .file:not(.busy)", has_text="a.txt").wait_for()


def test_one_tab_sends_what_waits_in_another(house: House, room: str) -> None:
    one = entered(house)
    two = entered(house, context=one.page.context)
    failing(house, "refused")
    one.write("Waits")
    two.one(".said.waiting", has_text="Waits").wait_for()
    failing(house, "", part="never")
    two.run("window.dispatchEvent(new Event('online'))")
    one.until(lambda: house.texts(room) == ["Hello", "Waits"])
    for tab in (one, two):
        tab.one(".fate").wait_for(state="detached")


@pytest.mark.parametrize("sent", [True, False])
def test_where_nothing_can_be_locked_all_tabs_have_one_draft(house: House, room: str, sent: bool) -> None:
    context = house.browser()
    context.add_init_script(NO_LOCKS)
    one = entered(house, context=context)
    two = entered(house, context=context)
    one.field.fill("Half a")
    two.until(lambda: two.field.input_value() == "Half a")
    if sent:
        one.write("Whole")
        two.until(lambda: two.field.input_value() == "")
        two.sees("Whole")
    else:
        one.page.close()
        three = entered(house, context=context)
        assert three.field.input_value() == "Half a"
