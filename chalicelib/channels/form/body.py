"""What is read from a form's body, whichever of the three it was: values and files by the form's field names."""

from collections.abc import Iterable

import msgspec

from ...desk.arrivals import File

MAX_FIELDS = 200


class Body(msgspec.Struct, frozen=True):
    """Values in the order in which they came, several under one name if the form has it twice."""

    values: dict[str, list[str]]
    files: list[tuple[str, File]]


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Values by name."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values
