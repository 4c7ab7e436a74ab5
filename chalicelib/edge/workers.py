"""The workers behind queues, the table's stream and the clock. They run without app.py."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Rate

from ..telemetry import count, fail, logger, metric, say
from .retries import Counts, Record, each, ends_at, keep_note

if TYPE_CHECKING:
    from ..flows.derive import Written

workers = Blueprint(__name__)
# State of a delivery after an attempt → as what it is counted.
ENDED = {"sent": "delivered", "failed": "failed", "queued": "retried"}

# The real ARNs are put in by infra/resources.yaml: the stack owns its queues and its table.
QUEUE = "arn:aws:sqs:us-east-1:000000000000:placeholder"
STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/placeholder/stream/2020-01-01T00:00:00.000"


@workers.on_sqs_message(queue_arn=QUEUE, name="receive", batch_size=10)
def receive(event: Any) -> dict[str, Any]:
    """Envelopes, in order within their conversation."""
    from ..flows.inbound.receive import receive as work_off
    from ..wiring import queues, world

    def one(record: Record) -> Counts:
        envelope = queues().envelope(record["body"])
        outcome = work_off(world(), envelope)
        for reason in outcome.ignored:
            about = {"install": envelope.install, "id": outcome.ids.get(reason, "")}
            say("ignored", **about, **metric("ignored", channel=envelope.channel, reason=reason))
        for what in outcome.unsupported:
            count("unsupported", channel=envelope.channel, kind=what)
            about = {"install": envelope.install, "id": outcome.ids.get(what, "")}
            logger().warning("unsupported", extra={"channel": envelope.channel, "kind": what, **about})
        return [metric("handled", channel=envelope.channel, kind=kind) for kind in outcome.handled]

    return each("inbound", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="deliver", batch_size=10)
def deliver(event: Any) -> dict[str, Any]:
    """Wake-ups of bridges, one bridge at a time."""
    import json

    from ..flows.dispatch import deliver as work_off
    from ..ports import Call
    from ..wiring import world
    from .frames import delivery

    until = ends_at(event, world().clock.now())

    def one(record: Record) -> Counts:
        body = json.loads(record["body"])
        rows = work_off(world(), Call(body["bridge"], body["n"]), delivery, until=until)
        return [metric(ENDED[row.state], channel=row.channel) for row in rows if row.state in ENDED]

    return each("deliver", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="push", batch_size=10)
def push(event: Any) -> dict[str, Any]:
    """What sockets are told; rooms in which it is time, and wake-ups of bridges that had to wait some seconds."""
    import json

    from ..flows.dispatch import push as work_off
    from ..wiring import sockets, world

    return each("push", event, lambda record: work_off(world(), sockets(), json.loads(record["body"])))


@workers.on_sqs_message(queue_arn=QUEUE, name="broadcast", batch_size=1)
def broadcast(event: Any) -> dict[str, Any]:
    """Broadcasts, piece by piece."""
    from msgspec import json

    from ..flows.dispatch import broadcast as work_off
    from ..ports import Errand
    from ..wiring import world
    from .frames import progress

    def one(record: Record) -> None:
        work_off(world(), json.decode(record["body"], type=Errand), progress)

    return each("broadcast", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="jobs", batch_size=1)
def jobs(event: Any) -> dict[str, Any]:
    """Pieces of jobs, customers whose segments may have changed, what a paused install missed, mails to sign in, dead
    letters that somebody wants again."""
    import json

    from ..flows.dispatch import job
    from ..wiring import world

    def one(record: Record) -> None:
        job(world(), json.loads(record["body"]))

    return each("jobs", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="sync", batch_size=5)
def sync(event: Any) -> dict[str, Any]:
    """Issues and their tickets, one ticket at a time."""
    from msgspec import json

    from ..flows.tickets.tasks import run_task
    from ..ports import Task
    from ..wiring import world

    def one(record: Record) -> None:
        task = json.decode(record["body"], type=Task)
        outcome = run_task(world(), task)
        if outcome.startswith("not understood"):  # another server's answer, or a shape that our client does not know
            logger().error(
                "answer not understood", extra={"task": task.do, "install": task.install, "outcome": outcome}
            )
        say("synced", task=task.do, outcome=outcome)

    return each("sync", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="index", batch_size=10)
def index(event: Any) -> dict[str, Any]:
    """What search does not know of yet, one tree at a time; pages of what there is, where all is found again."""
    from msgspec import json

    from ..flows.dispatch import index as work_off
    from ..ports import IndexTask
    from ..wiring import world

    def one(record: Record) -> None:
        work_off(world(), json.decode(record["body"], type=IndexTask))

    return each("index", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="mail", batch_size=10)
def mail(event: Any) -> dict[str, Any]:
    """What SES tells over SNS: mails that came in, and what became of ours."""
    from ..flows.mail.from_ses import take_from_ses
    from ..wiring import world

    def one(record: Record) -> None:
        take_from_ses(world(), record["body"])

    return each("mail", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="usage", batch_size=10)
def usage(event: Any) -> dict[str, Any]:
    """Objects that have come into the raw log of usage, and what the clock finds due there."""
    import json

    from ..flows.dispatch import usage as work_off
    from ..wiring import world

    return each("usage", event, lambda record: work_off(world(), json.loads(record["body"])))


@workers.on_dynamodb_record(stream_arn=STREAM, name="react", batch_size=100)
def react(event: Any) -> None:
    """Changes of rooms, in order within a room; of customers, people and issues. What fails is set aside; only AWS
    being away runs a batch again."""
    from ..flows.derive import derive
    from ..wiring import world
    from .frames import changed

    records = event.to_dict()["Records"]
    wakes, aside = derive(world(), map(_written, records), changed)
    for failed in aside:
        fail("react failed", failed.error)
        count("dead_lettered", queue="react")
        keep_note(failed.note)
    say("reacted", records=len(records), wakes=wakes)


def _written(record: Record) -> "Written":
    """A record of the stream. Its images are decoded by whoever works it off."""
    from ..flows.derive import Written
    from ..store.rows import record_of_image

    change = record["dynamodb"]
    now, before = change.get("NewImage"), change.get("OldImage")
    kind = (now or before or {}).get("t", {}).get("S", "")
    return Written(
        change["Keys"]["pk"]["S"],
        change["Keys"]["sk"]["S"],
        kind,
        lambda: record_of_image(now),
        lambda: record_of_image(before),
    )


@workers.schedule(Rate(1, unit=Rate.MINUTES), name="tick")
def tick(event: Any) -> None:
    """What has come due."""
    from ..flows.clock import tick as work_off
    from ..wiring import world

    say("tick", **work_off(world()))
