"""How a room ends: a word of a list, with its reason where there is one; and what its customer hears (ADR 143)."""

from typing import Literal, NamedTuple, TypeVar, get_args

from .record import Part

Outcome = Literal["solved", "workaround", "declined", "duplicate", "no_answer"]

T = TypeVar("T")

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
MAX_REASON = 500
CHANNEL = "outcome"  # the source of a message that tells of an end
NOT_SOLVED = {"en": "Not solved?", "de": "Nicht gelöst?"}  # what leads to saying so, by language
# What a customer is told, unless the workspace has its own words; the reason follows as a paragraph of its own.
WORDS: dict[str, dict[Outcome, str]] = {
    "en": {
        "solved": "This is solved, as far as we can see. If it is not for you, just answer here.",
        "workaround": "There is a way around this for now. If it does not help you, just answer here.",
        "declined": "We looked into this and will not do it. If you see it otherwise, just answer here.",
        "duplicate": "We go on with this in another conversation about the same thing. If it is not the same, just "
        "answer here.",
        "no_answer": "We have not heard from you, so we close this for now. Answer whenever you like, and it is open "
        "again.",
    },
    "de": {
        "solved": "Das ist gelöst, soweit wir sehen. Falls es das für Sie nicht ist, antworten Sie einfach hier.",
        "workaround": "Dafür gibt es vorerst einen anderen Weg. Falls er Ihnen nicht hilft, antworten Sie einfach "
        "hier.",
        "declined": "Wir haben das geprüft und werden es nicht tun. Falls Sie das anders sehen, antworten Sie einfach "
        "hier.",
        "duplicate": "Wir führen das in einem anderen Gespräch über dieselbe Sache weiter. Falls es nicht dieselbe "
        "ist, antworten Sie einfach hier.",
        "no_answer": "Wir haben nichts von Ihnen gehört und schließen das vorerst. Antworten Sie, wann immer Sie "
        "möchten, dann ist es wieder offen.",
    },
}


class Ending(NamedTuple):
    """An outcome as a word of the list, "" for one from before there was a list, and its reason."""

    outcome: Outcome | Literal[""]
    reason: str = ""

    @property
    def text(self) -> str:
        """As a room keeps it."""
        return ": ".join(filter(None, self))


class Closing(Part, frozen=True):
    """What a room's customer was told of its end, with which words, when (ms): message `n`. `asked` is the person who
    was asked how it was, "" for nobody."""

    n: int
    outcome: str
    at: int
    asked: str = ""


def ending_of(text: str) -> Ending:
    """What a room keeps of its outcome, read. What was written freely before there was a list is the reason."""
    word, _, reason = text.partition(":")
    outcome = next((each for each in OUTCOMES if each == word), None)
    return Ending(outcome, reason.strip()) if outcome else Ending("", text)


def in_language(words: dict[str, T], language: str) -> T:
    """Those of a language (BCP 47), else English ones."""
    return words.get(language.partition("-")[0].lower(), words["en"])


def words_of(ending: Ending, own: dict[str, str], language: str) -> str:
    """What a customer is told: in the workspace's `own` words, else in those of the customer's language (BCP 47)."""
    known = in_language(WORDS, language)
    words = own.get(ending.outcome, "") or known[ending.outcome or "solved"]
    return "\n\n".join(filter(None, [words, ending.reason]))
