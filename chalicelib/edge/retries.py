"""Which messages of a queue are given again, and which are buried with their reason (retries; ADR 91, 125).

A message's tries are its own: what waited behind another of its group, came back because AWS was away, or was not
reached in the worker's time, has used none. The queue's own limit is for what nobody foresaw.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..telemetry import count, fail, say

if TYPE_CHECKING:
    from ..desk.dead_letters import DeadLetter, Tries

MAX_TRIES = 4  # failures of its own, or workers that died of it, with which a message is buried
LONGEST_S = 120  # s for which AWS's absence holds a message back
SPARE = 0.4  # share of the worker's time that is left for the last record that it takes
Record = dict[str, Any]
Counts = list[dict[str, Any]]  # as telemetry.metric makes them


def each(queue: str, event: Any, one: Callable[[Record], Counts | None]) -> dict[str, Any]:
    """Work off each record, whose line counts what `one` gives; the ids of those that are not over, for SQS to give
    again: those that failed, those behind them in their group, and those for which the worker had no time left. Raises
    nothing: what is over stays over."""
    left = time_left(event)
    spare = SPARE * left()
    again: list[Record] = []
    waits: dict[str, int] = {}
    for record in event.to_dict()["Records"]:
        group = record["attributes"].get("MessageGroupId", record["messageId"])
        if group not in waits:
            seconds = 0 if left() < spare else _worked_off(queue, record, one)
            if seconds is None:
                continue
            waits[group] = seconds
        again.append(record | {"seconds": waits[group]})
    _give_back(queue, again)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in again]}


def time_left(event: Any) -> Callable[[], float]:
    """ms that the worker may still take; without end where nobody says so."""
    context = getattr(event, "context", None)
    if context is None:
        return lambda: float("inf")
    return lambda: float(context.get_remaining_time_in_millis())


def ends_at(event: Any, now: int) -> float:
    """Until when (ms) a worker whose run begins `now` may begin something that takes its time."""
    return now + (1 - SPARE) * time_left(event)()


def _worked_off(queue: str, record: Record, one: Callable[[Record], Counts | None]) -> int | None:
    """The seconds after which it is to come again; None: it is over."""
    from ..desk.errors import Contended
    from ..flows.dead_letters.tries import begin_try
    from ..ports import AwsAway
    from ..wiring import world

    receives = int(record["attributes"].get("ApproximateReceiveCount", "1"))
    tries: Tries | None = None
    try:
        if receives > 1:
            tries = begin_try(world(), record["messageId"])
            if tries.begun > MAX_TRIES:
                return _bury(queue, record, f"its worker died of it {tries.begun - 1} times")
        first, *others = one(record) or [{}]
        say("worked off", queue=queue, **first)  # a failure names its message; each byte of a line is paid for
        for another in others:
            say("counted", queue=queue, **another)
        return None
    except (AwsAway, Contended) as error:  # its room is busy, or AWS is: no failure of its own
        fail("record failed", error, queue=queue, message_id=record["messageId"], receives=receives)
        if tries:
            _ended(record, tries, failed=False)
        return int(min(LONGEST_S, 2 ** min(receives, 8)))
    except Exception as error:  # noqa: BLE001  every failure has a place and a reason
        fail("record failed", error, queue=queue, message_id=record["messageId"], receives=receives)
        failed = _ended(record, tries, failed=True)
        if failed >= MAX_TRIES:
            return _bury(queue, record, f"{type(error).__name__}: {error}")
        return int(2**failed)


def _ended(record: Record, tries: "Tries | None", *, failed: bool) -> int:
    """Note how a try has ended; the failures that there were. Where the table is away it is as if it had not been."""
    from ..flows.dead_letters.tries import begin_try, end_try
    from ..ports import AwsAway
    from ..wiring import world

    try:
        return end_try(world(), tries or begin_try(world(), record["messageId"]), failed=failed).failed
    except AwsAway as error:
        fail("try not noted", error, message_id=record["messageId"])
        return (tries.failed if tries else 0) or 1


def _bury(queue: str, record: Record, reason: str) -> int | None:
    """Put it into the dead-letter queue, with its reason and its note; None: it is there now."""
    from ..ports import AwsAway
    from ..wiring import queues

    try:
        letter = _letter(queue, record["body"], reason)
        queues().bury(queue, record, reason, letter=letter)
    except AwsAway as error:
        fail("record not buried", error, queue=queue, message_id=record["messageId"])
        return LONGEST_S
    keep_note(letter)
    count("dead_lettered", queue=queue)
    return None


def _give_back(queue: str, records: list[Record]) -> None:
    """Let them come sooner than the queue's visibility time-out says. A group is given back as a whole: one that stays
    invisible holds up all that is behind it."""
    from ..ports import AwsAway
    from ..wiring import queues

    if records:
        try:
            queues().give_back(queue, {record["receiptHandle"]: record["seconds"] for record in records})
        except AwsAway as error:
            fail("not given back", error, queue=queue)


def _letter(queue: str, body: str, reason: str) -> "DeadLetter | None":
    """The note of a letter. Whatever is wrong with its body, it is buried."""
    from ..flows.dead_letters.note import note_of
    from ..ports import AwsAway
    from ..wiring import world

    try:
        return note_of(world(), queue, body, reason=reason)
    except AwsAway:
        raise
    except Exception as error:  # noqa: BLE001  a letter without a note is the operator's alone
        fail("letter not noted", error, queue=queue)
        return None


def keep_note(letter: "DeadLetter | None") -> None:
    """Write the note down, once the letter lies in its queue."""
    from ..flows.dead_letters import note
    from ..wiring import world

    if letter is None:
        return
    try:
        note.keep_note(world(), letter)
    except Exception as error:  # noqa: BLE001  it is buried: nothing is lost
        fail("letter not noted", error, queue=letter.queue)
