"""Words, questions, snippets: what is one word, what answers a question, and what is shown of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.errors import Invalid
from chalicelib.desk.search_query import Phrase, Piece, asked, hits, snippet
from chalicelib.desk.text_normalization import MAX_WORD, placed, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The API's rate-limit: ERR_4521!", ["the", "api", "s", "rate", "limit", "err", "4521"]),
        ("Größe GROSSE grösse", ["grosse", "grosse", "grosse"]),
        ("fu\u0308r für FÜR", ["fur", "fur", "fur"]),
        ("naïve café ﬁle Łódź Ærø", ["naive", "cafe", "file", "lodz", "aero"]),
        ("ΣΊΣΥΦΟΣ σίσυφος", ["σισυφοσ", "σισυφοσ"]),
        ("Ошибка ЁЛКА", ["ошибка", "елка"]),
        ("請求書を送る", ["請", "求", "書", "を", "送", "る"]),
        ("x²", ["x2"]),
        ("x" * 100, ["x" * MAX_WORD]),
        ("🚀 … — “”", []),
        ("", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_every_word_lies_where_it_is_said_to_lie(text: str) -> None:
    found = list(placed(text))
    assert [word for word, _, _ in found] == words_of(text) or text.isascii()
    assert all(0 <= start < end <= len(text) for _, start, end in found)
    assert [start for _, start, _ in found] == sorted({start for _, start, _ in found})
    if text.isascii():
        assert [word for word, _, _ in found] == words_of(text)


@pytest.mark.parametrize(
    ("q", "phrases"),
    [
        ("late web", (Phrase(("late",)), Phrase(("web",), open=True))),
        ("late web ", (Phrase(("late",)), Phrase(("web",)))),
        ('"rate limit" late', (Phrase(("rate", "limit")), Phrase(("late",), open=True))),
        ('late "rate lim', (Phrase(("late",)), Phrase(("rate", "lim"), open=True))),
        ('"rate limit"', (Phrase(("rate", "limit")),)),
        ("ERR-45", (Phrase(("err", "45"), open=True),)),
        ("請求", (Phrase(("請", "求"), open=True),)),
        ("— late", (Phrase(("late",), open=True),)),
    ],
)
def test_a_question_is_words_and_phrases_of_which_the_last_may_be_open(q: str, phrases: tuple[Phrase, ...]) -> None:
    assert asked(q).phrases == phrases


@pytest.mark.parametrize("q", ["", "  ", '""', "—", "x" * 201, "a b c d e f g h i j k l m"])
def test_a_question_without_a_word_or_with_too_many_is_refused(q: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(q)
    assert refused.value.field == "q"


@pytest.mark.parametrize(
    ("q", "text", "found"),
    [
        ("limit late ", "Late: the rate limit", ["Late", "limit"]),
        ("lim", "Limits, a limit, a climb", ["Limits", "limit"]),
        ("lim ", "Limits, a limit", None),
        ('"rate limit"', "The limit of a rate; rate-LIMIT", ["rate", "LIMIT"]),
        ('"rate limit"', "limit rate", None),
        ("grosse", "Die Größe", ["Größe"]),
        ("請求", "この請求書", ["請", "求"]),
        ("求請", "この請求書", None),
    ],
)
def test_a_text_answers(q: str, text: str, found: list[str] | None) -> None:
    there = hits(asked(q), text)
    assert (None if there is None else [text[start:end] for start, end in there]) == found


def test_a_snippet_is_a_line_around_the_first_hit_in_pieces() -> None:
    text = "Well, " + "some words before. " * 20 + "The limit\nis <b>here</b>. " + "And after. " * 60
    pieces = snippet(text, hits(asked("limit "), text) or [])
    assert pieces[0].text.startswith("…")
    assert [piece.text for piece in pieces if piece.hit] == ["limit"]
    assert pieces[-1].text.endswith("…")
    shown = "".join(piece.text for piece in pieces)
    assert "limit is <b>here</b>" in shown
    assert len(shown) <= 242
    assert snippet("Limit", [(0, 5)]) == [Piece("Limit", hit=True)]


@given(st.text(alphabet="ab cÄ\n.", max_size=400), st.text(alphabet="abcä", min_size=1, max_size=2))
def test_a_snippet_says_nothing_that_the_text_does_not(text: str, q: str) -> None:
    found = hits(asked(q), text)
    if found is not None:
        shown = "".join(piece.text for piece in snippet(text, found)).strip("…")
        assert shown in " ".join(text.split(" ")).replace("\n", " ") or " ".join(shown.split()) in " ".join(
            text.split()
        )
