"""A whole Parley in memory: the real flows and the real edge on twins of table, queues, bucket and KMS."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chalicelib import wiring
from chalicelib.desk.arrivals import Outcome
from chalicelib.desk.dead_letters import DeadLetter
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.errors import NotFound
from chalicelib.desk.record import Record
from chalicelib.edge import frames
from chalicelib.flows import dispatch
from chalicelib.flows.clock import tick
from chalicelib.flows.derive import Written, derive
from chalicelib.flows.inbound.receive import receive
from chalicelib.flows.tickets.tasks import run_task
from chalicelib.live.webpush import BrowserPush
from chalicelib.ports import Answer, Call, DeadBody, Errand, IndexTask, Request, Task, Unreachable, Upload, World
from chalicelib.search.segments import SegmentIndex
from chalicelib.store.keys import Key
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import Row, from_row
from chalicelib.store.store import Table, TableStore
from tests.roles import acting_as, asks

BOOTSTRAP = "bootstrap-key-of-the-tests"


class FakeClock:
    """Time that moves by a millisecond a look, and by what is slept."""

    def __init__(self, at: int = 1_800_000_000_000) -> None:
        self.at, self.counter = at, 0

    def now(self) -> int:
        self.at += 1
        return self.at

    def entropy(self, size: int) -> bytes:
        self.counter += 1
        return self.counter.to_bytes(size, "big")

    def chance(self) -> float:
        return 0.5

    def sleep(self, seconds: float) -> None:
        self.at += int(seconds * 1000)


def sends(queue: str, messages: Any) -> None:
    """Ask for what is sent to a queue."""
    if messages:
        asks("sqs:SendMessage", queue)


@dataclass
class FakeQueues:
    """Queues as lists. Deduplicates as SQS does, but for ever."""

    envelopes: list[tuple[Envelope, str]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    aside: list[tuple[str, str, str]] = field(default_factory=list)
    woken: set[Call] = field(default_factory=set)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    looks: list[Task] = field(default_factory=list)
    synced: set[tuple[str, str, str]] = field(default_factory=set)
    sortings: list[IndexTask] = field(default_factory=list)
    late: list[tuple[Call, int]] = field(default_factory=list)
    dead: dict[str, str] = field(default_factory=dict)
    again: list[tuple[str, str]] = field(default_factory=list)
    kept: dict[str, Envelope] = field(default_factory=dict)
    asked: set[tuple[str, str]] = field(default_factory=set)
    redriven: list[tuple[str, str]] = field(default_factory=list)
    used: list[dict[str, Any]] = field(default_factory=list)

    def inbound(self, envelope: Envelope, group: str) -> None:
        sends("InboundQueue", [envelope])
        self.envelopes.append((envelope, group))

    def keep(self, envelope: Envelope) -> str:
        key = f"envelopes/{envelope.workspace}/{envelope.id}"
        asks("s3:PutObject", "Files/envelopes")
        self.kept[key] = envelope
        return key

    def forget(self, kept: str) -> None:
        asks("s3:DeleteObject", "Files/envelopes")
        self.kept.pop(kept, None)

    def inbound_again(self, kept: str, lifted: Sequence[str], why: str) -> None:
        sends("InboundQueue", [kept])
        if (kept, why) not in self.asked:
            self.asked.add((kept, why))
            envelope = msgspec.structs.replace(self.kept[kept], lifted=tuple(lifted))
            self.envelopes.append((envelope, kept))

    def wake(self, calls: Iterable[Call]) -> None:
        for call in calls:
            sends("DeliverQueue", [call])
            if call not in self.woken:
                self.woken.add(call)
                self.calls.append(call)

    def wake_later(self, call: Call, seconds: int) -> None:
        assert 0 <= seconds <= 900
        sends("PushQueue", [call])
        self.late.append((call, seconds))

    def push(self, pushes: Iterable[dict[str, Any]], after: int = 0) -> None:
        fresh = list(pushes)
        sends("PushQueue", fresh)
        self.pushes += fresh

    def broadcast(self, errands: Iterable[Errand]) -> None:
        fresh = list(errands)
        sends("BroadcastQueue", fresh)
        self.errands += fresh

    def jobs(self, tasks: Iterable[dict[str, Any]], after: int = 0) -> None:
        fresh = list(tasks)
        sends("JobsQueue", fresh)
        self.tasks += fresh

    def sync(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            sends("SyncQueue", [task])
            if (task.do, task.group, task.why) not in self.synced:
                self.synced.add((task.do, task.group, task.why))
                self.looks.append(task)

    def index(self, tasks: Iterable[IndexTask]) -> None:
        fresh = list(tasks)
        sends("IndexQueue", fresh)
        self.sortings += fresh

    def usage(self, tasks: Iterable[dict[str, Any]], after: int = 0) -> None:
        fresh = list(tasks)
        sends("UsageQueue", fresh)
        self.used += fresh

    def set_aside(self, pk: str, sk: str, reason: str, letter: DeadLetter | None = None) -> None:
        sends("ReactFailedQueue", [pk])
        self.aside.append((pk, sk, reason))
        if letter:
            self.dead[letter.id] = json.dumps({"pk": pk, "sk": sk})

    def unexplained(self, note: Callable[[str, str], DeadLetter | None], reason: str) -> list[DeadLetter]:
        notes = [note(queue, body) for queue, body in self.redriven]
        self.redriven.clear()
        return [each for each in notes if each]

    def reword_dead(self, becomes: Callable[[DeadBody], str | None]) -> list[tuple[str, bool]]:
        changed = []
        for action in ("s3:GetObject", "s3:PutObject"):  # of a large one
            asks(action, "Files/envelopes")
        for letter, body in list(self.dead.items()):
            queue = "inbound" if "install" in json.loads(body) else "react"
            after = becomes(DeadBody(queue, body))
            if after != body:
                del self.dead[letter]
                changed.append((letter, after is not None))
            if after is not None:
                self.dead[letter] = after
        return changed

    def envelope(self, body: str) -> Envelope:
        return msgspec.json.decode(body, type=Envelope)

    def unbury(self, queue: str, letter: str, again: Callable[[str], None] | None) -> bool:
        body = self.dead.get(letter)
        if body is None:
            return False
        if again and queue == "react":
            again(body)
        elif again:
            self.again.append((queue, body))
        del self.dead[letter]
        return True


class FakeFiles:
    """The bucket as a dict."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def upload(self, key: str, type_: str, size: int, now: int) -> Upload:
        return Upload("https://bucket.example/", {"key": key, "Content-Type": type_}, now + 900_000)

    def link(self, key: str, name: str, type_: str, *, inline: bool = False) -> str:
        return f"https://bucket.example/{key}?name={name}{f'&inline={type_}' if inline else ''}"

    def put(self, key: str, content: bytes, type_: str) -> None:
        asks("s3:PutObject", self._folder(key))
        self.content[key] = content

    def get(self, key: str) -> bytes:
        asks("s3:GetObject", self._folder(key))
        if key not in self.content:
            raise NotFound("the file is gone")
        return self.content[key]

    def part(self, key: str, start: int, end: int) -> bytes:
        return self.get(key)[start:end]

    def remove(self, key: str) -> None:
        asks("s3:DeleteObject", self._folder(key))
        self.content.pop(key, None)

    def _folder(self, key: str) -> str:
        return f"Files/{key.partition('/')[0]}"

    def keys(self, prefix: str, after: str = "") -> list[str]:
        asks("s3:ListBucket", "Files")
        return sorted(key for key in self.content if key.startswith(prefix) and key > after)[:1000]

    def folders(self, prefix: str) -> list[str]:
        rests = {key[len(prefix) :] for key in self.content if key.startswith(prefix)}
        return sorted({f"{prefix}{rest.partition('/')[0]}/" for rest in rests if "/" in rest})[:1000]

    def remove_all(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.remove(key)


class FakeSealer:
    """Sealing that a test can see through, bound to its context as KMS's is."""

    def seal(self, secret: str, context: dict[str, str]) -> str:
        return base64.b64encode(json.dumps([secret, sorted(context.items())]).encode()).decode()

    def open(self, sealed: str, context: dict[str, str]) -> str:
        secret, bound = json.loads(base64.b64decode(sealed))
        assert [tuple(pair) for pair in bound] == sorted(context.items()), "opened in another context"
        return str(secret)


@dataclass
class FakeOutside:
    """The other side: keeps what it gets and answers as told, with 200 if not."""

    posts: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    answers: list[Answer | Exception] = field(default_factory=list)

    def send(self, request: Request) -> Answer:
        assert request.method == "POST"
        self.posts.append((request.url, request.body, request.headers))
        answer = self.answers.pop(0) if self.answers else Answer(200)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def down(self, times: int = 1) -> None:
        self.answers += [Unreachable("connection refused")] * times


@dataclass
class FakeMailer:
    """SES: keeps what it gets, and gives each mail an id of its own."""

    sender: str = "parley@mail.parley.example"
    sent: list[tuple[bytes, list[str]]] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    def send(self, raw: bytes, to: Sequence[str]) -> str:
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append((raw, list(to)))
        return f"{len(self.sent):04d}@email.amazonses.com"


@dataclass
class FakeSockets:
    """What each open connection was sent."""

    sent: dict[str, list[Any]] = field(default_factory=dict)

    def send(self, connection: str, frame: dict[str, Any]) -> bool:
        if connection not in self.sent:
            return False
        self.sent[connection].append(json.loads(json.dumps(frame)))
        return True

    def close(self, connection: str) -> None:
        self.sent[connection].append("closed")


class FakeTable(MemoryTable):
    """The table as a dict."""

    def write(
        self, puts: Sequence[tuple[Row, int | None]], drops: Sequence[Key], *, held: Mapping[Key, int] | None = None
    ) -> None:
        if drops:
            asks("dynamodb:DeleteItem", "Table")
        super().write(puts, drops, held=held)

    def spread(self, puts: Sequence[Row], drops: Sequence[Key]) -> None:
        asks("dynamodb:BatchWriteItem", "Table")
        super().spread(puts, drops)

    def add(self, key: Key, amount: int, expires: int) -> int:
        asks("dynamodb:UpdateItem", "Table")
        return super().add(key, amount, expires)


class Parley:
    """The world, with its workers run by hand, each with its function's role."""

    def __init__(self, table: Table | None = None) -> None:
        self.table: Any = table or FakeTable()
        self.store = TableStore(self.table)
        self.queues, self.files, self.outside, self.clock = FakeQueues(), FakeFiles(), FakeOutside(), FakeClock()
        self.mailer, self.sockets = FakeMailer(), FakeSockets()
        self.world = World(
            store=self.store,
            queues=self.queues,
            files=self.files,
            sealer=FakeSealer(),
            outside=self.outside,
            clock=self.clock,
            inbound=wiring.inbound,
            outbound=wiring.outbound,
            tracker=wiring.tracker,
            mailer=self.mailer,
            web_push=BrowserPush(),
            index=SegmentIndex(self.store, self.files, self.clock),
            public_url="https://parley.test",
            asking=wiring.asking,
            granting=wiring.granting,
            kind=wiring.kind,
            hosting=wiring.hosting,
            direct=wiring.direct,
        )
        self.reacted: dict[tuple[str, str], Row] = {}
        self.logged: set[str] = set()

    def records(self) -> list[Record]:
        """All that is stored."""
        return list(map(from_row, self.table.rows.values()))

    def receive_all(self) -> list[Outcome]:
        """Run the worker of the inbound queue until it is empty."""
        outcomes = []
        while self.queues.envelopes:
            with acting_as("Receive"):
                outcomes.append(receive(self.world, self.queues.envelopes.pop(0)[0]))
        return outcomes

    def react_all(self) -> None:
        """Derive from every row that changed since the last time, as the stream would tell it. Nothing is set aside."""
        rows = sorted(self.table.rows.items())
        written = [(key, row, self.reacted.get(key)) for key, row in rows]
        written = [(key, row, old) for key, row, old in written if old is None or old.d != row.d]
        gone = [(key, None, self.reacted[key]) for key in self.reacted.keys() - self.table.rows.keys()]
        self.reacted = dict(rows)
        with acting_as("React"):
            _, aside = derive(self.world, [_written(*each) for each in [*written, *gone]], frames.changed)
        for failed in aside:
            raise failed.error

    def work_all(self) -> None:
        """Run the worker of jobs until nothing is queued."""
        while self.queues.tasks:
            with acting_as("Jobs"):
                dispatch.job(self.world, self.queues.tasks.pop(0))

    def deliver_all(self) -> None:
        """Run the worker of the bridges until nobody calls."""
        while self.queues.calls:
            with acting_as("Deliver"):
                dispatch.deliver(self.world, self.queues.calls.pop(0), frames.delivery)

    def push_all(self) -> None:
        """Run the worker of pushes until nothing is queued."""
        while self.queues.pushes:
            with acting_as("Push"):
                dispatch.push(self.world, self.sockets, self.queues.pushes.pop(0))

    def due(self) -> None:
        """Run the clock's worker, and wake the rooms that it finds."""
        with acting_as("Tick"):
            tick(self.world)
        rooms = [push for push in self.queues.pushes if "wake" in push]
        self.queues.pushes = [push for push in self.queues.pushes if push not in rooms]
        for push in rooms:
            with acting_as("Push"):
                dispatch.push(self.world, self.sockets, push)

    def sync_all(self) -> None:
        """Run the worker of trackers until nothing is queued, and react to what it does."""
        while self.queues.looks:
            with acting_as("Sync"):
                run_task(self.world, self.queues.looks.pop(0))
            if not self.queues.looks:
                self.react_all()

    def use_all(self) -> None:
        """Run the worker of usage for what has come into the raw log, and what was handed to it."""
        fresh = [key for key in self.files.content if key.startswith("usage/") and key not in self.logged]
        self.logged |= set(fresh)
        self.queues.used += [{"key": key} for key in fresh]
        while self.queues.used:
            with acting_as("Usage"):
                dispatch.usage(self.world, self.queues.used.pop(0))

    def sort_all(self) -> None:
        """Run the worker of search until nothing is queued."""
        while self.queues.sortings:
            with acting_as("Index"):
                dispatch.index(self.world, self.queues.sortings.pop(0))

    def settle(self) -> None:
        """Run every worker until nothing is left to do."""
        self.receive_all()
        self.react_all()
        self.sync_all()
        self.deliver_all()
        self.work_all()
        self.sort_all()
        self.push_all()


def _written(key: tuple[str, str], row: Row | None, old: Row | None) -> Written:
    kind = (row or old or Row("", "", 0, "", "")).t
    return Written(*key, kind, lambda: row and from_row(row), lambda: old and from_row(old))
