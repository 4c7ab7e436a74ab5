"""A corpus of replies, made of how mailers introduce what is answered, and how ours are read: right, quote left, words
lost."""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.channels.email.mime import read
from chalicelib.channels.email.text import markdown, written
from chalicelib.desk.plain_text import plain
from tests.texts import first_looks, held_out, introductions, mailers, pages, whole

SAID = "It is eu-west-1.\n\nAnd it works now."
SHORT = ("Thanks", "No", "Ann", "12.01.2026", "On Monday", "Max wrote it", "ann@acme.example", "See at 9:30")
SIGNATURE = "Best regards,\nAnn Lee\nAcme Inc.\n+49 30 1234"
QUOTED = ("Hi Ann,", "", "which region is it?", "Max")
HEADERS = (
    "From: Ann Lee <ann@acme.example>\nTo: Acorn <support@in.acorn.example>\nSubject: Re: Webhooks stopped\n"
    "Date: Mon, 12 Jan 2026 10:30:00 +0100\nMessage-ID: <m1@acme.example>\nIn-Reply-To: <out1@acorn.example>\n"
    "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\nContent-Type: text/{}; charset=utf-8\n\n"
)


class Reply(NamedTuple):
    """One mail: where it is from, of which part of the corpus it is, its text, and what a person said in it."""

    source: str
    part: str
    kind: str
    text: str
    said: str


class Score(NamedTuple):
    """How many replies were read right; in how many a quote was left, and in how many words were lost."""

    all: int
    right: int
    left: tuple[str, ...]
    lost: tuple[str, ...]


def corpus() -> Iterator[Reply]:
    """Every reply of it."""
    for part, rows in (("tuned", introductions.ROWS + mailers.ROWS), ("held out", held_out.ROWS + first_looks.ROWS)):
        for number, (mailer, language, marked, introduction) in enumerate(rows):
            for scene, text, said in _scenes(number, marked, introduction):
                yield Reply(f"{mailer} ({language}): {scene}", part, "plain", text, said)
    for part, wholes in (("tuned", whole.ROWS + mailers.WHOLE), ("held out", held_out.WHOLE + first_looks.WHOLE)):
        for name, text in wholes:
            yield Reply(f"whole: {name}", part, "plain", text, text)
    for part, replies in (("tuned", pages.ROWS + mailers.PAGES), ("held out", held_out.PAGES + first_looks.PAGES)):
        for mailer, page in replies:
            yield Reply(mailer, part, "html", page, SAID)
    for part, wholes in (
        ("tuned", pages.WHOLE + mailers.WHOLE_PAGES),
        ("held out", held_out.WHOLE_PAGES + first_looks.WHOLE_PAGES),
    ):
        for name, page in wholes:
            yield Reply(f"whole: {name}", part, "html", page, markdown(page))


def _scenes(number: int, marked: bool, introduction: str) -> Iterator[tuple[str, str, str]]:
    quoted = "\n".join(f"> {line}".rstrip() for line in QUOTED) if marked else "\n" + "\n".join(QUOTED)
    behind = f"{introduction}\n{quoted}"
    yield "above", f"{SAID}\n\n{behind}\n", SAID
    short = SHORT[number % len(SHORT)]
    yield "right under a short line", f"{SAID}\n{short}\n{behind}\n", f"{SAID}\n{short}"
    if number % 2:
        yield "signed", f"{SAID}\n\n{SIGNATURE}\n\n\n{behind}\n", SAID
    elif marked:
        yield "inside", f"See below.\n\n{behind}\n\nIt is eu-west-1.\n\n> And\n> now?\n\nIt works.\n", ""
    if number % 3 == 0:
        yield "below", f"{behind}\n\n{SAID}\n", ""
    elif number % 3 == 1:
        yield "phone", f"{SAID}\n\nSent from my iPhone\n\n{behind}\n", SAID


def raw(reply: Reply) -> bytes:
    """The mail as it comes in."""
    return (HEADERS.format(reply.kind) + reply.text).encode()


def score(part: str, kind: str) -> Score:
    """Of one part of the corpus."""
    right, left, lost, all_ = 0, [], [], 0
    for reply in corpus():
        if (reply.part, reply.kind) != (part, kind):
            continue
        all_ += 1
        text, _ = written(read(raw(reply)))
        said = reply.said or reply.text
        said = plain(said) if kind == "html" else said
        wanted, got = _words(said), _words(plain(text))
        if wanted == got:
            right += 1
        elif wanted == got[: len(wanted)]:
            left.append(reply.source)
        else:
            lost.append(reply.source)
    return Score(all_, right, tuple(left), tuple(lost))


def _words(text: str) -> list[str]:
    return [word for word in text.split() if word != ">"]
