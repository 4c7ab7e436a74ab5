"""The shared modules of the pages: Markdown, names, the feed's arithmetic."""

import re

import pytest

from infra.pages import BUILT, WEB
from tests.web.javascript import needs_node, run
from tests.web.xss import BAD_ADDRESSES, CORPUS

SOURCES = [path for path in WEB.rglob("*.js") if not path.is_relative_to(BUILT)]
MARKDOWN = 'import {parse} from "shared/markdown.js";\n'


def test_no_script_writes_html_or_runs_text() -> None:
    for path in SOURCES:
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
        )
        assert not found, path


@needs_node
@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a **b** c", [["p", "a ", ["strong", "b"], " c"]]),
        ("*a* _b_ ~~c~~", [["p", ["em", "a"], " ", ["em", "b"], " ", ["del", "c"]]]),
        ("snake_case_name 2*3*4", [["p", "snake_case_name 2", ["em", "3"], "4"]]),
        ("one\ntwo\n\nthree", [["p", "one", ["br"], "two"], ["p", "three"]]),
        ("```js\na **b**\n```\nx", [["pre", "a **b**"], ["p", "x"]]),
        ("```\nnever closed", [["pre", "never closed"]]),
        ("`a*b*`", [["p", ["code", "a*b*"]]]),
        ("> q\n> r\ns", [["quote", ["p", "q", ["br"], "r", ["br"], "s"]]]),
        ("- a\n- **b**\n\n1. c", [["ul", ["li", "a"], ["li", ["strong", "b"]]], ["ol", ["li", "c"]]]),
        ("# Head", [["p", ["strong", "Head"]]]),
        ("[x](https://e.example/a_(b))", [["p", ["a", "x"]]]),
        ("see https://e.example/a?b=1.", [["p", "see ", ["a", "https://e.example/a?b=1"], "."]]),
        ("(https://e.example)", [["p", "(", ["a", "https://e.example"], ")"]]),
        ("hi @Ann Lee!", [["p", "hi ", ["mention", "@Ann Lee"], "!"]]),
        ("@Annette", [["p", "@Annette"]]),
        (r"\*no\*", [["p", "*no*"]]),
        (r"\> \# \- 1\. \`\[a\]\(b\) \_\_init\_\_ C:\\\_x", [["p", r"> # - 1. `[a](b) __init__ C:\_x"]]),
        (
            "&#12288;def f():\n&#32;   return 1\n&#9;| &#9;&lt;",
            [["p", "\u3000def f():", ["br"], "    return 1", ["br"], "\t| \t<"]],
        ),
        (r"https://e.example/a\*b", [["p", ["a", "https://e.example/a"], "*b"]]),
        ("**open", [["p", "**open"]]),
        ("", []),
    ],
)
def test_markdown(text: str, tree: list[object]) -> None:
    flat = "const flat = (n) => typeof n === 'string' ? n : [n.t, ...n.c.map(flat)];\n"
    assert run(MARKDOWN + flat + "tell(parse(given[0], ['Ann Lee']).map(flat))", text) == tree


@needs_node
def test_no_text_makes_an_address_that_runs() -> None:
    urls = "const urls = (n) => typeof n === 'string' ? [] : [...(n.url ? [n.url] : []), ...n.c.flatMap(urls)];\n"
    texts = [*CORPUS, *(f"[x]({bad})" for bad in BAD_ADDRESSES), *(f"[x](<{bad}>) {bad}" for bad in BAD_ADDRESSES)]
    found = run(MARKDOWN + urls + "tell(given[0].map((t) => parse(t).flatMap(urls)))", texts)
    for text, addresses in zip(texts, found, strict=True):
        assert all(re.match(r"(https?://|mailto:)", address) for address in addresses), text


@needs_node
def test_no_text_takes_long() -> None:
    long = [c * 40_000 for c in ("*", "_a ", "[", "`a``", "> ", "[a](", "~~a", "*a *", "http://", "- a\n", "\\", "@A")]
    code = """given[0].forEach((t) => parse(t.slice(0, 40000), ["Ann"]));
    tell(process.cpuUsage().user / 1000)  // not by the clock: others may be busy on the machine"""
    assert run(MARKDOWN + code, long) < 8_000


@needs_node
def test_names_times_and_sizes() -> None:
    code = """import {hue, initials, size} from "shared/words.js";
    tell([["Ada Lovelace", "ann", "", "\\u{1F600} x", "a b c"].map(initials), hue("usr_1") === hue("usr_1"),
          [5, 1500, 25e6].map((n) => size(n, "en"))])"""
    assert run(code) == [["AL", "A", "?", "\U0001f600X", "AC"], True, ["5 B", "1.5 KB", "25 MB"]]


@needs_node
def test_a_date_tells_its_year_where_that_is_another() -> None:
    code = """import {day, when} from "shared/words.js"; const now = Date.parse("2026-02-01T12:00:00");
    tell(["2026-01-05T12:00:00", "2025-12-05T12:00:00"].flatMap((at) => [when(at, "en", now), day(at, "en", now)]))"""
    assert run(code) == ["Jan 5", "Monday, January 5", "Dec 5, 2025", "Friday, December 5, 2025"]


FEED = """import {Feed} from "shared/feed.js";
import {Outbox} from "shared/outbox.js";
const asked = [];
const said = (n, text = `m${n}`) => ({id: `msg_${n}`, change: n, text, author: {id: "bob"}});
const answers = given[0];
const api = {get: async (path) => { asked.push(path); return answers.find(([part]) => path.includes(part))[1]; }};
const feed = Object.assign(new Feed(api, "room_1", "ann", new Outbox(api)), {have: 3, ready: true, room: {change: 6}});
for (const n of [1, 2, 3]) feed.messages.set(`msg_${n}`, said(n));
const frame = (n, message) => ({type: "room.changed", room: "room_1", change: n, what: "posted", message});
const shown = () => feed.list.map((m) => m.text);
"""


@needs_node
def test_the_next_frame_is_applied_and_a_repeat_is_not() -> None:
    code = "feed.take(frame(4, said(4))); feed.take(frame(4, said(4, 'again'))); feed.take(frame(2, said(2, 'old')));"
    assert run(FEED + code + "tell([shown(), feed.have, asked])", []) == [["m1", "m2", "m3", "m4"], 4, []]


@needs_node
def test_a_frame_after_a_gap_has_the_changes_read_once() -> None:
    message = {"id": "msg_4", "change": 4, "text": "m4", "author": {"id": "bob"}}
    edited = {"id": "msg_1", "change": 1, "text": "edited", "author": {"id": "bob"}}
    changes = {"items": [{"change": 4, "type": "posted", "message": message}], "next": None}
    changes["items"] += [{"change": n, "type": "edited", "message": edited} for n in (5, 6)]  # type: ignore[operator]
    code = """feed.take(frame(6, said(6))); feed.take(frame(5, null));
    await new Promise((done) => setTimeout(done, 600)); tell([shown(), feed.have, asked])"""
    path = "/v1/rooms/room_1/changes?after=3&limit=100"
    assert run(FEED + code, [["changes", changes]]) == [["edited", "m2", "m3", "m4"], 6, [path]]


@needs_node
def test_the_room_is_read_again_where_its_changes_came_without_it() -> None:
    """As they do while the line is polled: whose turn it is follows from what was said."""
    message = {"id": "msg_4", "change": 4, "text": "m4", "author": {"id": "bob"}}
    changes = {"items": [{"change": 4, "type": "posted", "message": message}], "next": None}
    code = "feed.room = {change: 3, turn: 'vendor'}; await feed.catchUp(); tell([shown(), feed.room])"
    room = {"change": 4, "turn": "customer"}
    assert run(FEED + code, [["changes", changes], ["room_1", room]]) == [["m1", "m2", "m3", "m4"], room]


@needs_node
def test_a_frame_that_comes_while_the_room_loads_is_not_missed() -> None:
    code = """const {get} = api; const fresh = new Feed(api, "room_1", "ann", feed.outbox); fresh.on(() => {});
    api.get = async (path) => { const told = await get(path);
      if (path.includes("/messages")) fresh.take(frame(4, said(4)));
      return told; };
    await fresh.load(); const first = fresh.list.map((m) => m.text);
    await new Promise((done) => setTimeout(done, 50)); tell([first, fresh.list.map((m) => m.text), fresh.have])"""
    old = {"id": "msg_3", "change": 3, "text": "m3", "author": {"id": "bob"}}
    late = {"items": [{"change": 4, "type": "posted", "message": {**old, "id": "msg_4", "change": 4, "text": "m4"}}]}
    answers = [["changes", late], ["messages", {"items": [old], "next": None}], ["room_1", {"change": 3}]]
    assert run(FEED + code, answers) == [["m3"], ["m3", "m4"], 4]


@needs_node
def test_an_answer_that_was_overtaken_changes_nothing() -> None:
    code = """const at = (changed, text) => ({...said(3, text), changed});
    api.call = async () => { feed.take({...frame(5, null), change: 5, message: at(5, "newer"), what: "edited"});
      return at(4, "older"); };
    feed.have = 4; await feed.react(at(3, "m3"), "x", true); tell(shown())"""
    assert run(FEED + code, []) == ["m1", "m2", "newer"]


@needs_node
def test_the_pauses_between_tries_grow_and_scatter() -> None:
    code = 'import {backoff} from "shared/live.js"; tell([0, 1, 2, 9].map((n) => [backoff(n, 0), backoff(n, 1)]))'
    assert run(code) == [[250, 500], [500, 1000], [1000, 2000], [15000, 30000]]


@needs_node
def test_where_words_are_not_parted_a_name_ends_where_it_ends() -> None:
    code = """import {mentioned} from "shared/markdown.js";
    const people = ["李", "李明", "さくら"].map((name) => ({name}));
    const names = (text) => mentioned(text, people).map((each) => each.name);
    tell(given[0].map(names))"""
    assert run(code, ["@李明你好", "@李さん", "あ@さくらさん", "@さくらさん"]) == [["李明"], ["李"], [], ["さくら"]]
