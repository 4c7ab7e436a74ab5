"""Whose the widget is: a session belongs to one person, and ends whole when another comes."""

import pytest

from .house import House, Page

BODY = "<parley-support token-url=/token></parley-support>"


def rooms_of(house: House, who: str, name: str) -> str:
    """A room of somebody's company, with a word in it."""
    customer = who.rpartition("/")[0] or "acme"
    client = house.tenant.user(customer, who.rpartition("/")[2])
    room = str(client.post("/v1/rooms", {"name": name}).json["id"])
    client.post(f"/v1/rooms/{room}/messages", {"text": f"Said in {name}"})
    return room


@pytest.fixture
def two(house: House) -> House:
    """Ann of acme and Eve of other have a room each."""
    rooms_of(house, "ann", "Of Ann")
    rooms_of(house, "other/eve", "Of Eve")
    return house


def sees_only(page: Page, mine: str, theirs: str) -> None:
    page.one(".row .name", has_text=mine).wait_for()
    assert theirs not in page.run("return widget.shadowRoot.textContent")
    page.until(lambda: len(page.house.lines.open) == 1)


OTHERS = {
    "Parley.open with another renew": "Parley.open({renew: async () => given[0]})",
    "Parley.open with another token": "Parley.open({token: given[0]})",
    "another token-url": "widget.setAttribute('token-url', '/token?who=other/eve'); widget.open()",
    "another token": "widget.removeAttribute('token-url'); widget.setAttribute('token', given[0]); widget.open()",
}


@pytest.mark.parametrize("how", OTHERS)
def test_who_comes_next_sees_nothing_of_who_was_there(two: House, how: str) -> None:
    page = two.page(BODY).open().live()
    page.enter("Of Ann").field.fill("A secret of Ann's")
    page.run(OTHERS[how], two.token("other/eve"))
    sees_only(page, "Of Eve", "Of Ann")
    assert "A secret of Ann's" not in page.run(
        "return [...widget.shadowRoot.querySelectorAll('textarea')].map((each) => each.value).join()"
    )


def test_a_renewed_token_of_somebody_else_ends_what_the_first_one_sees(two: House) -> None:
    """The host's user changed, and its page and its token-url stayed."""
    page = two.page(BODY).open().live()
    page.enter("Of Ann")
    two.who = "other/eve"
    page.run("await widget.session.credential(true).catch(() => null)")
    sees_only(page, "Of Eve", "Of Ann")
    assert page.run("return widget.session.me.external_id") == "eve"


def test_who_is_the_same_keeps_room_and_line(two: House) -> None:
    page = two.page(BODY).open().live()
    page.enter("Of Ann").field.fill("Half a")
    page.run("Parley.open({renew: async () => given[0]}); Parley.open({renew: async () => given[0]})", two.token())
    page.rest()
    assert page.field.input_value() == "Half a"
    assert (two.lines.made, len(two.lines.open)) == (1, 1)


def test_a_count_is_of_who_is_there_now(two: House) -> None:
    page = two.page("<p>no button</p>")
    two.tenant.api.post(f"/v1/rooms/{rooms_of(two, 'ann', 'Second')}/messages", {"text": "An answer"})
    count = "window.told = []; Parley.unread((n) => told.push(n), {renew: async () => given[0]}); "
    page.until(lambda: page.run("return Boolean(globalThis.Parley)"))
    page.run(count, two.token())
    page.until(lambda: page.run("return told.at(-1)") == 1)
    page.run("Parley.unread((n) => told.push(n), {renew: async () => given[0]})", two.token("other/eve"))
    page.until(lambda: page.run("return told.at(-1)") == 0)
    page.until(lambda: len(two.lines.open) == 1)
    page.run("Parley.open({token: given[0]})", two.token("other/eve"))
    page.one(".row .name", has_text="Of Eve").wait_for()
    page.rest()
    assert len(two.lines.open) == 1


def test_whoever_signs_out_leaves_nothing_and_comes_back_to_what_they_wrote(two: House) -> None:
    page = two.page(BODY).open().live()
    page.enter("Of Ann").field.fill("Half a")
    page.run("Parley.close()")
    page.until(lambda: not two.lines.open)
    assert page.run("return [widget.session, widget.shadowRoot.querySelectorAll('.row, .said, textarea').length]") == [
        None,
        0,
    ]
    page.rest(300)
    assert two.lines.made == 1
    two.who = "other/eve"
    page.open().one(".row .name", has_text="Of Eve").wait_for()
    page.run("Parley.close()")
    two.who = "ann"
    page.open().enter("Of Ann")
    assert page.field.input_value() == "Half a"


@pytest.mark.parametrize("after", range(5))
def test_what_is_removed_while_it_starts_leaves_no_line(two: House, after: int) -> None:
    page = two.page("<p></p>")
    page.until(lambda: page.run("return Boolean(globalThis.Parley)"))
    seen = 0

    def fate(method: str, path: str) -> str:
        nonlocal seen
        seen += 1
        return ""

    two.fate = fate
    page.run("Parley.open({'token-url': '/token'})")
    page.until(lambda: seen >= after)
    page.run("widget.remove()")
    page.rest(250)
    assert two.lines.open == {}


def test_two_elements_of_one_person_have_one_line(two: House) -> None:
    page = two.page(BODY + '<parley-support mode="page" token-url="/token"></parley-support>').live()
    page.one(".inpage .row .name", has_text="Of Ann").wait_for()
    page.run("Parley.unread(() => null, {renew: async () => given[0]})", two.token())
    page.rest()
    assert len(two.lines.open) == 1
