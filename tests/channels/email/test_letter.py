"""What a mail that leaves looks like, whatever was said."""

from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.channels.email.letter import compose, rendered
from chalicelib.desk.mails import Letter, Line


def letter(**fields: object) -> Letter:
    values: dict[str, object] = {
        "install": "ins_1",
        "sender": "parley@mail.parley.example",
        "sender_name": "Bo (Acorn)",
        "to": "ann@acme.example",
        "to_name": "Ann",
        "reply_to": "support+token@in.acorn.example",
        "subject": "Re: Webhooks",
        "lines": (Line(author="Bo", text="Hello"),),
        "thread": "thread_1@in.acorn.example",
        "answers": "m1@acme.example",
        "at": 1_770_000_000_000,
        "mute_url": "https://parley.test/mails/token",
    }
    return Letter(**(values | fields))  # type: ignore[arg-type]


words = st.text(max_size=60)


@example(subject="", sender_name="Müller, Bo", to_name="; ¡", answers="", author="", text="")
@given(subject=words, sender_name=words, to_name=words, answers=words, author=words, text=st.text(max_size=300))
def test_nothing_that_is_said_makes_a_header(
    subject: str, sender_name: str, to_name: str, answers: str, author: str, text: str
) -> None:
    text = text.encode("utf-8", "replace").decode()
    lines = (Line(author=author, text=text, links=((author, "https://parley.test/files/a/b"),)),) * 2
    raw = compose(letter(subject=subject, sender_name=sender_name, to_name=to_name, answers=answers, lines=lines))
    raw.decode("ascii")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    mail = message_from_bytes(raw, policy=policy.default)
    known = "From To Reply-To Subject Date In-Reply-To References List-Unsubscribe List-Unsubscribe-Post MIME-Version"
    own = {"X-Auto-Response-Suppress", "X-Parley-Install", "X-SES-MESSAGE-TAGS", "Content-Type"}
    assert set(mail.keys()) <= {*known.split(), *own}
    assert [each.addr_spec for each in mail["To"].addresses] == ["ann@acme.example"]
    assert [each.addr_spec for each in mail["From"].addresses] == ["parley@mail.parley.example"]


def test_a_subject_in_any_script_arrives() -> None:
    mail = message_from_bytes(compose(letter(subject="Grüße 日本語 ✓")), policy=policy.default)
    assert mail["Subject"] == "Grüße 日本語 ✓"


CORPUS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/p.gif)",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    "`<script>`",
    "```\n<script>alert(1)</script>\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!-- x --><svg/onload=alert(1)>",
    "# <b onclick=alert(1)>x</b>",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "> <iframe src=x>",
]


@pytest.mark.parametrize("text", CORPUS)
def test_the_corpus_is_inert(text: str) -> None:
    import re

    html = rendered(text)
    tags = re.findall(r"<(/?[a-z0-9]+)([^<>]*)>", html)
    allowed = {
        "p",
        "a",
        "code",
        "pre",
        "h1",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "br",
        "em",
        "strong",
    }
    assert {name.lstrip("/") for name, _ in tags} <= allowed
    for _, attributes in tags:
        names = re.findall(r'([a-z]+)="', attributes)
        assert set(names) <= {"href", "title", "class"}
        href = re.search(r'href="([^"]*)"', attributes)
        assert not href or href[1].startswith(("https://", "http://", "mailto:"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![a *cat*](https://a.example/c.png)", '<a href="https://a.example/c.png">a cat</a>'),
        ("![](https://a.example/c.png?a&b)", '<a href="https://a.example/c.png?a&amp;b">image</a>'),
        (
            "[![a](https://a.example/c.png) b](https://b.example)",
            '<a href="https://b.example">a b</a>',
        ),
        ("![a](javascript:x)", "![a](javascript:x)"),
    ],
)
def test_a_picture_is_a_link_and_never_asked_for(text: str, shown: str) -> None:
    assert rendered(text) == f"<p>{shown}</p>\n"
