"""Everything that runs in a history (composition): the real edge, flows, workers and queue code on the twins of AWS."""

import hashlib
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.aws import queues as queue_module
from chalicelib.aws.queues import SqsQueues
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.record import Record
from chalicelib.edge import retries, workers
from chalicelib.ports import Answer, Memory, ProviderBusy, Request, Unreachable
from chalicelib.search.segments import SegmentIndex
from chalicelib.settings import settings
from tests.everywhere import HOOK, Clinic, Everywhere
from tests.fakes import BOOTSTRAP, Parley
from tests.peers import msteams as msteams_peer
from tests.peers.msteams import TeamsPeer
from tests.tracking import FakeTracker

from .aws import (
    CONCURRENT,
    QUEUES,
    SHARDS,
    WORKERS,
    Context,
    Event,
    SimFiles,
    SimSealer,
    SimSqs,
    SimTable,
    images,
    records_of,
    timeout,
    url,
)
from .scheduler import Scheduler, SimClock
from .weather import Weather

BEGINS = 1_795_921_200_000  # ms: the same moment for every history
HANGING = "https://hangs.example/hook"
CLOCKS = "https://clocks.example/hook"
HANGS_MS = 15_000  # after which our way out gives up
REACT_DEAD = "sim:react-dead"
SPEAKS = re.compile(r"chat\.|reactions\.|/activities|/v3/conversations$|/hook$|app\.vendor\.example")
MEMORY = re.compile("_(?!places|decoders)[a-z]+")  # the route table and how rows are read are no memory
WRITES = frozenset({"create", "comment", "amend", "withdraw", "move", "retitle", "label"})  # of a tracker
Worker = Callable[[Any], Any]


def _function(worker: Any) -> Worker:
    return worker.func  # type: ignore[no-any-return]


class Stage:
    """One Parley and one seed. `trace` is what happened, line by line."""

    def __init__(self, seed: int, **chances: float) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []
        self.clock = SimClock(BEGINS, self.rng)
        self.scheduler = Scheduler(self.rng, self.clock, self.trace)
        self.weather = Weather(self.rng, self.clock, self.scheduler, **chances)
        self.table, self.files = SimTable(self.weather, self.rng), SimFiles(self.weather)
        self.sqs = SimSqs(self.weather, self.rng)
        self.parley = Parley(self.table)
        self.parley.clock = self.clock
        dead = ",".join(f"{name}={url(name, dead=True)}" for name in QUEUES)
        self.settings = replace(
            settings(),
            stage="test",
            bootstrap_hash=hashlib.sha256(BOOTSTRAP.encode()).hexdigest(),
            public_url="https://parley.test",
            react_failed_queue=REACT_DEAD,
            dead_letter_queues=dead,
            **{f"{name}_queue": url(name) for name in QUEUES},
        )
        self.queues = SqsQueues(self.settings, self.files)
        self.parley.queues = self.queues  # type: ignore[assignment]
        self.parley.files = self.files
        self.parley.world = replace(
            self.parley.world,
            queues=self.queues,
            files=self.files,
            sealer=SimSealer(self.weather),
            clock=self.clock,
            index=SegmentIndex(self.parley.store, self.files, self.clock),
        )
        self.busy: Counter[str] = Counter()
        self.ticked = 0
        self.lost: list[str] = []
        self.stream_tries = [0] * SHARDS
        self.stream_since = [0] * SHARDS

    def trace(self, line: str) -> None:
        """A line of what happened."""
        self.lines.append(f"{self.clock.at - BEGINS} {line}")

    def failed(self, message: str, error: BaseException, **fields: Any) -> None:
        """What the workers log of an error that nobody foresaw."""
        self.weather.counts[f"{message}: {type(error).__name__}"] += 1
        self.trace(f"{message} {fields.get('queue', '')} {type(error).__name__}: {error}")

    def rows(self, type_: type[Record]) -> list[Any]:
        """All records of a kind."""
        return [record for record in self.parley.records() if isinstance(record, type_)]

    # --- the workers

    def start(self, name: str) -> bool:
        """Let Lambda's poller hand a batch to a worker; whether there was one."""
        if self.busy[name] >= CONCURRENT or self.weather.out("sqs"):
            return False
        worker: Any = getattr(workers, WORKERS[name])
        taken = self.sqs.batch(name, worker_batch(name))
        if not taken:
            return False
        self.busy[name] += 1
        lives = timeout(WORKERS[name])
        event = Event(records_of(taken), Context(self.clock.at + lives, lambda: self.clock.at))

        def run() -> None:
            try:
                answer = _function(worker)(event)
                self.sqs.settle(name, taken, answer)
                failed = len((answer or {}).get("batchItemFailures", ()))
                self.trace(f"{name} {','.join(letter.id for letter in taken)}{f' failed {failed}' if failed else ''}")
            except Exception as error:  # noqa: BLE001  Lambda leaves them all to their visibility
                self.trace(f"{name} broke: {type(error).__name__}")
                self.weather.counts[f"{name} broke: {type(error).__name__}"] += 1
            finally:
                self.busy[name] -= 1

        self.scheduler.spawn(name, run, lives)
        return True

    def start_stream(self, shard: int) -> bool:
        """Let a shard of the stream be worked on. A batch that fails comes again, until the template's limits."""
        name, log = f"react{shard}", self.table.stream[shard]
        if not log or self.busy[name] or self.stream_since[shard] > self.clock.at:
            return False
        batch = log[: self.rng.choice([1, 3, 10, 100]) if self.weather.stormy else 100]
        self.busy[name] += 1
        lives = timeout("react")
        event = Event(images(batch), Context(self.clock.at + lives, lambda: self.clock.at))

        def run() -> None:
            over = False
            try:
                if event.records:
                    _function(workers.react)(event)
                over = not (self.weather.stormy and self.rng.random() < 0.05)  # else it is told once more
            except Exception as error:  # noqa: BLE001  Lambda runs the batch again
                self.trace(f"{name} {type(error).__name__}")
            finally:
                self.busy[name] -= 1
                self._streamed(shard, len(batch), over=over)

        self.scheduler.spawn(name, run, lives)
        return True

    def _streamed(self, shard: int, size: int, *, over: bool) -> None:
        from .aws import TEMPLATE

        limits_ = TEMPLATE["React"]["Properties"]["Events"]["ReactDynamodbEventSource"]["Properties"]
        most = limits_["MaximumRetryAttempts"]
        self.stream_tries[shard] = 0 if over else self.stream_tries[shard] + 1
        if not over and self.stream_tries[shard] > 1:
            self.stream_since[shard] = self.clock.at + min(30_000, 500 * 2 ** min(self.stream_tries[shard], 10))
        if 0 <= most < self.stream_tries[shard]:
            self.lost += [f"stream gave up {key}" for key, _, _ in self.table.stream[shard][:size]]
            self.stream_tries[shard], over = 0, True
        if over:
            del self.table.stream[shard][:size]

    def tick(self) -> None:
        """Run the clock's worker, beside all others."""
        self.ticked = self.clock.at
        self.scheduler.spawn("tick", self._tick, timeout("tick"))

    def _tick(self) -> None:
        try:
            _function(workers.tick)(None)
        except Exception as error:  # noqa: BLE001  the next minute comes
            self.trace(f"tick {type(error).__name__}")

    def pump(self, most: int = 1_000_000) -> None:
        """Let tasks and workers go on until nothing can be done now, or for `most` steps."""
        for _ in range(most):
            started = False
            if not self.scheduler.tasks or self.rng.random() < 0.5:
                started = any(self.start(name) for name in self.rng.sample(QUEUES, len(QUEUES)))
                for shard in range(SHARDS):
                    started = self.start_stream(shard) or started
            if not self.scheduler.step() and not started and not self._start_all():
                return

    def _start_all(self) -> bool:
        begun = [self.start(name) for name in QUEUES] + [self.start_stream(shard) for shard in range(SHARDS)]
        return any(begun)

    def run_out(self) -> None:
        """Until no task is left: sleepers wake, and whoever hangs dies of its time-out."""
        self.pump()
        while self.scheduler.tasks:
            self.pump()
            if soonest := self.scheduler.soonest():
                self.clock.at = max(self.clock.at, soonest)

    def next_due(self) -> int | None:
        """When (ms) the next message can be seen, a sleeper wakes, or a shard is tried again."""
        times = [letter.visible for letter in self.sqs.waiting()]
        times += [at for at in (*self.stream_since, self.scheduler.soonest()) if at]
        return min((at for at in times if at > self.clock.at), default=None)


def worker_batch(name: str) -> int:
    """How many records a worker takes at a time, as the edge says it."""
    handlers = {each.name: each for each in _registered()}
    return int(handlers[WORKERS[name]].batch_size)


def _registered() -> list[Any]:
    from app import app

    return list(app.event_sources)


class SimEverywhere(Everywhere):
    """Everybody's side. Calls of providers are places to hand over, and may be the last of a process."""

    def __init__(self, stage: Stage, teams: TeamsPeer) -> None:
        self.stage = stage
        self.facts: dict[str, dict[str, Any]] = {}  # what was told of clocks, by the id of the delivery
        super().__init__(stage.parley, teams)
        self.mailer.__class__ = SimMailer
        self.mailer.stage, self.mailer.here = stage, self  # type: ignore[attr-defined]

    def work(self) -> None:
        self.stage.pump()
        self.teams.clock = self.parley.clock.at

    def send(self, request: Request) -> Answer:
        stage, weather = self.stage, self.stage.weather
        stage.scheduler.point()
        if request.url == HANGING:
            if weather.stormy and stage.scheduler.current:
                stage.scheduler.sleep(HANGS_MS)
                raise Unreachable("no answer in time")
            return Answer(204)
        if request.url == CLOCKS:
            self.facts[request.headers["webhook-id"]] = json.loads(request.body)
            if weather.stormy:
                weather.death(2 * weather.dies)
            return Answer(204)
        name = "webhook" if request.url == HOOK else "slack" if request.url.startswith(self.slack.url) else "msteams"
        speaks = bool(SPEAKS.search(request.url))
        if speaks and weather.stormy:
            if stage.rng.random() < 2 * weather.away:
                how = stage.rng.choice(["429", "500", "away", *(["lost"] if name != "msteams" else [])])
                self.failing[name].append(how)
                weather.counts[f"{name} {how}"] += 1
            weather.death(2 * weather.dies)
        answer = super().send(request)
        stage.scheduler.point()
        if speaks and weather.stormy and stage.rng.random() < weather.dies and stage.scheduler.current:
            weather.counts["deaths after a provider's effect"] += 1
            stage.scheduler.die()
        return answer

    def hand_over(self, events: list[tuple[str, bytes]]) -> None:
        """Into the queue, as the edge does once a signature is right."""
        for kind, body in events:
            envelope = Envelope(
                id=self.parley.world.fresh_id("env"),
                workspace=self.tenant.id,
                install=self.installs[kind],
                channel=kind,
                received_at=self.parley.clock.now(),
                headers={"content-type": "application/json"},
                body=body,
            )
            group = wiring.inbound(kind).group(envelope)
            self.stage.queues.inbound(envelope, f"{envelope.install}:{group}")


class SimMailer(Clinic):
    """SES. It takes no mark: a mail whose sender dies may go out twice."""

    stage: Stage
    here: SimEverywhere

    def send(self, raw: bytes, to: Any) -> str:
        stage, weather = self.stage, self.stage.weather
        stage.scheduler.point()
        if weather.stormy and stage.rng.random() < 2 * weather.away:
            weather.counts["ses 429"] += 1
            raise ProviderBusy("SES: 429", 30)
        weather.death()
        sent = super().send(raw, to)
        if weather.stormy and stage.rng.random() < weather.dies and stage.scheduler.current:
            weather.counts["deaths after a provider's effect"] += 1
            stage.scheduler.die()
        return sent


class SimTracker(FakeTracker):
    """A tracker that may be busy, or take a write whose answer is lost."""

    stage: Stage | None = None

    def _mood(self, what: str, *details: str) -> None:
        if self.stage:
            weather = self.stage.weather
            self.stage.scheduler.point()
            if weather.stormy and self.stage.rng.random() < 2 * weather.away:
                raise ProviderBusy("slow down", self.stage.rng.choice([0, 20]))
            weather.death()
        super()._mood(what, *details)

    def _done(self, seen: Any) -> Any:
        """After a write's effect."""
        if self.stage and self.stage.weather.stormy:
            weather = self.stage.weather
            weather.death(2 * weather.dies)
            if self.stage.rng.random() < weather.away:
                raise ProviderBusy("no answer", 0)
        return seen

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return (lambda *args, **fields: self._done(found(*args, **fields))) if name in WRITES else found


@contextmanager
def on_stage(stage: Stage, teams: TeamsPeer) -> Iterator[None]:
    """The process is the stage's: its clock, its AWS. Nothing of an earlier history is remembered."""
    teams.messages.clear()
    teams.log.clear()
    teams.outbox.clear()
    teams.tokens.clear()
    teams.next_id, teams.clock = 1_700_000_000_000, stage.clock.at
    forget()
    moment = type("Moment", (datetime,), {"now": classmethod(lambda cls, tz=None: _now(stage.clock.at))})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.edge.http.world", lambda: stage.parley.world)
        patch.setattr("chalicelib.edge.http.settings", lambda: stage.settings)
        patch.setattr(wiring, "queues", lambda: stage.queues)
        patch.setattr(wiring, "world", lambda: stage.parley.world)
        patch.setattr(wiring, "sockets", lambda: stage.parley.sockets)
        patch.setattr(queue_module, "client", lambda name: stage.sqs)
        patch.setattr("jwt.api_jwt.datetime", moment)
        patch.setattr(msteams_peer, "time", type("Time", (), {"time": staticmethod(lambda: stage.clock.at / 1000)}))
        for module in (workers, retries):
            patch.setattr(module, "say", lambda message, **fields: None, raising=False)
            patch.setattr(module, "count", lambda metric, amount=1, **dimensions: None, raising=False)
            patch.setattr(module, "fail", stage.failed, raising=False)
        yield


def forget() -> None:
    """A container that begins remembers nothing: what modules keep is found by what it is, or how it is called. What
    it is handed, the stage makes anew."""
    for name, module in list(sys.modules.items()):
        if name.startswith("chalicelib."):
            for kept, memory in vars(module).items():
                if isinstance(memory, Memory) or (isinstance(memory, dict) and MEMORY.fullmatch(kept)):
                    memory.clear()


def _now(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
