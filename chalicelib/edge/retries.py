"""Which messages of a queue are given again, and which are buried with their reason (retries)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..telemetry import count, fail, say

if TYPE_CHECKING:
    from ..desk.dead_letters import DeadLetter

MAX_TRIES = 4  # then the worker itself buries it, with the reason; the queue's own limit is for workers that die
Record = dict[str, Any]


def each(queue: str, event: Any, one: Callable[[Record], Any]) -> dict[str, Any]:
    """Work off each record; the ids of those that failed, and of those behind them in their group, for SQS to give
    again. A record that has failed for the last time is buried with its reason."""
    from ..wiring import queues

    failed: list[str] = []
    blocked: set[str] = set()
    for record in event.to_dict()["Records"]:
        group = record["attributes"].get("MessageGroupId", record["messageId"])
        if group in blocked:
            failed.append(record["messageId"])
            continue
        try:
            one(record)
            say("worked off", queue=queue)  # a failure names its message; each byte of a line is paid for
        except Exception as error:  # noqa: BLE001  every failure has a place and a reason
            if not _buried(queue, record, error):
                failed.append(record["messageId"])
                blocked.add(group)
                tries = int(record["attributes"].get("ApproximateReceiveCount", "1"))
                queues().later(queue, record["receiptHandle"], 2**tries)
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}


def _buried(queue: str, record: Record, error: Exception) -> bool:
    """Whether it is in the dead-letter queue now. Where AWS is away it is not the message's fault: it stays."""
    from ..ports import AwsAway
    from ..wiring import queues

    tries = int(record["attributes"].get("ApproximateReceiveCount", "1"))
    fail("record failed", error, queue=queue, message_id=record["messageId"], tries=tries)
    if tries < MAX_TRIES or isinstance(error, AwsAway):
        return False
    reason = f"{type(error).__name__}: {error}"
    letter = _letter(queue, record["body"], reason)
    queues().bury(queue, record, reason, letter)
    keep_note(letter)
    count("dead_lettered", queue=queue)
    return True


def _letter(queue: str, body: str, reason: str) -> "DeadLetter | None":
    """The note of a letter. Whatever is wrong with its body, it is buried."""
    from ..flows.dead_letters.note import note_of
    from ..wiring import world

    try:
        return note_of(world(), queue, body, reason)
    except Exception as error:  # noqa: BLE001  a letter without a note is the operator's alone
        fail("letter not noted", error, queue=queue)
        return None


def keep_note(letter: "DeadLetter | None") -> None:
    """Write the note down, once the letter lies in its queue."""
    from ..ports import new
    from ..wiring import world

    if letter is None:
        return
    try:
        world().store.commit(new(letter))
    except Exception as error:  # noqa: BLE001  it is buried: nothing is lost
        fail("letter not noted", error, queue=letter.queue)
