"""AWS as a history sees it (fakes with AWS's ways): a table whose indexes lag and whose stream is worked off by shards,
queues with groups, visibility and redrive as infra/resources.yaml sets them, workers with time-outs."""

import json
import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import ClientError

from chalicelib.store.keys import Key, Range
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import Row
from tests.fakes import FakeFiles, FakeSealer

from .weather import Weather

ROOT = Path(__file__).parents[3]
SHARDS = 2
LAG_MS = 2000  # by which an index may be behind
DEDUPLICATES_MS = 300_000
QUEUES = ("inbound", "deliver", "push", "broadcast", "jobs", "sync", "index")
WORKERS = dict(zip(QUEUES, ("receive", *QUEUES[1:]), strict=True))
CONCURRENT = 3  # runs of one worker at a time


class _Loader(yaml.SafeLoader):
    """Passes over CloudFormation's functions."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
TEMPLATE = yaml.load((ROOT / "infra/resources.yaml").read_text(), _Loader)["Resources"]  # noqa: S506  a SafeLoader
CONFIG = json.loads((ROOT / ".chalice/config.json").read_text())


def timeout(worker: str) -> int:
    """ms that a worker may take."""
    own = CONFIG["stages"]["aws"]["lambda_functions"].get(worker, {})
    return 1000 * int(own.get("lambda_timeout", CONFIG["lambda_timeout"]))


@dataclass(frozen=True)
class QueueFacts:
    """How the template makes a queue."""

    fifo: bool
    visible_after: int
    most_receives: int

    @classmethod
    def of(cls, name: str) -> "QueueFacts":
        made = TEMPLATE[f"{name.title()}Queue"]["Properties"]
        return cls(
            bool(made.get("FifoQueue")), 1000 * made["VisibilityTimeout"], made["RedrivePolicy"]["maxReceiveCount"]
        )


FACTS = {name: QueueFacts.of(name) for name in QUEUES}


class SimTable(MemoryTable):
    """The table. Each change goes into its shard of the stream; a query of an index may see the table of some time
    ago."""

    def __init__(self, weather: Weather, rng: random.Random) -> None:
        super().__init__()
        self.weather, self.rng = weather, rng
        self.stream: list[list[tuple[Key, Row | None, Row | None]]] = [[] for _ in range(SHARDS)]
        self.log: list[tuple[int, Key, Row | None]] = []
        self.indexed: dict[Key, Row] = {}
        self.applied = 0

    def _noted(self, keys: Sequence[Key], do: Callable[[], None]) -> None:
        before = {key: self.rows.get(key) for key in keys}
        do()
        for key, old in before.items():
            now = self.rows.get(key)
            if now != old:
                self.stream[zlib.crc32(key[0].encode()) % SHARDS].append((key, old, now))
                self.log.append((self.weather.clock.at, key, now))

    def read(self, keys: Sequence[Key]) -> dict[Key, Row]:
        return self.weather.call("table", "read", lambda: super(SimTable, self).read(keys))

    def write(
        self, puts: Sequence[tuple[Row, int | None]], drops: Sequence[Key], *, held: Mapping[Key, int] | None = None
    ) -> None:
        keys = [row.key for row, _ in puts] + list(drops)
        alone = len(puts) == 1 and not drops and puts[0][1] is not None
        self.weather.call(
            "table",
            "write",
            lambda: self._noted(keys, lambda: super(SimTable, self).write(puts, drops, held=held)),
            writes=True,
            conditional=alone,
        )

    def spread(self, puts: Sequence[Row], drops: Sequence[Key]) -> None:
        """Each for itself: it may end between two."""

        def one(put: list[Row], drop: list[Key]) -> None:
            keys = [row.key for row in put] + drop
            self._noted(keys, lambda: super(SimTable, self).spread(put, drop))

        for row in puts:
            self.weather.call("table", "spread", lambda row=row: one([row], []), writes=True)
        for key in drops:
            self.weather.call("table", "spread", lambda key=key: one([], [key]), writes=True)

    def query(
        self, span: Range, forward: bool, limit: int, *, start: dict[str, str] | None
    ) -> tuple[list[Row], dict[str, str] | None]:
        def do() -> tuple[list[Row], dict[str, str] | None]:
            if not span.index:
                return super(SimTable, self).query(span, forward, limit, start=start)
            self._catch_up()
            now, self.rows = self.rows, self.indexed
            try:
                return super(SimTable, self).query(span, forward, limit, start=start)
            finally:
                self.rows = now

        return self.weather.call("table", "query", do)

    def _catch_up(self) -> None:
        """An index is some writes behind, at most LAG_MS."""
        upto = len(self.log)
        if self.weather.stormy and self.rng.random() < 0.5:
            floor = self.applied
            while floor < upto and self.log[floor][0] < self.weather.clock.at - LAG_MS:
                floor += 1
            upto = self.rng.randint(floor, upto)
        for _, key, row in self.log[self.applied : upto]:
            if row is None:
                self.indexed.pop(key, None)
            else:
                self.indexed[key] = row
        self.applied = max(self.applied, upto)

    def size(self, span: Range) -> int:
        return self.weather.call("table", "size", lambda: super(SimTable, self).size(span))

    def add(self, key: Key, amount: int, expires: int) -> int:
        return self.weather.call("table", "add", lambda: super(SimTable, self).add(key, amount, expires), writes=True)


class SimFiles(FakeFiles):
    """The bucket."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self.weather = weather

    def put(self, key: str, content: bytes, type_: str) -> None:
        self.weather.call("files", "put", lambda: super(SimFiles, self).put(key, content, type_), writes=True)

    def get(self, key: str) -> bytes:
        return self.weather.call("files", "get", lambda: super(SimFiles, self).get(key))


class SimSealer(FakeSealer):
    """KMS."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather

    def seal(self, secret: str, context: dict[str, str]) -> str:
        return self.weather.call("kms", "seal", lambda: super(SimSealer, self).seal(secret, context))

    def open(self, sealed: str, context: dict[str, str]) -> str:
        return self.weather.call("kms", "open", lambda: super(SimSealer, self).open(sealed, context))


@dataclass
class Letter:
    """A message of a queue."""

    id: str
    body: str
    visible: int
    group: str = ""
    receives: int = 0
    attributes: dict[str, Any] = field(default_factory=dict)
    redriven: bool = False


def url(name: str, dead: bool = False) -> str:
    """The address of a queue, or of its dead letters."""
    return f"sim:{name}{'-dead' if dead else ''}{'.fifo' if FACTS[name].fifo else ''}"


def _refused(reason: str) -> ClientError:
    return ClientError({"Error": {"Code": "InternalError", "Message": reason}}, "sqs")


class SimSqs:
    """What aws/queues.py asks of botocore's client, and what Lambda's pollers do."""

    def __init__(self, weather: Weather, rng: random.Random) -> None:
        self.weather, self.rng = weather, rng
        self.queues: dict[str, list[Letter]] = defaultdict(list)
        self.known: dict[tuple[str, str, str], int] = {}
        self.numbers = count(1)

    def _put(self, where: str, entry: dict[str, Any]) -> None:
        now = self.weather.clock.at
        group = entry.get("MessageGroupId", "")
        if where.endswith(".fifo"):
            place = (where, group, entry["MessageDeduplicationId"])
            if now - self.known.get(place, -DEDUPLICATES_MS) < DEDUPLICATES_MS:
                return
            self.known[place] = now
        for _ in range(self._copies(where)):
            self.queues[where].append(
                Letter(
                    id=f"m{next(self.numbers)}",
                    body=entry["MessageBody"],
                    visible=now + 1000 * entry.get("DelaySeconds", 0),
                    group=group,
                    attributes=entry.get("MessageAttributes", {}),
                )
            )

    def _copies(self, where: str) -> int:
        """A standard queue gives now and then a message twice."""
        twice = self.weather.stormy and not where.endswith(".fifo") and "-dead" not in where
        return 2 if twice and self.rng.random() < self.weather.twice else 1

    def send_message(self, QueueUrl: str, **entry: Any) -> dict[str, Any]:  # noqa: N803  botocore's names
        self.weather.call("sqs", "send", lambda: self._put(QueueUrl, entry), writes=True, refusal=_refused)
        return {}

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        failed: list[dict[str, str]] = []

        def do() -> None:
            for entry in Entries:
                if self.weather.stormy and self.rng.random() < self.weather.away / 2:
                    failed.append({"Id": entry["Id"]})
                else:
                    self._put(QueueUrl, entry)

        self.weather.call("sqs", "send", do, writes=True, refusal=_refused)
        return {"Failed": failed} if failed else {}

    def change_message_visibility(self, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        self.change_message_visibility_batch(
            QueueUrl, [{"Id": "0", "ReceiptHandle": ReceiptHandle, "VisibilityTimeout": VisibilityTimeout}]
        )

    def change_message_visibility_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        def do() -> None:
            seconds = {entry["ReceiptHandle"]: entry["VisibilityTimeout"] for entry in Entries}
            for letter in self.queues[QueueUrl]:
                if letter.id in seconds:
                    letter.visible = self.weather.clock.at + 1000 * seconds[letter.id]

        self.weather.call("sqs", "visibility", do, writes=True, refusal=_refused)
        return {}

    def receive_message(
        self,
        QueueUrl: str,  # noqa: N803
        MaxNumberOfMessages: int = 1,  # noqa: N803
        VisibilityTimeout: int = 30,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        def do() -> list[Letter]:
            now = self.weather.clock.at
            found = [letter for letter in self.queues[QueueUrl] if letter.visible <= now][:MaxNumberOfMessages]
            for letter in found:
                letter.visible, letter.receives = now + 1000 * VisibilityTimeout, letter.receives + 1
            return found

        found = self.weather.call("sqs", "receive", do, refusal=_refused)
        return {"Messages": [_shown(letter) for letter in found]} if found else {}

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        def do() -> None:
            self.queues[QueueUrl] = [letter for letter in self.queues[QueueUrl] if letter.id != ReceiptHandle]

        self.weather.call("sqs", "delete", do, writes=True, refusal=_refused)

    # --- Lambda's pollers

    def batch(self, name: str, size: int) -> list[Letter]:
        """The next batch of a queue. A group with a message that is being worked on, or held back, gives none."""
        facts, now = FACTS[name], self.weather.clock.at
        there = list(self.queues[url(name)])
        if not facts.fifo and self.weather.stormy:
            self.rng.shuffle(there)
        taken: list[Letter] = []
        blocked: set[str] = set()
        for letter in there:
            if facts.fifo and letter.group in blocked:
                continue
            if letter.visible > now:
                blocked.add(letter.group)
            elif letter.receives >= facts.most_receives:
                self.queues[url(name)].remove(letter)
                letter.redriven, letter.visible = True, 0
                self.queues[url(name, dead=True)].append(letter)
            elif len(taken) == size:
                break
            else:
                taken.append(letter)
                if facts.fifo and self.weather.stormy and self.rng.random() < 0.3:
                    blocked.add(letter.group)
        for letter in taken:
            letter.visible, letter.receives = now + facts.visible_after, letter.receives + 1
        return taken

    def settle(self, name: str, taken: list[Letter], answer: dict[str, Any] | None) -> None:
        """The worker has answered: what did not fail is deleted, what failed comes when it is visible again."""
        failed = {each["itemIdentifier"] for each in (answer or {}).get("batchItemFailures", [])}
        over = {letter.id for letter in taken} - failed
        self.queues[url(name)] = [letter for letter in self.queues[url(name)] if letter.id not in over]

    def waiting(self) -> Iterator[Letter]:
        """All that lies in the queues of the workers."""
        for name in QUEUES:
            yield from self.queues[url(name)]


def _shown(letter: Letter) -> dict[str, Any]:
    groups = {"MessageGroupId": letter.group} if letter.group else {}
    return {
        "MessageId": letter.id,
        "ReceiptHandle": letter.id,
        "Body": letter.body,
        "MessageAttributes": letter.attributes,
        "Attributes": {"ApproximateReceiveCount": str(letter.receives), **groups},
    }


class Context:
    """Lambda's context of a run."""

    def __init__(self, ends_at: int, now: Callable[[], int]) -> None:
        self.ends_at, self.now = ends_at, now

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self.ends_at - self.now())


class Event:
    """What Chalice hands to a worker."""

    def __init__(self, records: list[dict[str, Any]], context: Context) -> None:
        self.records, self.context = records, context

    def to_dict(self) -> dict[str, Any]:
        return {"Records": self.records}


def records_of(taken: list[Letter]) -> list[dict[str, Any]]:
    """A batch as the worker gets it."""
    return [
        {
            "messageId": letter.id,
            "receiptHandle": letter.id,
            "body": letter.body,
            "attributes": {
                "ApproximateReceiveCount": str(letter.receives),
                **({"MessageGroupId": letter.group} if letter.group else {}),
            },
        }
        for letter in taken
    ]


def images(batch: list[tuple[Key, Row | None, Row | None]]) -> list[dict[str, Any]]:
    """Records of the stream as Lambda gives them, those that the template's filter lets through."""
    records = []
    for number, (key, old, now) in enumerate(batch):
        if not wanted(key):
            continue
        record: dict[str, Any] = {"Keys": {"pk": {"S": key[0]}, "sk": {"S": key[1]}}, "SequenceNumber": str(number)}
        for name, row in (("NewImage", now), ("OldImage", old)):
            if row:
                record[name] = {"t": {"S": row.t}, "d": {"S": row.d}}
        records.append({"dynamodb": record})
    return records


_PATTERNS = [
    json.loads(each["Pattern"])["dynamodb"]["Keys"]
    for each in TEMPLATE["React"]["Properties"]["Events"]["ReactDynamodbEventSource"]["Properties"]["FilterCriteria"][
        "Filters"
    ]
]


def wanted(key: Key) -> bool:
    """Whether the template's filter lets a change of that key through."""
    return any(_fits(pattern["pk"]["S"], key[0]) and _fits(pattern["sk"]["S"], key[1]) for pattern in _PATTERNS)


def _fits(rules: list[Any], text: str) -> bool:
    return any(text.startswith(rule["prefix"]) if isinstance(rule, dict) else text == rule for rule in rules)
