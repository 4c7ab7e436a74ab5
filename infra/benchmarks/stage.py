"""The real code on moto: the table and queues of resources.yaml, requests and records as Lambda hands them over."""

import contextlib
import hashlib
import io
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import yaml
from moto import mock_aws

from infra.benchmarks.events import gateway_event
from infra.benchmarks.meter import Count, Meter
from infra.benchmarks.units import Item
from infra.venvs import ROOT

BOOTSTRAP = "bootstrap-key-of-the-bench"
TABLE = "parley"
QUEUES = {"inbound": True, "deliver": True, "push": False, "broadcast": False, "jobs": False, "index": True}
QUEUES |= {"react_failed": False, "usage": False}
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
SOCKETS = "https://bench.execute-api.us-east-1.amazonaws.com/api"
Answer = tuple[int, Any]


class Stage:
    """A Parley on a pretended AWS in this process. Open it once: wiring keeps what it has made."""

    def __init__(self) -> None:
        # ms by which its clock is ahead of the machine's. It begins with the hour: no message is the first of another
        # one, which would have its customer evaluated anew.
        self.ahead = HOUR_MS - time.time_ns() // 1_000_000 % HOUR_MS
        self.meter = Meter()
        self.paper = Paper()

    @contextmanager
    def open(self) -> Iterator["Stage"]:
        """Within it everything works."""
        for name in [name for name in os.environ if name.startswith(("AWS_", "PARLEY_"))]:
            del os.environ[name]
        os.environ |= {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
        with mock_aws(), contextlib.redirect_stdout(self.paper):
            self._make()
            self._wire()
            yield self

    def _make(self) -> None:
        from chalicelib.aws.clients import client

        self.dynamodb, self.sqs = client("dynamodb"), client("sqs")
        properties = _table_properties()
        names = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
        self.dynamodb.create_table(TableName=TABLE, **{name: properties[name] for name in names})
        self.urls = {name: self._queue(name, fifo) for name, fifo in QUEUES.items()}
        client("s3").create_bucket(Bucket="files")
        key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        settings = {f"{name}_queue": url for name, url in self.urls.items()}
        settings |= {"stage": "bench", "table": TABLE, "files_bucket": "files", "key_id": key}
        settings |= {"public_url": "https://parley.example", "socket_endpoint": SOCKETS}
        settings["bootstrap_hash"] = hashlib.sha256(BOOTSTRAP.encode()).hexdigest()
        os.environ |= {f"PARLEY_{name.upper()}": value for name, value in settings.items()}

    def _queue(self, name: str, fifo: bool) -> str:
        attributes = {"FifoQueue": "true"} if fifo else {}
        url = self.sqs.create_queue(QueueName=name + ".fifo" * fifo, Attributes=attributes)["QueueUrl"]
        return str(url)

    def _wire(self) -> None:
        """The clock can be moved, and whoever is outside says yes."""
        from app import app
        from chalicelib import wiring
        from chalicelib.aws.clock import SystemClock

        self.app = app

        def now(_: SystemClock) -> int:
            return time.time_ns() // 1_000_000 + self.ahead

        SystemClock.now = now  # type: ignore[assignment,method-assign]
        wiring._outside = Obliging  # type: ignore[assignment]

    @contextmanager
    def counting(self) -> Iterator[Count]:
        """Count calls, units, and what is logged."""
        before = self.paper.bytes
        with self.meter.counting() as count:
            yield count
        count.log = self.paper.bytes - before

    def later(self, ms: int = 2 * MINUTE_MS) -> None:
        """Time passes."""
        self.ahead += ms

    def request(self, method: str, path: str, credential: str = "", *, body: Any = None, **options: Any) -> Answer:
        """Status and JSON of a request that comes in through API Gateway."""
        raw = options.get("raw") or (json.dumps(body).encode() if body is not None else b"")
        headers = {"content-type": "application/json", "host": "parley.example", **options.get("headers", {})}
        if credential:
            headers["authorization"] = f"Bearer {credential}"
        answer = self.app(gateway_event(method, path, headers, body=raw, query=options.get("query")), None)
        if answer["statusCode"] >= 400:
            raise RuntimeError(f"{method} {path}: {answer['statusCode']} {answer['body']}")
        return answer["statusCode"], json.loads(answer["body"])

    def taken(self, queue: str, most: int = 1) -> list[dict[str, Any]]:
        """Records of queue messages, as Lambda's poller makes them; they are gone from the queue."""
        records = []
        for message in self.sqs.receive_message(
            QueueUrl=self.urls[queue], MaxNumberOfMessages=most, AttributeNames=["All"]
        ).get("Messages", []):
            self.sqs.delete_message(QueueUrl=self.urls[queue], ReceiptHandle=message["ReceiptHandle"])
            names = {"messageId": "MessageId", "receiptHandle": "ReceiptHandle", "body": "Body"}
            record = {name: message[theirs] for name, theirs in names.items()}
            records.append(record | {"attributes": message["Attributes"], "eventSource": "aws:sqs"})
        return records

    def record(self, body: str) -> dict[str, Any]:
        """A queue's message as a worker is handed it, which never was in the queue."""
        return {
            "messageId": "bench",
            "receiptHandle": "bench",
            "body": body,
            "attributes": {},
            "eventSource": "aws:sqs",
        }

    def work(self, function: str, records: Sequence[dict[str, Any]]) -> None:
        """Run a worker on records. Raises if one of them failed."""
        from chalicelib.edge import workers

        answer = getattr(workers, function)({"Records": list(records)}, None)
        if answer and answer.get("batchItemFailures"):
            raise RuntimeError(f"{function} failed")

    def items(self, pk: str, prefix: str, after: str = "") -> list[Item]:
        """What lies in the table, in order."""
        found: list[Item] = self.dynamodb.query(
            TableName=TABLE,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues={
                ":pk": {"S": pk},
                ":low": {"S": after + "\x01" if after else prefix},
                ":high": {"S": prefix + "\U0010ffff"},
            },
        )["Items"]
        return found

    def fill(self, items: Sequence[Item]) -> None:
        """Put many items there."""
        for start in range(0, len(items), 25):
            puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
            self.dynamodb.batch_write_item(RequestItems={TABLE: puts})


class Paper(io.TextIOBase):
    """Standard output that is weighed and thrown away."""

    bytes = 0

    def write(self, text: str) -> int:
        """Weigh it."""
        self.bytes += len(text.encode())
        return len(text)


class Obliging:
    """An outside server that takes everything."""

    def send(self, request: Any) -> Any:
        """As ports.Outside."""
        from chalicelib.ports import Answer

        return Answer(200)


def _table_properties() -> dict[str, Any]:
    text = (ROOT / "infra" / "resources.yaml").read_text()

    class Loader(yaml.SafeLoader):
        """Takes CloudFormation's short forms for nothing."""

    Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
    properties: dict[str, Any] = yaml.load(text, Loader)["Resources"]["Table"]["Properties"]  # noqa: S506
    return properties
