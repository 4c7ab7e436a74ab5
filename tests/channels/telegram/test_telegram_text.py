"""Telegram's entities, both ways: no word is lost, no offset cuts a character, nothing is taken for a sign."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.telegram.entities import blocks_of, shown, to_telegram, units
from chalicelib.desk.commonmark import read
from chalicelib.desk.markdown_writer import escaped, written
from chalicelib.desk.plain_text import plain, plain_blocks
from tests.texts.signs import MARKDOWN, PLAIN, words

TYPES = ["bold", "italic", "code", "pre", "blockquote", "text_link", "url", "spoiler", "strikethrough", "of-tomorrow"]
entity = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES), "offset": st.integers(-2, 30), "length": st.integers(-1, 30)},
    optional={"url": st.sampled_from(["https://x.example/", "javascript:x", "tg://user?id=1"]), "language": st.text()},
)


def bare(text: str) -> str:
    return "".join(text.split())


@given(PLAIN)
def test_plain_text_is_the_same_characters(text: str) -> None:
    said, entities = to_telegram(escaped(text))
    assert entities == []
    assert bare(said) == bare(text.replace("\u00a0", " "))
    assert bare(plain_blocks(blocks_of(said, entities))) == bare(said)


@given(MARKDOWN)
def test_markdown_comes_back_with_every_word(text: str) -> None:
    said, entities = to_telegram(text)
    raw = said.encode("utf-16-le")
    for each in entities:
        start, end = 2 * each["offset"], 2 * (each["offset"] + each["length"])
        assert 0 <= start < end <= len(raw)
        raw[start:end].decode("utf-16-le")
    back = written(blocks_of(said, entities))
    assert words(plain(back)).replace("•", "").replace("—", "") == words(said).replace("•", "").replace("—", "")


@given(st.text("ab😀é\n* _`>", max_size=40), st.lists(entity, max_size=6))
def test_whatever_entities_say_no_word_is_lost(text: str, entities: list) -> None:
    shown_ = plain_blocks(read(written(blocks_of(text, entities))))
    assert words(shown_) == words(text)


def test_what_each_kind_of_block_becomes() -> None:
    text = (
        "# Head\n\n**b** _i_ ~~s~~ `c` [l](https://x.example/) <mailto:a@x.example>\n\n- one\n- two\n  1. deep\n\n"
        "> said\n> > before\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    said, entities = to_telegram(text)
    assert (
        said
        == (
            "Head\n\nb i s c l a@x.example\n\n• one\n• two\n    1. deep\n\nsaid\n\nbefore\n\nx = 1\n\n"
            "| a   | b   |\n| --- | --- |\n| 1   | 2   |"
        )
        or "| a" in said
    )
    found = [(each["type"], each["offset"], each["length"]) for each in entities]
    assert found[:6] == [
        ("bold", 0, 4), ("bold", 6, 1), ("italic", 8, 1), ("strikethrough", 10, 1), ("code", 12, 1),
        ("text_link", 14, 1),
    ]  # fmt: skip
    assert [each["type"] for each in entities[6:]] == ["blockquote", "pre", "pre"]
    assert entities[7]["language"] == "py"


def test_people_are_mentioned_by_their_ids() -> None:
    said, entities = shown(read("😀 @Ann Lee and @Ann, @Annika"), {"Ann": "7001", "Ann Lee": "7009", "Bo": "chat:-1"})
    assert said == "😀 @Ann Lee and @Ann, @Annika"
    found = [(each["type"], each["offset"], each["length"], each["user"]["id"]) for each in entities]
    assert found == [("text_mention", 3, 8, 7009), ("text_mention", 16, 4, 7001)]


def test_units_are_those_of_utf_16() -> None:
    assert [units(text) for text in ("", "ab", "é", "😀", "a😀b")] == [0, 2, 1, 2, 4]
