"""How much of a large table of cases a run takes: every so many, or all of it with PARLEY_FULL=1 (test sampling)."""

import os
from collections.abc import Iterable
from typing import TypeVar

FULL = bool(os.environ.get("PARLEY_FULL"))
FEW = 3  # cases that are always taken
T = TypeVar("T")


def sampled(cases: Iterable[T]) -> tuple[list[T], list[T]]:
    """Every other one, and the rest, where there are more than three; all in a full run."""
    found = list(cases)
    step = 1 if FULL or len(found) <= FEW else 2
    return found[::step], [each for n, each in enumerate(found) if n % step]


def every(step: int, cases: Iterable[T]) -> list[T]:
    """One of each `step` cases, the same ones in each run; all of them in a full one."""
    return list(cases)[:: 1 if FULL else step]
