"""DynamoDB's capacity units, by its published rules, from the items that a call read and wrote.

Amazon DynamoDB Developer Guide, "DynamoDB read and write operations" and "DynamoDB item sizes and formats": reads in
steps of 4 KB, half if eventually consistent; writes in steps of 1 KB of the larger of the item before and after; a
transaction's writes twice. "Using Global Secondary Indexes": each index is written for itself (when its key moves,
twice: taken out, put in). Index writes follow the commit and are counted once, also those of a transaction.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
INDEXES = (("g1pk", "g1sk"), ("g2pk", "g2sk"), ("g3pk", "g3sk"))
READ_STEP, WRITE_STEP = 4096, 1024


@dataclass(frozen=True, slots=True)
class Written:
    """An item before and after a write; None for not there."""

    before: Item | None
    after: Item | None


def size(item: Item | None) -> int:
    """Bytes: names and values in UTF-8."""
    return sum(len(name.encode()) + _value(value) for name, value in (item or {}).items())


def _value(value: Mapping[str, Any]) -> int:
    (kind, content), *_ = value.items()
    if kind == "S":
        return len(str(content).encode())
    if kind == "N":
        digits = content.lstrip("-").replace(".", "").strip("0")
        return math.ceil(len(digits) / 2) + 1 + int(content[0] == "-")
    if kind == "B":
        return len(content)
    if kind in ("BOOL", "NULL"):
        return 1
    raise ValueError(f"no item of Parley's has an attribute of type {kind}")


def items_read(items: Sequence[Item], asked: int, consistent: bool) -> float:
    """GetItem and BatchGetItem: each item for itself; what is not there costs the least there is."""
    steps = sum(max(1, math.ceil(size(item) / READ_STEP)) for item in items) + asked - len(items)
    return steps if consistent else steps / 2


def query_read(items: Sequence[Item], consistent: bool) -> float:
    """Query: all that it went over together."""
    steps = max(1, math.ceil(sum(map(size, items)) / READ_STEP))
    return steps if consistent else steps / 2


def written(write: Written, transaction: bool) -> float:
    """One item's write, with the writes of its indexes."""
    return _steps(write.before, write.after) * (2 if transaction else 1) + sum(indexed(write, keys) for keys in INDEXES)


def _steps(*items: Item | None) -> int:
    return max(1, *(math.ceil(size(item) / WRITE_STEP) for item in items))


def indexed(write: Written, keys: tuple[str, str]) -> int:
    """What one index writes for an item's write."""
    before, after = _entry(write.before, keys), _entry(write.after, keys)
    if before is None and after is None:
        return 0
    if before is None or after is None:
        return _steps(write.before if before else write.after)
    if before != after:
        return _steps(write.before) + _steps(write.after)
    return 0 if write.before == write.after else _steps(write.before, write.after)


def _entry(item: Item | None, keys: tuple[str, str]) -> tuple[str, str] | None:
    """Where an item lies in an index; None where it is not in it."""
    return (item[keys[0]]["S"], item[keys[1]]["S"]) if item and keys[0] in item else None
