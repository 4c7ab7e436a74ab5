"""SQS, the stream and the open sockets, as the workers and the code behind `ports` meet them: all of it on wires."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.aws.queues import SqsQueues
from chalicelib.edge import workers
from chalicelib.search.segments import SegmentIndex
from chalicelib.settings import Settings, settings
from chalicelib.store.rows import Row
from tests.fakes import Parley

FIFO = ("inbound", "deliver", "sync", "index")
WORKED_OFF = (*FIFO, "push", "broadcast", "jobs", "mail")
WORKERS = {name: name for name in WORKED_OFF} | {"inbound": "receive"}  # queue → its worker's function
Stored = dict[str, Any]


def _url(queue: str) -> str:
    return f"https://sqs.example/{queue}{'.fifo' if queue.removeprefix('dead-') in FIFO else ''}"


def stack() -> Settings:
    """What a function is told about its queues."""
    dead = ",".join(f"{name}={_url(f'dead-{name}')}" for name in WORKED_OFF)
    queues = {f"{name}_queue": _url(name) for name in WORKED_OFF if name != "mail"}
    rest = {"dead_letter_queues": dead, "react_failed_queue": _url("react-failed"), "public_url": "https://parley.test"}
    return replace(settings(), stage="test", **queues, **rest)


class Sqs:
    """The client: what was sent, message by message, in the fields that a message has on the wire."""

    def __init__(self) -> None:
        self.sent: list[Stored] = []

    def send_message(self, QueueUrl: str, **message: Any) -> None:  # noqa: N803  boto's name
        self.sent.append({"queue": QueueUrl.rpartition("/")[2].removesuffix(".fifo"), **message})

    def send_message_batch(self, QueueUrl: str, Entries: list[Stored]) -> Stored:  # noqa: N803
        for entry in Entries:
            self.send_message(QueueUrl, **{name: value for name, value in entry.items() if name != "Id"})
        return {}

    def receive_message(self, QueueUrl: str, **_: Any) -> Stored:  # noqa: N803
        there = [each for each in self.sent if _url(each["queue"]) == QueueUrl]
        return {"Messages": [{**each, "Body": each["MessageBody"], "ReceiptHandle": each} for each in there]}

    def delete_message(self, QueueUrl: str, ReceiptHandle: Stored) -> None:  # noqa: N803
        self.sent.remove(ReceiptHandle)

    def change_message_visibility(self, **_: Any) -> None:
        """Nothing is hidden here."""

    def take(self, *queues: str) -> list[Stored]:
        """What lies in the queues, which is taken."""
        taken = [each for each in self.sent if each["queue"] in queues]
        self.sent = [each for each in self.sent if each["queue"] not in queues]
        return taken


@dataclass
class Lines:
    """Every socket is open."""

    frames: list[tuple[str, Any]] = field(default_factory=list)

    def send(self, connection: str, frame: Stored) -> bool:
        self.frames.append((connection, frame))
        return True

    def close(self, connection: str) -> None:
        self.frames.append((connection, "closed"))


@dataclass
class Wire:
    """The far ends."""

    sqs: Sqs
    lines: Lines
    outside: Any
    counted: set[tuple[str, ...]]

    def count(self, name: str, **by: str) -> None:
        """As telemetry.count."""
        self.metric(name, **by)

    def metric(self, name: str, **by: str) -> Stored:
        """As telemetry.metric."""
        self.counted.add((name, *by, *by.values()))
        return {}


@contextmanager
def wired(parley: Parley, outside: Any) -> Iterator[Wire]:
    """A Parley whose queues are SQS's, and whose workers are the real ones."""
    wire, known = Wire(Sqs(), Lines(), outside, set()), stack()
    queues = SqsQueues(known, parley.files)
    index = SegmentIndex(parley.store, parley.files, parley.clock)
    parley.world = replace(parley.world, queues=queues, clock=parley.clock, outside=outside, index=index)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.aws.queues.client", lambda _: wire.sqs)
        for module in ("workers", "retries"):
            patch.setattr(f"chalicelib.edge.{module}.count", wire.count)
        patch.setattr("chalicelib.edge.workers.metric", wire.metric)
        patch.setattr("chalicelib.settings.settings", lambda: known)
        patch.setattr("chalicelib.wiring.queues", lambda: queues)
        patch.setattr("chalicelib.wiring.sockets", lambda: wire.lines)
        patch.setattr("chalicelib.wiring.world", lambda: parley.world)
        yield wire


def event(message: Stored, tries: int = 1) -> Stored:
    """A message as Lambda hands it to its queue's worker."""
    attributes = {"ApproximateReceiveCount": str(tries)}
    if "MessageGroupId" in message:
        attributes["MessageGroupId"] = message["MessageGroupId"]
    record = {"messageId": "m1", "receiptHandle": "r1", "body": message["MessageBody"], "attributes": attributes}
    return {"Records": [record]}


def worked_off(message: Stored) -> bool:
    """Hand a message to its queue's worker; whether it is done."""
    answer = getattr(workers, WORKERS[message["queue"]])(event(message), None)
    return bool(answer == {"batchItemFailures": []})


def ticked() -> None:
    """Have the clock's worker look."""
    told_ = dict.fromkeys(("version", "account", "region", "detail-type", "source", "time", "id"), "")
    workers.tick({**told_, "detail": {}, "resources": []}, None)


def reacted(*records: Stored) -> None:
    """Hand a batch of the table's stream to its worker."""
    workers.react({"Records": list(records)}, None)


def told(new: Row | None, old: Row | None) -> Stored:
    """A change of a row as the table's stream tells it."""
    row = new or old
    assert row
    images = {name: _image(each) for name, each in (("NewImage", new), ("OldImage", old)) if each}
    event = "REMOVE" if new is None else "MODIFY" if old else "INSERT"
    return {"eventName": event, "dynamodb": {"Keys": {"pk": {"S": row.pk}, "sk": {"S": row.sk}}, **images}}


def _image(row: Row) -> Stored:
    image = {name: {"S": getattr(row, name)} for name in ("pk", "sk", "t", "d")} | {"v": {"N": str(row.v)}}
    for index, (pk, sk) in row.g.items():
        image |= {f"{index}pk": {"S": pk}, f"{index}sk": {"S": sk}}
    return image | ({"expires": {"N": str(row.expires)}} if row.expires else {})


def written(row: Row) -> str:
    """A row as a line of JSON."""
    return json.dumps({name: getattr(row, name) for name in ("pk", "sk", "v", "t", "d", "g", "expires")})


def read(lines: Iterable[str]) -> list[Row]:
    """Rows out of lines of JSON."""
    found = [json.loads(line) for line in lines]
    return [Row(**{**each, "g": {name: tuple(key) for name, key in each["g"].items()}}) for each in found]
