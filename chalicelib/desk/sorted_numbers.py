"""Sets of 64-bit numbers as sorted bytes (sorted run): asked by bisection, merged as they grow. Pure."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

SIZE = 8  # bytes of a number
MOST = 1 << 64


def hashed(*parts: str) -> int:
    """The number that stands for some words."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(parts).encode(), digest_size=SIZE).digest(), "big")


def packed(numbers: Iterable[int]) -> bytes:
    """The set as bytes."""
    return array("Q", sorted(set(numbers))).tobytes()


def numbers_of(run: bytes) -> tuple[int, ...]:
    """The set's numbers, in order."""
    return tuple(memoryview(run).cast("Q"))


def merged(runs: Iterable[bytes]) -> bytes:
    """The union of several."""
    found = array("Q")
    for run in runs:
        found.frombytes(run)
    return packed(found)


def among(run: bytes, numbers: Iterable[int]) -> Iterator[int]:
    """Those of some numbers that are in the set."""
    there = memoryview(run).cast("Q")
    for number in numbers:
        place = bisect_left(there, number)
        if place < len(there) and there[place] == number:
            yield number


def between(run: bytes, low: int, high: int) -> list[int]:
    """The numbers of the set from `low` up to `high`."""
    there = memoryview(run).cast("Q")
    return list(there[bisect_left(there, low) : bisect_left(there, high)])
