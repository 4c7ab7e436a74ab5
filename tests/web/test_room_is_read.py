"""What an agent reads in a room: code, files in place, who has read it; and the marks that are their own."""

import struct
import zlib
from typing import Any

import pytest
from playwright.sync_api import expect

from chalicelib.ports import Answer
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House, Page

CODE = 'Here:\n\n```python\nfor each in rooms:  # all of them\n    print("<b>one</b>", 1)\n```\n\n```\nplain\n```'
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
LOG = "".join(f"12:00:{n:02} <img src=x onerror=alert(1)> line {n}\n" for n in range(60))
COPIED = "navigator.clipboard.writeText = async (text) => { window.copied = text; }"
CLOSE, COMPACT, ROOMY = "Escape", 56, 88


def png(wide: int = 40, high: int = 30) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    lines = zlib.compress((b"\0" + b"\x20\x60\xc0" * wide) * high)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


FILES: dict[str, tuple[str, bytes]] = {
    "chart.png": ("image/png", png()),
    "invoice.pdf": ("application/pdf", PDF),
    "gateway.log": ("application/octet-stream", LOG.encode()),
    "page.pdf": ("application/pdf", b"<script>parent.ran = true</script>"),
    "rest.log": ("text/plain", b"\0\1\2"),
}


@pytest.fixture
def room(house: House, parley: Parley) -> str:
    """A room in which Ann said something with code and files, between others; Ada is signed in."""
    house.tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    ann = house.tenant.user()
    for number in range(30):
        other = ann.post("/v1/rooms", {"name": f"Room {number:02}"}).json["id"]
        ann.post(f"/v1/rooms/{other}/messages", {"text": "Hello"})
        parley.clock.at += 1000
    made = str(ann.post("/v1/rooms", {"name": "With code"}).json["id"])
    files = []
    for name, (type_, content) in FILES.items():
        put = ann.post("/v1/attachments", {"name": name, "size": len(content), "type": type_}).json
        parley.files.put(put["upload"]["fields"]["key"], content, type_)
        files.append(put["id"])
    ann.post(f"/v1/rooms/{made}/messages", {"text": CODE, "attachments": files})
    house.tenant.api.post(f"/v1/rooms/{made}/messages", {"text": "I look into it."})
    parley.settle()
    return made


@pytest.fixture
def page(house: House, room: str) -> Page:
    context = house.browser(viewport={"width": 1280, "height": 800})
    page = house.page(path=f"{PARLEY}/console#/inbox/open/{room}", context=context)
    page.page.on("console", lambda line: page.wrong.append(line.text) if "Content Security" in line.text else None)
    page.one(".message").first.wait_for()
    page.until(lambda: house.lines.open)
    page.one(".where", has_text="room").wait_for()
    return page


def test_code_has_colours_and_is_copied(page: Page) -> None:
    code = page.one(".text pre code")
    expect(page.one(".text .tok-keyword").first).to_have_text("for")
    expect(code.first).to_have_text(CODE.split("```")[1].removeprefix("python\n").rstrip("\n"))
    assert not code.first.locator("b").count()
    page.run(COPIED)
    page.one(".code").first.hover()
    page.one(".code .copy").first.click()
    assert page.until(lambda: page.run("return window.copied")).startswith("for each in rooms:")
    assert not page.wrong


def opened(page: Page, name: str) -> Any:
    page.one("a.file", has_text=name).click()
    box = page.one("dialog.shown")
    expect(box.locator("h2")).to_have_text(name)
    expect(box.locator(".place")).not_to_have_text("…")
    return box.locator(".place")


def test_files_are_shown_in_place_as_what_they_are(page: Page) -> None:
    keys = page.page.keyboard
    picture = opened(page, "chart.png").locator("img")
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") == 40
    keys.press(CLOSE)
    frame = opened(page, "invoice.pdf").locator("iframe")
    assert frame.get_attribute("src").startswith("https://bucket.example/files/")
    keys.press(CLOSE)
    log = opened(page, "gateway.log")
    assert log.locator("pre").inner_text() == LOG
    assert not log.locator("img").count()
    keys.press(CLOSE)
    expect(opened(page, "page.pdf").locator("pre")).to_have_text(FILES["page.pdf"][1].decode())
    keys.press(CLOSE)
    expect(opened(page, "rest.log")).to_have_text("It cannot be shown here.")
    page.one("dialog .plain", has_text="Close").click()
    expect(page.one("dialog")).to_have_count(0)
    assert page.run("return window.ran") is None
    assert not page.wrong


def test_who_has_read_it_up_to_where(house: House, page: Page, room: str) -> None:
    expect(page.one(".theirs .read-by")).to_have_count(0)  # she knows what she said
    house.tenant.user().put(f"/v1/rooms/{room}/read", {})
    house.parley.settle()
    expect(page.one(".ours .read-by")).to_have_text(r"Read up to here: annA")
    bob = house.tenant.user(user="bob")
    bob.get("/v1/rooms")
    asked = bob.get(f"/v1/rooms/{room}/messages").json["items"][-1]["id"]
    bob.put(f"/v1/rooms/{room}/read", {"message": asked})
    house.parley.settle()
    expect(page.one(".theirs .read-by .face")).to_have_text("B")


def test_an_answer_that_did_not_arrive_is_none(house: House, page: Page, room: str) -> None:
    house.tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "And now?"})
    house.parley.settle()
    hook = {"kind": "webhook", "name": "Hook", "config": {"url": "https://hook.example"}}
    assert house.tenant.api.post("/v1/installs", hook).status == 201
    house.parley.outside.answers = [Answer(410, {}, b"gone")] * 5
    house.say(room, "It never came")
    house.tenant.api.patch(f"/v1/rooms/{room}", {"turn": "vendor"})
    house.parley.settle()
    expect(page.one(".message", has_text="It never came").locator(".tag.failed")).to_have_text(
        "They wait in spite of it"
    )


def test_a_room_is_followed_and_found_unread_again(house: House, page: Page, room: str) -> None:
    ada = next(each for each in house.tenant.api.get("/v1/agents").json["items"] if each["name"] == "Ada")["id"]
    path = f"/v1/rooms/{room}"
    page.page.keyboard.press("w")
    expect(page.one(".head .tag", has_text="Following")).to_be_visible()
    assert house.tenant.api.get(path).json["followers"] == [ada]
    page.page.keyboard.press("w")
    expect(page.one(".head .tag", has_text="Following")).to_have_count(0)
    row = page.one(".rooms li", has_text="With code")
    expect(row.locator(".count")).to_have_count(0)
    page.page.keyboard.press("u")
    expect(page.one("section.room")).to_have_count(0)
    expect(row.locator(".count")).to_have_text("1 unread")
    page.rest(1200)
    page.page.reload()
    expect(row.locator(".count")).to_have_text("1 unread")
    row.locator("button").click()
    expect(row.locator(".count")).to_have_count(0)


def test_the_list_keeps_its_place_and_has_more_air_for_who_wants_it(page: Page) -> None:
    row = page.one(".rooms li").first
    assert row.bounding_box()["height"] == COMPACT
    page.one(".density").click()
    assert row.bounding_box()["height"] == ROOMY
    page.page.reload()
    page.until(lambda: (row.bounding_box() or {}).get("height") == ROOMY)
    page.run("document.querySelector('.list').scrollTop = 700")
    page.rest(100)
    page.one(".nav", has_text="Issues").click()
    page.one(".sheet").first.wait_for()
    page.one(".nav", has_text="All open").click()
    page.one(".rooms button").first.wait_for()
    page.until(lambda: page.run("return document.querySelector('.list').scrollTop") == 700)


def test_code_has_colours_in_the_support_button_too(house: House, room: str) -> None:
    panel = house.page().open().live().enter("With code")
    expect(panel.one(".text .tok-keyword").first).to_have_text("for")
    colour = "(word) => getComputedStyle(word).color"
    assert panel.one(".text .tok-keyword").first.evaluate(colour) != panel.one(".text pre code").first.evaluate(colour)
    assert not panel.wrong
