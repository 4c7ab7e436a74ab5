"""Customers whose segments may have changed, as tasks for the worker of jobs (batches)."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from ..paging import PAGE
from .evaluate_segments import Moved

T = TypeVar("T")


def evaluations(customers: Mapping[str, Moved]) -> list[dict[str, Any]]:
    """What the worker is told of customers to place, by workspace, with what moved of each."""
    return [
        {"workspace": workspace, "customers": dict(chunk)}
        for workspace, moved in customers.items()
        for chunk in _batched(moved.items(), PAGE)
    ]


def _batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """The things, `size` at a time."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk
