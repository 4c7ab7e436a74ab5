"""Every page of the console at every size, in English and in German: no control lies outside of the viewport, under
another, or without a name; no text is cut whose whole is out of reach; a long room stays small and keeps its place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import browser, unfriendly
from tests.journeys.caller import Caller, OtherSide, user_token
from tests.journeys.pages import crowd
from tests.journeys.pages.test_console import SOON, Desk, opened
from tests.stack import LocalStack

SIZES = {"wide": (1440, 900), "laptop": (1280, 800), "phone": (390, 780)}
GERMAN = {("laptop", "dark"), ("phone", "dark")}  # its words are longer
LONG = "A name that goes on and on, as those of companies with several legal forms, branches and departments do, e. V."
RIGHT_TO_LEFT = "مرحبا، هل يمكنكم المساعدة في API v2؟"
CUSTOMERS, MESSAGES = 300, 600  # 3,000 and 2,000: python -m tests.desk_scale
PAGES = (
    "inbox/open",
    "inbox/us",
    "search",
    "issues",
    "issues/done",
    "broadcasts",
    "broadcasts/new",
    "figures",
) + tuple(f"settings/{tab}" for tab in ("installs", "policies", "snippets", "agents", "signals", "sign-in", "failures"))

UNUSABLE = "() =>" + Path(__file__).with_name("unusable.js").read_text().partition("\n() =>")[2].strip().rstrip(";")


class LongNames(Desk):
    """A desk whose customer, person and room have long names, and a room with many messages."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.api("PUT", "/v1/customers/long", {"name": LONG, "attributes": {"plan": LONG}})
        person = Caller(self.stack.base_url, user_token(self.workspace, "long", "lea", name=LONG[:100]))
        self.long = person.post("/v1/rooms", {"name": LONG})["id"]
        person.post(f"/v1/rooms/{self.long}/messages", {"text": f"{RIGHT_TO_LEFT}\n\n```\n{LONG * 3}\n```"})
        self.api("PATCH", f"/v1/rooms/{self.long}", {"priority": "urgent", "labels": [LONG[:60], "short"]})
        self.api.post("/v1/snippets", {"name": LONG, "text": LONG})
        self.api.post("/v1/issues", {"title": LONG, "kind": "bug"})
        crowd.customers(self, CUSTOMERS)
        self.many = crowd.long_room(self, MESSAGES)


@pytest.fixture(scope="module")
def desk(stack: LocalStack) -> Iterator[LongNames]:
    with browser() as chromium, OtherSide() as side:
        yield LongNames(stack, chromium, side)


def settled(page: Any) -> None:
    page.wait_for_function("() => ![...document.querySelectorAll('.empty')].some((each) => each.innerText == '…')")
    page.wait_for_timeout(400)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_used(desk: LongNames, size: str, scheme: str) -> None:
    (width, height), german = SIZES[size], (size, scheme) in GERMAN
    found: dict[str, list[str]] = {}
    with desk.page(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="de-DE" if german else "en-US",
    ) as page:
        assert page.locator("html").get_attribute("lang") == ("de-DE" if german else "en-US")
        for name in (*PAGES, f"inbox/open/{desk.long}"):
            page.evaluate("place => { location.hash = place }", f"#/{name}")
            if name.endswith(desk.long):
                page.get_by_role("log").locator(".message").first.wait_for()
            settled(page)
            wrong = page.evaluate(UNUSABLE) + unfriendly(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append("the page is wider than the window")
            if wrong:
                found[name] = wrong
        page.get_by_role("button", name="Mehr zu diesem Raum" if german else "More about this room").click()
        for item in page.get_by_role("menuitem").all():
            box = item.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height
    assert not found


def test_six_requests_are_enough_for_the_first_rows(desk: LongNames) -> None:
    desk.asked("First rows", "Soon?")
    with desk.page() as page:
        page.keyboard.press("5")
        page.locator(".rooms button").first.wait_for()
        settled(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.removeprefix(desk.stack.base_url)))
        first = crowd.first_rows(page)
        assert first["requests"] <= crowd.REQUESTS, asked
        assert first["scripts"] <= crowd.SCRIPTS, asked


def test_what_goes_from_right_to_left_is_shown_so(desk: LongNames) -> None:
    with desk.page() as page:
        opened(page, desk, desk.long)
        words = page.get_by_role("log").locator(".text").first
        assert words.evaluate("element => getComputedStyle(element).direction") == "rtl"
        box = page.get_by_role("textbox", name="Answer")
        box.fill(RIGHT_TO_LEFT)
        assert box.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_of_a_long_room_a_window_is_in_the_page(desk: LongNames) -> None:
    with desk.page(viewport={"width": 1280, "height": 800}) as page:
        found = crowd.read_through(page, desk, desk.many)
        assert found["messages"] <= 60
        assert found["nodes"] <= crowd.NODES
        log, rows = page.get_by_role("log"), page.locator(".message")
        desk.user().post(f"/v1/rooms/{desk.many}/messages", {"text": "The newest"})
        page.get_by_role("button", name="1 new below").click()
        log.get_by_text("The newest").wait_for()
        assert rows.count() <= 60
        assert page.evaluate(crowd.COUNT) <= crowd.NODES


def test_each_key_does_what_the_help_says(desk: LongNames) -> None:
    """What the table of commands says, and what the keys do: a key without a case here fails."""
    room = desk.asked("Keys", "Which one?")
    log = "section.room"
    seen = {
        "r": "textarea[aria-label=Answer]:focus",
        "n": "textarea[aria-label='Internal note']:focus",
        "s": "#said p, dialog[open]",
        "a": "button[aria-label^='On it: Grace']",
        "e": "dialog[open]:has-text('Resolve this room')",
        "p": "dialog[open]:has-text('Priority and snooze')",
        "f": ".picking:visible",
        "i": "dialog[open]:has-text('Raise or tie an issue')",
        "c": ".with-about .about",
        "End": log,
        "x": ".bulk:visible",
        "l": "input[aria-label='Filter rooms by name']:focus",
        "j": ".rooms .chosen",
        "k": ".rooms .chosen",
        "Enter": log,
        "?": "dialog[open]:has-text('Keys')",
        "/": "section.searching",
        "w": "header.head .tag:has-text('Following')",
        "u": ".rooms .count",
    }
    views = ("Mine", "Unassigned", "Waiting for us", "Waiting for them", "All open")
    views += ("Promised", "Due next", "Resolved", "Snoozed")
    with desk.page(viewport={"width": 1280, "height": 800}) as page:
        page.keyboard.press("?")
        keys = page.locator("dialog dt").all_inner_texts()[3:]
        page.keyboard.press("Escape")
        assert set(keys) == {*seen, "Esc", *(str(number) for number in range(1, len(views) + 1))}
        for number, name in enumerate(views, start=1):
            page.keyboard.press(str(number))
            page.get_by_role("heading", name=name, exact=True).wait_for()
        for key, place in seen.items():
            opened(page, desk, room)
            page.locator(".rooms button").first.wait_for()
            page.keyboard.press(key)
            page.locator(place).first.wait_for()
            for _ in range(3):
                page.keyboard.press("Escape")


def test_the_palette_finds_commands_and_rooms(desk: LongNames) -> None:
    desk.asked("Ostrich farm", "Feathers")
    with desk.page() as page:
        page.keyboard.press("5")
        page.locator(".rooms button", has_text="Ostrich farm").wait_for()
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Command").fill("ostr")
        page.get_by_role("option", name="Ostrich farm").first.wait_for()
        assert not unfriendly(page)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Ostrich farm").wait_for()
        page.keyboard.press("Control+k")
        page.keyboard.type("note")
        page.get_by_role("option", name="Write a note").wait_for()
        page.keyboard.press("Enter")
        page.locator("textarea[aria-label='Internal note']:focus").wait_for()


def test_an_answer_that_was_refused_is_written_on(desk: LongNames) -> None:
    room = desk.asked("Refused", "How long may it be?")
    with desk.page() as page:
        opened(page, desk, room)
        box = page.get_by_role("textbox", name="Answer")
        page.route("**/messages", lambda route: route.fulfill(status=422, json={"detail": "text is too long"}))
        box.fill("Never a lost word")
        page.keyboard.press("Control+Enter")
        page.get_by_role("button", name="Edit", exact=True).click()
        expect(box).to_have_value("Never a lost word")
        page.unroute("**/messages")
        page.keyboard.press("Control+Enter")
        page.locator(".message.ours", has_text="Never a lost word").wait_for()
        expect(page.locator("header.head")).to_contain_text("Waits for them", timeout=SOON)
        box.fill("x" * 40_001)
        page.get_by_text("1 too many").wait_for()
        assert page.get_by_role("button", name="Send", exact=True).is_disabled()


def test_several_rooms_are_changed_at_once(desk: LongNames) -> None:
    rooms = [desk.asked(f"Bulk {number}", "One of several") for number in range(2)]
    with desk.page(viewport={"width": 1440, "height": 900}) as page:
        page.keyboard.press("5")
        for number in range(2):
            row = page.locator(".rooms li", has_text=f"Bulk {number}")
            row.hover()
            row.get_by_role("checkbox").check()
        page.get_by_text("2 chosen").wait_for()
        assert not unfriendly(page)
        page.locator(".bulk").get_by_role("button", name="Priority").click()
        page.get_by_role("dialog").get_by_role("combobox").select_option("high")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("2 rooms changed.").wait_for()
    assert [desk.api.get(f"/v1/rooms/{room}")["priority"] for room in rooms] == ["high", "high"]
