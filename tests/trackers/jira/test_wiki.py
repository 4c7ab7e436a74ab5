"""Wiki text of Data Center and Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.trackers.jira.wiki import from_markdown_text, to_markdown


@pytest.mark.parametrize(
    ("wiki", "markdown"),
    [
        ("h2. Title", "## Title"),
        ("*bold* _it_ -gone- {{a_b*c}}", "**bold** *it* ~~gone~~ `a_b*c`"),
        ("a * b * c, snake_case_name, 2-3-4", "a * b * c, snake_case_name, 2-3-4"),
        ("[Docs|https://x.example/a] [https://x.example]", "[Docs](https://x.example/a) <https://x.example>"),
        ("[~ann] [~accountid:1:2]", "@ann @1:2"),
        ("* a\n** b\n# c", "- a\n   - b\n1. c"),
        ("bq. said", "> said"),
        ("{quote}\na\nb\n{quote}", "> a\n> b"),
        ("{code:python}\na = *1*\n{code}", "```python\na = *1*\n```"),
        ("{noformat}\nx", "```\nx\n```"),
        ("see {code:java}int x;\n{code}\nafter *it*", "see \n\n```java\nint x;\n```\n\nafter **it**"),
        ("{code:title=A.java|borderStyle=solid}\n```\n{code}", "````\n```\n````"),
        ("{code:title=a.py|language=python}x{code}", "```python\nx\n```"),
        ("{noformat}a\nb{noformat}\n{noformat}c{noformat}", "```\na\nb\n```\n\n```\nc\n```"),
        ("{quote}a{quote}\nb", "> a\n\nb"),
        ("{quote}\na\n\n{code}\n*b*\n{code}\n{quote}", "> a\n>\n> ```\n> *b*\n> ```"),
        ("{panel:title=Note|borderStyle=dashed}\n*a*\n{panel}\nb", "**Note**\n\n**a**\n\nb"),
        ("{panel}a{panel}", "a"),
        (
            "a\n||h||i||\n|*b*|[c|https://x.example]|\nd",
            "a\n| h | i |\n| --- | --- |\n| **b** | [c](https://x.example) |\nd",
        ),
        ("\\{code:x} is a sign", "{code:x} is a sign"),
        ("----", "---"),
        ("!shot.png|thumbnail!", "![shot.png](attachment:shot.png)"),
        ("!https://x.example/a.png!", "![](https://x.example/a.png)"),
        ("see [^a log.txt]", "see ![a log.txt](attachment:a%20log.txt)"),
        ("{color:red}red{color}", "red"),
        ("\\*not bold\\*", "\\*not bold\\*"),
    ],
)
def test_wiki_text_becomes_markdown(wiki, markdown):
    assert to_markdown(wiki) == markdown


@pytest.mark.parametrize(
    ("markdown", "wiki"),
    [
        ("## Title", "h2. Title"),
        ("**bold** *it* ~~gone~~ `code`", "*bold* _it_ -gone- {{code}}"),
        ("[Docs](https://x.example/a)", "[Docs|https://x.example/a]"),
        ("- a\n  - b\n\n1. c", "* a\n** b\n\n# c"),
        ("> said", "{quote}\nsaid\n{quote}"),
        ("```py\na = {x}\n```", "{code:py}\na = {x}\n{code}"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", "||a||b||\n|1|2|"),
        ("---", "----"),
        ("{color:red} [x|y] !z!", "\\{color:red\\} \\[x\\|y\\] \\!z\\!"),
    ],
)
def test_markdown_becomes_wiki_text(markdown, wiki):
    assert from_markdown_text(markdown) == wiki


@given(st.lists(st.text("abcXYZ019é", min_size=1, max_size=8), min_size=1, max_size=6).map(" ".join))
def test_plain_words_stay(text):
    assert to_markdown(from_markdown_text(text)) == text


@given(st.text("ab *_-{}[]|!#\\hq.\n~:1", max_size=40))
def test_nothing_raises(text):
    assert isinstance(to_markdown(text) + from_markdown_text(text), str)
