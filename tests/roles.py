"""What the template's roles let workers do: one in memory may do no more, as on AWS."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from tests.access import Use, granted, stored_template

_acting: list[str] = []


@contextmanager
def acting_as(function: str) -> Iterator[None]:
    """Whatever is asked of bucket, table and queues is asked with the role of that function."""
    _acting.append(function)
    try:
        yield
    finally:
        _acting.pop()


def asks(action: str, place: str) -> None:
    """Raises where a function acts whose role may not. Nobody else's rights are looked at."""
    if _acting and not {(_acting[-1], action, each) for each in (place, place.partition("/")[0])} & _grants():
        raise AssertionError(f"the role of {_acting[-1]} may not {action} {place}")


@cache
def _grants() -> set[Use]:
    return granted(stored_template())
