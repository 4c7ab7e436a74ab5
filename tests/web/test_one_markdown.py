"""Pages, mails and channels read one Markdown: CommonMark's examples and ours, by both readers.

What differs is written in docs/markdown.md, and taken out here by name: a page leads to http, https and mailto alone.
"""

import re
from typing import Any

import pytest

from chalicelib.desk import commonmark as desk
from infra.pages import fetched
from tests.web.javascript import needs_node, run
from tests.web.xss import BAD_ADDRESSES, CORPUS

pytestmark = needs_node
EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n.*?^`{32}$", re.MULTILINE | re.DOTALL)
OURS = [
    "1. a\n\n2. b\n\n3. c",
    "1. a\n```\nx\n```\n2. b",
    "5. five\n6. six",
    "- a\n  - b\n    1. c\n- d",
    "```\na\n``` no\nb\n```",
    "```\na\n    ```\nb\n```",
    "(see https://e.example/a_(b)), and [x](https://e.example/y_(z)).",
    "見て\u3002https://e.example/\u3001と**強調**\u3002「https://e.example」",
    "见https://e.example/路径\u3002",
    "a\nb  \nc\\\nd",
    "| a | b |\n| --- | --: |\n| `x` | **y** |",
    "~~gone~~ and https://e.example/*a*_b_",
    "![a picture](https://e.example/p.png) ![](https://e.example/q.png)",
    "&#12288;def f():\n&#32;   return 1",
    "Title\n=====\n\n---\n\n# Head *er*",
    r"\> \# \- 1\. \`\[a\]\(b\) \_\_init\_\_ C:\\_x",
    "<b>html</b> <!-- x --> <https://e.example>",
    "[a]: https://e.example 'T'\n\n[a] and [a][] and [b](tel:+1)",
]

# The tree of a page, as the desk has it: blocks of lines of runs.
READ = """import {parse} from "shared/markdown.js";
import {safeUrl} from "shared/dom.js";
const MARKS = {strong: "strong", em: "em", del: "s", code: "code"};
function lines(nodes, marks = [], href = "", found = [[]]) {
  for (const node of nodes) {
    if (typeof node === "string") found.at(-1).push([node.replaceAll("\\n", " "), marks, href]);
    else if (node.t === "br") found.push([]);
    else if (node.t === "code") found.at(-1).push([node.c[0], [...marks, "code"], href]);
    else lines(node.c, MARKS[node.t] ? [...marks, MARKS[node.t]] : marks, node.url ?? href, found);
  }
  return found;
}
const merged = (line) => line.reduce((all, [text, marks, href]) => {
  const told = [[...new Set(marks)].sort().join(), href], last = all.at(-1);
  if (last && last[1] === told[0] && last[2] === told[1]) last[0] += text;
  else if (text) all.push([text, ...told]);
  return all;
}, []);
const whole = (nodes) => { const all = lines(nodes).map(merged).filter((line) => line.length);
  return all.length ? all : [[]]; };
const BLOCK = new Set(["p", "quote", "ul", "ol", "pre", "table", "hr"]);
function blocks(nodes) {
  const found = []; let loose = [];
  const end = () => { if (loose.length) found.push(["p", whole(loose)]); loose = []; };
  for (const node of nodes) {
    if (!BLOCK.has(node.t)) { loose.push(node); continue; }
    end();
    if (node.t === "p") found.push(["p", whole(node.c)]);
    else if (node.t === "pre") found.push(["pre", node.c[0], node.language]);
    else if (node.t === "quote") found.push(["quote", blocks(node.c)]);
    else if (node.t === "hr") found.push(["hr"]);
    else if (node.t === "table") found.push(["table", node.c.map((row) => row.c.map((cell) => whole(cell.c)[0]))]);
    else found.push(["list", node.start ?? null, node.c.map((item) => blocks(item.c))]);
  }
  end();
  return found;
}
const led = (told) => Array.isArray(told) && told.length === 3 && told.every((each) => typeof each === "string")
  && told !== undefined && !["pre"].includes(told[0]) ? [told[0], told[1], safeUrl(told[2])] : told;
const remade = (told) => Array.isArray(told) ? led(told.map(remade)) : told;
// A run whose address leads nowhere on a page looks as its neighbours do.
const joined = (told) => {
  if (!Array.isArray(told)) return told;
  const all = told.map(joined);
  const runs = all.length && all.every((each) => Array.isArray(each) && each.length === 3
    && each.every((part) => typeof part === "string") && each[0] !== "pre");
  return runs ? merged(all.map(([text, marks, href]) => [text, marks ? marks.split(",") : [], href])) : all;
};
const differ = given[0].map(([text, served]) => [text, JSON.stringify(joined(remade(served))),
  JSON.stringify(joined(remade(blocks(parse(text)))))]).filter(([, a, b]) => a !== b);
tell(differ);
"""


def spec() -> list[str]:
    """The texts of CommonMark's own examples."""
    modules = fetched()
    if modules is None:
        pytest.skip("npm could not bring CommonMark's examples")
    found = EXAMPLE.findall((modules / "commonmark-spec" / "spec.txt").read_text("utf-8"))
    assert len(found) > 600
    return [text.replace("\u2192", "\t") for text in found]


def shown(block: desk.Block) -> Any:
    """A block as lists."""
    if isinstance(block, desk.Paragraph):
        return ["p", [line_of(line, {"strong"} if block.level else set()) for line in block.lines]]
    if isinstance(block, desk.Code):
        return ["pre", block.text, block.language]
    if isinstance(block, desk.Quote):
        return ["quote", list(map(shown, block.blocks))]
    if isinstance(block, desk.Items):
        return ["list", block.start, [list(map(shown, item)) for item in block.items]]
    if isinstance(block, desk.Table):
        return ["table", [[line_of(cell) for cell in row] for row in block.rows]]
    return ["hr"]


def line_of(line: desk.Line, marks: frozenset[str] | set[str] = frozenset()) -> list[list[str]]:
    return [[run.text, ",".join(sorted(run.marks | marks)), run.href] for run in line]


def differing(texts: list[str]) -> Any:
    return run(READ, [[text, list(map(shown, desk.read(text)))] for text in texts])


def test_commonmarks_own_examples_read_alike() -> None:
    assert differing(spec()) == []


def test_our_texts_read_alike() -> None:
    assert differing([*OURS, *CORPUS, *(f"[x]({bad}) <{bad}> {bad}" for bad in BAD_ADDRESSES)]) == []
