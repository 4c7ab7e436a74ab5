"""The workers behind queues, the table's stream and the clock. They run without app.py."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Rate

from ..telemetry import count, fail, logger, say

if TYPE_CHECKING:
    from ..desk.dead_letters import DeadLetter

workers = Blueprint(__name__)

# The real ARNs are put in by infra/resources.yaml: the stack owns its queues and its table.
QUEUE = "arn:aws:sqs:us-east-1:000000000000:placeholder"
STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/placeholder/stream/2020-01-01T00:00:00.000"
MAX_TRIES = 4  # then the worker itself buries it, with the reason; the queue's own limit is for workers that die
Record = dict[str, Any]


@workers.on_sqs_message(queue_arn=QUEUE, name="receive", batch_size=10)
def receive(event: Any) -> dict[str, Any]:
    """Envelopes, in order within their conversation."""
    from ..flows.inbound.receive import receive as work_off
    from ..wiring import queues, world

    def one(record: Record) -> None:
        envelope = queues().envelope(record["body"])
        outcome = work_off(world(), envelope)
        for kind in outcome.handled:
            count("handled", channel=envelope.channel, kind=kind)
        for reason in outcome.ignored:
            count("ignored", channel=envelope.channel, reason=reason)
        for what in outcome.unsupported:
            count("unsupported", channel=envelope.channel, kind=what)
            logger().warning("unsupported", extra={"channel": envelope.channel, "kind": what})

    return each("inbound", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="deliver", batch_size=10)
def deliver(event: Any) -> dict[str, Any]:
    """Wake-ups of bridges, one bridge at a time."""
    import json

    from ..flows.delivery.deliver import deliver as work_off
    from ..wiring import queues, world
    from .frames import delivery

    def one(record: Record) -> None:
        call = json.loads(record["body"])
        rows = work_off(world(), call["bridge"], call["n"])
        news = [told for row in rows if (told := delivery(row))]
        if news:
            queues().push(news)
        for row in rows:
            metric = {"sent": "delivered", "failed": "failed", "queued": "retried"}.get(row.state)
            if metric:
                count(metric, channel=row.channel)

    return each("deliver", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="push", batch_size=10)
def push(event: Any) -> dict[str, Any]:
    """What sockets are told; and wake-ups of bridges that had to wait some seconds."""
    import json

    from ..flows.live.push import push as work_off
    from ..ports import Call
    from ..wiring import queues, sockets, world

    def one(record: Record) -> None:
        told = json.loads(record["body"])
        if "bridge" in told:
            queues().wake([Call(told["bridge"], told["n"], told["why"])])
        else:
            work_off(world(), sockets(), told)

    return each("push", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="broadcast", batch_size=1)
def broadcast(event: Any) -> dict[str, Any]:
    """Broadcasts, piece by piece."""
    from msgspec import json

    from ..flows.broadcasts.send import send_broadcast as work_off
    from ..ports import Errand
    from ..wiring import queues, world
    from .frames import progress

    def one(record: Record) -> None:
        told = work_off(world(), json.decode(record["body"], type=Errand))
        if told:
            queues().push([progress(told)])

    return each("broadcast", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="jobs", batch_size=1)
def jobs(event: Any) -> dict[str, Any]:
    """Pieces of jobs, customers whose segments may have changed, what a paused install missed, mails to sign in, dead
    letters that somebody wants again."""
    import json

    from ..flows.access.mail_links import mail_links
    from ..flows.bridges.replay_missed import replay_missed
    from ..flows.customers.evaluate_segments import evaluate_segments
    from ..flows.customers.run_job import run_job as work_off
    from ..flows.dead_letters.settle import settle_letter
    from ..wiring import world

    def one(record: Record) -> None:
        task = json.loads(record["body"])
        if "job" in task:
            work_off(world(), task["job"], task["piece"])
        elif "catch_up" in task:
            replay_missed(world(), task["catch_up"], task["bridge"])
        elif "letter" in task:
            settle_letter(world(), task["workspace"], task["letter"], task["queue"], again=task["again"])
        elif "sign_in" in task:
            mail_links(world(), task["sign_in"], task["base"])
        else:
            evaluate_segments(world(), task["workspace"], task["customers"])

    return each("jobs", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="sync", batch_size=5)
def sync(event: Any) -> dict[str, Any]:
    """Issues and their tickets, one ticket at a time."""
    from msgspec import json

    from ..flows.tickets.tasks import run_task as work_off
    from ..ports import Task
    from ..wiring import world

    def one(record: Record) -> None:
        task = json.decode(record["body"], type=Task)
        say("synced", task=task.do, outcome=work_off(world(), task))

    return each("sync", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="index", batch_size=10)
def index(event: Any) -> dict[str, Any]:
    """What search does not know of yet, one tree at a time; pages of what there is, where all is found again."""
    from msgspec import json

    from ..flows.search.index import index_pending
    from ..flows.search.reindex import reindex_page
    from ..ports import IndexTask
    from ..wiring import queues, world

    def one(record: Record) -> None:
        rim, task = world(), json.decode(record["body"], type=IndexTask)
        if task.walk:
            queues().index(reindex_page(rim.store, task, rim.clock.now()))
        elif index_pending(rim.store, rim.index, task.tree):
            queues().index([IndexTask(task.tree, f"{task.why}+")])

    return each("index", event, one)


@workers.on_sqs_message(queue_arn=QUEUE, name="mail", batch_size=10)
def mail(event: Any) -> dict[str, Any]:
    """What SES tells over SNS: mails that came in, and what became of ours."""
    from ..flows.mail.from_ses import take_from_ses
    from ..wiring import world

    return each("mail", event, lambda record: take_from_ses(world(), record["body"]))


@workers.on_dynamodb_record(stream_arn=STREAM, name="react", batch_size=100)
def react(event: Any) -> None:
    """Changes of rooms, in order within a room; of customers, people and issues. What fails is set aside; only AWS
    being away runs a batch again."""
    from ..desk.customer_totals import owner_of_moved
    from ..desk.customers import Customer, User
    from ..desk.issues import Issue, came_or_went, merged
    from ..desk.messages import Change, Message
    from ..desk.rooms import Room
    from ..desk.search_index import Unindexed
    from ..desk.segments import Placement
    from ..desk.workspaces import Agent
    from ..flows.customers.batches import evaluations
    from ..flows.customers.evaluate_segments import customers_behind
    from ..flows.dead_letters.note import new_note
    from ..flows.delivery.announce import Listeners, announce, announce_promise
    from ..flows.delivery.owed import BatchReads, wake
    from ..flows.delivery.owed import react as derive
    from ..flows.search.index import changed_thing as said_anew
    from ..flows.search.index import mark_changed
    from ..flows.search.index import unindexed_of as unindexed_of
    from ..flows.tickets.after_change import tasks_after_change
    from ..ports import AwsAway, Call, Task
    from ..settings import settings
    from ..store.rows import record_of_image
    from ..wiring import queues, world
    from .frames import changed

    rim = world()
    ties, listeners = BatchReads(rim.store), Listeners(rim)
    calls: list[Call] = []
    pushes: list[Record] = []
    moved: dict[str, dict[str, list[str]]] = {}
    tasks: list[Task] = []
    unindexed: list[Unindexed] = []
    for record in event.to_dict()["Records"]:
        keys = record["dynamodb"]["Keys"]
        happening = None
        try:
            happening = record_of_image(record["dynamodb"].get("NewImage"))
            before = record_of_image(record["dynamodb"].get("OldImage"))
            tasks += tasks_after_change(happening, before)
            if isinstance(happening, Message | Change):
                calls += derive(rim, happening, ties)
                if room := ties.room(happening.room):
                    watched = ties.watched(room.workspace, rim.clock.now())
                    told = ties.message(happening)
                    pushes.append(changed(happening, told, room, settings().public_url, watched))
                    if isinstance(happening, Change):
                        calls += announce_promise(rim, happening, room, listeners)
            elif isinstance(happening, Customer):
                moved.setdefault(happening.workspace, {}).setdefault(happening.id, [])
            elif isinstance(happening, Room | User) and (owner := owner_of_moved(before, happening)):
                moved.setdefault(happening.workspace, {}).setdefault(owner, []).append(happening.id)
            elif there := came_or_went(before, happening):
                moved.setdefault(there.workspace, {}).setdefault(there.customer, [])
            elif isinstance(happening, Issue) and (into := merged(before, happening)):
                for customer in customers_behind(rim, into):
                    moved.setdefault(happening.workspace, {}).setdefault(customer, [])
            elif isinstance(happening, Placement):
                calls += announce(rim, happening, listeners)
            if anew := said_anew(happening, before):
                room = ties.room(anew.room) if isinstance(anew, Message) else anew if isinstance(anew, Room) else None
                unindexed += unindexed_of(anew, room, rim.clock.now())
            if isinstance(happening, Customer | User | Agent) and happening.valid_after:
                pushes.append({"ended": happening.id, "at": happening.valid_after})
        except AwsAway:
            raise
        except Exception as error:  # noqa: BLE001  one bad record must not hold up the stream
            fail("react failed", error)
            count("dead_lettered", queue="react")
            pk, sk, reason = keys["pk"]["S"], keys["sk"]["S"], f"{type(error).__name__}: {error}"
            workspace = getattr(happening, "workspace", "")
            about = f"{type(happening).__name__} {pk} {sk}"
            letter = new_note(rim, workspace, "react", about, reason) if workspace else None
            queues().set_aside(pk, sk, reason, letter)
            _keep(letter)
    wake(rim, calls)
    rim.queues.jobs(evaluations(moved))
    rim.queues.sync(tasks)
    rim.queues.index(mark_changed(rim.store, unindexed))
    if pushes:
        rim.queues.push(pushes)
    say("reacted", records=len(event.to_dict()["Records"]), wakes=len(calls))


@workers.schedule(Rate(1, unit=Rate.MINUTES), name="tick")
def tick(event: Any) -> None:
    """What has come due."""
    from ..flows.clock import tick as work_off
    from ..wiring import world

    say("tick", **work_off(world()))


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
    _keep(letter)
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


def _keep(letter: "DeadLetter | None") -> None:
    """Write the note down, once the letter lies in its queue."""
    from ..ports import new
    from ..wiring import world

    if letter is None:
        return
    try:
        world().store.commit(new(letter))
    except Exception as error:  # noqa: BLE001  it is buried: nothing is lost
        fail("letter not noted", error, queue=letter.queue)
