"""Words: as segments know them, which stays, and as readers compare them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.text_normalization import MAX_WORD, placed, read, words_of


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
        # What no reader would take for one: it is in every segment that was ever written, and stays.
        ("ガード мой", ["カ", "ー", "ト", "мои"]),
        ("API서버", [unicodedata.normalize("NFKD", "api서버")]),
    ],
)
def test_words_are_what_segments_have_always_known(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_every_word_lies_where_it_is_said_to_lie(text: str) -> None:
    found = list(placed(text))
    assert [word for word, _, _ in found] == words_of(text) or text.isascii()
    assert all(0 <= start < end <= len(text) for _, start, end in found)
    assert [start for _, start, _ in found] == sorted({start for _, start, _ in found})
    if text.isascii():
        assert [word for word, _, _ in found] == words_of(text)


ONE = [
    "café CAFÉ cafe\u0301 cafe",
    "Größe GRÖSSE grosse",
    "Łódź lodz",
    "İstanbul istanbul ISTANBUL",
    "ﬁle ｆｉｌｅ file",
    "ёлка ЁЛКА елка",
    "σίσυφος ΣΊΣΥΦΟΣ σισυφος",
    "شَرِكَة شركة شركه شـركة",
    "إلى الى الي",
    "کلید كليد",
    "שָׁלוֹם שלום",
    "क़ीमत कीमत",
    "٤٠٤ ۴۰۴ ४०४ 404",
    "ガード ｶﾞｰﾄﾞ カ\u3099ート\u3099",
    "서버 \u1109\u1165\u1107\u1165",
    "Việt VIỆT viet",
    "हिन्दी हिंदी",
]
TWO = [
    "ガ カ",
    "パ ハ バ",
    "й и",
    "ї і",
    "ў у",
    "ไก่ ไก",
    "ไข่ ไข้",
    "क्या कया",
    "は ハ",
    "서 설",
    "গ গা",
    "مال مالك",
    "שם שן",
]


@pytest.mark.parametrize("words", ONE)
def test_a_reader_takes_for_one(words: str) -> None:
    assert len({read(word) for word in words.split()}) == 1


@pytest.mark.parametrize("words", TWO)
def test_a_reader_takes_for_two(words: str) -> None:
    found = [read(word) for word in words.split()]
    assert len(set(found)) == len(found)


@given(st.text())
def test_what_is_read_is_read_again_as_it_is(word: str) -> None:
    assert read(read(word)) == read(word)
    assert len(read(word)) <= MAX_WORD
