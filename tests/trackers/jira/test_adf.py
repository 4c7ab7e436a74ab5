"""ADF and Markdown: what each node becomes, and that nothing is lost on the way there and back."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.trackers.jira.adf import to_markdown
from chalicelib.wire.markdown_tree import document, from_markdown


def text(written, *marks):
    return {"type": "text", "text": written} | ({"marks": [{"type": mark} for mark in marks]} if marks else {})


def para(*content):
    return {"type": "paragraph", "content": list(content)}


def item(*blocks):
    return {"type": "listItem", "content": list(blocks)}


def test_markdown_becomes_nodes():
    assert from_markdown("Some **bold** and `code` [a](https://x.example)\nnext") == document(
        [
            para(
                text("Some "),
                text("bold", "strong"),
                text(" and "),
                text("code", "code"),
                text(" "),
                {"type": "text", "text": "a", "marks": [{"type": "link", "attrs": {"href": "https://x.example"}}]},
                {"type": "hardBreak"},
                text("next"),
            )
        ]
    )


def test_html_and_scripts_are_text():
    written = from_markdown("<b>x</b> [y](javascript:alert(1))")
    assert "link" not in json.dumps(written)
    assert to_markdown(written) == "\\<b>x\\</b> \\[y](javascript:alert(1))"


@pytest.mark.parametrize(
    ("node", "markdown"),
    [
        ({"type": "heading", "attrs": {"level": 3}, "content": [text("Hi")]}, "### Hi"),
        ({"type": "bulletList", "content": [item(para(text("a"))), item(para(text("b")))]}, "- a\n- b"),
        ({"type": "orderedList", "attrs": {"order": 4}, "content": [item(para(text("a")))]}, "4. a"),
        ({"type": "codeBlock", "attrs": {"language": "py"}, "content": [text("a = `1`")]}, "```py\na = `1`\n```"),
        ({"type": "codeBlock", "content": [text("```")]}, "````\n```\n````"),
        ({"type": "blockquote", "content": [para(text("a")), para(text("b"))]}, "> a\n>\n> b"),
        ({"type": "rule"}, "---"),
        (para({"type": "mention", "attrs": {"id": "1", "text": "@Ann"}}, text(" look")), "@Ann look"),
        (para({"type": "mention", "attrs": {"id": "1"}}), "@somebody"),
        (para({"type": "emoji", "attrs": {"shortName": ":grin:", "text": "😀"}}), "😀"),
        (para({"type": "date", "attrs": {"timestamp": "1582152559000"}}), "2020-02-19"),
        (para({"type": "date", "attrs": {"timestamp": "soon"}}, text("x")), "x"),
        (para({"type": "status", "attrs": {"text": "DONE", "color": "green"}}), "DONE"),
        (para({"type": "inlineCard", "attrs": {"url": "https://x.example/a"}}), "https://x.example/a"),
        ({"type": "blockCard", "attrs": {"url": "https://x.example/a"}}, "https://x.example/a"),
        ({"type": "panel", "attrs": {"panelType": "info"}, "content": [para(text("mind"))]}, "mind"),
        ({"type": "expand", "attrs": {"title": "t*"}, "content": [para(text("more"))]}, "**t\\***\n\nmore"),
        ({"type": "nestedExpand", "content": [para(text("more"))]}, "more"),
        (para({"type": "inlineCard", "attrs": {"data": {"url": "https://x.example/y"}}}), "https://x.example/y"),
        ({"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "1"}}]}, "\\[attachment]"),
        (
            {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "1", "alt": "a b.png"}}]},
            "![a b.png](attachment:a%20b.png)",
        ),
        (
            {
                "type": "mediaSingle",
                "content": [{"type": "media", "attrs": {"type": "external", "url": "https://x.example/a.png"}}],
            },
            "![](https://x.example/a.png)",
        ),
        (
            {
                "type": "taskList",
                "content": [
                    {"type": "taskItem", "attrs": {"state": "DONE"}, "content": [text("a")]},
                    {"type": "taskItem", "attrs": {"state": "TODO"}, "content": [text("b")]},
                ],
            },
            "- [x] a\n- [ ] b",
        ),
        (
            {
                "type": "taskList",
                "content": [
                    {"type": "taskItem", "attrs": {"state": "TODO"}, "content": [text("a")]},
                    {
                        "type": "taskList",
                        "content": [
                            {"type": "blockTaskItem", "attrs": {"state": "DONE"}, "content": [para(text("b"))]},
                            {"type": "taskItem", "attrs": {"state": "TODO"}, "content": [text("c")]},
                        ],
                    },
                ],
            },
            "- [ ] a\n  - [x] b\n  - [ ] c",
        ),
        ({"type": "decisionList", "content": [{"type": "decisionItem", "content": [text("yes")]}]}, "- yes"),
        ({"type": "extension", "attrs": {"extensionType": "com.x"}}, ""),
        ({"type": "something-new", "content": [para(text("kept"))]}, "kept"),
        (
            {
                "type": "table",
                "content": [
                    {"type": "tableRow", "content": [{"type": "tableHeader", "content": [para(text("a"))]}]},
                    {"type": "tableRow", "content": [{"type": "tableCell", "content": [para(text("b|c"))]}]},
                ],
            },
            "| a |\n| --- |\n| b\\|c |",
        ),
        (para(text("under", "underline"), text("red", "textColor")), "underred"),
        (para(text("a", "strong"), text("b", "strong", "em")), "**a*b***"),
        (para(text(" a ", "strong"), text("b")), " **a** b".strip()),
        (para(text("1. # > - | ~~x~~ *y* snake_case _z_")), "1\\. # > - | \\~\\~x\\~\\~ \\*y\\* snake_case \\_z\\_"),
    ],
)
def test_a_node_becomes_markdown(node, markdown):
    assert to_markdown(document([node])) == markdown


def test_plain_text_in_its_place_is_kept():
    assert to_markdown("h1. wiki") == "h1. wiki"
    assert to_markdown(None) == ""


words = st.text("abcXYZé日0189_*`~[]()<>#!&|\\.-+=:;,'\"", min_size=1, max_size=8)
plain = st.lists(words, min_size=1, max_size=4).map(" ".join)
solid = st.text("abcXYZé日01", min_size=1, max_size=8)
inline = st.lists(
    st.one_of(
        st.builds(lambda piece: [text(piece), text(" ")], plain),
        st.builds(
            lambda piece, marks: [text(piece, *sorted(marks)), text(" ")],
            solid,
            st.sets(st.sampled_from(["strong", "em", "strike"]), min_size=1),
        ),
        st.builds(lambda piece: [text(piece, "code"), text(" ")], words),
        st.builds(
            lambda piece: [
                {"type": "text", "text": piece, "marks": [{"type": "link", "attrs": {"href": "https://x.example/a"}}]},
                text(" "),
            ],
            plain,
        ),
    ),
    min_size=1,
    max_size=4,
).map(lambda parts: [node for part in parts for node in part][:-1])
paragraphs = inline.map(lambda nodes: para(*nodes))
code = st.builds(
    lambda piece: {"type": "codeBlock", "content": [text(piece)]},
    st.text("ab `~\n*", min_size=1, max_size=20).filter(lambda piece: not piece.endswith("\n")),
)
headings = st.builds(
    lambda level, nodes: {"type": "heading", "attrs": {"level": level}, "content": nodes}, st.integers(1, 6), inline
)


def lists(blocks):
    items = st.lists(
        st.builds(lambda first, more: item(first, *more), paragraphs, st.lists(blocks, max_size=1)),
        min_size=1,
        max_size=3,
    )
    return st.one_of(
        st.builds(lambda content: {"type": "bulletList", "content": content}, items),
        st.builds(lambda content: {"type": "orderedList", "attrs": {"order": 1}, "content": content}, items),
        st.builds(
            lambda content: {"type": "blockquote", "content": content}, st.lists(paragraphs, min_size=1, max_size=2)
        ),
    )


blocks = st.recursive(st.one_of(paragraphs, code, headings), lists, max_leaves=5)


def apart(nodes):
    """Two lists or quotes in a row are one in Markdown: something stands between them."""
    found = []
    for node in nodes:
        found += [node, {"type": "rule"}] if node["type"].endswith(("List", "quote")) else [node]
    return found


def joined(node):
    """Neighbouring texts with the same marks are one; marks stand in one order."""
    if isinstance(node, list):
        found = []
        for part in map(joined, node):
            if (
                found
                and part.get("type") == found[-1].get("type") == "text"
                and part.get("marks") == found[-1].get("marks")
            ):
                found[-1] = found[-1] | {"text": found[-1]["text"] + part["text"]}
            else:
                found.append(part)
        return found
    if isinstance(node, dict):
        node = {key: joined(value) if key == "content" else value for key, value in node.items()}
        if "marks" in node:
            node["marks"] = sorted(node["marks"], key=lambda mark: mark["type"])
    return node


@given(st.lists(blocks, min_size=1, max_size=4).map(apart))
def test_a_document_survives_the_way_there_and_back(nodes):
    assert joined(from_markdown(to_markdown(document(nodes)))) == joined(document(nodes))


@given(st.text("ab1 \n*_`~[]()<>#!&|\\.-+=:", max_size=60))
@example("\\ \n1")
def test_markdown_that_came_back_once_stays(markdown):
    once = to_markdown(from_markdown(markdown))
    assert to_markdown(from_markdown(once)) == once


@given(st.text(max_size=60))
def test_no_word_is_lost(piece):
    left = re.findall(r"[a-z0-9]+", to_markdown(document([para(text(piece))])).lower())
    assert left == re.findall(r"[a-z0-9]+", piece.lower())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "content", "attrs", "marks", "text", "level"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(values)
def test_whatever_comes_is_read(node):
    assert isinstance(to_markdown(node), str)
