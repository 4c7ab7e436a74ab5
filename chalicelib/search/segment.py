"""One segment: which words which entries have, immutable, read in pieces.

    blocks of words, each deflated: [word, deltas of entry numbers, weights] …, in the order of the words
    head, deflated: the entries in the order of their times, and where each block begins

Entries are numbered in the order of their times: the newest have the highest numbers.
"""

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from heapq import merge, nlargest, nsmallest
from itertools import accumulate, groupby
from operator import itemgetter

import msgspec

from ..desk.search_index import Entry, Found, Place, Term, Wanted, rarity

BLOCK = 24_000  # bytes of a block before it is deflated
Posting = tuple[str, str, bytes, bytes]  # word, how wide its deltas are, deltas, weights
Hits = tuple[Sequence[int], Sequence[int]]  # entry numbers, rising, and their weights
NOTHING: Hits = ((), b"")


class _Written(msgspec.Struct, array_like=True, frozen=True):
    """A head as it is stored."""

    places: list[str]
    place: bytes
    n: bytes
    at: bytes
    firsts: list[str]
    starts: list[int]


_packer = msgspec.msgpack.Encoder()
_heads = msgspec.msgpack.Decoder(_Written)
_blocks = msgspec.msgpack.Decoder(list[Posting])


class Head:
    """The entries of a segment, and where its words are."""

    def __init__(self, raw: bytes) -> None:
        layout = _heads.decode(zlib.decompress(raw))
        self.places, self.firsts, self.starts = layout.places, layout.firsts, layout.starts
        self.place, self.n, self.at = array("I", layout.place), array("Q", layout.n), array("Q", layout.at)

    def order(self, number: int) -> tuple[int, str, int]:
        """Time, place and number there: what entries are sorted by."""
        return self.at[number], self.places[self.place[number]], self.n[number]

    def before(self, place: Place) -> int:
        """How many entries come before a place in the order of time."""
        return bisect_left(range(len(self.at)), (int(place[1]), place[2], place[3]), key=self.order)

    def blocks(self, low: str, high: str) -> range:
        """The blocks that words from `low` to `high` may be in."""
        return range(max(0, bisect_right(self.firsts, low) - 1), bisect_right(self.firsts, high))

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where some neighbouring blocks begin and end (bytes)."""
        return self.starts[first], self.starts[last + 1]


class Segment:
    """A segment that is read. `blocks` gives some of its blocks, by number."""

    def __init__(self, head: Head, blocks: Callable[[Sequence[int]], Iterable[bytes]]) -> None:
        self.head, self.blocks = head, blocks

    @classmethod
    def of(cls, head: Head, raw: bytes) -> "Segment":
        """Of bytes that are all there."""
        return cls(head, lambda numbers: [raw[slice(*head.span(number, number))] for number in numbers])

    def postings(self, ranges: Iterable[tuple[str, str]]) -> Iterator[Posting]:
        """Those of all words in some ranges, and of some that lie beside them."""
        numbers = {number for low, high in ranges for number in self.head.blocks(low, high)}
        for block in self.blocks(sorted(numbers)):
            yield from _blocks.decode(zlib.decompress(block))

    def having(self, word: str) -> Hits:
        """The entries that have a word."""
        return next((unpacked(each) for each in self.postings([(word, word)]) if each[0] == word), NOTHING)

    def knowing(self, term: Term) -> Hits:
        """The entries that are known by a term, each with the weight of what is nearest to it."""
        near = ((term.rank(posting[0]), posting) for posting in self.postings(term.ranges()))
        found: dict[int, tuple[int, int]] = {}
        for rank, posting in near:
            for number, weight in zip(*unpacked(posting), strict=True) if rank else ():
                found[number] = max((rank, term.worth(posting[0], weight)), found.get(number, (0, 0)))
        numbers = sorted(found)
        return numbers, [found[number][1] for number in numbers]

    def find(self, wanted: Wanted, after: Place | None, limit: int, *, weigh: Callable[[int], float]) -> list[Found]:
        """The best or newest after a place. `weigh` tells what a word weighs that so many entries have, where any will
        do."""
        marks = [set(self.having(mark)[0]) for mark in wanted.marks]
        if wanted.either:
            marks.append({number for mark in wanted.either for number in self.having(mark)[0]})
        lists = [self.knowing(term) for term in wanted.terms]
        sets = [set(numbers) for numbers, _ in lists]
        if wanted.any:
            fitting = set().union(*sets).intersection(*marks)
        else:
            fitting = set.intersection(*sorted([*sets, *marks], key=len))
        low, high = self._bounds(wanted, after)
        fitting = {number for number in fitting if low <= number < high}
        if wanted.newest:
            return [self._found(number, 0) for number in nlargest(limit, fitting)]
        if wanted.oldest:
            return [self._found(number, 0) for number in nsmallest(limit, fitting)]
        scores = self._scores(lists, fitting, wanted, weigh=weigh)
        found = (self._found(number, score) for number, score in scores.items())
        return nlargest(limit, (each for each in found if after is None or each.key < after), key=lambda each: each.key)

    def _scores(
        self, lists: list[Hits], fitting: set[int], wanted: Wanted, *, weigh: Callable[[int], float]
    ) -> dict[int, float]:
        scores: dict[int, float] = dict.fromkeys(fitting, 0)
        for numbers, weights in lists:
            worth = weigh(len(numbers)) if wanted.any else 1
            for number, weight in zip(numbers, weights, strict=True):
                if number in scores:
                    scores[number] += weight * worth
        return scores

    def _bounds(self, wanted: Wanted, after: Place | None) -> tuple[int, int]:
        """Entry numbers that the times allow; 0 is the time of what is gone."""
        low = bisect_left(self.head.at, max(1, wanted.since))
        high = bisect_left(self.head.at, wanted.last)
        return low, min(high, self.head.before(after)) if wanted.newest and after else high

    def _found(self, number: int, score: float) -> Found:
        at, place, n = self.head.order(number)
        return Found(place, n, at, score)


def rare(entries: int) -> Callable[[int], float]:
    """What a word weighs that so many have, in an index of so many entries."""
    return lambda having: rarity(having, entries)


def unpacked(posting: Posting) -> Hits:
    """Entry numbers and weights of a word."""
    return list(accumulate(array(posting[1], posting[2]))), posting[3]


def _packed(word: str, pairs: list[int]) -> Posting:
    """Pairs of a number and a weight (number * 256 + weight), rising."""
    deltas, last = [], 0
    for pair in pairs:
        deltas.append((pair >> 8) - last)
        last = pair >> 8
    widest = max(deltas)
    width = "B" if widest < 1 << 8 else "H" if widest < 1 << 16 else "I"
    return word, width, array(width, deltas).tobytes(), bytes([pair & 255 for pair in pairs])


# --- writing ------------------------------------------------------------------------------------------------------


class Source:
    """What a segment is written from: one that is there, or new entries."""

    def __init__(self, order: list[tuple[int, str, int]], postings: Iterable[tuple[str, Sequence[int], bytes]]) -> None:
        self.order, self.postings = order, postings

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Source":
        """Of new entries."""
        entries = sorted(entries, key=lambda e: (e.at, e.place, e.n))
        found: dict[str, tuple[list[int], bytearray]] = {}
        for number, entry in enumerate(entries):
            for word, weight in entry.words.items():
                numbers, weights = found.setdefault(word, ([], bytearray()))
                numbers.append(number)
                weights.append(weight)
        postings = [(word, numbers, bytes(weights)) for word, (numbers, weights) in sorted(found.items())]
        return cls([(e.at, e.place, e.n) for e in entries], postings)

    @classmethod
    def read(cls, raw: bytes, head_at: int) -> "Source":
        """Of a whole segment's bytes."""
        head = Head(raw[head_at:])
        segment = Segment.of(head, raw)
        words = ((posting[0], *unpacked(posting)) for posting in segment.postings([("", "\U0010ffff")]))
        return cls([head.order(number) for number in range(len(head.at))], words)  # type: ignore[arg-type]


def written(
    sources: Sequence[Source], *, whole: bool, later: Container[tuple[str, int]] = ()
) -> tuple[bytes, int, int]:
    """The bytes of one segment made of several, the oldest first: of a thing that several know, the last one's entry
    stays; none of a thing that `later` ones know. Where it begins the `whole` tree, what is gone is left out. (bytes,
    where the head begins, entries)"""
    newest: dict[tuple[str, int], tuple[int, int]] = {}
    for which, source in enumerate(sources):
        for number, (_, place, n) in enumerate(source.order):
            newest[place, n] = which, number
    kept = sorted(
        (sources[which].order[number], which, number)
        for which, number in newest.values()
        if (sources[which].order[number][0] or not whole) and sources[which].order[number][1:] not in later
    )
    renumbered = [[-1] * len(source.order) for source in sources]
    for now, (_, which, number) in enumerate(kept):
        renumbered[which][number] = now
    out = bytearray()
    firsts, starts = _write_blocks(out, _merged(sources, renumbered))
    head_at = len(out)
    out += _head([order for order, _, _ in kept], firsts, [*starts, head_at])
    return bytes(out), head_at, len(kept)


def _merged(sources: Sequence[Source], renumbered: list[list[int]]) -> Iterator[Posting]:
    streams = [_stream(source, which) for which, source in enumerate(sources)]
    for word, group in groupby(merge(*streams, key=itemgetter(0, 1)), key=itemgetter(0)):
        pairs: list[int] = []
        for _, which, numbers, weights in group:
            now = renumbered[which]
            pairs += [now[old] << 8 | weight for old, weight in zip(numbers, weights, strict=True) if now[old] >= 0]
        if pairs:
            pairs.sort()
            yield _packed(word, pairs)


def _stream(source: Source, which: int) -> Iterator[tuple[str, int, Sequence[int], bytes]]:
    return ((word, which, numbers, weights) for word, numbers, weights in source.postings)


def _write_blocks(out: bytearray, postings: Iterator[Posting]) -> tuple[list[str], list[int]]:
    """The first word of each block, and where it begins."""
    firsts: list[str] = []
    starts: list[int] = []
    block: list[Posting] = []
    size = 0
    for posting in postings:
        if not block:
            firsts.append(posting[0])
            starts.append(len(out))
        block.append(posting)
        size += len(posting[0]) + len(posting[2]) + len(posting[3])
        if size >= BLOCK:
            out += zlib.compress(_packer.encode(block), 6)
            block, size = [], 0
    if block:
        out += zlib.compress(_packer.encode(block), 6)
    return firsts, starts


def _head(orders: list[tuple[int, str, int]], firsts: list[str], starts: list[int]) -> bytes:
    places = sorted({place for _, place, _ in orders})
    which = {place: number for number, place in enumerate(places)}
    layout = _Written(
        places=places,
        place=array("I", [which[place] for _, place, _ in orders]).tobytes(),
        n=array("Q", [n for _, _, n in orders]).tobytes(),
        at=array("Q", [at for at, _, _ in orders]).tobytes(),
        firsts=firsts,
        starts=starts,
    )
    return zlib.compress(_packer.encode(layout), 6)
