"""What is cut of a reply, and what never is: the corpus of tests/texts, and the rules one by one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.channels.email.lines import MARKS
from chalicelib.channels.email.mime import read
from chalicelib.channels.email.quotes import split
from chalicelib.channels.email.text import written
from chalicelib.desk.mails import answers, bare_subject
from chalicelib.desk.plain_text import plain
from tests.texts import first_looks, held_out, introductions, mailers, replies, whole

ON = whole.ON
QUOTE = f"{ON}\n> Did it help?\n> Max"


@pytest.mark.parametrize("part", ["tuned", "held out"])
@pytest.mark.parametrize(("kind", "right"), [("plain", 0.95), ("html", 0.90)])
def test_replies_are_read_right_and_no_word_is_lost(part: str, kind: str, right: float) -> None:
    found = replies.score(part, kind)
    assert not found.lost
    assert found.right / found.all >= right, found.left
    # In three of the languages that are not known an introduction is one where a blank stands above it.
    unknown = {f"gmail ({language}): right under a short line" for language in ("gl", "sq", "cy")}
    assert part == "held out" or set(found.left) <= unknown


def test_the_corpus_is_large_and_of_many() -> None:
    rows = (*introductions.ROWS, *mailers.ROWS, *held_out.ROWS, *first_looks.ROWS)
    sources, languages = {row[0].partition(",")[0] for row in rows}, {row[1][:2] for row in rows}
    assert len(sources) >= 120
    assert len(languages) >= 60
    assert len(list(replies.corpus())) >= 1800


WHOLE = [*whole.ROWS, *mailers.WHOLE, *held_out.WHOLE, *first_looks.WHOLE]


@pytest.mark.parametrize(("name", "text"), WHOLE, ids=lambda value: str(value)[:40])
def test_nothing_is_cut_of_what_only_looks_like_a_quote(name: str, text: str) -> None:
    assert split(text) == (text, "")
    assert split(f"{text}\n\n{QUOTE}")[0].startswith(text.rstrip()[:-1])  # nor if a quote follows


MAIL = "From: Ann <ann@acme.example>\nSubject: {}\n{}Content-Type: text/{}; charset=utf-8\n\n{}"


def mail(text: str, *, subject: str = "Webhooks", answered: bool = False, kind: str = "plain") -> tuple[str, str]:
    thread = "In-Reply-To: <1@acorn.example>\n" if answered else ""
    return written(read(MAIL.format(subject, thread, kind, text).encode()))


@pytest.mark.parametrize("said", ["?", "!!", ":-)", "👍", ";)", "42"])
def test_an_answer_may_have_no_letter(said: str) -> None:
    assert split(f"{said}\n\n{QUOTE}")[0] == said


@pytest.mark.parametrize(
    "signature",
    [
        "Cheers 🎉\nAnn\n\n—————\nAnn Lee\nHead of Platform\n📧 ann@acme.example\n📱 +44 20 1234",
        "Best,\nAnn Lee\nHead of Platform, Acme Inc.\nm: +44 20 1234",
        "Viele Grüße ☀️\nAnn",
    ],
)
def test_a_signature_may_have_pictures_and_small_labels(signature: str) -> None:
    assert split(f"It works now.\n\n{signature}")[0] == "It works now."


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
            assert f"{plain(text)}\n{rest}".split() == reply.text.split(), reply.source
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
    rows = (
        ["----", "To: a"],
        ["-- ", "Ann"],
        ["> https://a.example/(", "b)"],
        ["On", "Max <a@b.example>"],
        ["> a", ""],
    )
    for repeated in ([ON], ["From: a"], ["```"], ["```a"], ["Best regards"], ["> a", "b"], ["\ue000"], lines, *rows):
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


@pytest.mark.parametrize("name", ["Ann Lee", "Bea", ""])
def test_answers_within_that_outlook_marks_with_their_writers_name_keep_all(name: str) -> None:
    text = f"It works.\n\n{whole.HEADERS}\n\nWhich region?\n[Ann Lee] eu-west-1"
    assert bool(split(text, name)[1]) is (name != "Ann Lee")


def test_what_was_closed_above_a_mailers_signature_goes_with_it() -> None:
    text = "It works.\n\nBest regards,\nAnn\n\n-- \nAnn Lee, Acme Inc."
    assert split(text)[0] == split(f"{text}\n\n{QUOTE}")[0] == "It works."


@pytest.mark.parametrize(
    "words", ["yes", "eu-west-1", "- one\n- two", "Max: no", "No.\n\nBest regards,\nAnn", "It is 500"]
)
def test_words_behind_marked_lines_are_kept_whoever_introduces_them(words: str) -> None:
    quote = "> Which region?\n> Max"
    for module in (introductions, mailers, held_out, first_looks):
        for mailer, _, marked, introduction in module.ROWS:
            text = f"It works.\n\n{introduction}\n{quote}\n\n{words}"
            assert not marked or words.split("\n")[0] in split(text)[0], mailer


def test_a_starred_name_is_no_item_of_a_list() -> None:
    assert split(f"It works.\n\n{QUOTE}\n\n--\n* Ann Lee*\nAcme Inc.")[0] == "It works."
    assert "one" in split(f"It works.\n\n{QUOTE}\n\n--\n* one\n* two")[0]


def test_a_link_that_a_mailer_broke_in_a_quote_is_no_answer() -> None:
    broken = f"{ON}\n> See it (https://acorn.example/keys?n\nonce=1)\n> and tell us."
    assert split(f"It works.\n\n{broken}")[0] == "It works."
    for between in ("yes", "once=1", "see above)"):
        text = f"It works.\n\n{ON}\n> Which (of both)?\n{between}\n> And now?"
        assert split(text) == (text, ""), between


@pytest.mark.parametrize(
    "signature",
    [
        "Mit freundlichen Grüßen\n\ni. A. Ann Lee\nAcme GmbH\nHauptstr. 5\nTel.: +49 30 123 456",
        "Best regards,\nAnn Lee\n+1 (555) 212 500",
        "--\n\nAnn Lee\nAcme Inc.",
        "Lähetetty iPhonesta",
        "Odesláno z iPhonu",
        "Outlook für Android herunterladen",
        "Obtenir Outlook pour iOS",
    ],
)
def test_signatures_and_advertisements_stand_above_and_below_quotes(signature: str) -> None:
    assert split(f"It works.\n\n{QUOTE}\n\n{signature}")[0] == "It works."
    # Dashes alone may stand between somebody's words, but not below a quote.
    assert split(f"It works.\n\n{signature}\n\n{QUOTE}")[0].endswith("Inc." if signature.startswith("--") else "works.")
