"""`make dead-letters`: what could not be worked off, and why; `ARGS=--replay` gives it back to its worker.

    python -m infra.dead_letters [--stage STAGE] [--queue NAME] [--replay | --drop ID]

Where a letter belongs to a workspace, its admins see it too (`GET /v1/dead-letters`), and may replay it themselves.
A letter of `react` is the key of a change, or a batch of the stream that Lambda gave up and laid into the bucket;
replaying it touches the items, so that the stream tells of them again.
"""

import json
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra import choose_stack, venvs
from infra.progress import progress

# name → (where dead letters lie, where they came from), by the stack's outputs
QUEUES = {
    "inbound": ("InboundDeadQueueUrl", "InboundQueueUrl"),
    "deliver": ("DeliverDeadQueueUrl", "DeliverQueueUrl"),
    "push": ("PushDeadQueueUrl", "PushQueueUrl"),
    "broadcast": ("BroadcastDeadQueueUrl", "BroadcastQueueUrl"),
    "mail": ("MailDeadQueueUrl", "MailQueueUrl"),
    "jobs": ("JobsDeadQueueUrl", "JobsQueueUrl"),
    "index": ("IndexDeadQueueUrl", "IndexQueueUrl"),
    "usage": ("UsageDeadQueueUrl", "UsageQueueUrl"),
    "sync": ("SyncDeadQueueUrl", "SyncQueueUrl"),
    "react": ("ReactFailedQueueUrl", ""),
}
HELD_S = 60  # s for which a letter is hidden from others while it is looked at
DIED = "none was recorded: the worker died or ran out of time; its log says more"


@dataclass(frozen=True)
class Letter:
    """A dead letter. `about` tells what it is without its content."""

    queue: str
    id: str
    receipt: str
    body: str
    reason: str
    group: str
    since: str
    about: str
    note: tuple[str, str] = ("", "")  # the workspace that sees it, and its id there


def main() -> None:
    """List, replay or drop."""
    parser = choose_stack.parser("dead_letters", "List and replay dead letters.")
    parser.add_argument("--queue", choices=sorted(QUEUES), action="append", help="only these")
    parser.add_argument("--replay", action="store_true", help="give each back to its worker")
    parser.add_argument("--drop", metavar="ID", help="throw one away, for good")
    chosen = parser.parse_args()
    venvs.enter("infra.dead_letters")
    stack = choose_stack.stack(chosen)
    outputs = stack.outputs()
    found, queues = 0, chosen.queue or [*QUEUES]
    for queue in queues:
        with progress("looking through the queue", 0) as step:
            step(queue, 0)
            there = list(letters(stack, outputs, queue))
        for letter in there:
            found += 1
            print(
                f"{letter.queue:8} {letter.id}  since {letter.since}  {letter.about}\n         reason: {letter.reason}"
            )
            if chosen.replay:
                replay(stack, outputs, letter)
                print("         replayed")
            elif chosen.drop == letter.id:
                _delete(stack, outputs, letter)
                print("         dropped")
            else:
                _show_again(stack, outputs, letter)
    print(f"{found} dead letters." if found else "No dead letters.")


def letters(stack: Any, outputs: dict[str, str], queue: str) -> Iterator[Letter]:
    """The letters of one dead-letter queue; each is hidden from others for a minute."""
    sqs, url = stack.client("sqs"), outputs[QUEUES[queue][0]]
    seen: set[str] = set()
    while True:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HELD_S,
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
        )
        fresh = [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]
        if not fresh:
            return
        for message in fresh:
            seen.add(message["MessageId"])
            if '"s3:TestEvent"' in message["Body"]:  # S3 says hello when its notifications are set up
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            else:
                yield _letter(queue, message)


def _letter(queue: str, message: dict[str, Any]) -> Letter:
    attributes, system = message.get("MessageAttributes", {}), message.get("Attributes", {})
    sent = datetime.fromtimestamp(int(system.get("SentTimestamp", "0")) / 1000, UTC)
    return Letter(
        queue=queue,
        id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        reason=attributes.get("reason", {}).get("StringValue", DIED),
        group=attributes.get("group", {}).get("StringValue") or system.get("MessageGroupId", ""),
        since=sent.isoformat(timespec="seconds"),
        about=_about(queue, message["Body"]),
        note=(
            attributes.get("workspace", {}).get("StringValue", ""),
            attributes.get("letter", {}).get("StringValue", ""),
        ),
    )


def _about(queue: str, body: str) -> str:
    """What it is, without its content."""
    fields = json.loads(body)
    if queue == "inbound":
        return (
            f"{fields['channel']} {fields['install']} {fields['id']}" if "install" in fields else fields.get("key", "")
        )
    if "Records" in fields:
        return "given-up batch " + " ".join(_batches(fields))
    return " ".join(f"{name}={value}" for name, value in fields.items())


def _batches(fields: dict[str, Any]) -> list[str]:
    """The bucket's keys of the batches that S3 tells of."""
    return [urllib.parse.unquote_plus(record["s3"]["object"]["key"]) for record in fields["Records"]]


def _changed(stack: Any, outputs: dict[str, str], fields: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The keys of the items that a letter of `react` is about."""
    if "Records" not in fields:
        yield fields
        return
    for key in _batches(fields):
        content = stack.client("s3").get_object(Bucket=outputs["FilesBucket"], Key=key)["Body"].read()
        payload = json.loads(content)["payload"]
        for record in json.loads(payload)["Records"] if isinstance(payload, str) else payload["Records"]:
            keys = record["dynamodb"]["Keys"]
            yield {name: keys[name]["S"] for name in ("pk", "sk")}


def replay(stack: Any, outputs: dict[str, str], letter: Letter) -> None:
    """Give it back, then take it away: if this dies in between it is done twice, which changes nothing."""
    if letter.queue == "react":
        for key in _changed(stack, outputs, json.loads(letter.body)):
            _touch(stack, outputs["TableName"], key)
    else:
        url = outputs[QUEUES[letter.queue][1]]
        # A new deduplication id: SQS swallows the old one for five minutes.
        token = {"MessageGroupId": letter.group, "MessageDeduplicationId": f"replay-{letter.id}-{time.time_ns()}"}
        stack.client("sqs").send_message(
            QueueUrl=url, MessageBody=letter.body, **(token if url.endswith(".fifo") else {})
        )
    _delete(stack, outputs, letter)


def _touch(stack: Any, table: str, key: dict[str, str]) -> None:
    from chalicelib.store.keys import whose

    dynamodb = stack.client("dynamodb")
    for pk, sk in filter(None, ((key["pk"], key["sk"]), whose((key["pk"], key["sk"])))):
        try:
            dynamodb.update_item(
                TableName=table,
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                UpdateExpression="SET touched = :now",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":now": {"N": str(time.time_ns() // 1_000_000)}},
            )
            return
        except dynamodb.exceptions.ConditionalCheckFailedException:
            continue
    print("         what it was about is gone")


def _delete(stack: Any, outputs: dict[str, str], letter: Letter) -> None:
    stack.client("sqs").delete_message(QueueUrl=outputs[QUEUES[letter.queue][0]], ReceiptHandle=letter.receipt)
    workspace, id_ = letter.note
    if workspace:
        key = {"pk": {"S": f"W#{workspace}"}, "sk": {"S": f"LETTER#{id_}"}}
        stack.client("dynamodb").delete_item(TableName=outputs["TableName"], Key=key)


def _show_again(stack: Any, outputs: dict[str, str], letter: Letter) -> None:
    stack.client("sqs").change_message_visibility(
        QueueUrl=outputs[QUEUES[letter.queue][0]], ReceiptHandle=letter.receipt, VisibilityTimeout=0
    )


if __name__ == "__main__":
    main()
