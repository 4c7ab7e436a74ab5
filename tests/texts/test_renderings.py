"""Round trips: what each channel is told of a text, read again by that channel's reader, has lost no word."""

import html
import re

import pytest
from hypothesis import example, given

from chalicelib.channels.email.letter import rendered
from chalicelib.channels.msteams.text import to_teams
from chalicelib.channels.slack.mrkdwn import NARROW, SOFT, to_mrkdwn
from chalicelib.channels.slack.text import to_markdown, unescaped
from chalicelib.desk.markdown_writer import escaped
from chalicelib.desk.plain_text import plain
from tests.texts.renderings import CHANNELS, score_markdown, score_plain
from tests.texts.signs import MARKDOWN, PLAIN, seen, words

# How many of the corpus's texts come back just as they were, at least.
SAME = {"Slack": (53, 31), "Teams": (42, 41), "mail": (54, 41)}


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_word_of_the_corpus_is_lost(channel: str) -> None:
    plain_text, markdown = score_plain(channel), score_markdown(channel)
    assert (plain_text.lost, markdown.lost) == ((), ())
    assert (len(plain_text.same), len(markdown.same)) >= SAME[channel]


def seen_in_slack(mrkdwn: str) -> str:
    """The characters of a text without marks, as Slack shows them."""
    return re.sub(f"[{SOFT}{NARROW}]", "", unescaped(re.sub(r"<(?:https?://[^<>|]*\|)?([^<>]*)>", r"\1", mrkdwn)))


@given(PLAIN)
def test_plain_text_is_the_same_characters_in_slack(text: str) -> None:
    shown = to_mrkdwn(escaped(text))
    assert seen(seen_in_slack(shown)) == seen(text)
    assert plain(to_markdown(shown)[0]) == seen(text)


@given(PLAIN)
def test_plain_text_is_the_same_characters_in_a_mail(text: str) -> None:
    shown = html.unescape(re.sub(r"<[^<>]*>", "", rendered(escaped(text)).replace("<p>", "\n")))
    blank = str.maketrans("\u00a0\t", "  ")
    assert seen(shown.translate(blank)) == seen(text.translate(blank))


@given(PLAIN)
def test_plain_text_is_the_same_characters_in_teams(text: str) -> None:
    back = plain(CHANNELS["Teams"](escaped(text)))
    assert "".join(back.split()) == "".join(text.replace("\u00a0", " ").split())
    to_teams(text, {"Ann": "29:ann"})


@given(MARKDOWN)
@example("*~`~*")
@example("_*x*_ **~x~**")
def test_markdown_in_slack_is_the_same_words(text: str) -> None:
    assert words(plain(to_markdown(to_mrkdwn(text))[0])) == words(plain(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call \\_\\_init\\_\\_() and a\\*b\\*c", "call __init__() and a*b*c"),
        ("\\*x\\* and \\`y\\`", f"*{SOFT}x* and `{SOFT}y`"),
        ("# Head **bold**", "*Head bold*"),
        ("[a (b)](https://a.example/x_(y) 'T')", "<https://a.example/x_(y)|a (b)>"),
        ("[r][1]\n\n[1]: https://a.example/r", "<https://a.example/r|r>"),
        ("<https://a.example/*x*> https://b.example/*y*z", "<https://a.example/*x*> <https://b.example/*y*z>"),
        ("__bold__ a**b**c _a **b** c_", f"*bold* a{NARROW}*b*{NARROW}c _a *b* c_"),
        ("~~~python\nx\n~~~", "```\nx\n```"),
        ("    x = 1", "```\nx = 1\n```"),
        ("| a | b |\n|-|-|\n| cc | d |", "```\n| a   | b   |\n| --- | --- |\n| cc  | d   |\n```"),
        ("- a\n  1. b", "• a\n    1. b"),
        ("> a\n> b", "&gt; a\n&gt; b"),
        ("\\> a :tada: :own:", f"{SOFT}&gt; a :{SOFT}tada: :own:"),
    ],
)
def test_what_slack_is_told(text: str, shown: str) -> None:
    assert to_mrkdwn(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b & c\nd", "a &lt; b &amp; c  \nd"),
        ("```python\na < b\n```", "```python\na < b\n```"),
        ("| a | b |\n|-|-|\n| cc | d |", "```\n| a   | b   |\n| --- | --- |\n| cc  | d   |\n```"),
        ("\\_\\_init\\_\\_ https://a.example/*x*y", "\\_\\_init\\_\\_ <https://a.example/*x*y>"),
        ("hi @Ann Lee, `@Ann Lee`", "hi <at>Ann Lee</at>, `@Ann Lee`"),
        ("- a\n- b", "- a\n- b"),
        ("a\nb\n\nc", "a  \nb\n\nc"),
        ("> a\n> b\n\n- c\n  d", "> a  \n> b\n\n- c  \n  d"),
        ("**a**\n_b_\n# c", "**a**  \n_b_\n\n# c"),
        ("a\\\\&amp;", "a&#92;&amp;"),
        ("\\\\\\<b", "&#92;&lt;b"),
        (
            "https://a.example/?b=1&c=2 https://a.example/?b&copy=1",
            "https://a.example/?b=1&c=2 https://a.example/?b&copy=1",
        ),
        ("a<\\_\\_init\\_\\_ b&\\_c\\_", "a&lt;\\_\\_init\\_\\_ b&amp;\\_c\\_"),
        ("_a_<b<a<", "_a_&lt;b&lt;a&lt;"),
        ("https://a.example/?b&copy;=1", "<https://a.example/?b&copy;=1>"),
    ],
)
def test_what_teams_is_told(text: str, shown: str) -> None:
    assert to_teams(text, {"Ann Lee": "29:ann"})[0] == shown
