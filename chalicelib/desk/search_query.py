"""Questions: what somebody types into a search box, and what of a text answers it."""

import re
from dataclasses import dataclass

from .errors import Invalid
from .text_normalization import placed, words_of

MAX_QUESTION = 200
MAX_WORDS = 12
AROUND = 60  # characters of a snippet before its first hit
SNIPPET = 240
PARTS = re.compile(r'"([^"]*)("|$)|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other; of an `open` one the last may be a beginning."""

    words: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """All phrases have to be there."""

    phrases: tuple[Phrase, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The whole words."""
        every = [word for phrase in self.phrases for word in (phrase.words[:-1] if phrase.open else phrase.words)]
        return tuple(dict.fromkeys(every))

    @property
    def begins(self) -> str:
        """The beginning of the last word, if it is open."""
        return self.phrases[-1].words[-1] if self.phrases[-1].open else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a snippet: what was looked for, or what stands around it."""

    text: str
    hit: bool = False


def asked(text: str) -> Question:
    """`late "rate limit" web` asks for a word, for words in this order, and, while it is being typed, for what begins
    with the last one. A space at the end closes it. Invalid for what holds no word."""
    if len(text) > MAX_QUESTION:
        raise Invalid(f"q is limited to {MAX_QUESTION} characters", "q")
    found: list[Phrase] = []
    for match in PARTS.finditer(text):
        words = tuple(words_of(match[1] if match[1] is not None else match[3]))
        closed = match[2] == '"' or match.end() < len(text)
        if words:
            found.append(Phrase(words, open=not closed))
    if not found:
        raise Invalid("q needs a word to look for", "q")
    if sum(len(phrase.words) for phrase in found) > MAX_WORDS:
        raise Invalid(f"q takes at most {MAX_WORDS} words", "q")
    last = found.pop()
    return Question((*(Phrase(phrase.words) for phrase in found), last))


def hits(question: Question, text: str, *, any_: bool = False) -> list[tuple[int, int]] | None:
    """Where a text answers a question (in characters, in order); None if it does not. `any_`: one phrase will do."""
    words = list(placed(text))
    found: set[tuple[int, int]] = set()
    answered = 0
    for phrase in question.phrases:
        places = _places(phrase, words)
        answered += bool(places)
        if not places and not any_:
            return None
        found |= places
    return sorted(found) if answered else None


def _places(phrase: Phrase, words: list[tuple[str, int, int]]) -> set[tuple[int, int]]:
    size, found = len(phrase.words), set()
    whole, last = phrase.words[:-1], phrase.words[-1]
    for at in range(len(words) - size + 1):
        end = words[at + size - 1][0]
        if (end.startswith(last) if phrase.open else end == last) and all(
            words[at + i][0] == word for i, word in enumerate(whole)
        ):
            found |= {(start, stop) for _, start, stop in words[at : at + size]}
    return found


def snippet(text: str, found: list[tuple[int, int]]) -> list[Piece]:
    """A glimpse of the text around its first hit, in pieces."""
    begin = max(0, found[0][0] - AROUND) if found else 0
    if begin:
        space = text.find(" ", begin, found[0][0])
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + SNIPPET)
    pieces = [Piece("…")] if begin else []
    at = begin
    for start, stop in found:
        if start >= end:
            break
        stop = min(stop, end)
        pieces += [Piece(text[at:start])] if start > at else []
        pieces.append(Piece(text[start:stop], hit=True))
        at = stop
    pieces += [Piece(text[at:end])] if end > at else []
    return _joined([*pieces, *([Piece("…")] if end < len(text) else [])])


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Pieces of one line, neighbours of a kind as one."""
    found: list[Piece] = []
    for piece in pieces:
        text = re.sub(r"\s+", " ", piece.text)
        if found and found[-1].hit == piece.hit:
            found[-1] = Piece(found[-1].text + text, piece.hit)
        elif text:
            found.append(Piece(text, piece.hit))
    return found
