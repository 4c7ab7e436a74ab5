"""How much markup is read of one text. Bound first, parse then: what has more is taken as plain text, word for word, so
that no text takes the life of the worker that reads it."""

from typing import NamedTuple


class Budget(NamedTuple):
    """What a text may have and still be read as markup: `size` in characters, `marks` (signs that may mean something),
    `depth` of marks within marks."""

    size: int = 200_000
    marks: int = 5_000
    depth: int = 60


READ = Budget()


def fits(text: str, signs: str, budget: Budget = READ) -> bool:
    """Whether a text has no more than is read; `signs` are the characters that may mean something in it."""
    return len(text) <= budget.size and sum(map(text.count, signs)) <= budget.marks
