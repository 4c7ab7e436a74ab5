"""A table of which one call fails: before it has done anything, or once all is done and the answer is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.ports import AwsAway

from .fakes import Parley


class Death(BaseException):
    """The worker is gone, in the midst of what it did."""


class Failing:
    """store.Table over another, whose call number `at` fails with `error`; `after` its effect or before it. `calls`
    counts them, `writes` those that change something."""

    CALLS = ("read", "write", "spread", "query", "add")

    def __init__(self, table: Any, at: int, *, after: bool, error: type[BaseException] = AwsAway) -> None:
        self.table, self.at, self.after, self.error = table, at, after, error
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.table, name)
        if name not in self.CALLS:
            return call

        def made(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls != self.at:
                return call(*arguments, **named)
            if self.after:
                call(*arguments, **named)
            raise self.error("the table's answer was lost" if self.after else "the table is away")

        return made


@contextmanager
def failing(parley: Parley, at: int, *, after: bool, error: type[BaseException] = AwsAway) -> Iterator[Failing]:
    """While it lasts the `at`-th call of the table fails."""
    table = parley.store.table
    made = Failing(table, at, after=after, error=error)
    parley.store.table = made  # type: ignore[assignment]
    try:
        yield made
    finally:
        parley.store.table = table
