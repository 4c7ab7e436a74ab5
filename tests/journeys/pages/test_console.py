"""The console in a real Chromium: agents sign in, work through the inbox by keyboard, see each other, and nothing that
somebody wrote runs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Error, expect

from tests.browser import AT_ONCE, browser, unfriendly
from tests.journeys.caller import Caller, OtherSide, eventually, user_token
from tests.stack import LocalStack
from tests.web.xss import CORPUS, MARK

SOON = 90_000  # ms: on a loaded machine a cold function takes its time, and a page asks for seven things at once


@dataclass
class Desk:
    """A workspace of its own, with agents, a customer and a webhook's other side."""

    stack: LocalStack
    chromium: Any
    side: OtherSide

    def __post_init__(self) -> None:
        owner = {"name": "Grace", "email": "grace@demo.example"}
        made = Caller(self.stack.base_url, self.stack.bootstrap_key).post(
            "/v1/workspaces", {"name": "Desk", "owner": owner}
        )
        self.workspace = {name: made[name] for name in ("id", "api_key", "token_secret")}
        self.api = Caller(self.stack.base_url, made["api_key"])
        self.api.post("/v1/agents", {"name": "Alan", "email": "alan@demo.example"})
        self.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
        self.api("PUT", "/v1/customers/acme", {"name": "Acme", "attributes": {"plan": "pro"}})
        config = {"url": self.side.url}
        self.api.post("/v1/installs", {"kind": "webhook", "name": "Vendor hook", "config": config})

    def user(self, customer: str = "acme", name: str = "Ann") -> Caller:
        return Caller(self.stack.base_url, user_token(self.workspace, customer, name.lower(), name=name))

    def asked(self, name: str, text: str, customer: str = "acme") -> str:
        """A room in which a user has said something."""
        user = self.user(customer)
        room = user.post("/v1/rooms", {"name": name})["id"]
        user.post(f"/v1/rooms/{room}/messages", {"text": text})
        return str(room)

    def said(self, room: str) -> list[dict[str, Any]]:
        return list(reversed(self.api.get(f"/v1/rooms/{room}/messages")["items"]))

    @contextmanager
    def page(self, who: str = "grace", **options: Any) -> Iterator[Any]:
        """A browser of its own, signed in by the demo's door. Nothing may be refused by the page's policy."""
        context = self.chromium.new_context(**options)
        context.add_init_script(AT_ONCE)
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None)
        page.on("pageerror", lambda error: refused.append(str(error)))
        page.set_default_timeout(SOON)
        page.goto(f"{self.stack.base_url}/console")
        page.get_by_role("button", name=f"{who}@demo.example").click()
        page.locator("nav.side").wait_for()
        try:
            yield page
            assert not refused
        finally:
            context.close()


@pytest.fixture(scope="module")
def desk(stack: LocalStack) -> Iterator[Desk]:
    with browser() as chromium, OtherSide() as side:
        yield Desk(stack, chromium, side)


def view(page: Any, name: str) -> None:
    page.get_by_role("navigation", name="Views").get_by_role("button", name=name).click()


def chosen(page: Any, command: str) -> None:
    """In the menu of the open room."""
    page.get_by_role("button", name="More about this room").click()
    page.get_by_role("menuitem", name=command).click()


def opened(page: Any, desk: Desk, room: str) -> None:
    page.goto(f"{desk.stack.base_url}/console#/inbox/open/{room}")
    page.get_by_role("log").locator(".message").first.wait_for()


@contextmanager
def held(page: Any, path: str) -> Iterator[Any]:
    """Answers to requests of a path are held back until the end; what is given waits until one was asked for."""
    waiting: list[Any] = []
    asked = re.compile(re.escape(path) + r"(\?.*)?$")
    page.route(asked, lambda route: waiting.append(route))

    def until() -> None:
        eventually(lambda: page.wait_for_timeout(20) or waiting, 30)

    yield until
    page.unroute(asked)
    for route in waiting:
        with suppress(Error):  # it was of a page that is no more
            route.continue_()


def test_a_mailed_link_lets_in_and_signing_out_ends_it(desk: Desk) -> None:
    context = desk.chromium.new_context()
    page = context.new_page()
    page.goto(f"{desk.stack.base_url}/console")
    page.get_by_label("Your e-mail address").fill("ada@vendor.example")
    page.get_by_role("button", name="Mail me a link").click()
    page.get_by_text("If an agent has this address").wait_for()
    mail = eventually(lambda: next((m for m in desk.stack.mails() if m["To"] == "ada@vendor.example"), None), 30)
    link = re.search(r"http\S+/console#sign-in=\S+", mail.get_content())
    assert link
    page.goto(link[0])
    page.reload()
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Mine").wait_for()
    assert "sign-in" not in page.url
    assert [cookie["httpOnly"] for cookie in context.cookies()] == [True]
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Your e-mail address").wait_for()
    context.close()


SOLVED = "This is solved, as far as we can see. If it is not for you, just answer here."


def test_the_inbox_by_keyboard_alone(desk: Desk) -> None:
    first = desk.asked("Webhooks stopped", "Since 9:40 we get **none**.")
    second = desk.asked("Sandbox returns 502", "About once in ten calls.")
    with desk.page() as page:
        keys = page.keyboard
        keys.press("3")  # waiting for us
        page.get_by_role("heading", name="Waiting for us").wait_for()
        page.locator(".rooms button", has_text="Webhooks stopped").wait_for()
        keys.press("l")
        keys.type("webhooks")
        keys.press("Escape")
        keys.press("j")
        keys.press("Enter")
        page.get_by_role("heading", name="Webhooks stopped").wait_for()
        keys.press("n")
        keys.type("Was their key rotated?")
        page.locator(".where", has_text="stays with us").wait_for()
        page.get_by_role("button", name="Add note").wait_for()
        keys.press("Control+Enter")
        page.locator(".message.note", has_text="Was their key rotated?").wait_for()
        keys.press("Escape")
        keys.press("r")
        keys.type("I have seen it.")
        page.locator(".where", has_text="to Acme’s room and webhook Vendor hook").wait_for()
        page.reload()  # the draft stays
        page.get_by_role("textbox", name="Answer").wait_for()
        expect(page.get_by_role("textbox", name="Answer")).to_have_value("I have seen it.")
        keys.press("r")
        keys.press("Control+Enter")
        page.locator(".message.ours", has_text="I have seen it.").wait_for()
        page.get_by_text("Waits for them").last.wait_for()
        page.locator(".message.ours", has_text="I have seen it.").hover()
        page.get_by_role("button", name="Where it went").click()
        page.get_by_role("dialog").get_by_text("delivered").wait_for()
        keys.press("Escape")  # the dialog; once more, and it were the room
        keys.press("a")
        page.get_by_role("button", name="On it: Grace. Assign").wait_for()
        keys.press("e")
        page.get_by_role("dialog").wait_for()
        keys.press("Tab")
        keys.type("Their key was rotated")
        for _ in ("tell", "cancel", "resolve"):
            keys.press("Tab")
        keys.press("Enter")
        page.get_by_role("heading", name="Webhooks stopped").wait_for(state="detached")  # on to the next one
        page.goto(f"{desk.stack.base_url}/console#/inbox/resolved/{first}")
        page.get_by_text("Resolved: solved, Their key was rotated").wait_for()
        keys.press("?")
        page.get_by_role("dialog", name="Keys").wait_for()
        keys.press("Escape")
        keys.press("Escape")
        page.get_by_role("region", name="Room").wait_for(state="detached")
    found = desk.said(first)
    assert [(each["text"], each["internal"]) for each in found] == [
        ("Since 9:40 we get **none**.", False),
        ("Was their key rotated?", True),
        ("I have seen it.", False),
        (f"{SOLVED}\n\nTheir key was rotated", False),
    ]
    room = desk.api.get(f"/v1/rooms/{first}")
    assert (room["outcome"], room["reason"], len(room["assignees"])) == ("solved", "Their key was rotated", 1)
    assert "I have seen it." in desk.side.texts()
    assert "Was their key rotated?" not in desk.side.texts()
    assert desk.api.get(f"/v1/rooms/{second}")["state"] == "open"


def test_a_range_is_forked_a_file_dropped_a_snippet_filled_in(desk: Desk) -> None:
    room = desk.asked("Everything at once", "About billing")
    desk.user().post(f"/v1/rooms/{room}/messages", {"text": "And about the webhooks"})
    desk.user().post(f"/v1/rooms/{room}/messages", {"text": "They stopped"})
    text = "Hello {{user.name}} of {{customer.name}} ({{customer.attributes.plan}})"
    desk.api.post("/v1/snippets", {"name": "Hello", "text": text})
    with desk.page() as page:
        opened(page, desk, room)
        page.keyboard.press("s")
        page.get_by_role("dialog").get_by_role("button", name="Hello").click()
        expect(page.get_by_role("textbox", name="Answer")).to_have_value("Hello Ann of Acme (pro)")
        transfer = page.evaluate_handle(
            "() => { const all = new DataTransfer(); "
            "all.items.add(new File(['a trace'], 'trace.txt', {type: 'text/plain'})); "
            "all.items.add(new File(['%PDF-1.4\\n'], 'bill.pdf', {type: 'application/pdf'})); return all; }"
        )
        page.dispatch_event(".composer", "drop", {"dataTransfer": transfer})
        page.locator(".chip", has_text="trace.txt7 B").wait_for()
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_role("link", name="trace.txt").click()
        page.get_by_role("dialog", name="trace.txt").get_by_text("a trace", exact=True).wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("link", name="bill.pdf").click()
        frame = page.get_by_role("dialog", name="bill.pdf").locator("iframe")
        assert "response-content-type=application%2Fpdf" in frame.get_attribute("src")
        page.wait_for_timeout(500)  # what the page's policy refuses is heard of at the end
        page.get_by_role("dialog", name="bill.pdf").get_by_role("button", name="Close").click()
        chosen(page, "Fork a part of it")
        boxes = page.get_by_role("checkbox", name="Choose the message of Ann")
        boxes.nth(1).check()
        boxes.nth(2).check()
        page.get_by_text("2 messages will have a room of their own").wait_for()
        page.get_by_role("button", name="Fork", exact=True).click()
        page.get_by_label("What is it about?").fill("Once more, apart")
        page.get_by_role("dialog").get_by_role("button", name="Fork").click()
        page.get_by_role("heading", name="Once more, apart").wait_for()
        assert page.locator(".message").count() == 2
    assert [each["name"] for each in desk.said(room)[-1]["attachments"]] == ["trace.txt", "bill.pdf"]


def test_a_page_that_is_closed_lets_go_of_what_waits_to_be_undone(desk: Desk) -> None:
    room = desk.asked("Closed at once", "Are you there?")
    with desk.page() as page:
        page.goto(f"{desk.stack.base_url}/console#/settings/told")
        page.get_by_label("Undo for").select_option("10")
        opened(page, desk, room)
        page.get_by_role("textbox", name="Answer").fill("Yes")
        page.keyboard.press("Control+Enter")
        page.get_by_role("button", name="Undo").wait_for()
        assert len(desk.said(room)) == 1
        page.close()
        eventually(lambda: [each["text"] for each in desk.said(room)] == ["Are you there?", "Yes"])


def test_what_moves_meanwhile_takes_no_open_menu_and_no_focus_away(desk: Desk) -> None:
    room = desk.asked("A menu is open", "Hello")
    with desk.page() as page:
        opened(page, desk, room)
        page.get_by_role("button", name="Resolve", exact=True).focus()
        desk.api("PATCH", f"/v1/rooms/{room}", {"priority": "urgent"})
        page.locator(".room .priority-urgent").wait_for()
        expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_focused()
        page.get_by_role("button", name="More about this room").click()
        desk.api("PATCH", f"/v1/rooms/{room}", {"name": "Its new name"})
        page.get_by_role("list").get_by_text("Its new name").wait_for()  # the list knows: the head would
        page.get_by_role("menuitem", name="Rename").click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        page.get_by_role("heading", name="Its new name").wait_for()


def test_an_answer_that_comes_late_changes_nothing_that_is_shown_by_then(desk: Desk) -> None:
    first, second = desk.asked("Slow", "One"), desk.asked("Other", "Two", "beta")
    text = "Dear {{customer.name}} of {{room.name}}"
    desk.api.post("/v1/snippets", {"name": "Dear", "text": text})
    with desk.page(viewport={"width": 1400, "height": 800}) as page:
        asked, answer = page.locator(".composer"), page.get_by_role("textbox", name="Answer")
        opened(page, desk, first)
        page.locator(".about h2", has_text="Acme").wait_for()
        with held(page, "/v1/customers/acme") as waiting:
            page.keyboard.press("s")
            waiting()
        page.get_by_role("dialog").get_by_role("button", name="Dear").click()
        assert answer.input_value() == "Dear Acme of Slow"  # at once
        with held(page, "/v1/customers/acme") as waiting, held(page, f"/v1/rooms/{first}/issues") as side:
            answer.fill("")
            page.reload()
            page.locator(".message").first.wait_for()
            side()
            page.keyboard.press("s")
            waiting()
            opened(page, desk, second)
            page.locator(".about h2", has_text="beta").wait_for()
        with held(page, "/v1/installs") as waiting:
            view(page, "Settings")
            waiting()
            view(page, "Broadcasts")
            page.get_by_role("button", name="New broadcast").wait_for()
        page.wait_for_timeout(300)
        assert page.get_by_role("button", name="New broadcast").is_visible()
        opened(page, desk, second)
        page.wait_for_timeout(300)
        page.locator(".about h2", has_text="beta").wait_for()
        assert not page.get_by_role("dialog").count()
        assert answer.input_value() == ""
        asked.get_by_text("to beta’s room").wait_for()


def test_two_agents_see_each_other_and_what_is_said_at_once(desk: Desk) -> None:
    room = desk.asked("Who answers?", "Is anybody there?")
    with desk.page("grace") as grace, desk.page("alan") as alan:
        opened(grace, desk, room)
        opened(alan, desk, room)
        grace.get_by_text("Alan is here too").wait_for()
        alan.get_by_text("Grace is here too").wait_for()
        alan.get_by_role("textbox", name="Answer").press_sequentially("I will")
        grace.get_by_text("Alan is writing an answer").wait_for()
        grace.get_by_role("textbox", name="Answer").fill("Me too")
        grace.keyboard.press("Control+Enter")
        grace.get_by_role("dialog").get_by_text("Alan is writing an answer too.").wait_for()
        grace.get_by_role("button", name="Cancel").click()
        alan.get_by_role("button", name="Internal note").click()
        alan.get_by_role("textbox", name="Internal note").press_sequentially("Mine")
        alan.keyboard.press("Control+Enter")
        grace.locator(".message.note", has_text="Mine").wait_for(timeout=SOON)
        desk.user().post(f"/v1/rooms/{room}/messages", {"text": "Hello?"})
        for page in (grace, alan):
            page.locator(".message.theirs", has_text="Hello?").wait_for(timeout=SOON)
        alan.keyboard.press("Escape")
        alan.keyboard.press("Escape")
        grace.get_by_text("Alan is here too").wait_for(state="detached")


def test_an_issue_is_raised_another_room_tied_to_it_and_a_conversation_bound(desk: Desk) -> None:
    first, second = desk.asked("Export is slow", "It takes an hour"), desk.asked("Export again", "Forty minutes")
    slack = {"kind": "slack", "name": "Slack", "config": {"team": "T0ACORN"}, "credentials": {"signing": "s"}}
    desk.api.post("/v1/installs", slack)
    with desk.page(viewport={"width": 1400, "height": 800}) as page:
        opened(page, desk, first)
        page.keyboard.press("i")
        page.get_by_label("Public title").fill("Faster exports")
        page.get_by_role("button", name="Do it").click()
        page.locator(".about .tag.open").wait_for()
        page.get_by_role("button", name="Bind a conversation").click()
        page.get_by_role("button", name="Make a code").click()
        page.get_by_text("/parley connect").wait_for()
        assert not unfriendly(page)
        page.get_by_label("and the conversation’s id there").fill("C0EXPORT")
        page.get_by_label("Its name here").fill("#export")
        page.get_by_role("button", name="Bind it").click()
        bound = page.locator(".about li", has_text="#export")
        bound.get_by_text("slack, both ways").wait_for()
        bound.get_by_role("button", name="Take the room off “#export”").click()
        bound.wait_for(state="detached")
        opened(page, desk, second)
        page.get_by_role("button", name="Raise or tie an issue").click()
        page.locator("select[name=how]").select_option("tie")
        page.get_by_role("button", name="Do it").click()
        issues = eventually(lambda: desk.api.get(f"/v1/rooms/{second}/issues")["items"])
        assert not unfriendly(page)
    issue = issues[0]["issue"]
    assert (issue["title"], issue["public_title"], issue["rooms"]) == ("Export is slow", "Faster exports", 2)


def test_an_issue_moves_and_each_of_its_rooms_is_told_once(desk: Desk) -> None:
    desk.api("PUT", "/v1/customers/zephyr", {"name": "Zephyr Pay"})
    rooms = [desk.asked("Slow lists", "Twenty seconds"), desk.asked("Lists are slow", "Thirty", "zephyr")]
    issue = desk.api.post(f"/v1/rooms/{rooms[0]}/issues", {"title": "Lists", "public_title": "Faster lists"})["id"]
    desk.api.post(f"/v1/rooms/{rooms[1]}/issues", {"issue": issue})
    with desk.page() as page:
        view(page, "Issues")
        page.locator(".pickable button", has_text="2 rooms · 2 customers").wait_for()
        assert not unfriendly(page)
        page.locator(".pickable button", has_text="Lists").click()
        page.get_by_role("region", name="Rooms").get_by_text("Zephyr Pay").wait_for()
        page.get_by_role("button", name="Change state").click()
        page.locator("select[name=state]").select_option("done")
        page.get_by_label("Your words to them").fill("It is in version 9.")
        page.get_by_role("button", name="Change", exact=True).click()
        box = page.get_by_role("textbox", name="What the rooms are told")
        box.wait_for()
        assert not unfriendly(page)
        view(page, "Issues")
        draft = page.get_by_role("article", name="Notice").filter(has_text="Lists")
        box = draft.get_by_role("textbox", name="What the rooms are told")
        box.fill(box.input_value().replace("version 9", "version 9, {{customer.name}}"))
        draft.get_by_role("button", name="Tell the rooms").click()
        draft.wait_for(state="detached")
        for room, customer in zip(rooms, ("Acme", "Zephyr Pay"), strict=True):
            words = eventually(lambda room=room: desk.said(room)[1:])
            assert [each["text"] for each in words] == [f"“Faster lists” is done.\n\nIt is in version 9, {customer}."]


def test_a_broadcast_is_written_looked_at_sent_and_watched(desk: Desk) -> None:
    for name in ("Beta", "Cedar"):
        desk.api("PUT", f"/v1/customers/{name.lower()}", {"name": name})
    with desk.page() as page:
        view(page, "Broadcasts")
        page.get_by_role("button", name="New broadcast").click()
        page.get_by_label("Customers, by your own ids").fill("beta, cedar")
        page.get_by_label("Text").fill("Hello {{customer.name}}, we move on Monday.")
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("heading", name="Goes to 2 rooms").wait_for()
        page.get_by_text("Hello Beta, we move on Monday.").wait_for()
        page.get_by_role("button", name="Send").click()
        page.get_by_role("status").get_by_text("done").wait_for()
        page.get_by_text("2 of 2").first.wait_for()
        bar = page.get_by_label("Stored").first
        assert (bar.get_attribute("value"), bar.get_attribute("max")) == ("2", "2")
        assert not unfriendly(page)
        page.get_by_role("button", name="Follow up").click()
        page.get_by_role("dialog").get_by_label("Text").fill("Have you seen it, {{customer.name}}?")
        page.get_by_role("button", name="Draft").click()
        page.get_by_text("Have you seen it, Beta?").wait_for()
        page.get_by_role("button", name="Later").click()
        page.get_by_role("button", name="Schedule").click()
        page.get_by_text("It leaves at").wait_for()
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("status").get_by_text("cancelled", exact=True).wait_for()
        issue = desk.api.post("/v1/issues", {"title": "Exports of lists"})["id"]
        page.get_by_role("button", name="All broadcasts").click()
        page.get_by_role("button", name="New broadcast").click()
        page.locator("select[name=to]").select_option(f"issue:{issue}")
        page.locator("select[name=into]").select_option("topic")
        page.get_by_label("What the rooms are called").fill("Exports")
        page.get_by_label("Not before").fill("09:00")
        page.get_by_label("Not after").fill("17:00")
        page.get_by_label("Text").fill("Hello")
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("heading", name="Goes to 0 rooms").wait_for()
        assert not unfriendly(page)
    drafted = next(each for each in desk.api.all("/v1/broadcasts") if each["issue"] == issue)
    assert (drafted["into"], drafted["room_name"]) == ("topic", "Exports")
    assert (drafted["hours"]["from"], drafted["hours"]["to"]) == ("09:00", "17:00")


def test_what_did_not_get_in_is_seen_and_taken_in(desk: Desk) -> None:
    form = desk.api.post("/v1/installs", {"kind": "form", "name": "Contact"})["id"]
    anyone = Caller(desk.stack.base_url)
    said = {"name": "Zoe", "email": "zoe@mail.example", "message": "Is anybody there?", "website": "filled in"}
    assert anyone("POST", f"/in/form/{form}", said).status in (202, 303)
    path = f"/v1/installs/{form}/ignored"
    eventually(lambda: desk.api.get(path)["items"])
    with desk.page() as page:
        view(page, "Settings")
        page.get_by_role("article", name="Contact").get_by_role("button", name="What did not get in").click()
        row = page.get_by_role("listitem", name="Is anybody there?")
        row.get_by_text("A field was filled in that people do not see.").wait_for()
        assert not unfriendly(page)
        row.get_by_role("button", name="Take it in").click()
        row.get_by_text("is being taken in").wait_for()
        (taken,) = eventually(lambda: [each for each in desk.api.get(path)["items"] if each["room"]])
        page.get_by_role("button", name="Close").click()
        page.get_by_role("article", name="Contact").get_by_role("button", name="What did not get in").click()
        row.get_by_role("button", name="It is in").click()
        page.get_by_role("log").get_by_text("Is anybody there?").wait_for()
    assert [each["text"] for each in desk.said(taken["room"])] == ["Is anybody there?"]


def test_an_install_is_connected_and_tried(desk: Desk) -> None:
    with desk.page() as page, OtherSide() as side:
        side.answers.append((503, {}))
        view(page, "Settings")
        page.get_by_role("button", name="Connect a channel").click()
        page.get_by_label("Kind").select_option("webhook")
        page.get_by_label("Name", exact=True).fill("Second hook")
        page.get_by_label("Your address").fill(side.url)
        page.get_by_label("Tell it of every room").uncheck()
        page.get_by_role("button", name="Connect", exact=True).click()
        page.get_by_text("Keep this secret: it is shown this once.").wait_for()
        page.keyboard.press("Escape")
        card = page.get_by_role("article", name="Second hook")
        card.get_by_role("button", name="Try it").click()
        card.get_by_text("Missing: it answered HTTP 503 to a signed ping.").wait_for()
        card.get_by_role("button", name="Try it").click()
        card.get_by_text("It works: it answered HTTP 200 to a signed ping.").wait_for()
        card.get_by_text("Steps").click()
        card.get_by_text("“Try it” sends a signed ping to your address.").wait_for()
        card.get_by_role("button", name="Change").click()
        page.get_by_label("Name", exact=True).fill("Third hook")
        page.get_by_role("button", name="Save").click()
        card = page.get_by_role("article", name="Third hook")
        card.wait_for()
        assert not unfriendly(page)
        card.get_by_role("button", name="Remove").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        card.wait_for(state="detached")


def test_what_people_write_is_inert_and_everybody_can_use_the_page(desk: Desk) -> None:
    name = CORPUS[1][:200]
    desk.api("PUT", "/v1/customers/evil", {"name": name, "attributes": {"plan": CORPUS[0]}})
    user = Caller(desk.stack.base_url, user_token(desk.workspace, "evil", "eve", name=name))
    room = user.post("/v1/rooms", {"name": name})["id"]
    for text in CORPUS:
        user.post(f"/v1/rooms/{room}/messages", {"text": text})
    user.post(f"/v1/rooms/{room}/messages", {"text": "The last of them"})
    ran = f"() => {MARK.replace('=1', '')}"
    for scheme in ("light", "dark"):
        with desk.page(color_scheme=scheme, viewport={"width": 1400, "height": 800}) as page:
            opened(page, desk, room)
            page.get_by_text("The last of them").last.wait_for()
            page.locator(".about").get_by_text(CORPUS[0]).wait_for()
            assert page.locator(".message").count() == len(CORPUS) + 1
            page.wait_for_timeout(200)
            assert page.evaluate(ran) is None
            assert not page.locator(".text img, .text script, .text iframe, .text svg:not(.copy svg)").count()
            hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
            assert {href.partition(":")[0] for href in hrefs} <= {"http", "https", "mailto"}
            assert not unfriendly(page)


def test_on_a_phone_there_is_one_thing_at_a_time(desk: Desk) -> None:
    room = desk.asked("From a phone", "Can you read this?")
    with desk.page(viewport={"width": 390, "height": 780}, has_touch=True) as page:
        page.get_by_role("button", name="Views").tap()
        page.get_by_role("menuitem", name="All open").tap()
        page.locator(".rooms button", has_text="From a phone").tap()
        page.get_by_role("heading", name="From a phone").wait_for()
        assert not page.locator(".rooms").is_visible()
        chosen(page, "About the customer")
        page.locator(".about h2", has_text="Acme").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert not unfriendly(page)
        page.get_by_role("button", name="Back to the room").tap()
        page.get_by_role("textbox", name="Answer").fill("Yes")
        page.get_by_role("button", name="Send", exact=True).tap()
        page.locator(".message.ours", has_text="Yes").wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        assert not unfriendly(page)
        page.get_by_role("button", name="Back to the list").tap()
        page.locator(".rooms").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        view(page, "Settings")
        page.get_by_role("heading", name="Installs").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert desk.said(room)[-1]["text"] == "Yes"


def test_search_finds_a_message_and_leads_to_its_place(desk: Desk) -> None:
    room = desk.asked("Zeppelin fuel", "The zeppelin does not take the fuel <b>at all</b>.")
    for number in range(60):
        desk.api.post(f"/v1/rooms/{room}/messages", {"text": f"Another word {number}"})
    desk.api.post(f"/v1/rooms/{room}/messages", {"text": "Their zeppelin is not paid for", "internal": True})
    desk.api("PATCH", f"/v1/rooms/{room}", {"state": "resolved"})
    eventually(lambda: len(desk.api.get("/v1/search?q=zeppelin")["items"]) == 3)
    with desk.page(viewport={"width": 1440, "height": 900}) as page:
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox", name="Search")).to_be_focused(timeout=SOON)
        page.keyboard.type("zepp")
        hits = page.get_by_role("list", name="What was found").get_by_role("button")
        expect(hits).to_have_count(3, timeout=SOON)
        assert sorted(page.locator(".hit mark").all_text_contents()) == ["Zeppelin", "zeppelin", "zeppelin"]
        assert page.locator(".hit b").count() == 0
        expect(page.get_by_role("complementary", name="Who knows")).to_contain_text("Ann")
        assert unfriendly(page) == []
        page.get_by_label("What", exact=True).select_option("message")
        page.get_by_label("State of the room").select_option("open")
        expect(page.get_by_text("Nothing that fits.")).to_be_visible(timeout=SOON)
        page.get_by_label("State of the room").select_option("resolved")
        expect(hits).to_have_count(2, timeout=SOON)
        page.get_by_role("searchbox", name="Search").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.get_by_role("button", name=re.compile("does not take")).click()
        expect(page.locator(".message:focus")).to_contain_text("does not take the fuel", timeout=SOON)
        expect(page.get_by_role("heading", name="Who knows about this")).to_be_visible(timeout=SOON)
        assert unfriendly(page) == []
        page.go_back()
        expect(page.get_by_role("searchbox", name="Search")).to_have_value("zepp")


def test_what_waits_is_acknowledged_and_thanks_wait_after_a_click(desk: Desk) -> None:
    room = desk.asked("Nightly export", "It stopped at two")
    with desk.page() as page:
        opened(page, desk, room)
        acknowledge = page.get_by_role("button", name="Acknowledge", exact=True)
        acknowledge.click()
        expect(page.get_by_role("log")).to_contain_text("looking into it", timeout=SOON)
        expect(acknowledge).to_have_count(0)
        desk.api.post(f"/v1/rooms/{room}/messages", {"text": "It runs again"})
        desk.user().post(f"/v1/rooms/{room}/messages", {"text": "Thanks!"})
        thanks = page.get_by_role("log").locator(".message", has_text="Taken as thanks")
        thanks.get_by_role("button", name="Waits for us").click()
        eventually(lambda: desk.api.get(f"/v1/rooms/{room}")["turn"] == "vendor")
        chosen(page, "Priority and snooze")
        page.get_by_role("dialog").get_by_role("combobox", name="Priority").select_option("urgent")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("header.head")).to_contain_text("Urgent")
        assert desk.api.get(f"/v1/rooms/{room}")["acknowledged_at"] is None
