"""What is taken as thanks: of two hundred closing messages nine of ten, of two hundred short follow-ups none."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.desk.thanks import is_thanks

LISTS = Path(__file__).parent / "thanks"
NAMES = ("Ann Miller", "Bob")


def listed(name: str) -> list[str]:
    return [text.strip() for text in (LISTS / f"{name}.txt").read_text().split("\n%%\n")]


CLOSINGS, FOLLOW_UPS = listed("closings"), listed("follow_ups")


def test_the_lists_are_long_and_say_nothing_twice() -> None:
    for texts in (CLOSINGS, FOLLOW_UPS):
        assert len(set(texts)) == len(texts) >= 200


@pytest.mark.parametrize("text", FOLLOW_UPS)
def test_no_follow_up_is_taken_as_thanks(text: str) -> None:
    assert not is_thanks(text, NAMES)


def test_nine_of_ten_closing_messages_are() -> None:
    missed = [text for text in CLOSINGS if not is_thanks(text, NAMES)]
    assert len(missed) <= len(CLOSINGS) // 10, missed


@given(st.sampled_from(CLOSINGS), st.sampled_from(FOLLOW_UPS), st.sampled_from(["{0} {1}", "{1} {0}", "{0}\n{1}"]))
def test_thanks_around_a_follow_up_make_no_thanks_of_it(thanks: str, asks: str, order: str) -> None:
    first = thanks.partition("\n")[0]
    assume(asks not in ("Hello", "Hi Bob"))
    assert not is_thanks(order.format(first, asks), NAMES)


@pytest.mark.parametrize("more", ["?", "？", "؟", " 4", " ٤", " https://a.example", " `x`", " www.a.example"])
def test_whatever_asks_counts_or_points_somewhere_is_none(more: str) -> None:
    assert is_thanks("Thanks")
    assert not is_thanks(f"Thanks{more}")


def test_many_words_are_none() -> None:
    assert is_thanks(" ".join(["thanks"] * 12))
    assert not is_thanks(" ".join(["thanks"] * 13))


def test_kind_words_alone_are_none() -> None:
    assert not is_thanks("Hello everybody")
    assert not is_thanks("")
    assert not is_thanks("Bob", NAMES)
    assert not is_thanks("🚀")
