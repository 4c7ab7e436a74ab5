"""The mechanisms of safety, and how each is switched off."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def switched_off(name: str) -> Iterator[None]:
    """Run without one of them; "" is with all."""
    if name:
        raise KeyError(name)
    yield
