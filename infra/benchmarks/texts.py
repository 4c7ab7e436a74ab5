"""How well what people write is read: a corpus of replies by mail, one part of which nothing was tuned on."""

from typing import TYPE_CHECKING

from infra.benchmarks.figures import Figure

if TYPE_CHECKING:
    from tests.texts.replies import Score

RIGHT = {"plain": 0.95, "html": 0.90}  # of the replies, at least


def figures() -> list[Figure]:
    """For each part and kind: replies read right, with a quote left, with words of a person's lost."""
    from tests.texts.replies import score

    return [
        figure for part in ("tuned", "held out") for kind in RIGHT for figure in _score(part, kind, score(part, kind))
    ]


def _score(part: str, kind: str, found: "Score") -> list[Figure]:
    section = f"Replies by mail, {kind}, {part}"
    wrong, allowed = 1 - found.right / found.all, 1 - RIGHT[kind]
    return [
        Figure(section, "right", wrong, f"{found.right} of {found.all}", allowed + 1e-9, f"≥ {RIGHT[kind]:.0%}"),
        Figure(section, "a quote left", len(found.left), str(len(found.left))),
        Figure(section, "words lost", len(found.lost), str(len(found.lost)), 0, "0"),
    ]
