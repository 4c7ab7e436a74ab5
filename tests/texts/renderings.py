"""Texts as people and machines write them, each channel's rendering of them, and what that channel's own reader makes
of it: the same text, a changed one (its words are there, their look is another), or a lost word."""

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from chalicelib.channels.email.letter import rendered
from chalicelib.channels.email.text import markdown as from_mail
from chalicelib.channels.msteams.text import from_html, to_teams
from chalicelib.channels.slack.mrkdwn import to_mrkdwn
from chalicelib.channels.slack.text import to_markdown as from_slack
from chalicelib.desk.commonmark import parser, read
from chalicelib.desk.markdown_writer import escaped
from chalicelib.desk.plain_text import plain

from .signs import seen

# What is plain, and reads as something else where nobody sees to it.
PLAIN = (
    "call __init__() before __enter__()", "a*b*c and 2 * 3 * 4", "snake_case, kebab-case, _private, trailing_", "$_GET['x'] = *p;",
    "**/*.py and *.log, or [a-z]*.txt", "C:\\Users\\_ann\\*.txt", "\\\\server\\share\\$x", "/var/log/*/app_*.log ~/x ~user/y",
    "SELECT * FROM t WHERE a LIKE '%_x%' AND b = 'it''s'; -- all", "^[a-z_]+\\[(\\d+)\\]\\*?$ matches `x`", "(?<!\\\\)\\b_\\w+_\\b",
    '{"a": ["*", "_b_"], "c": {"<d>": "&amp;"}}', "def f(*args, **kwargs):\n    return [x for x in args]", "if (a < b && c > d) { *p++; }",
    "<b>bold</b> & <script>alert(1)</script>", "&lt;div&gt; &amp; &copy; &#42;", "> quoted\n> twice\nanswer", "- one\n- two\n* three\n+ four",
    "1. one\n2) two\n10. ten", "# not a heading\n#hashtag #1", "a\n---\nb\n===\nc", "| a | b |\n|---|---|\n| 1 | 2 |", "[x](y) [z][w] ![p](q)",
    "[ref]: https://a.example", "~~~\nfence\n~~~", "```\nfence\n```", "~~gone~~ ~x~", "https://a.example/x_y_(z)*w*?a=[1]&b=_c_", "<https://a.example>",
    "see https://a.example/a*b*c.", "ann_lee@a.example, <bob@a.example>", "10:30:00 at :100: o'clock", "*sighs* _hm_", "50% of 100 % * 2",
    "Traceback (most recent call last):\n  File \"a_b.py\", line 3, in <module>\n    x = y[\"*\"]\nKeyError: '*'", "-- \nAnn", "On Mon <m@a.example> wrote:\n> hi",
    "x = `date`; echo \"$x\"", "C++ & C#", "a & b &c; &#x2A;", "日本語　全角 _下線_", "   three blanks\n\tand a tab", "!important [!NOTE]", "1) a) i.",
    "@everyone <!here> <@U1>", "\u2022 a bullet of one's own", "\\o/ ¯\\_(ツ)_/¯", "**", "* *", "_ _ __ ___", "`", "``` x", "a\\", "end!", "1986. A great year.",
)  # fmt: skip
# What has marks, and the look that they give.
MARKDOWN = (
    "**bold** _em_ *em* __bold__ ~~gone~~ `code`", "# Head\n\n## Head with **bold** and `code`\n\ntext", "- a\n- b\n  - c\n    - d\n- e", "1. a\n2. b\n3. c",
    "1. a\n   - b\n2. c", "> said\n> more\n\nanswer", "> a\n> > b", "```python\nx = '*'\n```", "~~~\ntilde\n~~~", "    indented\n    code", "a\n\n---\n\nb",
    "| a | b |\n|---|---|\n| **1** | `2` |\n| [x](https://a.example/y) | z |", "[label](https://a.example/x)", "[a (b)](https://a.example/x_(y))",
    '[titled](https://a.example "Title")', "[ref][1] and [1]\n\n[1]: https://a.example/r", "<https://auto.example/*x*> and <me@a.example>",
    "https://a.example/*x*/_y_", "![alt text](https://a.example/p.png)", "[**bold** link](https://a.example)", "**[link](https://a.example)** and _[em](https://b.example)_",
    "a**b**c", "**a**: b, **c**.", "_a **b** c_", "***both***", "**a\nb**", "line one\nline two  \nline three\\\nline four", "`a`b` ``c`d``", "**`code`** and `**x**`",
    "\\*not\\* \\_em\\_ \\# \\[x\\](y)", "&copy; &amp; &#42;", "- a\n\n  second paragraph\n\n- b", "- a\n  ```\n  code\n  ```\n- b", "> - a\n> - b", "> ```\n> code\n> ```\n> after",
    "1. a\n\ntext\n\n1. b", "5. five\n6. six", "[mail](mailto:a@b.example) [tel](tel:+123)", "[odd](/relative) [none](javascript:x)", "<b>html</b> <br> <!-- hidden -->",
    "Hi **Ann**,\n\nthe key `sk_live_*` is *not* valid:\n\n```json\n{\"error\": \"no_key\"}\n```\n\n1. Make one\n2. Use it\n\n> before\n\nBest", "😀 :tada: **🎉**",
    "a *b*c* d", "**a*b**", "~~a~b~~", "x~~y~~z", "``` x ```", "- [ ] todo\n- [x] done",
)  # fmt: skip


class Score(NamedTuple):
    """How texts came back."""

    same: tuple[str, ...]
    changed: tuple[str, ...]
    lost: tuple[str, ...]


def slack(text: str) -> str:
    """Out to Slack and in again."""
    return from_slack(to_mrkdwn(text))[0]


def teams(text: str) -> str:
    """Out to Teams, which makes HTML of our Markdown, and in again."""
    from markdown_it import MarkdownIt

    theirs = MarkdownIt("commonmark", {"html": True}).enable("strikethrough")
    return from_html(theirs.render(to_teams(text, {})[0]))


def mail(text: str) -> str:
    """Out as a mail's page and in again."""
    return from_mail(rendered(text))


CHANNELS: dict[str, Callable[[str], str]] = {"Slack": slack, "Teams": teams, "mail": mail}


def score_plain(channel: str) -> Score:
    """Plain texts, each as the characters that are seen there."""
    back = {text: plain(CHANNELS[channel](escaped(text))) for text in PLAIN}
    return _scored({text: (seen(text), seen(found)) for text, found in back.items()}, str.__eq__)


def score_markdown(channel: str) -> Score:
    """Texts with marks, each as a text."""
    back = {text: CHANNELS[channel](text) for text in MARKDOWN}
    return _scored({text: (text, found) for text, found in back.items()}, lambda one, other: read(one) == read(other))


KINDS = {"plain text": score_plain, "Markdown": score_markdown}


def _scored(found: dict[str, tuple[str, str]], same: Callable[[str, str], bool]) -> Score:
    kept = {text for text, (one, other) in found.items() if same(one, other)}
    lost = {text for text, (one, other) in found.items() if _words(one) - _words(other)}
    return Score(
        tuple(text for text in found if text in kept),
        tuple(text for text in found if text not in kept | lost),
        tuple(text for text in found if text in lost),
    )


def _words(text: str) -> Counter[str]:
    """The words that are read, numbers of lists and addresses among them."""
    return Counter(re.findall(r"\w+", plain(text, links=True) if parser() else text))
