"""ports.Queues on SQS: envelopes travel as base64, large ones by way of the bucket (claim check).

SQS refuses some characters, hence base64.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from math import inf
from typing import Any

import msgspec

from ..desk.dead_letters import DeadLetter
from ..desk.envelopes import Envelope
from ..ports import AwsAway, Call, DeadBody, Errand, Files, IndexTask, Task
from ..settings import Settings
from .clients import client

MAX_INLINE = 700 * 1024  # bytes of a queue message; SQS takes 1 MiB, attributes and all
MAX_REASON = 500
MAX_LOOKS = 100  # tens of dead letters that are looked through for one
HELD_S = 30  # s for which they are hidden meanwhile


class SqsQueues:
    """The queues of a stack."""

    def __init__(self, settings: Settings, files: Files) -> None:
        self.settings, self.files = settings, files

    def inbound(self, envelope: Envelope, group: str) -> None:
        """One send; for a large envelope one put before it."""
        body = msgspec.json.encode(envelope)
        if len(body) > MAX_INLINE:
            body = json.dumps({"key": self.keep(envelope)}).encode()
        _send(
            self.settings.inbound_queue,
            MessageBody=body.decode(),
            MessageGroupId=_token(group),
            MessageDeduplicationId=self._once(envelope.id),
        )

    def keep(self, envelope: Envelope) -> str:
        """In the bucket, whose lifecycle ends it."""
        key = f"envelopes/{envelope.workspace}/{envelope.id}"
        self.files.put(key, msgspec.json.encode(envelope), "application/json")
        return key

    def forget(self, kept: str) -> None:
        """Take it out of the bucket."""
        self.files.remove(kept)

    def inbound_again(self, kept: str, lifted: Sequence[str], why: str) -> None:
        """By its key, as a large one is queued."""
        _send(
            self.settings.inbound_queue,
            MessageBody=json.dumps({"key": kept, "lifted": list(lifted)}),
            MessageGroupId=_token(kept),
            MessageDeduplicationId=self._once(f"{kept}:{why}"),
        )

    def envelope(self, body: str) -> Envelope:
        """The envelope of a queue message."""
        fields = json.loads(body)
        if "key" not in fields:
            return msgspec.json.decode(body, type=Envelope)
        envelope = msgspec.json.decode(self.files.get(fields["key"]), type=Envelope)
        return msgspec.structs.replace(envelope, lifted=tuple(fields.get("lifted", ())))

    def wake(self, calls: Iterable[Call]) -> None:
        """Ten to a request."""
        entries = (
            {
                "MessageBody": json.dumps({"bridge": call.bridge, "n": call.n}),
                "MessageGroupId": _token(call.bridge),
                "MessageDeduplicationId": self._once(f"{call.bridge}:{call.n}:{call.why}"),
            }
            for call in calls
        )
        _send_all(self.settings.deliver_queue, entries)

    def wake_later(self, call: Call, seconds: int) -> None:
        """A FIFO queue takes no delay per message: it waits on the queue of pushes, whose worker hands it over."""
        text = json.dumps({"bridge": call.bridge, "n": call.n, "why": call.why})
        _send(self.settings.push_queue, MessageBody=text, DelaySeconds=seconds)

    def push(self, pushes: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Ten to a request: none has more than some 30 KB."""
        delay: dict[str, Any] = {"DelaySeconds": after} if after else {}
        _send_all(self.settings.push_queue, ({"MessageBody": json.dumps(push), **delay} for push in pushes))

    def broadcast(self, errands: Iterable[Errand]) -> None:
        """Ten to a request."""
        entries = ({"MessageBody": msgspec.json.encode(errand).decode()} for errand in errands)
        _send_all(self.settings.broadcast_queue, entries)

    def jobs(self, tasks: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Ten to a request."""
        delay: dict[str, Any] = {"DelaySeconds": after} if after else {}
        _send_all(self.settings.jobs_queue, ({"MessageBody": json.dumps(task), **delay} for task in tasks))

    def sync(self, tasks: Iterable[Task]) -> None:
        """Ten to a request. The same task twice within five minutes is done once."""
        entries = (
            {
                "MessageBody": msgspec.json.encode(task).decode(),
                "MessageGroupId": _token(task.group),
                "MessageDeduplicationId": self._once(f"{task.do}:{task.group}:{task.why}"),
            }
            for task in tasks
        )
        _send_all(self.settings.sync_queue, entries)

    def index(self, tasks: Iterable[IndexTask]) -> None:
        """Ten to a request."""
        entries = (
            {
                "MessageBody": msgspec.json.encode(task).decode(),
                "MessageGroupId": _token(task.group),
                "MessageDeduplicationId": self._once(f"{task.group}:{task.cursor}:{task.why}"),
            }
            for task in tasks
        )
        _send_all(self.settings.index_queue, entries)

    def usage(self, tasks: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Ten to a request."""
        delay: dict[str, Any] = {"DelaySeconds": after} if after else {}
        _send_all(self.settings.usage_queue, ({"MessageBody": json.dumps(task), **delay} for task in tasks))

    def _once(self, what: str) -> str:
        """The deduplication id of a message. SQS remembers those of five minutes: after a restore the same change of a
        room is another change."""
        restored = int(self.settings.restored_at or 0)
        return _token(f"{what}@{restored}" if restored else what)

    def set_aside(self, pk: str, sk: str, reason: str, *, letter: DeadLetter | None = None) -> None:
        """Keys and reason alone: the change itself is in the table."""
        _send(
            self.settings.react_failed_queue,
            MessageBody=json.dumps({"pk": pk, "sk": sk}),
            MessageAttributes=_message_attributes(reason, letter),
        )

    def bury(self, name: str, record: dict[str, Any], reason: str, *, letter: DeadLetter | None = None) -> None:
        """Put a queue message that cannot be worked off into its dead-letter queue, with the reason and its note. There
        each is a group of its own: none hides behind another, and the old group is told as an attribute."""
        url, group = self._dead(name), record.get("attributes", {}).get("MessageGroupId", "")
        fifo: dict[str, Any] = {}
        if url.endswith(".fifo"):
            id_ = _token(f"dead:{record['messageId']}")
            fifo = {"MessageGroupId": id_, "MessageDeduplicationId": id_}
        _send(url, MessageBody=record["body"], MessageAttributes=_message_attributes(reason, letter, group), **fifo)

    def unexplained(self, note: Callable[[str, str], DeadLetter | None], reason: str) -> list[DeadLetter]:
        """Buried anew, as our own letters are."""
        notes = []
        for name in (pair.partition("=")[0] for pair in self.settings.dead_letter_queues.split(",") if pair):
            for message in self._look_through(name, lambda message: not _attribute(message, "reason")):
                letter = note(name, message["Body"])
                record = {"messageId": message["MessageId"], "body": message["Body"]}
                self.bury(name, record | {"attributes": message.get("Attributes", {})}, reason, letter=letter)
                _called("delete_message", QueueUrl=self._dead(name), ReceiptHandle=message["ReceiptHandle"])
                notes += [letter] if letter else []
        return notes

    def unbury(self, queue: str, letter: str, again: Callable[[str], None] | None) -> bool:
        """Looks through the queue for it."""
        found = next(iter(self._look_through(queue, lambda message: _attribute(message, "letter") == letter, 1)), None)
        if found is None:
            return False
        if again and queue == "react":
            again(found["Body"])
        elif again:
            self._send_again(getattr(self.settings, f"{queue}_queue"), letter, found)
        _called("delete_message", QueueUrl=self._dead(queue), ReceiptHandle=found["ReceiptHandle"])
        return True

    def reword_dead(self, becomes: Callable[[DeadBody], str | None]) -> list[tuple[str, bool]]:
        """One whose body is another is buried anew, with all that is told beside it."""
        names = [pair.partition("=")[0] for pair in self.settings.dead_letter_queues.split(",") if pair]
        changed: list[tuple[str, bool]] = []
        for name in [*names, *(["react"] if self.settings.react_failed_queue else [])]:
            url, after = self._dead(name), dict[str, str | None]()

            def meant(message: dict[str, Any], name: str = name, after: dict[str, str | None] = after) -> bool:
                body = str(message["Body"])
                after[message["MessageId"]] = becomes(DeadBody(name, body, _attribute(message, "workspace")))
                return after[message["MessageId"]] != body

            for message in self._look_through(name, meant):
                body, id_ = after[message["MessageId"]], _token(f"dead:{message['MessageId']}")
                fifo = {"MessageGroupId": id_, "MessageDeduplicationId": id_} if url.endswith(".fifo") else {}
                if body is not None:
                    _send(url, MessageBody=body, MessageAttributes=message.get("MessageAttributes", {}), **fifo)
                _called("delete_message", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                changed.append((_attribute(message, "letter"), body is not None))
        return changed

    def _look_through(
        self, name: str, meant: Callable[[dict[str, Any]], bool], most: float = inf
    ) -> list[dict[str, Any]]:
        """The dead letters of a queue that are meant, `most` or all; the others are shown again."""
        url = self._dead(name)
        found: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        names = {"MessageAttributeNames": ["All"], "AttributeNames": ["MessageGroupId"]}
        for _ in range(MAX_LOOKS):
            asked = {"MaxNumberOfMessages": 10, "VisibilityTimeout": HELD_S, **names}
            messages = _called("receive_message", QueueUrl=url, **asked).get("Messages", [])
            for message in messages:
                (found if meant(message) else others).append(message)
            if not messages or len(found) >= most:
                break
        for other in others:
            _called(
                "change_message_visibility", QueueUrl=url, ReceiptHandle=other["ReceiptHandle"], VisibilityTimeout=0
            )
        return found

    def _send_again(self, url: str, letter: str, message: dict[str, Any]) -> None:
        """Under a new deduplication id: SQS swallows the old one for five minutes."""
        fifo = {"MessageGroupId": _attribute(message, "group") or letter, "MessageDeduplicationId": f"again-{letter}"}
        _send(url, MessageBody=message["Body"], **(fifo if url.endswith(".fifo") else {}))

    def _dead(self, name: str) -> str:
        if name == "react":
            return self.settings.react_failed_queue
        return dict(pair.split("=", 1) for pair in self.settings.dead_letter_queues.split(",") if pair).get(name, "")

    def give_back(self, queue: str, seconds: dict[str, int]) -> None:
        """Let messages, by their receipt, come again after so many seconds. Ten to a request."""
        url, rest = getattr(self.settings, f"{queue}_queue"), iter(seconds.items())
        while batch := list(islice(rest, 10)):
            entries = [
                {"Id": str(i), "ReceiptHandle": receipt, "VisibilityTimeout": after}
                for i, (receipt, after) in enumerate(batch)
            ]
            _called("change_message_visibility_batch", QueueUrl=url, Entries=entries)


def _token(text: str) -> str:
    """A group or deduplication id: at most 128 characters of the plain sort."""
    return (
        text if len(text) <= 128 and text.isascii() and " " not in text else hashlib.sha256(text.encode()).hexdigest()
    )


def _message_attributes(reason: str, letter: DeadLetter | None, group: str = "") -> dict[str, Any]:
    """What is told with a dead letter: why, from which group, and the note that its workspace has of it."""
    text = "".join(c if c.isprintable() else " " for c in reason)[:MAX_REASON] or "unknown"
    note = {"letter": letter.id, "workspace": letter.workspace} if letter else {}
    values = {"reason": text, "group": group, **note}
    return {name: {"DataType": "String", "StringValue": value} for name, value in values.items() if value}


def _attribute(message: dict[str, Any], name: str) -> str:
    return str(message.get("MessageAttributes", {}).get(name, {}).get("StringValue", ""))


def _called(operation: str, **parameters: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return getattr(client("sqs"), operation)(**parameters)
    except (BotoCoreError, ClientError) as error:
        raise AwsAway(f"sqs {operation}: {type(error).__name__}") from error


def _send(url: str, **message: Any) -> None:
    _called("send_message", QueueUrl=url, **message)


def _send_all(url: str, entries: Iterable[dict[str, Any]]) -> None:
    rest = iter(entries)
    while batch := list(islice(rest, 10)):
        numbered = [{"Id": str(i), **entry} for i, entry in enumerate(batch)]
        answer = _called("send_message_batch", QueueUrl=url, Entries=numbered)
        if answer.get("Failed"):
            raise AwsAway(f"sqs: {len(answer['Failed'])} of {len(batch)} messages were not taken")
