"""No word is lost: what was typed is in its field, what was sent is there once, whatever becomes of the page."""

import pytest

from .house import House, Page

TXT = [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}]


@pytest.fixture
def room(house: House) -> str:
    """A room of Ann's."""
    made = house.tenant.user().post("/v1/rooms", {"name": "Kept"}).json["id"]
    house.tenant.user().post(f"/v1/rooms/{made}/messages", {"text": "Hello"})
    house.parley.settle()
    return str(made)


def entered(house: House, **options: object) -> Page:
    return house.page(**options).open().live().enter("Kept")  # type: ignore[arg-type]


def failing(house: House, how: str, *, once: bool = False, method: str = "POST", part: str = "/messages") -> None:
    left = [1] if once else [1000]

    def fate(asked: str, path: str) -> str:
        if asked == method and path.endswith(part) and left[0]:
            left[0] -= 1
            return how
        return ""

    house.fate = fate


def test_what_is_typed_while_a_file_goes_up_stays_and_the_message_waits_for_its_file(house: House, room: str) -> None:
    page = entered(house)
    house.held = []
    page.one("input[type=file]").first.set_input_files(TXT)
    page.until(lambda: house.held)
    page.write("See this")
    page.field.press_sequentially("And then")
    page.rest()
    assert (page.field.input_value(), house.texts(room)) == ("And then", ["Hello"])
    for each in house.held or []:
        house.put(*each)
    page.until(lambda: "See this" in house.texts(room))
    page.one(".fate").wait_for(state="detached")
    assert page.field.input_value() == "And then"
    (said,) = (m for m in house.tenant.api.get(f"/v1/rooms/{room}/messages").json["items"] if m["text"] == "See this")
    assert [file["name"] for file in said["attachments"]] == ["a.txt"]


def test_nothing_leaves_without_its_file(house: House, room: str) -> None:
    page = entered(house)
    failing(house, "refused", part="/bucket")
    page.one("input[type=file]").first.set_input_files(TXT)
    page.one(".compose .file.bad").wait_for()
    page.write("See this")
    page.one(".fate.bad").wait_for()
    assert house.texts(room) == ["Hello"]
    failing(house, "", part="never")
    page.one(".fate button", has_text="Send again").click()
    page.until(lambda: house.texts(room) == ["Hello", "See this"])


def test_an_answer_that_was_lost_shows_one_message(house: House, room: str) -> None:
    page = entered(house)
    failing(house, "lost")
    page.write("Once")
    page.until(lambda: page.said() == ["Hello", "Once"])
    page.one(".fate").wait_for(state="detached")
    failing(house, "", part="never")
    page.rest(300)
    assert (page.said(), house.texts(room)) == (["Hello", "Once"], ["Hello", "Once"])


def test_a_reaction_to_the_same_words_takes_no_waiting_message_away(house: House, room: str) -> None:
    page = entered(house)
    failing(house, "refused")
    page.write("Hello")
    page.one(".fate.bad").wait_for()
    said = house.tenant.api.get(f"/v1/rooms/{room}/messages").json["items"][0]["id"]
    house.tenant.api.put(f"/v1/rooms/{room}/messages/{said}/reactions/%F0%9F%91%8D")
    house.parley.settle()
    page.one(".marks button").wait_for()
    assert page.said() == ["Hello", "Hello"]


def test_a_draft_outlives_a_reload_the_next_page_and_a_sign_in(house: House, room: str) -> None:
    page = entered(house)
    page.field.fill("Half a")
    page.page.reload()
    page.sees("Hello")
    assert page.field.input_value() == "Half a"
    house.bodies["/next"] = house.bodies["/"]
    page.page.goto("https://host.test/next")
    page.sees("Hello")
    assert page.field.input_value() == "Half a"
    house.who = "bob"
    page.page.reload()
    page.one(".row .name", has_text="Kept").wait_for()
    page.enter("Kept")
    assert page.field.input_value() == ""


def test_a_page_that_is_exchanged_without_a_load_keeps_panel_room_and_draft(house: House, room: str) -> None:
    """As Turbo does: another body, in the same document."""
    page = entered(house)
    page.field.fill("Half a")
    page.run(
        "const body = document.createElement('body'); body.append(document.createElement('parley-support'));"
        "body.firstChild.setAttribute('token-url', '/token');"
        "document.documentElement.replaceChild(body, document.body)"
    )
    page.sees("Hello")
    assert page.field.input_value() == "Half a"
    page.rest()
    assert (house.lines.made, len(house.lines.open)) == (1, 1)


def test_what_was_not_sent_is_sent_by_the_next_page(house: House, room: str) -> None:
    page = entered(house)
    failing(house, "refused")
    page.write("Later")
    page.one(".fate.bad").wait_for()
    failing(house, "", part="never")
    page.page.reload()
    page.until(lambda: house.texts(room) == ["Hello", "Later"])
    page.sees("Later")


def test_a_page_whose_panel_stays_closed_sends_it_too(house: House, room: str) -> None:
    page = entered(house)
    failing(house, "refused")
    page.write("Later")
    page.one(".fate.bad").wait_for()
    page.one(".closer:visible").click()
    failing(house, "", part="never")
    page.page.reload()
    page.until(lambda: house.texts(room) == ["Hello", "Later"])
    assert page.one(".panel").is_hidden()


def test_an_edit_that_cannot_be_sent_waits_and_takes_no_draft_away(house: House, room: str) -> None:
    page = entered(house)
    page.field.fill("A draft")
    failing(house, "refused", method="PATCH", part="_1")
    page.one(".said.mine").first.hover()
    page.one(".tools [aria-label=Edit]").first.click()
    page.write("Hello, edited")
    page.sees("Hello, edited")
    page.one(".fate.bad").wait_for()
    assert page.field.input_value() == "A draft"
    failing(house, "", part="never")
    page.page.reload()
    page.until(lambda: house.texts(room) == ["Hello, edited"])


def test_what_is_refused_can_be_corrected(house: House, room: str) -> None:
    page = entered(house)
    failing(house, "422")
    page.write("Wrong")
    page.one(".fate.bad").wait_for()
    failing(house, "", part="never")
    page.one(".fate button", has_text="Edit").click()
    assert page.field.input_value() == "Wrong"
    page.write("Right")
    page.until(lambda: house.texts(room) == ["Hello", "Right"])


def test_a_notice_stays_when_something_happens(house: House, room: str) -> None:
    page = entered(house)
    failing(house, "refused", part="/bucket")
    page.one("input[type=file]").first.set_input_files(TXT)
    notice = page.one("[role=alert].bar")
    notice.wait_for()
    house.say(room, "An answer")
    page.sees("An answer")
    assert "a.txt" in notice.inner_text()


@pytest.mark.parametrize("how", ["refused", "lost", "503", "422"])
def test_a_new_topic_that_failed_keeps_its_file_and_can_be_corrected(house: House, room: str, how: str) -> None:
    page = house.page().open().live()
    page.one("button", has_text="New topic").click()
    page.one("[aria-label='New topic'] input.field").fill("Frist")
    page.one("input[type=file]").last.set_input_files(TXT)
    page.one(".compose .file:not(.busy)").wait_for()
    failing(house, how, part="/rooms", once=True)
    page.write("It broke")
    page.one(".problem:visible").wait_for()
    assert page.field.input_value() == "It broke"
    page.one("[aria-label='New topic'] input.field").fill("First")
    page.write("It broke again")
    page.sees("It broke again")
    rooms = [each for each in house.tenant.user().get("/v1/rooms").json["items"] if each["kind"] == "topic"]
    assert sorted(each["name"] for each in rooms) == ["First", "Kept"]
    (said,) = house.tenant.api.get(f"/v1/rooms/{next(r['id'] for r in rooms if r['name'] == 'First')}/messages").json[
        "items"
    ]
    assert (said["text"], len(said["attachments"])) == ("It broke again", 1)


def test_a_visitors_question_makes_one_room_however_often_it_is_sent(house: House) -> None:
    house.tenant.api.patch("/v1/workspace", {"visitors": True})
    page = house.page(f'<parley-support workspace="{house.tenant.id}"></parley-support>').open()
    page.page.get_by_label("Your name").fill("Vi")
    page.page.get_by_label("Your e-mail").fill("vi@nowhere.example")
    page.page.get_by_label("Message").fill("To the moon?")
    failing(house, "lost", part="/visitors", once=True)
    page.page.get_by_role("button", name="Send").click()
    page.one(".problem:visible").wait_for()
    page.page.reload()
    assert page.page.get_by_label("Message").input_value() == "To the moon?"
    page.page.get_by_label("Message").fill("To the moon, and back?")
    page.page.get_by_role("button", name="Send").click()
    page.live().sees("To the moon?")
    assert page.field.input_value() == "To the moon, and back?"
    assert len([r for r in house.tenant.api.get("/v1/rooms").json["items"] if r["kind"] == "visitor"]) == 1


def test_where_nothing_may_be_kept_it_is_kept_as_long_as_the_page(house: House, room: str) -> None:
    context = house.browser()
    context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})")
    page = house.page(context=context).open().live().enter("Kept")
    page.field.fill("Half a")
    page.one(".main .back:visible").click()
    page.enter("Kept")
    assert page.field.input_value() == "Half a"
    page.write("Whole")
    page.until(lambda: house.texts(room) == ["Hello", "Whole"])
    assert page.wrong == []
