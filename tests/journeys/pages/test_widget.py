"""The support button in a real Chromium: on a page of another origin, under a strict policy."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import AT_ONCE, browser, unfriendly
from tests.journeys.caller import Caller, eventually, user_token
from tests.journeys.pages.hosting import Dashboard, dashboard, short
from tests.stack import LocalStack
from tests.web.test_snippets import CALLS, signed
from tests.web.xss import CORPUS

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGNgYPiPFQ1KCawkAIV1P8EbrZw1AAAAAElFTkSuQmCC"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def workspace(stack: LocalStack) -> dict[str, str]:
    made = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Acorn"})
    Caller(stack.base_url, made["api_key"])("PATCH", "/v1/workspace", {"visitors": True})
    return dict(made)


@pytest.fixture(scope="module")
def host(stack: LocalStack, workspace: dict[str, str]) -> Iterator[Dashboard]:
    with dashboard(stack, workspace) as made:
        yield made


@pytest.fixture(scope="module")
def grace(stack: LocalStack, workspace: dict[str, str]) -> Caller:
    owner = Caller(stack.base_url, workspace["api_key"])
    agent = owner.post("/v1/agents", {"name": "Grace Hopper"})["id"]
    return Caller(stack.base_url, owner.post("/v1/api-keys", {"name": "K", "agent": agent})["key"])


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, chromium: Any, url: str, **options: Any) -> None:
        self.context = chromium.new_context(**{"viewport": {"width": 900, "height": 800}, **options})
        self.context.add_init_script(AT_ONCE)  # whoever is an agent
        self.page = self.context.new_page()
        self.page.set_default_timeout(40_000)
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self.wrong.append(said.text) if "Content Security" in said.text else None)
        self.page.goto(url)

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()
        assert not self.wrong

    def one(self, selector: str, **options: Any) -> Any:
        return self.page.locator(selector, **options)

    def open(self) -> "Person":
        self.one(".launcher").click()
        return self

    def enter(self, room: str) -> "Person":
        self.one(".row", has=self.page.locator(".name", has_text=room)).click()
        self.one(".log .said, .log .none").first.wait_for()
        return self

    def leave(self) -> "Person":
        """Back to the list."""
        self.one(".main .back").click()
        return self

    def write(self, text: str) -> None:
        self.one(".main textarea").fill(text)
        self.one(".main textarea").press("Enter")

    def sees(self, text: str) -> None:
        self.one(".said .bubble", has_text=text).first.wait_for()

    def said(self) -> list[str]:
        """Every text of the conversation, as it is shown."""
        return [text.strip() for text in self.one(".said .bubble").all_inner_texts()]

    def until(self, look: Callable[[], Any], patience: float = 40) -> None:
        """Let the page go on until `look` finds something."""
        ends = time.monotonic() + patience
        while not look():
            assert time.monotonic() < ends, "it did not come about in time"
            self.page.wait_for_timeout(50)

    def live(self) -> "Person":
        """Until the line is open."""
        state = "document.querySelector('parley-support').session?.live?.state"
        self.until(lambda: self.page.evaluate(state) == "open")
        return self


def room_of(stack: LocalStack, workspace: dict[str, str], name: str, text: str = "Hello") -> str:
    """A topic of Ann's."""
    ann = Caller(stack.base_url, user_token(workspace, "widgetco", "ann", name="Ann", customer_name="Widget & Co"))
    room = str(ann.post("/v1/rooms", {"name": name})["id"])
    ann.post(f"/v1/rooms/{room}/messages", {"text": text})
    return room


def test_a_file_is_dropped_and_opened_and_an_image_is_shown(
    stack: LocalStack, workspace: dict[str, str], chromium: Any, host: Dashboard
) -> None:
    room_of(stack, workspace, "Files")
    drop = """([name, type, content]) => {
      const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], name, {type}));
      const pane = document.querySelector("parley-support").shadowRoot.querySelector(".main");
      for (const kind of ["dragover", "drop"])
        pane.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}));
    }"""
    with Person(chromium, host.url("ann")) as ann, Person(chromium, host.url("bob")) as bob:
        ann.open().enter("Files")
        bob.open().live().enter("Files")
        ann.page.evaluate(drop, ["tröubles.txt", "text/plain", "dHJhY2U="])
        ann.page.evaluate(drop, ["screen.png", "image/png", PNG])
        assert ann.one(".compose .file").count() == 2
        ann.write("See these")
        bob.sees("See these")
        image = bob.one(".said img")
        image.wait_for()
        bob.until(lambda: image.evaluate("image => image.naturalWidth") == 8)
        opened: list[Any] = []
        bob.page.on("download", lambda download: opened.append(download))
        bob.context.on("page", lambda page: page.on("download", lambda download: opened.append(download)))
        bob.one(".said a.file", has_text="tröubles.txt").click()
        bob.until(lambda: opened)
        assert opened[0].suggested_filename == "tröubles.txt"
        assert Path(opened[0].path()).read_bytes() == b"trace"


def test_a_file_on_its_way_goes_to_the_room_that_it_was_dropped_in(
    stack: LocalStack, workspace: dict[str, str], chromium: Any, host: Dashboard, grace: Caller
) -> None:
    first, second = room_of(stack, workspace, "With a file"), room_of(stack, workspace, "Without one")
    with Person(chromium, host.url("ann")) as ann:
        ann.open().enter("With a file")
        held: list[Any] = []
        ann.page.route("**/v1/attachments", lambda route: held.append(route))
        ann.one("input[type=file]").first.set_input_files([{"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}])
        ann.write("See this")
        ann.until(lambda: held)
        ann.leave().enter("Without one")
        ann.sees("Hello")
        assert ann.one(".compose .file").count() == 0
        held[0].continue_()
        found = eventually(lambda: [m for m in grace.get(f"/v1/rooms/{first}/messages")["items"] if m["attachments"]])
        assert [(m["text"], m["attachments"][0]["name"]) for m in found] == [("See this", "a.txt")]
        ann.one(".main textarea").fill("Half a")
        ann.leave().enter("With a file").sees("See this")
        assert ann.one(".main textarea").input_value() == ""
        ann.leave().enter("Without one")
        assert ann.one(".main textarea").input_value() == "Half a"
    assert [m["text"] for m in grace.get(f"/v1/rooms/{second}/messages")["items"]] == ["Hello"]


def test_a_page_of_another_origin_embeds_it_with_a_token_of_each_snippet(
    workspace: dict[str, str], chromium: Any, host: Dashboard, tmp_path: Path
) -> None:
    tokens = {each: signed(each, workspace["id"], workspace["token_secret"], tmp_path) for each in CALLS}
    assert tokens["python"]
    for language, token in tokens.items():
        if token:
            host.tokens[language] = lambda n, token=token: token
            with Person(chromium, host.url(language)) as anyone:
                anyone.open().live().one(".row").first.wait_for()
                assert anyone.page.evaluate("document.querySelector('parley-support').session.me.name") == "Änn"


def test_a_token_that_ends_or_is_refused_is_renewed_by_the_host(
    workspace: dict[str, str], chromium: Any, host: Dashboard, grace: Caller
) -> None:
    bad = {**workspace, "token_secret": "of somebody else, and long enough to sign"}
    host.tokens["brief"] = lambda n: short(workspace, 2 if n == 1 else 3600)
    host.tokens["refused"] = lambda n: short(bad if n == 1 else workspace, 3600)
    for who in ("brief", "refused"):
        with Person(chromium, host.url(who)) as ann:
            ann.open().live().one(".row").first.wait_for()
            eventually(lambda who=who: host.asked[who] >= 2)


def test_a_visitor_asks_and_is_answered_also_after_a_reload(chromium: Any, host: Dashboard, grace: Caller) -> None:
    with Person(chromium, host.url("visitor")) as visitor:
        visitor.open()
        assert unfriendly(visitor.page, "parley-support") == []
        visitor.page.get_by_label("Your name").fill("Vi")
        visitor.page.get_by_label("Your e-mail").fill("vi@nowhere.example")
        visitor.page.get_by_label("Message").fill("Do you ship to the moon?")
        visitor.page.get_by_role("button", name="Send").click()
        visitor.live().sees("Do you ship to the moon?")
        room = next(r for r in grace.all("/v1/rooms") if r["name"] == "Do you ship to the moon?")
        assert (room["kind"], room["customer"]) == ("visitor", None)
        grace.post(f"/v1/rooms/{room['id']}/messages", {"text": "Twice a week."})
        visitor.sees("Twice a week.")
        visitor.page.reload()
        visitor.sees("Twice a week.")  # the panel and its room are open as they were
        assert visitor.one(".back").is_hidden()


def test_by_keyboard_alone(stack: LocalStack, workspace: dict[str, str], chromium: Any, host: Dashboard) -> None:
    room_of(stack, workspace, "Keys", "By mouse")
    with Person(chromium, host.url("ann")) as ann:
        keys = ann.page.keyboard
        keys.press("Tab")
        keys.press("Enter")
        ann.one(".row").first.wait_for()
        ann.until(lambda: ann.page.evaluate("document.activeElement.shadowRoot?.activeElement?.matches('.row')"))
        for _ in range(20):
            if "Keys" in ann.page.evaluate("document.activeElement.shadowRoot.activeElement.innerText"):
                break
            keys.press("Tab")
        keys.press("Enter")
        ann.sees("By mouse")
        keys.type("By keyboard")
        keys.press("Enter")
        ann.sees("By keyboard")
        ann.one(".fate").wait_for(state="detached")
        focused = "document.activeElement.shadowRoot.activeElement"
        for _ in range(6):
            keys.press("Shift+Tab")
            if ann.page.evaluate(f"{focused}.matches('.said, .said *')"):
                break
        keys.press("Escape") if not ann.page.evaluate(f"{focused}.matches('.said')") else None
        keys.press("ArrowUp")
        assert "By mouse" in ann.page.evaluate(f"{focused}.innerText")
        keys.press("Tab")
        keys.press("Enter")
        keys.press("ArrowRight")
        keys.press("Enter")
        ann.one(".marks button", has_text="❤️ 1").wait_for()
        ann.one(".main textarea").focus()
        keys.press("ArrowUp")
        ann.one(".about", has_text="Edit").wait_for()
        keys.type(" alone")
        keys.press("Enter")
        ann.sees("By keyboard alone")
        keys.press("Escape")
        ann.one(".row").first.wait_for()
        keys.press("Escape")
        ann.one(".panel").wait_for(state="hidden")
        assert ann.page.evaluate(f"{focused}.classList.contains('launcher')")


@pytest.mark.parametrize(
    ("look", "options"),
    [
        ({}, {}),
        ({"theme": "dark", "lang": "de"}, {}),
        ({}, {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}),
        ({"mode": "page"}, {}),
    ],
    ids=["light", "dark, in German", "phone", "page"],
)
def test_axe_finds_nothing_and_nothing_sticks_out(
    stack: LocalStack, workspace: dict[str, str], chromium: Any, host: Dashboard, look: Any, options: Any, grace: Caller
) -> None:
    name = f"Looks {len(look)}{len(options)}{look.get('mode', '')}"
    room = room_of(stack, workspace, name, "> quote\n\n**b** `c` [l](https://e.example)\n```\ncode\n```\n- i")
    said = grace.post(f"/v1/rooms/{room}/messages", {"text": "An answer"})
    grace("PUT", f"/v1/rooms/{room}/messages/{said['id']}/reactions/%F0%9F%91%8D")
    grace.post(f"/v1/rooms/{room}/messages", {"text": "And a reply", "reply_to": said["id"]})
    with Person(chromium, host.url("ann", **look), **options) as ann:
        if look.get("mode") != "page":
            assert unfriendly(ann.page, "parley-support") == []
            ann.open()
        ann.one(".row").first.wait_for()
        ann.page.wait_for_timeout(250)
        assert unfriendly(ann.page, "parley-support") == []
        ann.enter(name)
        ann.sees("And a reply")
        ann.one(".top .round[aria-expanded]").last.click()
        assert unfriendly(ann.page, "parley-support") == []
        box = ann.one(".panel").bounding_box()
        width, height = (ann.page.viewport_size or {}).values()
        if look.get("mode") != "page":
            assert box["x"] >= 0
            assert box["y"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height
        for place in (".log", ".compose"):
            inner = ann.one(place).first.evaluate("each => [each.scrollWidth, each.clientWidth]")
            assert inner[0] <= inner[1] + 1, place
        if width < 500:
            assert (box["width"], box["height"]) == (width, height)


def test_nothing_that_people_write_is_ever_run(
    stack: LocalStack, workspace: dict[str, str], chromium: Any, host: Dashboard, grace: Caller
) -> None:
    mallory = Caller(
        stack.base_url, user_token(workspace, "widgetco", "mallory", name=CORPUS[4], customer_name=CORPUS[1])
    )
    room = str(mallory.post("/v1/rooms", {"name": CORPUS[1]})["id"])
    for n, text in enumerate(CORPUS):
        file = {"name": text.replace("\n", " ")[:200], "size": 5}
        files = [mallory.post("/v1/attachments", file)["id"]] if n < 8 else []
        mallory.post(f"/v1/rooms/{room}/messages", {"text": text, "attachments": files})
    with Person(chromium, host.url("ann", open="1")) as ann:
        ann.open().one(".row", has_text="img src=x").first.click()
        ann.sees(CORPUS[0])
        ann.one(".top .round[aria-expanded]").last.click()
        assert ann.one(".said").count() >= len(CORPUS)
        ann.page.wait_for_timeout(300)
        assert ann.page.evaluate("window.__ran") is None
        hrefs = ann.one(".said a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
        assert all(href.startswith(("https://", stack.base_url)) for href in hrefs), hrefs
        inside = "document.querySelector('parley-support').shadowRoot.querySelectorAll('script, iframe, object, embed')"
        assert ann.page.evaluate(f"{inside}.length") == 0


def test_a_user_opens_nothing_of_another_customers(
    stack: LocalStack, workspace: dict[str, str], chromium: Any, host: Dashboard
) -> None:
    room = room_of(stack, workspace, "Of widgetco alone")
    with Person(chromium, host.url("other/eve")) as eve:
        eve.open().live().one(".row").first.wait_for()
        assert "Of widgetco alone" not in eve.one(".panel").inner_text()
        status = eve.page.evaluate(
            """async (room) => {
              const session = document.querySelector("parley-support").session;
              const refused = [];
              session.live.on("frame", (frame) => frame.type === "problem" && refused.push(frame.status));
              session.live.watch({room});
              session.live.watch({customer: "widgetco"});
              const read = await session.api.get(`/v1/rooms/${room}/messages`).catch((problem) => problem.status);
              while (refused.length < 2) await new Promise((done) => setTimeout(done, 20));
              return [read, ...refused];
            }""",
            room,
        )
        assert status == [404, 404, 404]


def test_where_websockets_are_blocked_it_polls(
    stack: LocalStack, workspace: dict[str, str], chromium: Any, host: Dashboard, grace: Caller
) -> None:
    room = room_of(stack, workspace, "Polled")
    with Person(chromium, "about:blank") as ann:
        ann.page.route_web_socket("**", lambda line: line.close())
        ann.page.goto(host.url("ann"))
        ann.open().enter("Polled")
        grace.post(f"/v1/rooms/{room}/messages", {"text": "Without a socket"})
        ann.sees("Without a socket")


def test_the_host_counts_what_is_unread_and_opens_the_panel_itself(
    stack: LocalStack, workspace: dict[str, str], chromium: Any, host: Dashboard, grace: Caller
) -> None:
    room = room_of(stack, workspace, "Counted")
    with Person(chromium, host.url("nobody")) as ann:
        ann.page.evaluate(
            """() => {
              window.renew = async () => (await (await fetch("/token?who=ann")).json()).token;
              Parley.unread((n) => (window.waiting = n), {renew});
            }"""
        )
        ann.until(lambda: ann.page.evaluate("window.waiting") is not None)
        before = ann.page.evaluate("window.waiting")
        grace.post(f"/v1/rooms/{room}/messages", {"text": "Two more"})
        grace.post(f"/v1/rooms/{room}/messages", {"text": "to read"})
        ann.until(lambda: ann.page.evaluate("window.waiting") == before + 2)
        ann.page.evaluate("() => void Parley.open({renew})")
        ann.enter("Counted").sees("to read")
        ann.until(lambda: ann.page.evaluate("window.waiting") == before)


def test_what_was_said_is_found_also_in_resolved_rooms_and_who_knows(
    stack: LocalStack, workspace: dict[str, str], chromium: Any, host: Dashboard, grace: Caller
) -> None:
    room = room_of(stack, workspace, "Gauges", "The barometer <i>sticks</i> at noon")
    grace.post(f"/v1/rooms/{room}/messages", {"text": "Tap the barometer once"})
    grace.post(f"/v1/rooms/{room}/messages", {"text": "Barometer: they always break it", "internal": True})
    grace("PATCH", f"/v1/rooms/{room}", {"state": "resolved"})
    ann = Caller(stack.base_url, user_token(workspace, "widgetco", "ann", name="Ann"))
    eventually(lambda: len(ann.get("/v1/search?q=barometer")["items"]) == 2)
    with Person(chromium, host.url("ann")) as person:
        person.open().one(".find input").fill("barom")
        said = person.one("[aria-label='In messages'] .row")
        person.until(lambda: said.count() == 2)
        assert [mark.lower() for mark in person.one(".row mark").all_inner_texts()] == ["barometer", "barometer"]
        assert unfriendly(person.page) == []
        said.filter(has_text="sticks").click()
        person.sees("The barometer <i>sticks</i> at noon")
        person.until(lambda: person.page.evaluate(FOCUSED))
        person.one(".main button[aria-expanded]").click()
        knows = person.one(".menu button", has_text="Grace Hopper")
        knows.wait_for()
        assert unfriendly(person.page) == []
        knows.click()
        person.sees("Tap the barometer once")


FOCUSED = "document.querySelector('parley-support').shadowRoot.activeElement?.innerText.includes('sticks')"
