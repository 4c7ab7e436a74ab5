"""Asana's rich text: what is written is what Asana takes, and what people write there is Markdown here."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.trackers.asana.rich_text import from_markdown_text, to_markdown
from tests.counted import steps
from tests.peers.asana import COMMENTS, NOTES, taken

SAME = [
    "Plain",
    "Two\n\nparagraphs\nand a line",
    "**strong**, *em*, ~~struck~~, `code`",
    "[a link](https://x.example/a_b)",
    "- one\n- two\n  - three",
    "1. one\n2. two",
    "> quoted\n>\n> twice",
    "```\nTraceback <x>\n  File & co\n```",
    "5 < 6 & 7 > 2",
    "@customer: It **works**",
]


@pytest.mark.parametrize("text", SAME)
@pytest.mark.parametrize("note", [True, False])
def test_there_and_back(text: str, note: bool) -> None:
    assert to_markdown(from_markdown_text(text, note=note), "") == text


def test_headings_and_lines_are_for_notes() -> None:
    assert from_markdown_text("# A\n\n## B\n\n---\n\nc", note=True) == "<body><h1>A</h1><h2>B</h2><hr/>c</body>"
    assert from_markdown_text("# A\n\n---\n\nc", note=False) == "<body><strong>A</strong>\n\n---\n\nc</body>"


def test_code_and_lists_stand_between_the_parts_of_a_quote() -> None:
    written = from_markdown_text("> Ann:\n>\n> ```\n> x\n> ```\n>\n> - a\n>\n> end", note=True)
    assert written == (
        "<body><blockquote>Ann:</blockquote><pre>x</pre><ul><li>a</li></ul><blockquote>end</blockquote></body>"
    )


PIECES = st.sampled_from(
    ["# ", "## ", "> ", "- ", "1. ", "  ", "\n", "\n\n", "```", "`", "**", "*", "~~", "[a](https://x.example)", "---",
     "| a | b |\n|---|---|\n| 1 | 2 |", "<b>", "</body>", "&", "&amp;", "word", "é", "[x](javascript:a)", "\\", "<!--"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
@settings(max_examples=400, deadline=None)
def test_whatever_people_write_asana_takes_it(text: str) -> None:
    for note, tags in ((True, NOTES), (False, COMMENTS)):
        written = from_markdown_text(text, note=note)
        assert taken(written, tags)[1] == "", written
        to_markdown(written, "")


def test_what_stands_in_asana_is_read() -> None:
    person = '<a href="https://app.asana.com/0/9/list" data-asana-gid="9" data-asana-type="user">@Ann</a>'
    picture = '<img data-asana-gid="123" src="https://x.example/y" alt="shot.png">'
    rich = f"<body>{person} see\n\n<u>this</u> {picture}<ul>\n<li>a</li>\n<li>b</li>\n</ul>end</body>"
    asset = "https://app.asana.com/app/asana/-/get_asset?asset_id=123"
    assert to_markdown(rich, "") == f"@Ann see\n\nthis ![shot.png]({asset})\n\n- a\n- b\n\nend"


def test_where_there_is_no_rich_text_the_plain_is_read() -> None:
    assert to_markdown("", "plain") == "plain"
    assert to_markdown("<body>" + "<b>" * 9_000 + "x</body>", "plain") == "plain"


LONG = {
    "code without an end": lambda n: "<pre>" * n,
    "breaks": lambda n: "\n" * n,
    "tags without an end": lambda n: "<ul " * n,
    "lists in lists": lambda n: "<ul><li>" * n + "x" + "</li></ul>" * n,
    "pictures": lambda n: '<img data-asana-gid="1">' * n,
    "people": lambda n: '<a data-asana-type="user">x</a>' * n,
}


@pytest.mark.parametrize("kind", LONG)
def test_steps_grow_with_the_text_and_not_faster(kind: str) -> None:
    def count(n: int) -> int:
        return steps(lambda: to_markdown(f"<body>{LONG[kind](n)}</body>", "x")).made

    assert count(800) <= 5.5 * count(200) + 20_000
