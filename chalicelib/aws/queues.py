"""ports.Queues on SQS. Envelopes travel as base64 (SQS refuses some characters); large ones go by way of the bucket."""

import hashlib
import json
from collections.abc import Iterable
from itertools import islice
from typing import Any

import msgspec

from ..desk.envelopes import Envelope
from ..ports import Away, Call, Errand, Files, Sorting, Task
from ..settings import Settings
from .clients import client

MAX_INLINE = 700 * 1024  # bytes of a queue message; SQS takes 1 MiB, attributes and all
MAX_REASON = 500


class SqsQueues:
    """The queues of a stack."""

    def __init__(self, settings: Settings, files: Files) -> None:
        self.settings, self.files = settings, files

    def inbound(self, envelope: Envelope, group: str) -> None:
        """One send; for a large envelope one put before it."""
        body = msgspec.json.encode(envelope)
        if len(body) > MAX_INLINE:
            key = f"envelopes/{envelope.workspace}/{envelope.id}"
            self.files.put(key, body, "application/json")
            body = json.dumps({"key": key}).encode()
        _send(
            self.settings.inbound_queue,
            MessageBody=body.decode(),
            MessageGroupId=_token(group),
            MessageDeduplicationId=envelope.id,
        )

    def envelope(self, body: str) -> Envelope:
        """The envelope of a queue message."""
        told = json.loads(body)
        if set(told) == {"key"}:
            return msgspec.json.decode(self.files.get(told["key"]), type=Envelope)
        return msgspec.json.decode(body, type=Envelope)

    def wake(self, calls: Iterable[Call]) -> None:
        """Ten to a request."""
        entries = (
            {
                "MessageBody": json.dumps({"bridge": call.bridge, "n": call.n}),
                "MessageGroupId": _token(call.bridge),
                "MessageDeduplicationId": _token(f"{call.bridge}:{call.n}:{call.why}"),
            }
            for call in calls
        )
        _send_all(self.settings.deliver_queue, entries)

    def wake_later(self, call: Call, seconds: int) -> None:
        """A FIFO queue takes no delay per message: it waits on the queue of pushes, whose worker hands it over."""
        told = json.dumps({"bridge": call.bridge, "n": call.n, "why": call.why})
        _send(self.settings.push_queue, MessageBody=told, DelaySeconds=seconds)

    def push(self, pushes: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Ten to a request: none has more than some 30 KB."""
        delay: dict[str, Any] = {"DelaySeconds": after} if after else {}
        _send_all(self.settings.push_queue, ({"MessageBody": json.dumps(push), **delay} for push in pushes))

    def broadcast(self, errands: Iterable[Errand]) -> None:
        """Ten to a request."""
        entries = ({"MessageBody": msgspec.json.encode(errand).decode()} for errand in errands)
        _send_all(self.settings.broadcast_queue, entries)

    def work(self, tasks: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Ten to a request."""
        delay: dict[str, Any] = {"DelaySeconds": after} if after else {}
        _send_all(self.settings.jobs_queue, ({"MessageBody": json.dumps(task), **delay} for task in tasks))

    def sync(self, tasks: Iterable[Task]) -> None:
        """Ten to a request. The same task twice within five minutes is done once."""
        entries = (
            {
                "MessageBody": msgspec.json.encode(task).decode(),
                "MessageGroupId": _token(task.group),
                "MessageDeduplicationId": _token(f"{task.do}:{task.group}:{task.why}"),
            }
            for task in tasks
        )
        _send_all(self.settings.sync_queue, entries)

    def sort(self, tasks: Iterable[Sorting]) -> None:
        """Ten to a request."""
        entries = (
            {
                "MessageBody": msgspec.json.encode(task).decode(),
                "MessageGroupId": _token(task.group),
                "MessageDeduplicationId": _token(f"{task.group}:{task.cursor}:{task.why}"),
            }
            for task in tasks
        )
        _send_all(self.settings.index_queue, entries)

    def set_aside(self, pk: str, sk: str, reason: str) -> None:
        """Keys and reason alone: the change itself is in the table."""
        _send(
            self.settings.react_failed_queue,
            MessageBody=json.dumps({"pk": pk, "sk": sk}),
            MessageAttributes=_reason(reason),
        )

    def bury(self, name: str, record: dict[str, Any], reason: str) -> None:
        """Put a queue message that cannot be worked off into its dead-letter queue, with the reason."""
        url = dict(pair.split("=", 1) for pair in self.settings.dead_letter_queues.split(",") if pair).get(name, "")
        system = record.get("attributes", {})
        fifo: dict[str, Any] = {}
        if url.endswith(".fifo"):
            fifo = {
                "MessageGroupId": system.get("MessageGroupId", "dead"),
                "MessageDeduplicationId": _token(f"dead:{record['messageId']}"),
            }
        _send(url, MessageBody=record["body"], MessageAttributes=_reason(reason), **fifo)

    def later(self, queue: str, receipt: str, seconds: int) -> None:
        """Let a failed message come back sooner than the queue's visibility time-out says."""
        url = getattr(self.settings, f"{queue}_queue")
        _called("change_message_visibility", QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=seconds)


def _token(text: str) -> str:
    """A group or deduplication id: at most 128 characters of the plain sort."""
    return (
        text if len(text) <= 128 and text.isascii() and " " not in text else hashlib.sha256(text.encode()).hexdigest()
    )


def _reason(reason: str) -> dict[str, Any]:
    text = "".join(c if c.isprintable() else " " for c in reason)[:MAX_REASON] or "unknown"
    return {"reason": {"DataType": "String", "StringValue": text}}


def _called(operation: str, **parameters: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return getattr(client("sqs"), operation)(**parameters)
    except (BotoCoreError, ClientError) as error:
        raise Away(f"sqs {operation}: {type(error).__name__}") from error


def _send(url: str, **message: Any) -> None:
    _called("send_message", QueueUrl=url, **message)


def _send_all(url: str, entries: Iterable[dict[str, Any]]) -> None:
    rest = iter(entries)
    while batch := list(islice(rest, 10)):
        numbered = [{"Id": str(i), **entry} for i, entry in enumerate(batch)]
        answer = _called("send_message_batch", QueueUrl=url, Entries=numbered)
        if answer.get("Failed"):
            raise Away(f"sqs: {len(answer['Failed'])} of {len(batch)} messages were not taken")
