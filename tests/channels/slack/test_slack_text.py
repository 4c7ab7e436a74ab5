"""mrkdwn and Markdown, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.slack.emoji import FILE, emoji_of, name_of
from chalicelib.channels.slack.mrkdwn import to_mrkdwn
from chalicelib.channels.slack.text import to_markdown

PAIRS = [
    ("plain", "plain"),
    ("*bold* and _more_", "**bold** and _more_"),
    ("~gone~", "~~gone~~"),
    ("<https://a.example/?x=1&amp;y=2|here &amp; there>", "[here & there](https://a.example/?x=1&y=2)"),
    ("`a &lt; b *c*`", "`a < b *c*`"),
    ("```\n*x* &amp; <y>\n```".replace("<y>", "&lt;y&gt;"), "```\n*x* & <y>\n```"),
    ("&gt; quoted", "> quoted"),
    ("• one\n• two", "- one\n- two"),
    ("1 * 2 * 3", "1 * 2 * 3"),
    ("snake_case_name", "snake_case_name"),
]


@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_both_ways(theirs, ours):
    assert to_markdown(theirs)[0] == ours
    assert to_mrkdwn(ours) == theirs


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("<https://a.example/>", "https://a.example/"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<#C1|general>", "#general"),
        ("<#C1|>", "#C1"),
        ("<!here> <!channel> <!subteam^S1|@team>", "@here @channel @team"),
        ("<!date^1392734382^{date}|Feb 18>", "Feb 18"),
        ("&amp;lt;", "\\&lt;"),
        ("`<https://a.example/|a.example>` `<mailto:a@b.example|a@b.example>`", "`a.example` `a@b.example`"),
        ("so: ```a\n  b``` ok", "so:\n```\na\n  b\n```\nok"),
        ("```json\n{}\n```", "```json\n{}\n```"),
        ("```a``````b```", "```\na\n```\n```\nb\n```"),
        (":tada::+1::skin-tone-3: at 10:100:20, std::key::x, :own:", "🎉👍🏼 at 10:100:20, std::key::x, :own:"),
    ],
)
def test_what_only_slack_has(theirs, ours):
    assert to_markdown(theirs)[0] == ours


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("*italic*", "_italic_"),
        ("# Title", "*Title*"),
        ("* item", "• item"),
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
        ("[a|b](https://a.example/|c)", "<https://a.example/%7Cc|a|b>"),
    ],
)
def test_what_only_markdown_has(ours, theirs):
    assert to_mrkdwn(ours) == theirs


def test_people_are_named_both_ways():
    text, mentions = to_markdown("<@U1> and <@U2|bob>, `<@U3>`")
    assert sorted(mentions.values()) == ["U1", "U2"]
    for mark, name in zip(mentions, ("Ann", "Bob"), strict=True):
        text = text.replace(mark, f"@{name}")
    assert text == "@Ann and @Bob, `<@U3>`"
    assert to_mrkdwn("@Ann Lee and @Ann, a@Ann", {"Ann": "U1", "Ann Lee": "U2"}) == "<@U2> and <@U1>, a@Ann"


@given(st.text(max_size=200))
def test_nothing_breaks_it_and_no_word_of_ours_becomes_a_command(text):
    mrkdwn = to_mrkdwn(text)
    assert "<!" not in mrkdwn
    assert "<@" not in mrkdwn
    to_markdown(text)


def test_emoji_have_names_and_unknown_ones_keep_theirs():
    assert emoji_of("+1") == emoji_of("thumbsup") == "👍"
    assert emoji_of("+1::skin-tone-2") == "👍🏻"
    assert emoji_of("female-technologist::skin-tone-6") == "👩🏿\u200d💻"
    assert emoji_of("tada::skin-tone-3") == "🎉"
    assert emoji_of("partyparrot-x") == "partyparrot-x"
    assert name_of("❤") == name_of("❤️") == "heart"
    assert name_of("👍🏻") == "+1::skin-tone-2"
    assert name_of("🏻") == "skin-tone-2"
    assert name_of("party") == name_of(":party:") == "party"
    assert to_markdown(":wave::skin-tone-4: :own::skin-tone-2: :own:")[0] == "👋🏽 :own::skin-tone-2: :own:"


def test_every_emoji_has_a_name_that_names_it():
    lines = FILE.read_text().splitlines()
    assert len(lines) > 1900
    for line in lines:
        emoji, *names = line.split(" ")
        toned = names[0] == "+"
        for name in names[toned:]:
            assert emoji_of(name) == emoji
            assert emoji_of(name_of(emoji)) == emoji
            if toned:
                for tone in range(2, 7):
                    assert emoji_of(name_of(emoji_of(f"{name}::skin-tone-{tone}"))) == emoji_of(
                        f"{name}::skin-tone-{tone}"
                    )
