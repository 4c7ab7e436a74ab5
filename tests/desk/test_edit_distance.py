"""The edit distance: what the matrix of the textbooks gives, for any two texts, and bounded for long ones."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.edit_distance import MOST, distance, far_apart

WORDS = st.text("abß😀 ", max_size=20)


def by_the_matrix(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, x in enumerate(one, 1):
        next_ = [i]
        for j, y in enumerate(other, 1):
            next_.append(min(row[j] + 1, next_[-1] + 1, row[j - 1] + (x != y)))
        row = next_
    return row[-1]


@given(WORDS, WORDS)
def test_it_is_the_matrix_s(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one) == by_the_matrix(one, other)


@given(WORDS, WORDS)
def test_it_is_nothing_for_the_same_and_a_hundred_at_most(one: str, other: str) -> None:
    assert 0 <= far_apart(one, other) <= 100
    assert (far_apart(one, other) == 0) is (one.split() == other.split())


def test_of_long_texts_the_beginning_is_compared() -> None:
    assert far_apart("a" * MOST + "b" * 30_000, "a" * MOST + "c" * 30_000) == 0
