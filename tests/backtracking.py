"""A matcher of regular expressions that goes back as Python's does and counts its steps; texts that make it go back.

It reads the tree that `re` itself parses a pattern to. A step is a character looked at, an alternative begun, a way
gone back to: what grows faster than n log n here does so in `re`, too, but for a constant factor.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Then = Callable[[int], int | None]
Matcher = Callable[[int, Then], int | None]
ANYWHERE = frozenset({"search", "sub", "subn", "split", "findall", "finditer", "scanner"})
# One of each kind of character that patterns tell apart.
CHARACTERS = "aAzfkx0917_- \n\t\r\x00\xa0.,;:!?/\\@#$%&*+=~^|'\"`<>()[]{}é한\ud800\U0001f600"


class TooMany(Exception):
    """More steps than were allowed."""


@dataclass
class Steps:
    """How many have been made, and may be."""

    most: int = 10**9
    made: int = 0

    def more(self, n: int = 1) -> None:
        """That many again."""
        self.made += n
        if self.made > self.most:
            raise TooMany


@dataclass
class Counting:
    """One pattern. `search` and the like try each place of a text, as `re` does; `match` and `fullmatch` the first."""

    pattern: str
    flags: int = 0
    steps: Steps = field(default_factory=Steps)
    tests: list[Callable[[str], bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tree = parser.parse(self.pattern, self.flags & ~re.DEBUG)
        self.flags = self.tree.state.flags
        self.text, self.caps = "", dict[int, tuple[int, int]]()
        self._whole = self._sequence(list(self.tree), self.flags)

    def count(self, text: str, way: str, most: int = 10**9) -> int:
        """The steps that `way` makes over a text."""
        self.text, self.steps.made, self.steps.most = text, 0, most
        if way in ANYWHERE:
            for _ in self._all(once=way == "search"):
                pass
        else:
            end = (lambda i: i if i == len(text) else None) if way == "fullmatch" else (lambda i: i)
            self._whole(0, end)
        return self.steps.made

    def first(self, text: str) -> tuple[int, int] | None:
        """Where it is first found: to be compared with what `re` finds."""
        self.text, self.steps.most = text, 10**9
        return next(self._all(once=True), None)

    def _all(self, once: bool) -> Iterator[tuple[int, int]]:
        place = 0
        while place <= len(self.text):
            self.caps = {}
            end = self._whole(place, lambda i: i)
            if end is not None:
                yield place, end
                if once:
                    return
            place = end if end is not None and end > place else place + 1

    # --- what the tree's nodes do ---

    def _sequence(self, nodes: Sequence[Any], flags: int) -> Matcher:
        matchers = [self._node(node, flags) for node in nodes]

        def run(i: int, then: Then, at: int = 0) -> int | None:
            if at == len(matchers):
                return then(i)
            return matchers[at](i, lambda j: run(j, then, at + 1))

        return matchers[0] if len(matchers) == 1 else run

    def _node(self, node: Any, flags: int) -> Matcher:
        kind, said = node
        single = self._single(node, flags)
        if single:
            return self._one(single)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return self._repeat(kind, said, flags)
        if kind is op.SUBPATTERN:
            group, added, taken, inner = said
            return self._group(group, self._sequence(list(inner), (flags | added) & ~taken))
        if kind is op.BRANCH:
            firsts = [self._first(list(each), flags) for each in said[1]]
            return self._branch([self._sequence(list(each), flags) for each in said[1]], firsts)
        if kind is op.AT:
            return self._at(said, flags)
        if kind in (op.ASSERT, op.ASSERT_NOT):
            return self._assert(said, kind is op.ASSERT, flags)
        if kind is op.ATOMIC_GROUP:
            return self._atomic(self._sequence(list(said), flags))
        if kind is op.GROUPREF:
            return self._again(said)
        if kind is op.FAILURE:
            return lambda i, then: None
        raise NotImplementedError(f"{kind} in {self.pattern!r}")

    def _single(self, node: Any, flags: int) -> Callable[[str], bool] | None:
        """Whether a character is what the node wants, for nodes that want one."""
        kind, said = node
        if kind is op.ANY:
            test = (lambda c: True) if flags & re.DOTALL else (lambda c: c != "\n")
        elif kind is op.LITERAL:
            test = _cased(lambda c: ord(c) == said, flags)
        elif kind is op.NOT_LITERAL:
            same = _cased(lambda c: ord(c) == said, flags)
            test = lambda c: not same(c)  # noqa: E731
        elif kind is op.IN:
            turned = said[0][0] is op.NEGATE
            parts = [_part(each, flags) for each in said[turned:]]
            within = _cased(lambda c: any(part(c) for part in parts), flags)
            test = lambda c: within(c) is not turned  # noqa: E731
        else:
            return None
        test = cache(test)
        self.tests.append(test)
        return test

    def _one(self, test: Callable[[str], bool]) -> Matcher:
        def run(i: int, then: Then) -> int | None:
            self.steps.more()
            return then(i + 1) if i < len(self.text) and test(self.text[i]) else None

        return run

    def _repeat(self, kind: Any, said: Any, flags: int) -> Matcher:
        least, most, inner = said
        nodes = list(inner)
        single = self._single(nodes[0], flags) if len(nodes) == 1 else None
        if single:
            return self._run(kind, single, int(least), int(most))
        body = self._sequence(nodes, flags)
        greedy = kind is not op.MIN_REPEAT

        def run(i: int, then: Then, count: int = 0) -> int | None:
            def more() -> int | None:
                self.steps.more()
                if count >= most:
                    return None
                return body(i, lambda j: run(j, then, count + 1) if j != i or count < least else None)

            def stop() -> int | None:
                return then(i) if count >= least else None

            found = more() if greedy else stop()
            return found if found is not None else stop() if greedy else more()

        return self._atomic(run) if kind is op.POSSESSIVE_REPEAT else run

    def _run(self, kind: Any, test: Callable[[str], bool], least: int, most: int) -> Matcher:
        """Of single characters: looked at once, and gone back over."""

        def far(i: int) -> int:
            end = i
            while end < len(self.text) and end - i < most and test(self.text[end]):
                end += 1
            self.steps.more(end - i + 1)
            return end

        def greedy(i: int, then: Then) -> int | None:
            for end in range(far(i), i + least - 1, -1):
                self.steps.more()
                found = then(end)
                if found is not None or kind is op.POSSESSIVE_REPEAT:
                    return found
            return None

        def lazy(i: int, then: Then) -> int | None:
            end = i
            while True:
                self.steps.more()
                found = then(end) if end - i >= least else None
                if found is not None:
                    return found
                if end == len(self.text) or end - i >= most or not test(self.text[end]):
                    return None
                end += 1

        return lazy if kind is op.MIN_REPEAT else greedy

    def _group(self, group: int | None, body: Matcher) -> Matcher:
        if group is None:
            return body

        def run(i: int, then: Then) -> int | None:
            def kept(j: int) -> int | None:
                before = self.caps.get(group)
                self.caps[group] = (i, j)
                found = then(j)
                if found is None:
                    self.caps[group] = before  # type: ignore[assignment]
                return found

            return body(i, kept)

        return run

    def _branch(self, ways: list[Matcher], firsts: list[Callable[[str], bool] | None]) -> Matcher:
        """Of ways whose first character is another none is begun, but the look at it is counted: so `re` does it."""

        @cache
        def begun(c: str) -> tuple[list[tuple[int, Matcher]], int]:
            """Those that may begin with a character ("": with none), each with the steps of those before it."""
            found, skipped = [], 0
            for way, first in zip(ways, firsts, strict=True):
                if first and not (c and first(c)):
                    skipped += 2
                else:
                    found.append((skipped + 1, way))
                    skipped = 0
            return found, skipped

        def run(i: int, then: Then) -> int | None:
            those, skipped = begun(self.text[i : i + 1])
            for steps, way in those:
                self.steps.more(steps)
                found = way(i, then)
                if found is not None:
                    return found
            self.steps.more(skipped)
            return None

        return run

    def _first(self, nodes: list[Any], flags: int) -> Callable[[str], bool] | None:
        """Whether a character may be the first of what the nodes want; None where that is not one character's."""
        kind, said = nodes[0] if nodes else (None, None)
        if kind is op.SUBPATTERN:
            return self._first(list(said[3]), (flags | said[1]) & ~said[2])
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and int(said[0]) > 0:
            return self._first(list(said[2]), flags)
        single = self._single(nodes[0], flags) if nodes else None
        if single:
            self.tests.pop()
        return single

    def _atomic(self, body: Matcher) -> Matcher:
        def run(i: int, then: Then) -> int | None:
            end = body(i, lambda j: j)
            return None if end is None else then(end)

        return run

    def _assert(self, said: Any, wanted: bool, flags: int) -> Matcher:
        direction, inner = said
        body, wide = self._sequence(list(inner), flags), inner.getwidth()[0] if direction < 0 else 0

        def run(i: int, then: Then) -> int | None:
            self.steps.more()
            found = body(i - wide, lambda j: j) if i >= wide else None
            return then(i) if (found is not None) is wanted else None

        return run

    def _again(self, group: int) -> Matcher:
        def run(i: int, then: Then) -> int | None:
            caught = self.caps.get(group)
            if not caught:
                return None
            words = self.text[caught[0] : caught[1]]
            self.steps.more(len(words) + 1)
            return then(i + len(words)) if self.text.startswith(words, i) else None

        return run

    def _at(self, where: Any, flags: int) -> Matcher:
        lines = bool(flags & re.MULTILINE)

        def word(i: int) -> bool:
            return 0 <= i < len(self.text) and (self.text[i].isalnum() or self.text[i] == "_")

        def here(i: int) -> bool:
            end = len(self.text)
            if where is op.AT_BEGINNING:
                return i == 0 or (lines and self.text[i - 1] == "\n")
            if where is op.AT_END:
                return i == end or (i == end - 1 or lines) and self.text[i] == "\n"
            if where is op.AT_BEGINNING_STRING:
                return i == 0
            if where is op.AT_END_STRING:
                return i == end
            return (word(i - 1) is not word(i)) is (where is op.AT_BOUNDARY)

        def run(i: int, then: Then) -> int | None:
            self.steps.more()
            return then(i) if here(i) else None

        return run


def _cased(test: Callable[[str], bool], flags: int) -> Callable[[str], bool]:
    if not flags & re.IGNORECASE:
        return test
    return lambda c: any(test(one) for one in {c, c.lower(), c.upper()} if len(one) == 1)


def _part(said: Any, flags: int) -> Callable[[str], bool]:
    kind, value = said
    if kind is op.LITERAL:
        return lambda c: ord(c) == value
    if kind is op.RANGE:
        return lambda c: value[0] <= ord(c) <= value[1]
    ascii_ = bool(flags & re.ASCII)
    name = str(value).lower()
    kinds: dict[str, Callable[[str], bool]] = {
        "digit": lambda c: c.isdecimal() and (c.isascii() or not ascii_),
        "space": lambda c: c.isspace() and (c.isascii() or not ascii_),
        "word": lambda c: (c.isalnum() or c == "_") and (c.isascii() or not ascii_),
    }
    test = kinds[name.rpartition("_")[2]]
    return (lambda c: not test(c)) if "_not_" in name else test


# --- texts that make it go back ---


@cache
def attacks(pattern: str, flags: int = 0) -> list[tuple[str, str, str]]:
    """(what stands before, what is repeated, what stands behind), made of what the pattern itself looks for."""
    counting = Counting(pattern, flags)
    begun = _begun(counting, list(counting.tree), counting.flags)
    kinds: dict[tuple[bool, ...], str] = {}
    for c in CHARACTERS:
        kinds.setdefault(tuple(test(c) for test in counting.tests), c)
    singles = list(kinds.values())
    whole = _example(counting, list(counting.tree), counting.flags)
    pieces = [piece for _, piece in begun] + [before for before, _ in begun] + [whole, whole[:-1], whole[1:]]
    several = [f"{one}{other}" for one in singles[:6] for other in singles[:6] if one < other]
    broken = [f"{before}{piece}{end}" for before, piece in begun for end in singles]
    repeated = list(dict.fromkeys(filter(None, [*singles, *pieces, *several[:12]])))[:40]
    leads = list(dict.fromkeys(["", *(before for before, _ in begun)]))[:5]
    return [(lead, each, tail) for lead in leads for each in repeated for tail in ("", "\x00", "\nx")] + [
        ("", each, "") for each in dict.fromkeys(broken)
    ]


def _begun(counting: Counting, nodes: list[Any], flags: int, before: str = "") -> list[tuple[str, str]]:
    """For each repetition: what leads to it, and what it repeats."""
    found: list[tuple[str, str]] = []
    for node in nodes:
        kind, said = node
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            inner = list(said[2])
            if int(said[1]) > 8:
                found.append((before, _example(counting, inner, flags)))
            found += _begun(counting, inner, flags, before)
        elif kind is op.SUBPATTERN:
            found += _begun(counting, list(said[3]), (flags | said[1]) & ~said[2], before)
        elif kind is op.BRANCH:
            for way in said[1]:
                found += _begun(counting, list(way), flags, before)
        elif kind is op.ATOMIC_GROUP:
            found += _begun(counting, list(said), flags, before)
        before += _example(counting, [node], flags)
    return found


def _example(counting: Counting, nodes: list[Any], flags: int) -> str:
    """A short text that the nodes want, if all goes well."""
    text = ""
    for node in nodes:
        kind, said = node
        single = counting._single(node, flags)
        if single:
            counting.tests.pop()
            text += next((c for c in CHARACTERS if single(c)), chr(said) if kind is op.LITERAL else "a")
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            text += _example(counting, list(said[2]), flags) * max(1, min(int(said[0]), 40))
        elif kind is op.SUBPATTERN:
            text += _example(counting, list(said[3]), (flags | said[1]) & ~said[2])
        elif kind is op.BRANCH:
            text += _example(counting, list(said[1][0]), flags)
        elif kind is op.ATOMIC_GROUP:
            text += _example(counting, list(said), flags)
    return text


SMALL, LARGE = 20, 80  # repetitions
BOUND = 600
A_CHARACTER = 150  # steps at most, where repetitions have a bound


def grows(pattern: str, way: str, flags: int = 0, bound: int = 0) -> str:
    """The text over which the steps grow faster than n log n; "" if none is found. A repetition with a small bound
    grows up to it alone, which larger texts show. Of texts no longer than a `bound`, a few times as many steps
    for each of their characters are fine."""
    counting = Counting(pattern, flags)
    for lead, each, tail in attacks(pattern, flags):
        few = _counted(counting, lead + each * SMALL + tail, way, 1000 * SMALL)
        most = 7 * few + 200
        if _counted(counting, lead + each * LARGE + tail, way, most) <= most:
            continue
        long = lead + each * ((bound - len(lead)) // len(each) if bound else BOUND) + tail
        most = max(A_CHARACTER, 6 * bound) * len(long)
        if _counted(counting, long, way, most) > most:
            return f"{lead!r} + {each!r} * n + {tail!r}"
    return ""


def _counted(counting: Counting, text: str, way: str, most: int) -> int:
    try:
        return counting.count(text, way, most)
    except (TooMany, RecursionError):
        return most + 1
