"""Writing: input methods, what is pasted and dropped, whom a text mentions, the host's shortcuts, what is copied."""

import pytest

from .house import House, Page

PASTE = """const clipboardData = new DataTransfer();
  for (const [type, text] of Object.entries(given[0])) clipboardData.setData(type, text);
  if (given[1]) clipboardData.items.add(new File([new Uint8Array(8)], "image.png", {type: "image/png"}));
  const field = widget.shadowRoot.querySelector(".main .compose textarea"); field.focus();
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true, composed: true}));"""
KEY = """const field = widget.shadowRoot.querySelector(".main .compose textarea");
  const event = new KeyboardEvent("keydown", {key: "Enter", bubbles: true, composed: true, cancelable: true,
    isComposing: given[0]});
  Object.defineProperty(event, "keyCode", {value: given[1]}); field.dispatchEvent(event);"""


@pytest.fixture
def room(house: House) -> str:
    """A room of Ann's, in whose team Anna is, too."""
    for name in ("anna", "ann lee"):
        house.tenant.user("acme", name, name=name.title()).get("/v1/me")
    made = house.tenant.user(name="Bo").post("/v1/rooms", {"name": "Written"}).json["id"]
    house.tenant.user("acme", "bo", name="Ann").post(f"/v1/rooms/{made}/messages", {"text": "Hello"})
    house.parley.settle()
    return str(made)


def entered(house: House, body: str | None = None, **options: object) -> Page:
    return house.page(body, **options).open().live().enter("Written")  # type: ignore[arg-type]


@pytest.mark.parametrize(("composing", "code"), [(True, 229), (False, 229), (True, 13)])
def test_enter_that_ends_a_composition_sends_nothing(house: House, room: str, composing: bool, code: int) -> None:
    page = entered(house)
    page.field.fill("にほん")
    page.run(KEY, composing, code)
    page.rest()
    assert (page.field.input_value(), house.texts(room)) == ("にほん", ["Hello"])
    page.run(KEY, False, 13)
    page.until(lambda: house.texts(room) == ["Hello", "にほん"])


TABLE = "| a | b \\| c |\n| --- | --- |\n| 1 | two lines |"
PASTED = {
    "spreadsheet": ({"text/plain": 'a\tb | c\n1\t"two\nlines"\n', "text/html": "<table><tr><td>a"}, True, TABLE),
    "document": ({"text/plain": "Some words", "text/html": "<p>Some words</p>"}, True, "Some words"),
    "plain": ({"text/plain": "a\tb"}, False, "a\tb"),
    "code in a table": ({"text/plain": "f() {\n\treturn\n}", "text/html": "<table><tr>"}, False, "f() {\n\treturn\n}"),
    "one cell": ({"text/plain": "a", "text/html": "<table><tr><td>a"}, True, "a"),
    "page": (
        {
            "text/plain": "Plan\nCalls\nFree\n1 & 2\n",
            "text/html": "<meta charset=utf-8><table class=x><thead><tr><th>Plan</th><th>Calls</th></tr></thead>"
            "<tbody><tr><td><b>Free</b></td><td>1 &amp;&nbsp;2<br>a | day</td></tr></tbody></table><!--EndFragment-->",
        },
        False,
        "| Plan | Calls |\n| --- | --- |\n| Free | 1 & 2 a \\| day |",
    ),
    "tabs": ({"text/plain": "Plan\tCalls\nFree\t100\n"}, False, "| Plan | Calls |\n| --- | --- |\n| Free | 100 |"),
    "indented code": ({"text/plain": "\tif x:\n\t\ty()\n"}, False, "\tif x:\n\t\ty()\n"),
    "a makefile": ({"text/plain": "\tone\n\ttwo"}, False, "\tone\n\ttwo"),
    "words beside a table": (
        {"text/plain": "See\na\nb", "text/html": "<p>See</p><table><tr><td>a</td><td>b</td></tr></table>"},
        False,
        "See\na\nb",
    ),
    "lines with numbers": (
        {
            "text/plain": "f()\ng()",
            "text/html": "<table><tr><td></td><td>f()</td></tr><tr><td></td><td>g()</td></tr></table>",
        },
        False,
        "f()\ng()",
    ),
}


@pytest.mark.parametrize("kind", PASTED)
def test_a_paste_takes_the_text_and_not_its_picture(house: House, room: str, kind: str) -> None:
    data, picture, text = PASTED[kind]
    page = entered(house)
    page.run(PASTE, data, picture)
    assert (page.field.input_value(), page.one(".compose .file").count()) == (text, 0)


@pytest.mark.parametrize("data", [{}, {"text/plain": "image.png"}, {"text/html": "<img src=x>"}])
def test_a_picture_alone_is_attached(house: House, room: str, data: dict[str, str]) -> None:
    page = entered(house)
    page.run(PASTE, data, True)
    page.one(".compose .file").wait_for()
    assert page.field.input_value() == ""


def test_a_table_is_shown_as_one(house: House, room: str) -> None:
    page = entered(house)
    page.run(PASTE, PASTED["spreadsheet"][0], True)
    page.field.press("Enter")
    page.one(".said td", has_text="two lines").wait_for()


def test_the_hosts_shortcuts_take_no_letters(house: House, room: str) -> None:
    page = entered(house)
    page.run(
        "window.took = []; for (const kind of ['keydown', 'keypress', 'keyup']) document.addEventListener(kind,"
        "(event) => { took.push(event.key); if (event.key === 's') event.preventDefault(); })"
    )
    page.field.press_sequentially("yes, gs/?")
    assert page.field.input_value() == "yes, gs/?"
    assert page.run("return took") == []
    page.field.press("Control+k")
    assert "k" in page.run("return took")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Anna, look", ["Anna"]),
        ("@Ann, look", ["Ann"]),
        ("@Ann Lee and @Anna", ["Ann Lee", "Anna"]),
        ("mail bo@Ann.example or https://x.example/@Anna", []),
        ("(@Ann), @Anna: @Annabel", ["Ann", "Anna"]),
        ("`@Anna` mail@Ann and @Ann", ["Ann"]),
        ("`@Anna` mail@Ann", []),
        ("@Annabel", []),
    ],
)
def test_whom_a_text_mentions(house: House, room: str, text: str, names: list[str]) -> None:
    page = entered(house)
    page.field.fill(text)
    page.one(".main .go").click()
    page.until(lambda: text in house.texts(room))
    people = {each["id"]: each["name"] for each in house.tenant.api.get(f"/v1/rooms/{room}/roster").json["items"]}
    said = next(m for m in house.tenant.api.get(f"/v1/rooms/{room}/messages").json["items"] if m["text"] == text)
    assert sorted(people[id_] for id_ in said["mentions"]) == names


def test_what_is_copied_is_what_was_said(house: House, room: str) -> None:
    page = entered(house)
    page.write("First")
    page.write("Second\n\n```\ncode\n```")
    page.until(lambda: len(house.texts(room)) == 3)
    page.one(".fate").wait_for(state="detached")
    copied = page.run(
        "const log = widget.shadowRoot.querySelector('.log'); getSelection().selectAllChildren(log);"
        "for (const each of log.querySelectorAll('*')) if (getComputedStyle(each).userSelect === 'none') each.remove();"
        "return log.innerText"
    )
    assert [line for line in copied.split("\n") if line.strip()] == ["Ann", "Hello", "First", "Second", "code"]


def test_a_file_that_is_dropped_anywhere_on_the_panel_is_attached(house: House, room: str) -> None:
    drop = """const dataTransfer = new DataTransfer(); dataTransfer.items.add(new File(["a"], "a.txt"));
      const there = widget.shadowRoot.querySelector(given[0]);
      return ["dragover", "drop"].map((kind) => there.dispatchEvent(
        new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true, composed: true})));"""
    page = entered(house)
    for place in (".log .said", ".top h2"):
        assert page.run(drop, f".main {place}") == [False, False]
        page.one(".compose .file:not(.busy)").first.wait_for()
    assert page.one(".compose .file").count() == 2
    page.one(".main .back:visible").click()
    assert page.run(drop, ".side .rooms") == [False, False]
    page.one("[aria-label='New topic'] .compose .file").wait_for()
    assert page.run(drop, ".main .form") == [False, False]
    page.until(lambda: page.one("[aria-label='New topic'] .compose .file").count() == 2)


def test_code_is_copied_by_its_button_and_tools_hide_no_words(house: House, room: str) -> None:
    context = house.browser(permissions=["clipboard-read", "clipboard-write"])
    page = entered(house, context=context)
    page.write("Look:\n\n```\nlet x = 1;\n```")
    page.one(".fate").wait_for(state="detached")
    page.one(".said.mine .code").hover()
    page.one(".said.mine .copy").click()
    assert page.run("return navigator.clipboard.readText()") == "let x = 1;"
    tools, words = (page.one(f".said.mine {each}").last.bounding_box() for each in (".tools", ".text"))
    assert tools["y"] + tools["height"] <= words["y"]
