"""`make forms`: what a text's forms (headings, code, links, …) become in each channel and back, as its page of the docs
shows it. The code that sends and reads says so; tests/texts/test_forms.py holds the pages against it."""

import re
from collections.abc import Callable
from pathlib import Path

from chalicelib.channels.email.letter import rendered
from chalicelib.channels.email.text import markdown as from_mail
from chalicelib.channels.msteams.outbound import MAX_BYTES as TEAMS
from chalicelib.channels.msteams.text import from_html, shown, to_teams
from chalicelib.channels.slack.mrkdwn import mrkdwn, to_mrkdwn
from chalicelib.channels.slack.outbound import MAX_BYTES as SLACK
from chalicelib.channels.slack.text import to_markdown as from_slack
from chalicelib.channels.telegram import entities as telegram
from chalicelib.channels.telegram.outbound import MAX_TEXT as TELEGRAM
from chalicelib.desk.commonmark import Block, read
from chalicelib.desk.markdown_writer import escaped, written
from chalicelib.desk.plain_text import plain
from chalicelib.desk.text_parts import parts

PAGES = Path(__file__).resolve().parents[1] / "docs" / "channels"
BEGIN, END = "<!-- forms -->", "<!-- /forms -->"
PEOPLE = {"Ann Lee": "U0ANN"}

# What stands in a room.
FORMS = (
    ("bold, italic, both", "**bold** _italic_ ***both***"),
    ("struck through", "~~gone~~"),
    ("a mark within a word", "a**b**c"),
    ("signs that are characters", "\\*stars\\* and snake_case, \\<b> & \\_x\\_"),
    ("a line break, a paragraph", "one\ntwo\n\nthree"),
    ("a heading", "## What **is** new"),
    ("code in a line", "call `a_b(*c)`"),
    ("code, with its language", "```python\nx = 1\n```"),
    ("a link", "[docs](https://a.example/x)"),
    ("a link with brackets and a title", '[docs (new)](https://a.example/x_(y) "Title")'),
    ("a bare address; one in brackets", "https://a.example/*x*_y <https://b.example>"),
    ("an e-mail address", "<ann@a.example>"),
    ("a list", "- a\n- b\n  - c"),
    ("a list with numbers", "3. a\n4. b"),
    ("a quote", "> said\n> twice\n\nanswer"),
    ("a table", "| key | state |\n|---|---|\n| a | **new** |"),
    ("a picture", "![a cat](https://a.example/c.png)"),
    ("a line across", "a\n\n---\n\nb"),
    ("emoji", "🎉 and :tada:"),
    ("somebody's name", "@Ann Lee, look"),
)
FROM_SLACK = (
    ("bold, italic, struck through", "*bold* _italic_ ~gone~"),
    ("signs of Markdown", "**a** and # b and snake_case"),
    ("a line break, a paragraph", "one\ntwo\n\nthree"),
    ("code in a line", "call `a_b(*c)`"),
    ("code", "```x = 1\ny = 2```"),
    ("links", "<https://a.example/x|docs> <https://b.example/*y*> <mailto:ann@a.example|ann@a.example>"),
    ("lists", "• a\n• b\n    ◦ c\n1. d"),
    ("a quote", "&gt; said\n&gt; twice\nanswer"),
    ("what HTML would read", "a &lt; b &amp; c"),
    ("emoji, with a skin tone, of one's own", ":tada: :wave::skin-tone-3: :acme:"),
    ("a channel, a call to all", "<#C0ACME|general> <!here>"),
)
FROM_TEAMS = (
    ("bold, italic, struck through", "<p><strong>bold</strong> <em>italic</em> <s>gone</s></p>"),
    ("signs of Markdown", "<p>**a** and # b and snake_case</p>"),
    ("a line break, a paragraph", "<p>one<br>two</p><p>three</p>"),
    ("a heading", "<h2>What is new</h2>"),
    ("code in a line", "<p>call <code>a_b(*c)</code></p>"),
    ("code", '<codeblock class="Python"><code>x = 1<br>y = 2</code></codeblock>'),
    ("links", '<p><a href="https://a.example/x">docs</a> <a href="javascript:x">no</a></p>'),
    ("lists", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol><li>d</li></ol>"),
    ("a quote", "<blockquote><p>said</p></blockquote><p>answer</p>"),
    ("a table", "<table><tr><td>key</td><td>state</td></tr><tr><td>a</td><td>new</td></tr></table>"),
    ("emoji", '<p><emoji alt="🎉"></emoji></p>'),
    ("somebody's name", '<p><at id="0">Ann Lee</at>, look</p>'),
)
FROM_HTML = (
    ("bold, italic, struck through", "<b>bold</b> <i>italic</i> <del>gone</del>"),
    ("signs of Markdown", "<p>**a** and # b and snake_case</p>"),
    ("a line break; a broken line of the source", "<p>one<br>two\nthree</p>"),
    ("a heading", "<h2>What is new</h2>"),
    ("code", '<p>see</p><pre><code class="language-python">x = 1</code></pre>'),
    ("links", '<a href="https://a.example/x">docs</a> <a href="javascript:x">no</a>'),
    ("lists", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol start=3><li>d</li></ol>"),
    ("a quote", "<blockquote>said</blockquote><p>answer</p>"),
    ("a table", "<table><tr><th>key</th><th>state</th></tr><tr><td>a</td><td>new</td></tr></table>"),
    ("a picture", '<img src="https://a.example/c.png" alt="a cat">'),
    ("what is hidden", '<p>seen<span style="display:none">hidden</span></p><script>x()</script>'),
)
FROM_PLAIN = (
    ("signs of Markdown", "**a** and # b and snake_case"),
    ("a line that begins with one", "# a\n- b\n1. c\n> d"),
    ("what begins with blanks", "def f():\n    return 1"),
    ("an address", "https://a.example/*x*_y"),
    ("what HTML would read", "<b>a</b> &lt; b"),
)
HEAD = """
## What becomes of a text's forms

Made by `make forms` from the code itself. `↵` is a line break; `‹…›` is a character that nobody sees.
"""
ALONE = """Plain text means itself: what Markdown would read in it is escaped as it comes in. A mail's texts are read
each, unless one says what another does; the plain one is taken where there are two of one thing.
"""
UNSEEN = {"\u00ad": "‹soft hyphen›", "\u200b": "‹no width›", "\u00a0": "‹no-break space›", "\u2060": "‹no width›"}


def section(kind: str) -> str:
    """What stands between the markers of a channel's page."""
    return f"{BEGIN}\n{HEAD}\n{SECTIONS[kind]()}\n{END}"


def placed(page: str, kind: str) -> str:
    """A page with its section as it is now."""
    before, _, rest = page.partition(BEGIN)
    if not rest:
        raise ValueError(f"docs/channels/{kind}.md has no {BEGIN}")
    return before + section(kind) + rest.partition(END)[2]


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Rows whose first cells are words, all others code."""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join([row[0], *map(_cell, row[1:])])} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    for sign, name in UNSEEN.items():
        text = text.replace(sign, name)
    text = text.strip("\n").replace("\n", "↵").replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"


def _out(*ways: Callable[[str], str]) -> list[tuple[str, ...]]:
    return [(name, text, *(way(text) for way in ways)) for name, text in FORMS]


def _in(rows: tuple[tuple[str, str], ...], way: Callable[[str], str]) -> list[tuple[str, ...]]:
    return [(name, text, way(text)) for name, text in rows]


def _long(fits: Callable[[tuple[Block, ...]], bool], most: int) -> str:
    count = len(list(parts(read("word " * 20_000), fits)))
    return f"A text of 100,000 letters is {count} messages there, of at most {most:,} bytes each (ADR 110).\n"


def _slack() -> str:
    out = _table(("", "in the room", "in Slack"), _out(lambda text: to_mrkdwn(text, PEOPLE)))
    back = _table(("", "Slack sends", "in the room"), _in(FROM_SLACK, lambda text: from_slack(text)[0]))
    return f"{out}\n{_long(lambda some: len(mrkdwn(some).encode()) <= SLACK, SLACK)}\n{back}"


def _teams() -> str:
    out = _table(("", "in the room", "in Teams"), _out(lambda text: to_teams(text, PEOPLE)[0]))
    back = _table(("", "Teams sends", "in the room"), _in(FROM_TEAMS, from_html))
    return f"{out}\n{_long(lambda some: 2 * len(shown(some, {})[0]) <= TEAMS, TEAMS)}\n{back}"


def _telegram() -> str:
    def said(text: str) -> tuple[str, list[dict[str, object]]]:
        return telegram.shown(read(text), {"Ann Lee": "42"})

    def marked(text: str) -> str:
        words, entities = said(text)
        units = words.encode("utf-16-le")
        spans = [(each, int(str(each["offset"])) * 2, int(str(each["length"])) * 2) for each in entities]
        return (
            "; ".join(f"{each['type']} “{units[at : at + size].decode('utf-16-le')}”" for each, at, size in spans)
            or "none"
        )

    heads = ("", "in the room", "in Telegram", "its entities", "back in the room")
    ways = (lambda text: said(text)[0], marked, lambda text: written(telegram.blocks_of(*said(text))))
    few = _long(lambda some: telegram.units(telegram.shown(some, {})[0]) <= TELEGRAM, TELEGRAM)
    return f"{_table(heads, _out(*ways))}\n{few.replace('bytes', 'UTF-16 units')}"


def _email() -> str:
    out = _table(
        ("", "in the room", "the mail's page", "its plain part"), _out(rendered, lambda text: plain(text, links=True))
    )
    back = _table(("", "a mail's page", "in the room"), _in(FROM_HTML, from_mail))
    return f"{out}\n{back}\n{_plain('a plain mail')}"


def _plain(head: str) -> str:
    return f"{ALONE}\n{_table(('', head, 'in the room'), _in(FROM_PLAIN, escaped))}"


SECTIONS: dict[str, Callable[[], str]] = {
    "slack": _slack,
    "msteams": _teams,
    "telegram": _telegram,
    "email": _email,
    "form": lambda: _plain("a form's field"),
    "webhook": lambda: (
        "`text` is the room's CommonMark, both ways, as it stands; what you send may be `plain`.\n\n"
        + _plain("what you send as plain")
    ),
}


def main() -> None:
    """Write all of them."""
    for kind in SECTIONS:
        page = PAGES / f"{kind}.md"
        page.write_text(placed(page.read_text(), kind))


if __name__ == "__main__":
    main()
