"""What is cut of a reply, and what never is: the corpus of tests/texts, and the rules one by one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.channels.email.mime import read
from chalicelib.channels.email.quotes import MARKS, split
from chalicelib.channels.email.text import written
from chalicelib.desk.mails import answers, bare_subject
from tests.texts import held_out, introductions, replies, whole

ON = whole.ON
QUOTE = f"{ON}\n> Did it help?\n> Max"


@pytest.mark.parametrize("part", ["tuned", "held out"])
@pytest.mark.parametrize(("kind", "right"), [("plain", 0.95), ("html", 0.90)])
def test_replies_are_read_right_and_no_word_is_lost(part: str, kind: str, right: float) -> None:
    found = replies.score(part, kind)
    assert not found.lost
    assert found.right / found.all >= right, found.left


def test_the_corpus_is_large_and_of_many() -> None:
    sources = {row[0].partition(",")[0] for row in (*introductions.ROWS, *held_out.ROWS)}
    languages = {row[1][:2] for row in (*introductions.ROWS, *held_out.ROWS)}
    assert (len(sources), len(languages), len(list(replies.corpus()))) >= (60, 40, 700)


@pytest.mark.parametrize(("name", "text"), [*whole.ROWS, *held_out.WHOLE], ids=lambda value: str(value)[:40])
def test_nothing_is_cut_of_what_only_looks_like_a_quote(name: str, text: str) -> None:
    assert split(text) == (text, "")
    assert split(f"{text}\n\n{QUOTE}")[0].startswith(text.rstrip()[:-1])  # nor if a quote follows


MAIL = "From: Ann <ann@acme.example>\nSubject: {}\n{}Content-Type: text/{}; charset=utf-8\n\n{}"


def mail(text: str, *, subject: str = "Webhooks", answered: bool = False, kind: str = "plain") -> tuple[str, str]:
    thread = "In-Reply-To: <1@acorn.example>\n" if answered else ""
    return written(read(MAIL.format(subject, thread, kind, text).encode()))


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_of_what_is_no_reply_nothing_is_cut(kind: str) -> None:
    text = f"It works.\n\n-- \nAnn\n\n{QUOTE}"
    if kind == "html":
        quote = f'<div class="gmail_attr">{ON}</div><blockquote>a</blockquote>'
        text = f'<p>It works.</p><div class="gmail_quote">{quote}</div>'
    for subject in ("Webhooks", "Fwd: Webhooks", "WG: Webhooks", "TR : Re: Webhooks", "转发: Webhooks"):
        assert mail(text, subject=subject, kind=kind)[1] == "", subject
    assert mail(text, subject="Fwd: Webhooks", answered=True, kind=kind)[1] == ""
    for subject in (
        "Re: Webhooks",
        "AW: Webhooks",
        "RE[2]: x",
        "Antw: x",
        "Odp: x",
        "Vs: x",
        "YNT: x",
        "回复：x",
        "Re : x",
    ):
        assert mail(text, subject=subject, kind=kind)[0] == "It works.", subject
    assert mail(text, answered=True, kind=kind)[0] == "It works."


def test_a_dane_passes_on_with_what_a_finn_answers_with() -> None:
    block = "{}: Max <max@acorn.example>\n{}: 12.01.2026 09:30\n{}: ann@acme.example\n{}: x\n\nthe key is dead"
    assert mail("Please see.\n\n" + block.format("Fra", "Sendt", "Til", "Emne"), subject="VS: x")[1] == ""
    assert mail("Kiitos!\n\n" + block.format("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"), subject="VS: x")[1]


def test_what_is_kept_and_the_rest_are_the_whole() -> None:
    for reply in replies.corpus():
        text, rest = written(read(replies.raw(reply)))
        if reply.kind == "plain":
            assert f"{text}\n{rest}".split() == reply.text.split(), reply.source
        assert not set(MARKS) & set(text + rest), reply.source


PIECES = (
    ON,
    "> Which region?",
    ">",
    "",
    "",
    "eu-west-1",
    "Is it that?",
    "Best regards,",
    "Ann Lee",
    "-- ",
    "--",
    "---",
    "_" * 32,
    "From: Max <max@acorn.example>",
    "Sent: Monday, January 12, 2026 9:30 AM",
    "To: Ann <ann@acme.example>",
    "Subject: Re: keys",
    "-----Original Message-----",
    "Sent from my iPhone",
    "```",
    "Thanks!",
    "    return 1",
)


@given(some.lists(some.sampled_from(PIECES), max_size=30))
def test_however_lines_stand_a_text_is_cut_once_and_whole(lines: list[str]) -> None:
    text = "\n".join(lines)
    kept, rest = split(text)
    assert text.startswith(kept)
    assert f"{kept}\n{rest}".split() == text.split()
    assert not rest or kept.strip()


@given(
    some.lists(some.sampled_from(PIECES), max_size=12), some.sampled_from(["so it hangs again in eu-west-1", "Why?"])
)
def test_words_behind_marked_quotes_keep_all_above_them(lines: list[str], words: str) -> None:
    """Where no header block of Outlook's, and no unmarked quote, stands above them."""
    marked = [line for line in lines if not line.startswith(("From:", "-----O", "On "))]
    text = "\n".join([*marked, ON, "> Which region?", "", words])
    if "```" not in text:
        assert words in split(text)[0]


def test_nothing_that_one_writes_takes_more_than_its_length() -> None:
    """Ten times the lines are at most some ten times the steps."""
    import sys

    def steps(text: str) -> int:
        count = 0

        def trace(*_: object) -> object:
            nonlocal count
            count += 1
            return trace

        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            split(text)
        finally:
            sys.settrace(None)
        return count

    chance = random.Random(1)
    lines = [chance.choice(PIECES) for _ in range(60)]
    for repeated in ([ON], ["From: a"], ["```"], ["```a"], ["Best regards"], ["> a", "b"], ["\ue000"], lines):
        text = "\n".join(repeated * (120 // len(repeated)))
        assert steps("\n".join([text] * 10)) < 25 * steps(text), repeated[0]


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: AW: SV: keys", "keys"),
        ("Fwd: Re: keys", "keys"),
        ("RE[3]: keys", "keys"),
        ("回复：转发：keys", "keys"),
        ("R: I: keys", "keys"),
        ("Error: keys", "Error: keys"),
        ("Regions: keys", "Regions: keys"),
        ("keys", "keys"),
    ],
)
def test_a_subject_says_what_it_is_about(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


def test_a_subject_of_ones_own_is_no_answer() -> None:
    for subject in ("Error: keys", "Regions", "Reply wanted", "AWS: keys", "", "Fw", "Research: x"):
        assert not answers(subject, ())
