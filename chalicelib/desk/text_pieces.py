"""Texts as search reads them (a lattice): the smallest pieces in their order, and the wholes that several of them make.

`getUserById` is four pieces and a whole, `30s` two and one, `rate-limit` and `SHA-256` likewise. Questions are read the
same way, so that the two meet however either side has written it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import NamedTuple
from unicodedata import name, normalize

from .languages import NONE, Languages, languages_of
from .stems import stems
from .text_normalization import MARKS, MAX_WORD, SPACELESS, folded, read, words_of

# Marks of scripts without spaces belong to the character before them, as do the voiced marks of narrow kana.
ON_TOP = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u17dd"
ON_TOP += "\u3099\u309a\uff9e\uff9f"
CHARACTERS = SPACELESS + "\uff66-\uff9d"
# Words of four kana and more are written with and without the long vowel at their end.
LONG = "(?<=[ァ-ヺー]{3})ー(?![ァ-ヺー])"
RUN = rf"[{CHARACTERS}][{MARKS}{ON_TOP}]*(?:{LONG})?|[^\W_{CHARACTERS}](?:[^\W_{CHARACTERS}]|[{MARKS}])*"
GLUE = frozenset("-_'’\u00ad\u2010\u2011\u200c\u200d")  # what a word may be written with or without
CAMEL = "(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})"
QUANTITY = r"(\d+)[^\W\d_]{1,12}"  # `30s`
NUMBERED = r"[^\W\d_]+?(\d+)"  # `sha256`
VERSION = r"[vV]\d+"  # `2.10.3` and `v2.10.3` are one; `v2` is not `2`
ACRONYMS = "([A-Z]{2,})s"
MOST_PIECES = 6  # of a word: what falls apart into more is an id
MOST_GLUED = 8  # words of a whole
# What is written for a letter where the keyboard has none.
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Scripts whose words grow at their end: Armenian, Tamil, Telugu, Kannada, Malayalam and Sinhala, Georgian, Mongolian,
# Hangul.
GROWING = "[\u0530-\u058f\u0b80-\u0dff\u10a0-\u10ff\u1800-\u18af\uac00-\ud7a3]"


class Piece(NamedTuple):
    """Something that is read as one: where it is (in characters), what it is in lower case, its spellings, the first as
    it is written, and what segments know it as; "" for what they know nothing of."""

    start: int
    end: int
    said: str
    spellings: tuple[str, ...]
    key: str

    @property
    def grows(self) -> bool:
        """Whether it is in a script in which every word may be a beginning."""
        return re.match(GROWING, self.said) is not None


@dataclass(frozen=True)
class Reading:
    """A text's pieces, and its wholes, each with the number after its last piece, by the number of its first."""

    pieces: list[Piece] = field(default_factory=list)
    wholes: dict[int, list[tuple[Piece, int]]] = field(default_factory=dict)

    @cached_property
    def languages(self) -> Languages:
        """The languages that it seems to be in."""
        return languages_of(piece.said for piece in self.pieces)

    def steps(self, at: int) -> list[tuple[Piece, int]]:
        """What may be read at a piece, and where one is after it."""
        return [(self.pieces[at], at + 1), *self.wholes.get(at, ())]

    def around(self, at: int) -> list[tuple[Piece, int]]:
        """The wholes that a piece is a part of, with the number after their last."""
        return [each for first, wholes in self.wholes.items() if first <= at for each in wholes if at < each[1]]

    @cached_property
    def beginnings(self) -> dict[str, list[int]]:
        """The pieces at which something begins with a letter; under "" those whose beginning may be bent, too."""
        found: dict[str, list[int]] = {}
        for at, piece in enumerate(self.pieces):
            initials = {spelling[:1] for each, _ in self.steps(at) for spelling in each.spellings}
            for initial in initials if piece.said.isascii() else {"", *initials}:
                found.setdefault(initial, []).append(at)
        return found

    def everything(self) -> Iterator[Piece]:
        """All pieces and wholes."""
        yield from self.pieces
        for wholes in self.wholes.values():
            yield from (whole for whole, _ in wholes)


@lru_cache(4)
def reading(text: str) -> Reading:
    """A text, read."""
    found = Reading()
    glued: list[tuple[int, int, int]] = []  # words that are written together: first piece, start, end
    runs = re.finditer("[a-zA-Z0-9]+", text) if text.isascii() else re.finditer(RUN, text)
    for match in runs:
        start, end = match.span()
        if not glued or not _glues(text[glued[-1][2] : start]):
            _glue(found, text, glued)
            glued = []
        glued.append((len(found.pieces), start, end))
        _read_word(found, text, start, end=end)
    _glue(found, text, glued)
    return found


def begun_by(piece: Piece) -> set[str]:
    """What another word may begin with, to be this one."""
    return forms(piece, NONE) if piece.grows else set(piece.spellings)


def forms(piece: Piece, languages: Languages) -> set[str]:
    """What a piece is known by: how it may be spelled, and its stems."""
    return {*piece.spellings, *stems(piece.said, languages)}


def _glues(between: str) -> bool:
    return len(between) == 1 and between in GLUE


def _glue(found: Reading, text: str, words: list[tuple[int, int, int]]) -> None:
    """The whole of words that are written together."""
    if 1 < len(words) <= MOST_GLUED:
        whole = "".join(text[start:end] for _, start, end in words)
        if len(whole) <= MAX_WORD:
            _add_whole(found, words[0][0], words[0][1], end=words[-1][2], written=whole)


def _add_whole(found: Reading, first: int, start: int, *, end: int, written: str) -> None:
    whole = _piece(start, end, written)
    found.wholes.setdefault(first, []).append((whole, len(found.pieces)))


def _read_word(found: Reading, text: str, start: int, *, end: int) -> None:
    written = text[start:end].removesuffix("ー") or "ー"
    if written.isalpha() and written.isascii() and written[1:].islower() or end - start == 1:
        found.pieces.append(_piece(start, end, written))
        return
    if re.fullmatch(VERSION, written):
        number, whole = written[1:], written.lower()
        spellings = (number, whole) if re.match(r"\.\d", text[end : end + 2]) else (whole,)
        found.pieces.append(Piece(start, end, spellings[0], spellings, folded(written)))
        return
    first = len(found.pieces)
    cuts = [0, *_cuts(written), len(written)]
    for at, to in zip(cuts, cuts[1:], strict=False):
        found.pieces.append(_piece(start + at, start + to, written[at:to]))
    if len(cuts) > 2:
        _add_whole(found, first, start, end=end, written=written)
    if len(cuts) > 3 and re.fullmatch(NUMBERED, written):  # `iPhone15` has an `iphone`
        name_ = _piece(start, start + cuts[-2], written[: cuts[-2]])
        found.wholes[first].append((name_, len(found.pieces) - 1))


def _piece(start: int, end: int, written: str) -> Piece:
    if written.isascii():
        said = written.lower()
        acronym = re.fullmatch(ACRONYMS, written) if written[:2].isupper() else None
        spellings = (said[:MAX_WORD], acronym[1].lower()) if acronym else (said[:MAX_WORD],)
        return Piece(start, end, said, spellings, said[:MAX_WORD])
    said = normalize("NFC", normalize("NFKC", written).lower())
    spelled_out = said.translate(SPELLED_OUT)
    spellings = (read(said), read(spelled_out)) if spelled_out != said else (read(said),)
    return Piece(start, end, said, spellings, next(iter(words_of(written)), ""))


@lru_cache(4096)
def _cuts(written: str) -> tuple[int, ...]:
    """Where a word falls apart: where the script changes, at a capital inside, between letters and the one number."""
    if counted := re.fullmatch(QUANTITY, written):
        return (counted.end(1),)
    cuts = {match.start() for match in re.finditer(CAMEL, written)} | _changes(written)
    if numbered := re.fullmatch(NUMBERED, written):
        cuts.add(numbered.start(1))
    return tuple(sorted(cuts)) if len(cuts) < MOST_PIECES else ()


def _changes(written: str) -> set[int]:
    """Where a letter is of another script than the one before it; digits and marks are of either."""
    if written.isascii():
        return set()
    found, last = set(), ""
    for at, letter in enumerate(written):
        script = _script(letter)
        if script and last and script != last:
            found.add(at)
        last = script or last
    return found


@cache
def _script(letter: str) -> str:
    """The first word of a letter's name."""
    plain = normalize("NFKC", letter)[0]
    return name(plain, "").partition(" ")[0] if plain.isalpha() and letter != "µ" else ""
