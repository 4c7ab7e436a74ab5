"""ports.Index in segments (log-structured merge): a tree's record names some immutable objects of the bucket (ADR 75).

What is put joins the newest segments that are not four times as large, in one new object; so a tree of n entries has
some log₄(n) of them, and a put costs one PUT. Nothing is kept up while nobody asks or writes.
"""

import zlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import msgspec

from ..desk import search_index
from ..desk.errors import NotFound
from ..desk.ids import fresh
from ..desk.search_index import Entry, Found, Place, Tree, Wanted
from ..ports import Clock, Files, Put, Store, ref
from ..telemetry import logger
from .segment import Head, Segment, Source, rare, written

RATIO = 4
MOST = 200_000  # entries of a segment that others are merged into: more would not fit into a worker
WHOLE = 200_000  # bytes up to which a segment is read at once
KEPT = 48_000_000  # bytes that a container keeps
GRACE_MS = 10 * 60_000  # ms for which a merged segment stays, for who still reads it
HEAD, WHOLLY = -1, -2  # what is kept of a segment beside its blocks
BESIDE = 32_000  # bytes that are read for nothing rather than asking twice
BROKEN = (NotFound, zlib.error, msgspec.DecodeError, ValueError)


class Kept:
    """Pieces of immutable objects, the latest used."""

    def __init__(self, most: int) -> None:
        self.most, self.size, self.lock = most, 0, Lock()
        self.pieces: OrderedDict[tuple[str, int], tuple[Any, int]] = OrderedDict()

    def look(self, key: tuple[str, int]) -> Any:
        """The piece, if it is there."""
        with self.lock:
            if key in self.pieces:
                self.pieces.move_to_end(key)
                return self.pieces[key][0]
        return None

    def keep(self, key: tuple[str, int], piece: Any, size: int) -> None:
        """One more, and of the others as many as there is room for."""
        with self.lock:
            if key not in self.pieces:
                self.pieces[key] = piece, size
                self.size += size
            while self.size > self.most:
                self.size -= self.pieces.popitem(last=False)[1][1]

    def get(self, key: tuple[str, int], make: Callable[[], tuple[Any, int]]) -> Any:
        """The piece, made where it is not there."""
        piece = self.look(key)
        if piece is None:
            piece, size = make()
            self.keep(key, piece, size)
        return piece


class SegmentIndex:
    """The trees of a stack."""

    def __init__(self, store: Store, files: Files, clock: Clock) -> None:
        self.store, self.files, self.clock, self.kept = store, files, clock, Kept(KEPT)

    def find(self, tree: str, wanted: Wanted, after: Place | None, *, limit: int) -> list[Found]:
        """Each segment is asked, all at once. A thing that several know is told as each knows it: to leave one out
        would leave a gap in the order."""
        there = self.store.one(ref(Tree, tree))
        if there is None or not there.segments:
            return []
        weigh = rare(sum(each.entries for each in there.segments))

        def ask(each: search_index.Segment) -> list[Found]:
            try:
                return self._segment(each).find(wanted, after, limit, weigh=weigh)
            except BROKEN as error:  # a rebuild finds again what is lost
                logger().error("a segment cannot be read", extra={"key": each.key, "reason": type(error).__name__})
                return []

        found = {each for answers in self._each(ask, there.segments) for each in answers}
        return sorted(found, key=lambda each: each.key, reverse=not wanted.oldest)[:limit]

    @staticmethod
    def _each(
        ask: Callable[[search_index.Segment], list[Found]], segments: Sequence[search_index.Segment]
    ) -> Sequence[list[Found]]:
        if len(segments) == 1:
            return [ask(segments[0])]
        from concurrent.futures import ThreadPoolExecutor  # few questions need it

        with ThreadPoolExecutor(min(8, len(segments))) as pool:
            return list(pool.map(ask, segments))

    def _segment(self, row: search_index.Segment) -> Segment:
        """Its head, in memory; its words are read when they are asked for."""
        if row.size <= WHOLE:
            raw = self.kept.get((row.key, WHOLLY), lambda: (self.files.part(row.key, 0, row.size), row.size))
            return Segment.of(self.kept.get((row.key, HEAD), lambda: (Head(raw[row.head :]), 20 * row.entries)), raw)
        head = self.kept.get(
            (row.key, HEAD), lambda: (Head(self.files.part(row.key, row.head, row.size)), 40 * row.entries)
        )
        return Segment(head, lambda numbers: self._blocks(row.key, head, numbers))

    def _blocks(self, key: str, head: Head, numbers: Sequence[int]) -> list[bytes]:
        """Some blocks: those that are not kept in one read for all that lie near each other."""
        there = {number: block for number in numbers if (block := self.kept.look((key, number)))}
        for first, last in _near(head, [number for number in numbers if number not in there]):
            begin, end = head.span(first, last)
            raw = self.files.part(key, begin, end)
            for number in range(first, last + 1):
                start, stop = head.span(number, number)
                there[number] = raw[start - begin : stop - begin]
                self.kept.keep((key, number), there[number], stop - start)
        return [there[number] for number in numbers]

    def put(self, tree: str, entries: Sequence[Entry]) -> None:
        """One read of the tree, one of each segment that is merged, one new object, one conditional write. Who dies on
        the way leaves at most an object that nothing names."""
        there = self.store.one(ref(Tree, tree))
        old = there or Tree(id=tree)
        first = joined(old.segments, len(entries))
        merged = [source for each in old.segments[first:] if (source := self._source(each))]
        raw, head, count = written([*merged, Source.of(entries)], whole=first == 0)
        made, now = self._stored(tree, raw, head, entries=count), self.clock.now()
        over = {key: since for key, since in old.gone.items() if since > now - GRACE_MS}
        gone = over | {each.key: now for each in old.segments[first:]}
        moved = old.changed(segments=(*old.segments[:first], made), gone=gone)
        self.store.commit(Put(moved, old.version))
        for key in old.gone.keys() - over.keys():
            self.files.remove(key)

    def renew(self, tree: str) -> None:
        """Every segment is written anew, the newest first, as many in one as fit; the old ones are removed at once: who
        still reads them finds less for a moment."""
        old = self.store.one(ref(Tree, tree))
        if old is None:
            return
        made: list[search_index.Segment] = []
        later: set[tuple[str, int]] = set()
        for group in reversed(grouped(old.segments)):
            sources = [source for each in group if (source := self._source(each))]
            raw, head, count = written(sources, whole=group[0] is old.segments[0], later=frozenset(later))
            later |= {order[1:] for source in sources for order in source.order}
            if count:
                made.insert(0, self._stored(tree, raw, head, entries=count))
        self.store.commit(Put(old.changed(segments=tuple(made), gone={}), old.version))
        for key in [*(each.key for each in old.segments), *old.gone]:
            self.files.remove(key)

    def _stored(self, tree: str, raw: bytes, head: int, *, entries: int) -> search_index.Segment:
        key = f"search/{tree}/{fresh('seg', self.clock.now(), self.clock.entropy(10))}"
        self.files.put(key, raw, "application/octet-stream")
        return search_index.Segment(key=key, entries=entries, size=len(raw), head=head)

    def _source(self, row: search_index.Segment) -> Source | None:
        try:
            return Source.read(self.files.part(row.key, 0, row.size), row.head)
        except BROKEN as error:
            logger().error("a segment is lost", extra={"key": row.key, "reason": type(error).__name__})
            return None


def _near(head: Head, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Blocks as few reads: from, and with."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and head.span(number, number)[0] - head.span(*found[-1])[1] <= BESIDE:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def joined(segments: Sequence[search_index.Segment], size: int) -> int:
    """Where the segments begin that new entries are merged with: while the next older one is less than four times as
    large as all that joins it."""
    first = len(segments)
    while first and segments[first - 1].entries < RATIO * size and size + segments[first - 1].entries <= MOST:
        first -= 1
        size += segments[first].entries
    return first


def grouped(segments: Sequence[search_index.Segment]) -> list[list[search_index.Segment]]:
    """Neighbours, as many together as fit into a worker."""
    found: list[list[search_index.Segment]] = []
    for each in segments:
        if found and sum(other.entries for other in found[-1]) + each.entries <= MOST:
            found[-1].append(each)
        else:
            found.append([each])
    return found
