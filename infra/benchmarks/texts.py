"""How well what people write is read: replies by mail, what is said in Slack and Teams, of each corpus a part held out,
on which nothing was tuned; and how well it is shown: texts that each channel is told, and that its own reader reads
again."""

from typing import TYPE_CHECKING

from infra.benchmarks.figures import Figure

if TYPE_CHECKING:
    from tests.texts.coming_in import Score as Read
    from tests.texts.renderings import Score as Shown
    from tests.texts.replies import Score

RIGHT = {"plain": 0.95, "html": 0.90}  # of the replies, at least


def figures() -> list[Figure]:
    """For each part and kind: replies read right, with a quote left, with words of a person's lost; for each chat what
    comes in the same, changed, with words lost; for each channel what goes out and comes back so."""
    from tests.texts import coming_in, renderings
    from tests.texts.replies import score

    mails = [
        figure for part in ("tuned", "held out") for kind in RIGHT for figure in _score(part, kind, score(part, kind))
    ]
    chats = [(name, part) for name in coming_in.WAYS_IN for part in ("tuned", "held out")]
    out = {f"{name}, {kind}": score(name) for name in renderings.CHANNELS for kind, score in renderings.KINDS.items()}
    shown = [figure for what, found in out.items() for figure in _shown(what, found)]
    return mails + [figure for each in chats for figure in _read(*each, coming_in.score(*each))] + shown


def _score(part: str, kind: str, found: "Score") -> list[Figure]:
    section = f"Replies by mail, {kind}, {part}"
    wrong, allowed = 1 - found.right / found.all, 1 - RIGHT[kind]
    return [
        Figure(section, "right", wrong, f"{found.right} of {found.all}", allowed + 1e-9, f"≥ {RIGHT[kind]:.0%}"),
        Figure(section, "a quote left", len(found.left), str(len(found.left))),
        Figure(section, "words lost", len(found.lost), str(len(found.lost)), 0, "0"),
    ]


def _read(channel: str, part: str, found: "Read") -> list[Figure]:
    section = f"Coming in from {channel}, {part}"
    return [
        Figure(section, "the same", 1 - found.same / found.all, f"{found.same} of {found.all}", 0.02, "≥ 98%"),
        Figure(section, "changed", len(found.changed), str(len(found.changed))),
        Figure(section, "words lost", len(found.lost), str(len(found.lost)), 0, "0"),
    ]


def _shown(what: str, found: "Shown") -> list[Figure]:
    section = f"Out to {what}, and in again"
    return [
        Figure(section, "the same", len(found.same), str(len(found.same))),
        Figure(section, "changed", len(found.changed), str(len(found.changed))),
        Figure(section, "words lost", len(found.lost), str(len(found.lost)), 0, "0"),
    ]
