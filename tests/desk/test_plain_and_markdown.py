"""Texts of rooms: plain text is written so that it reads as the same characters, what is written reads as it was, and
the plain reading has no sign of markup."""

import pytest
from hypothesis import given

from chalicelib.desk.commonmark import Code, Paragraph, Run, address, read
from chalicelib.desk.markdown_writer import escaped, escaped_words, written
from chalicelib.desk.plain_text import plain
from tests.texts.signs import MARKDOWN, PLAIN, seen, words

AS_IT_IS = [
    "**/*.py",
    "snake_case and 2 * 3 < 4 & more",
    "https://a.example/a*b*c_d_?x=[1]&y=2",
    "SELECT * FROM t WHERE a LIKE '%_x%' AND b > 1;",
    "Hi Ann,\nthe e-mail is 100% (really) fine; see #1.\n\nBest",
]
ESCAPED = [
    ("call __init__() and a*b*c", "call \\_\\_init\\_\\_() and a\\*b\\*c"),
    ("**/*.py and **/*.js", "\\*\\*/\\*.py and \\*\\*/\\*.js"),
    ("C:\\_dir\\*.txt", "C:\\\\\\_dir\\\\\\*.txt"),
    ("def f():\n    return 1", "def f():\n&#32;   return 1"),
    ("> a\n- b\n1. c\n# d\n---\n+", "\\> a\n\\- b\n1\\. c\n\\# d\n\\---\n\\+"),
    ("[a](b) ~~c~~ `d`", "\\[a\\](b) \\~\\~c\\~\\~ \\`d\\`"),
    ("&lt; &#32;", "\\&lt; \\&#32;"),
    ("| a |\n|---|", "| a |\n\\|---|"),
    ("[a]: /b", "\\[a\\]: /b"),
    ("a\n===", "a\n\\==="),
]


@pytest.mark.parametrize("text", AS_IT_IS)
def test_no_sign_is_escaped_that_means_nothing(text: str) -> None:
    assert escaped(text) == text == plain(text)


@pytest.mark.parametrize(("text", "markdown"), ESCAPED)
def test_what_would_mean_something_is_escaped(text: str, markdown: str) -> None:
    assert plain(text) != text
    assert escaped(text) == markdown
    assert plain(markdown) == text


@given(PLAIN)
def test_plain_text_reads_as_the_same_characters(text: str) -> None:
    assert plain(escaped(text)) == seen(text)
    line = " ".join(text.split())
    assert plain(f"a {escaped_words(text)} b") == f"a {line} b" if line else True


@given(MARKDOWN)
def test_what_is_written_reads_as_it_was(text: str) -> None:
    once = written(read(text))
    assert words(plain(once, links=True)) == words(plain(text, links=True))
    assert words(plain(written(read(once)))) == words(plain(once))


@pytest.mark.parametrize(
    "text", ["0<https://x.example/*a*b>", "<https://x.example/a>b", "(https://x.example/a), https://x.example/b."]
)
def test_an_address_stays_one_whatever_stands_beside_it(text: str) -> None:
    assert read(written(read(text))) == read(text)
    assert written(read(text)) == text


@pytest.mark.parametrize(
    ("markdown", "reading"),
    [
        ("# A **b** `c`", "A b c"),
        ("**a** _b_ ~~c~~ [d](https://x.example) ![e](https://y.example)", "a b c d e"),
        ("- a\n  - b\n\n7. c\n8. d", "- a\n  - b\n\n7. c\n8. d"),
        ("> a\n> b\n\nc", "> a\n> b\n\nc"),
        ("```python\nx = '*'\n```", "x = '*'"),
        ("| a | b |\n|---|---|\n| **1** | 2 |", "a | b\n1 | 2"),
        ("<b>x</b> &amp; \\* [r]\n\n[r]: https://x.example 'T'", "<b>x</b> & * r"),
        ("a  \nb\\\nc", "a\nb\nc"),
        ("***", "---"),
    ],
)
def test_a_plain_reading_has_no_sign_of_markup(markdown: str, reading: str) -> None:
    assert plain(markdown) == reading


def test_a_plain_reading_may_tell_where_links_lead() -> None:
    text = "[a **b**](https://x.example) https://y.example/*z* <me@x.example>"
    assert plain(text, links=True) == "a b <https://x.example> https://y.example/*z* me@x.example"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://a.example/x_*y*z.", "https://a.example/x_*y*z"),
        ("https://a.example/(b)) c", "https://a.example/(b)"),
        ("https://a.example**", "https://a.example"),
        ("HTTP://a.example?", "HTTP://a.example"),
        ("https://", ""),
        ("http://.", ""),
        ("ftp://a.example", ""),
    ],
)
def test_a_bare_address_ends_where_a_sentence_does(text: str, found: str) -> None:
    assert address(text, 0) == found
    linked = [run.href for block in read(f"see {text}") if isinstance(block, Paragraph) for run in block.lines[0]]
    assert [href for href in linked if href] == ([found] if found else [])


def test_a_text_without_a_sign_needs_no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.desk.commonmark.parser", None)
    text = "Hello there, it's 5 o'clock.\nAgain (really).\n\nBye"
    assert escaped(text) == plain(text) == text


def test_code_is_written_in_a_fence_that_nothing_in_it_ends() -> None:
    blocks = (Paragraph(((Run("a"),),)), Code("```\nx\n````", "python"), Code(""))
    assert read(written(blocks)) == blocks
