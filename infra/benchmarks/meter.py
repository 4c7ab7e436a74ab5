"""Counts the AWS calls that the real code makes, and DynamoDB's capacity units of each, where botocore sends them."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient

from infra.benchmarks.units import INDEXES, Item, Written, indexed, items_read, query_read, written

Parameters = dict[str, Any]


@dataclass
class Count:
    """What happened while it was counted. `log` is what was printed, in bytes; `seconds` are told where it was timed;
    `aside` are those that the counting itself took. `spread` are the write units of search, whose costs are told
    apart; `listed` those of a workspace's inbox, which is one partition of an index; `rows` has all write units by the
    kind of row."""

    calls: Counter[str] = field(default_factory=Counter)
    reads: float = 0
    writes: float = 0
    spread: float = 0
    listed: float = 0
    rows: dict[str, float] = field(default_factory=dict)
    log: int = 0
    seconds: float = 0
    aside: float = 0

    @property
    def total(self) -> int:
        """All calls."""
        return sum(self.calls.values())

    def words(self) -> str:
        """`GetItem + 2 PutItem`."""
        return " + ".join(f"{n if n > 1 else ''} {name}".strip() for name, n in self.calls.items()) or "none"


class Meter:
    """Installed once in a process. Nothing is counted but within `counting`."""

    def __init__(self) -> None:
        self.count: Count | None = None
        hooked: Any = BaseClient
        original = hooked._make_api_call
        meter = self

        def call(client: Any, operation: str, parameters: Parameters) -> Any:
            if meter.count is None:
                return original(client, operation, parameters)
            return meter._counted(lambda *arguments: original(client, *arguments), operation, parameters)

        hooked._make_api_call = call

    @contextmanager
    def counting(self) -> Iterator[Count]:
        """Count what happens inside."""
        assert self.count is None
        self.count = count = Count()
        try:
            yield count
        finally:
            self.count = None

    def _counted(self, send: Callable[[str, Parameters], Any], operation: str, parameters: Parameters) -> Any:
        assert self.count
        self.count.calls[operation] += 1
        writes = _writes(operation, parameters)
        began = time.perf_counter()
        before = [_item(send, *place) for place in writes]
        sent = time.perf_counter()
        answer = send(operation, parameters)
        answered = time.perf_counter()
        after = [_item(send, *place) for place in writes]
        transaction = operation == "TransactWriteItems"
        for old, new in zip(before, after, strict=True):
            units = written(Written(old, new), transaction)
            kind = (new or old or {}).get("t", {}).get("S", "none")
            self.count.rows[kind] = self.count.rows.get(kind, 0) + units
            if new and "#ROOMS#" in new.get("g1pk", {}).get("S", ""):
                self.count.listed += indexed(Written(old, new), INDEXES[0])
            if operation == "BatchWriteItem":
                self.count.spread += units
            else:
                self.count.writes += units
        self.count.reads += _read(operation, parameters, answer)
        self.count.aside += sent - began + time.perf_counter() - answered
        return answer


def _item(send: Callable[[str, Parameters], Any], table: str, key: Item) -> Item | None:
    found: Item | None = send("GetItem", {"TableName": table, "Key": key, "ConsistentRead": True}).get("Item")
    return found


def _writes(operation: str, parameters: Parameters) -> list[tuple[str, Item]]:
    """(table, key) of each item that a call writes."""
    if operation == "TransactWriteItems":
        parts = [part for entry in parameters["TransactItems"] for part in entry.values()]
    elif operation == "BatchWriteItem":
        named = [(table, part) for table, parts in parameters["RequestItems"].items() for part in parts]
        parts = [{"TableName": table, **next(iter(part.values()))} for table, part in named]
    elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
        parts = [parameters]
    else:
        return []
    return [(part["TableName"], _key(part.get("Key") or part["Item"])) for part in parts]


def _key(item: Item) -> Item:
    return {name: item[name] for name in ("pk", "sk")}


def _read(operation: str, parameters: Parameters, answer: Any) -> float:
    if operation == "GetItem":
        items = [answer["Item"]] if "Item" in answer else []
        return items_read(items, 1, parameters.get("ConsistentRead", False))
    if operation == "BatchGetItem":
        return sum(
            items_read(answer["Responses"].get(table, []), len(asked["Keys"]), asked.get("ConsistentRead", False))
            for table, asked in parameters["RequestItems"].items()
        )
    if operation == "Query":
        return query_read(answer["Items"], parameters.get("ConsistentRead", False))
    return 0
