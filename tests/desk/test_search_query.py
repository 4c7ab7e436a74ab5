"""Questions and snippets: what is asked, what answers it, what the index is asked for, and what is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk import search_query
from chalicelib.desk.errors import Invalid
from chalicelib.desk.messages import Author, Message, Source
from chalicelib.desk.search_index import Entry, Wanted, entry_of, score, text_of, weight
from chalicelib.desk.search_query import MAX_PIECES, MAX_QUESTION, MAX_TERMS, Glimpse, Phrase, asked, hits, snippet
from chalicelib.desk.text_normalization import words_of
from tests.questions.score import corpus


@pytest.mark.parametrize(
    ("q", "phrases"),
    [
        ("late web", (Phrase("late"), Phrase("web", open=True))),
        ("late web ", (Phrase("late"), Phrase("web"))),
        ('"rate limit" late', (Phrase("rate limit", exact=True), Phrase("late", open=True))),
        ('late "rate lim', (Phrase("late"), Phrase("rate lim", open=True, exact=True))),
        ('"rate limit"', (Phrase("rate limit", exact=True),)),
        ('" rate limit"', (Phrase(" rate limit", exact=True),)),
        ("ERR-45", (Phrase("ERR-45", open=True),)),
        ("請求", (Phrase("請求", open=True),)),
        ("— late", (Phrase("late", open=True),)),
        ('?? "" late late late', (Phrase("late"), Phrase("late", open=True))),
    ],
)
def test_a_question_is_words_and_phrases_of_which_the_last_may_be_open(q: str, phrases: tuple[Phrase, ...]) -> None:
    assert asked(q).phrases == phrases


@pytest.mark.parametrize("q", ["", "  ", '""', "—", "?" * 5000, "🚀", "\u0e48"])
def test_a_question_without_a_word_is_refused(q: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(q)
    assert refused.value.field == "q"


LONG = [
    "x" * 3_000,
    "late " * 2_000,
    "請求書" * 800,
    "ชำระเงิน" * 800,
    "서버가 " * 900,
    " ".join(f"word{n}" for n in range(900)),
    "https://api.example/" + "/".join(f"segment-{n}" for n in range(500)),
    '"' + "quoted words " * 400,
    "getUserById" * 300,
    "?!" * 2_000 + "late",
]


@pytest.mark.parametrize("q", LONG, ids=range(len(LONG)))
def test_what_is_too_long_is_cut_and_finds_what_it_was_taken_from(q: str) -> None:
    question = asked(q)
    assert sum(len(phrase.reading.pieces) for phrase in question.phrases) <= MAX_PIECES
    assert sum(len(phrase.text) for phrase in question.phrases) <= MAX_QUESTION
    assert 0 < len(question.terms) <= MAX_TERMS
    assert hits(question, q) is not None


def test_two_words_are_compared_once_however_often_they_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []
    monkeypatch.setattr(search_query, "bent_alike", lambda one, other, _: compared.append((one, other)))
    assert hits(asked("server failing "), "servers fail, " * 500) is None
    assert compared == [("server", "servers")]


def test_twelve_characters_are_one_phrase_of_which_all_have_to_be_there() -> None:
    said = "我们的支付接口在昨天晚上突然返回了五百错误请尽快处理"
    assert hits(asked(said), f"你好，{said}。") is not None
    assert hits(asked(said), said.replace("五百", "四百")) is None
    assert hits(asked(said), said[1:] + said[0]) is None


@pytest.mark.parametrize(
    ("q", "text", "found"),
    [
        ("limit late ", "Late: the rate limit", ["Late", "limit"]),
        ("lim", "Limits, a limit, a climb", ["Limits", "limit"]),
        ("lim ", "Limits, a limit", None),
        ("limit ", "Limits, unlimited", ["Limits"]),
        ('"limit"', "Limits", None),
        ('"rate limit"', "The limit of a rate; rate-LIMIT", ["rate", "LIMIT"]),
        ('"rate limit"', "limit rate", None),
        ("grosse", "Die Größe", ["Größe"]),
        ("請求", "この請求書", ["請", "求"]),
        ("求請", "この請求書", None),
        ("30s", "30 s", ["30", "s"]),
        ("user", "getUserById", ["User"]),
        ("ratelimit", "the rate-limit", ["rate", "limit"]),
        ("서버", "서버가 서번트", ["서버가"]),
    ],
)
def test_a_text_answers(q: str, text: str, found: list[str] | None) -> None:
    there = hits(asked(q), text)
    assert (None if there is None else [text[start:end] for start, end in there]) == found


def said(text: str) -> Message:
    author, source = Author(kind="user", id="usr_1"), Source(channel="api")
    return Message(room="room_1", n=1, workspace="wsp_1", author=author, text=text, created_at=1, source=source)


def indexed(text: str) -> Entry:
    return entry_of(said(text), None, vendor=True)


WORDS = """
    invoice Invoices failed getUserById get_user_id 30s 30 s v2.10.3 2.10.3 SHA-256 sha256 don't dont ガード カード
    請求書 サーバー ชำระเงิน ไก่ 서버가 서버는 결제했습니다 Größe Groesse Rechnungen Rechnung счёта счет
    الفاتورة فاتوره ٤٠٤ 404
    API서버 APIs é
"""
BETWEEN = st.sampled_from([" ", "", "-", ", "])
SPOKEN = st.builds(
    lambda words, between: between.join(words),
    st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=6), min_size=1, max_size=8),
    BETWEEN,
)


@given(SPOKEN, SPOKEN, st.sampled_from(["", " ", '"']), st.booleans())
def test_the_index_is_asked_for_all_that_answers(text: str, q: str, quoted: str, within: bool) -> None:
    """Whatever answers has every term, so that no answer is hidden by what the index is asked for."""
    q = text[len(text) // 3 :] if within else q
    try:
        question = asked(f'"{q}"' if quoted == '"' else q + quoted)
    except Invalid:
        return
    if hits(question, text_of(said(text), vendor=True)) is not None:
        assert score(indexed(text), Wanted(question.terms)) is not None


@given(SPOKEN)
def test_a_text_answers_what_it_says(text: str) -> None:
    try:
        question = asked(text.replace('"', " "))
    except Invalid:
        return
    assert hits(question, text) is not None


def as_of_old(text: str) -> Entry:
    """What segments knew before there were second forms."""
    words = words_of(text_of(said(text), vendor=True))
    return Entry("m:room_1", 1, 1, {word: weight(words.count(word), len(words)) for word in set(words)})


@given(SPOKEN)
def test_what_segments_knew_before_they_know_to_the_byte(text: str) -> None:
    now, old = indexed(text).words, as_of_old(text).words
    assert {word: its for word, its in now.items() if word[0] != "=" and word[-1] != "\x1f"} == old


def test_in_old_segments_is_found_what_is_written_as_it_is_asked_for() -> None:
    """With the same score, too: else pages would have gaps."""
    for each in corpus():
        question = asked(each.q)
        plain = set(words_of(each.q)) <= set(words_of(each.said))
        if each.found and plain and hits(question, each.said) is not None:
            wanted = Wanted(question.terms)
            assert score(as_of_old(each.said), wanted) == score(indexed(each.said), wanted), each.words


def test_a_word_as_it_is_asked_for_is_worth_more_than_one_that_is_bent() -> None:
    question = asked("invoice ")
    there, bent = (score(indexed(text), Wanted(question.terms)) for text in ("the invoice", "the invoices"))
    assert there
    assert bent
    assert there > bent


def test_a_snippet_is_a_line_around_the_first_hit_in_pieces() -> None:
    text = "Well, " + "some words before. " * 20 + "The limit\nis <b>here</b>. " + "And after. " * 60
    pieces = snippet(text, hits(asked("limit "), text) or [])
    assert pieces[0].text.startswith("…")
    assert [piece.text for piece in pieces if piece.hit] == ["limit"]
    assert pieces[-1].text.endswith("…")
    shown = "".join(piece.text for piece in pieces)
    assert "limit is <b>here</b>" in shown
    assert len(shown) <= 242
    assert snippet("Limit", [(0, 5)]) == [Glimpse("Limit", hit=True)]
    assert snippet("in 30s", hits(asked("30s"), "in 30s") or []) == [Glimpse("in "), Glimpse("30s", hit=True)]


@given(st.text(alphabet="ab cÄ\n.", max_size=400), st.text(alphabet="abcä", min_size=1, max_size=2))
def test_a_snippet_says_nothing_that_the_text_does_not(text: str, q: str) -> None:
    found = hits(asked(q), text)
    if found is not None:
        shown = "".join(piece.text for piece in snippet(text, found)).strip("…")
        assert shown in " ".join(text.split(" ")).replace("\n", " ") or " ".join(shown.split()) in " ".join(
            text.split()
        )
