"""How much of a large table of cases a run takes: every so many, or all of it with PARLEY_FULL=1 (test sampling)."""

import os
from collections.abc import Iterable
from typing import TypeVar

FULL = bool(os.environ.get("PARLEY_FULL"))
T = TypeVar("T")


def every(step: int, cases: Iterable[T]) -> list[T]:
    """One of each `step` cases, the same ones in each run; all of them in a full one."""
    return list(cases)[:: 1 if FULL else step]
