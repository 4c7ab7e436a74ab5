"""The shared modules of the pages: joining, Markdown, names, the feed's arithmetic."""

import re
import subprocess
from pathlib import Path

import pytest

from chalicelib.edge.pages import WEB, bundle
from chalicelib.edge.pages.bundle import joined
from tests.web.javascript import NODE, needs_node, run
from tests.web.xss import BAD_ADDRESSES, CORPUS

SHARED = sorted(path.relative_to(WEB).as_posix() for path in (WEB / "shared").glob("*.js"))
MARKDOWN = 'import {parse} from "shared/markdown.js";\n'


@pytest.mark.parametrize("name", SHARED)
def test_a_script_joins_its_modules_once_and_exports_what_it_exports(name: str) -> None:
    made = joined(name)
    assert not re.search(r"\bimport \{", made.text)
    exports = re.compile(r"\bexport (?:class|const|function) (\w+)")
    assert exports.findall(made.text) == exports.findall((WEB / name).read_text())
    assert made.version == joined(name).version


@needs_node
@pytest.mark.parametrize("name", SHARED)
def test_what_is_joined_is_a_module_without_a_name_twice(name: str) -> None:
    command = [NODE or "", "--check", "--input-type=module", "-"]
    done = subprocess.run(command, input=joined(name).text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@needs_node
@pytest.mark.parametrize("name", ["widget/widget.js", "console/main.js"])
def test_what_a_page_loads_declares_no_name_twice(name: str) -> None:
    """Modules are joined by their text and share one set of names: a second `face` would be the first one's."""
    text = joined(name).text
    command = [NODE or "", "--check", "--input-type=module", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_template_is_within_another() -> None:
    """The joiner leaves out spaces of code, and takes what is between two backticks for text."""
    for path in WEB.rglob("*.js"):
        assert not re.search(r"\$\{[^}`]*`", path.read_text()), path


@needs_node
def test_what_is_text_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.js").write_text(
        """// A comment, left out
const one = (x) => `a : b, ${ x ? "c = d" : 'e ( f )' } ; g`; /** not a comment of a line */
/** A
 * comment. */
const two = "it's , \\"so\\" ".replace(/ ?[,"'] ?/g, " = "); // and another
const three = 8 / 4 / 2, four = [ / { x } /.test(" { x } "), -1 - -1, +1 + +1 ];
class Five {
  #secret = " #secret ";
  #other = () => `#secret ${this.#secret} `;
  get told() { return this.#other() + this.#secret; }
}
export const all = [one(true), one(false), two, three, ...four, new Five().told];
console.log(JSON.stringify(all));
"""
    )
    monkeypatch.setattr(bundle, "WEB", tmp_path)
    text = joined("a.js").text
    assert "#other" not in text
    assert "comment" not in text.replace("not a comment of a line", "")
    done = subprocess.run([NODE or "", "--input-type=module", "-"], input=text, capture_output=True, text=True)
    plain = (tmp_path / "a.js").read_text()
    wanted = subprocess.run([NODE or "", "--input-type=module", "-"], input=plain, capture_output=True, text=True)
    assert done.stdout == wanted.stdout != ""


def test_no_script_writes_html_or_runs_text() -> None:
    for path in WEB.rglob("*.js"):
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
        ("one\ntwo\n\nthree", [["p", "one\ntwo"], ["p", "three"]]),
        ("```js\na **b**\n```\nx", [["pre", "a **b**"], ["p", "x"]]),
        ("```\nnever closed", [["pre", "never closed"]]),
        ("`a*b*`", [["p", ["code", "a*b*"]]]),
        ("> q\n> r\ns", [["quote", ["p", "q\nr"]], ["p", "s"]]),
        ("- a\n- **b**\n\n1. c", [["ul", ["li", "a"], ["li", ["strong", "b"]]], ["ol", ["li", "c"]]]),
        ("# Head", [["p", ["strong", "Head"]]]),
        ("[x](https://e.example/a_(b))", [["p", ["a", "x"]]]),
        ("see https://e.example/a?b=1.", [["p", "see ", ["a", "https://e.example/a?b=1"], "."]]),
        ("(https://e.example)", [["p", "(", ["a", "https://e.example"], ")"]]),
        ("hi @Ann Lee!", [["p", "hi ", ["mention", "@Ann Lee"], "!"]]),
        ("@Annette", [["p", "@Annette"]]),
        (r"\*no\*", [["p", "*no*"]]),
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


FEED = """import {Feed} from "shared/feed.js";
const asked = [];
const said = (n, text = `m${n}`) => ({id: `msg_${n}`, change: n, text, author: {id: "bob"}});
const answers = given[0];
const api = {get: async (path) => { asked.push(path); return answers.find(([part]) => path.includes(part))[1]; }};
const feed = Object.assign(new Feed(api, "room_1", "ann"), {have: 3, ready: true, room: {change: 6}});
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
    code = """const {get} = api; const fresh = new Feed(api, "room_1", "ann"); fresh.on(() => {});
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
    feed.have = 4; await feed.edit(at(3, "m3"), "older"); tell(shown())"""
    assert run(FEED + code, []) == ["m1", "m2", "newer"]


@needs_node
def test_the_pauses_between_tries_grow_and_scatter() -> None:
    code = 'import {backoff} from "shared/live.js"; tell([0, 1, 2, 9].map((n) => [backoff(n, 0), backoff(n, 1)]))'
    assert run(code) == [[250, 500], [500, 1000], [1000, 2000], [15000, 30000]]
