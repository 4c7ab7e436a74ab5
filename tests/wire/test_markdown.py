"""Markdown with HTML in it, as people read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.wire.markdown import readable


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            'See <img width="10" alt="a [shot]" src="https://github.com/user-attachments/assets/1" />\nthere',
            "See ![a  shot ](https://github.com/user-attachments/assets/1)\nthere",
        ),
        ("<IMG SRC='https://x.example/a.png'>", "![](https://x.example/a.png)"),
        ('<img alt="logo" src="/a.png"> <img>', "logo"),
        ("<details><summary>Logs</summary>\n\none<br/>two\n</details>", "**Logs**\n\none\ntwo"),
        (
            "`<img src='https://x.example/a.png'>` and List<String>",
            "`<img src='https://x.example/a.png'>` and List<String>",
        ),
        ("a <!-- not for you --> b", "a  b"),
        ("`<!-- code -->` <!-- never\nclosed", "`<!-- code -->`"),
        ("```\r\ncode\r\n```\r\n<!-- not for you -->\r\nb", "```\ncode\n```\n\nb"),
        ("<p align=center>a<kbd>b</kbd></p> <b>c</b>", "ab <b>c</b>"),
    ],
)
def test_what_is_left_to_read(text, read):
    assert readable(text) == read


@given(st.text("`~<!->ab /imgsrc=\"'\r\n", max_size=60))
def test_no_text_breaks_it_and_none_grows(text):
    assert len(readable(text)) <= len(text)


def test_a_long_text_of_odd_marks_takes_no_long_time():
    for piece in ("`", "<!--", "``` ", "<img ", "<img src=", "</p"):
        text = piece * (64_000 // len(piece))
        assert len(readable(text)) <= len(text)


@pytest.mark.parametrize("text", ["<br>" * 5_001, "`a` " * 2_501, "x" * 199_990 + "<!-- hidden -->"])
def test_what_has_more_marks_than_are_read_is_left_as_it_is(text: str) -> None:
    assert readable(text) == text.strip()
    assert readable(text[: len(text) // 9] + "<!-- hidden -->").find("hidden") == -1
