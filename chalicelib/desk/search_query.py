"""Questions: what somebody types into a search box, and what of a text answers it (ADR 104)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from .errors import Invalid
from .languages import ANY, NONE, Languages
from .search_index import SECOND, Term
from .stems import bent_alike
from .text_normalization import folded
from .text_pieces import Piece, Reading, begun_by, forms, reading

MAX_QUESTION = 1_000  # characters that are read
MAX_PIECES = 64  # pieces of it that a text has to have
MAX_TERMS = 12  # of which the index is asked: each may cost a read of every segment
AROUND = 60  # characters of a snippet before its first hit
SNIPPET = 240
PARTS = re.compile(r'"([^"]*)("|$)|([^\s"]+)')
BEFORE = r'^(?:[^\w"]|""|"(?!\s*\w))+'  # what stands before the first word


@dataclass(frozen=True)
class Phrase:
    """What follows each other; of an `open` one the last may be a beginning, an `exact` one is not bent."""

    text: str
    open: bool = False
    exact: bool = False

    @cached_property
    def reading(self) -> Reading:
        """Its pieces."""
        return reading(self.text)

    def terms(self) -> Iterator[Term]:
        """What a text that answers is known by: each piece, or a whole that it is a part of."""
        pieces, languages = self.reading.pieces, NONE if self.exact else ANY
        for at, piece in enumerate(pieces):
            if piece.key:
                wholes = self.reading.around(at)
                either = [piece, *(whole for whole, _ in wholes)]
                last = [each for each, end in [(piece, at + 1), *wholes] if self.open and end == len(pieces)]
                yield _term(either, last + [piece] * piece.grows, languages)


@dataclass(frozen=True)
class Question:
    """All phrases have to be there."""

    phrases: tuple[Phrase, ...]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """What the index is asked for: the longest."""
        every = dict.fromkeys(term for phrase in self.phrases for term in phrase.terms())
        return tuple(sorted(every, key=lambda term: -len(term.known_as[0]))[:MAX_TERMS])


def _term(either: list[Piece], growing: list[Piece], languages: Languages) -> Term:
    """Plain words first: they are what old segments know."""
    alike = sorted({form for piece in either for form in forms(piece, languages)})
    plain = [*(piece.key for piece in either), *map(folded, alike)]
    begins = [word for piece in growing for word in (piece.key, *map(folded, begun_by(piece)))]
    known_as = dict.fromkeys([*plain, *(form + SECOND for form in alike)])
    return Term(tuple(known_as), tuple(dict.fromkeys(begins)))


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A piece of a snippet: what was looked for, or what stands around it."""

    text: str
    hit: bool = False


def asked(text: str) -> Question:
    """`late "rate limit" web` asks for a word, for words in this order, and, while it is being typed, for what begins
    with the last one. A space at the end closes it. What is too long is cut. Invalid for what holds no word."""
    text = re.sub(BEFORE, "", text)[:MAX_QUESTION]
    found: dict[Phrase, None] = {}
    left = MAX_PIECES
    for match in PARTS.finditer(text):
        said, exact = (match[1], True) if match[1] is not None else (match[3], False)
        closed = match[2] == '"' or match.end() < len(text)
        phrase = _cut(Phrase(said, open=not closed, exact=exact), left)
        if phrase.reading.pieces:
            found[phrase] = None
        left -= len(phrase.reading.pieces)
    question = Question(tuple(found))
    if not question.terms:
        raise Invalid("q needs a word to look for", "q")
    return question


def _cut(phrase: Phrase, pieces: int) -> Phrase:
    """As many pieces of it, of which the last is whole."""
    every = phrase.reading.pieces
    if len(every) <= pieces:
        return phrase
    return Phrase(phrase.text[: every[pieces - 1].end if pieces else 0], exact=phrase.exact)


def hits(question: Question, text: str, *, any_: bool = False) -> list[tuple[int, int]] | None:
    """Where a text answers a question (in characters, in order); None if it does not. `any_`: one phrase will do."""
    said = reading(text)
    found: set[tuple[int, int]] = set()
    answered = 0
    for phrase in question.phrases:
        places = _places(phrase, said)
        answered += bool(places)
        if not places and not any_:
            return None
        found |= places
    return sorted(found) if answered else None


def _places(phrase: Phrase, said: Reading) -> set[tuple[int, int]]:
    initials = {spelling[:1] for piece, _ in phrase.reading.steps(0) for spelling in piece.spellings}
    begun = {at for initial in ("", *initials) for at in said.beginnings.get(initial, ())}
    comparing, found, end = _Comparing(phrase, said), set(), 0
    for at in sorted(begun):
        if at >= end and (through := comparing.read_through(at)):
            found |= {(piece.start, piece.end) for piece in said.pieces[at:through]}
            end = through
    return found


@dataclass(slots=True)
class _Comparing:
    """A phrase beside a text; two words are compared once, however often they are said."""

    phrase: Phrase
    said: Reading
    known: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def read_through(self, at: int) -> int:
        """Where the text has said all of the phrase that it begins to say at a piece; 0 if it does not."""
        size, ends = len(self.phrase.reading.pieces), [0]
        todo, seen = [(0, at)], {(0, at)}
        while todo:
            asked_at, said_at = todo.pop()
            if asked_at == size:
                ends.append(said_at)
            elif said_at < len(self.said.pieces):
                news = set(self._steps(asked_at, said_at)) - seen
                seen |= news
                todo += news
        return max(ends)

    def _steps(self, asked_at: int, said_at: int) -> Iterator[tuple[int, int]]:
        """What is said at one place and asked at another: where both are after it."""
        for asked_, asked_end in self.phrase.reading.steps(asked_at):
            for said_, said_end in self.said.steps(said_at):
                key = (asked_.start, asked_.end, said_.said, said_.spellings)
                if key not in self.known:
                    self.known[key] = self._meets(asked_, asked_end, said_)
                if self.known[key]:
                    yield asked_end, said_end

    def _meets(self, wanted: Piece, end: int, said: Piece) -> bool:
        """Whether they are one: as they are spelled, as a beginning, or bent in the languages of the text."""
        if not set(wanted.spellings).isdisjoint(said.spellings):
            return True
        open_ = self.phrase.open and end == len(self.phrase.reading.pieces)
        if (open_ or wanted.grows) and any(each.startswith(tuple(begun_by(wanted))) for each in said.spellings):
            return True
        plain = wanted.said.isascii() and said.said.isascii()
        if self.phrase.exact or plain and (wanted.said[0] != said.said[0] or not wanted.said.isalpha()):
            return False  # no ending changes how a word begins, and no number has one
        pairs = product({wanted.said, *wanted.spellings}, {said.said, *said.spellings})
        return any(bent_alike(one, other, self.said.languages) for one, other in pairs)


def snippet(text: str, found: list[tuple[int, int]]) -> list[Glimpse]:
    """A glimpse of the text around its first hit, in pieces."""
    begin = max(0, found[0][0] - AROUND) if found else 0
    if begin:
        space = text.find(" ", begin, found[0][0])
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + SNIPPET)
    pieces = [Glimpse("…")] if begin else []
    at = begin
    for start, stop in found:
        if start >= end:
            break
        stop = min(stop, end)
        pieces += [Glimpse(text[at:start])] if start > at else []
        pieces.append(Glimpse(text[start:stop], hit=True))
        at = stop
    pieces += [Glimpse(text[at:end])] if end > at else []
    return _joined([*pieces, *([Glimpse("…")] if end < len(text) else [])])


def _joined(pieces: list[Glimpse]) -> list[Glimpse]:
    """Pieces of one line, neighbours of a kind as one."""
    found: list[Glimpse] = []
    for piece in pieces:
        text = re.sub(r"\s+", " ", piece.text)
        if found and found[-1].hit == piece.hit:
            found[-1] = Glimpse(found[-1].text + text, piece.hit)
        elif text:
            found.append(Glimpse(text, piece.hit))
    return found
