"""Cooperative tasks (deterministic simulation): one runs at a time, and hands over where it calls something alone."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import FakeClock

HANDS_OVER = 0.35  # how often a call lets another task go on


class Death(BaseException):
    """The process is gone: nothing of ours runs any more, no `except Exception` and no answer."""


class SimClock(FakeClock):
    """The one clock of a history. Whoever sleeps lets the others go on; chance and entropy are the seed's."""

    def __init__(self, at: int, rng: random.Random) -> None:
        super().__init__(at)
        self.rng = rng
        self.scheduler: Scheduler | None = None

    def chance(self) -> float:
        return self.rng.random()

    def sleep(self, seconds: float) -> None:
        if self.scheduler and self.scheduler.current:
            self.scheduler.sleep(int(seconds * 1000))
        else:
            super().sleep(seconds)


@dataclass
class Task:
    """What runs beside others. It wakes at `wakes_at`, and dies at `ends_at` (ms, 0: never)."""

    name: str
    run: Callable[[], Any]
    ends_at: int = 0
    wakes_at: int = 0
    over: bool = False
    dying: bool = False
    error: BaseException | None = None
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Scheduler:
    """Who runs next is drawn from the seed."""

    def __init__(self, rng: random.Random, clock: SimClock, trace: Callable[[str], None]) -> None:
        self.rng, self.clock, self.trace = rng, clock, trace
        self.tasks: list[Task] = []
        self.current: Task | None = None
        self.main = threading.Semaphore(0)
        clock.scheduler = self

    def spawn(self, name: str, run: Callable[[], Any], lives: int = 0) -> Task:
        """Begin a task, which dies after `lives` ms if it is not over by then."""
        task = Task(name, run, self.clock.at + lives if lives else 0)
        threading.Thread(target=self._body, args=(task,), daemon=True).start()
        self.tasks.append(task)
        return task

    def _body(self, task: Task) -> None:
        task.turn.acquire()
        try:
            task.run()
        except Death as death:
            task.error = death
        except BaseException as error:  # noqa: BLE001  whoever steps is told
            task.error = error
        task.over = True
        self.main.release()

    def point(self) -> None:
        """A place at which the running task may hand over, or die of its time-out."""
        task = self.current
        if task is None:
            return
        self._mortal(task)
        if self.rng.random() < HANDS_OVER:
            self._hand_over(task)

    def sleep(self, milliseconds: int) -> None:
        """The running task goes on when that time has passed."""
        task = self.current
        assert task is not None
        self._mortal(task)
        task.wakes_at = self.clock.at + milliseconds
        if task.ends_at:
            task.wakes_at = min(task.wakes_at, task.ends_at)
        self._hand_over(task)

    def die(self) -> None:
        """The running task's process ends here."""
        if self.current:
            self.current.dying = True
        raise Death

    def _hand_over(self, task: Task) -> None:
        self.main.release()
        task.turn.acquire()
        self._mortal(task)

    def _mortal(self, task: Task) -> None:
        if task.ends_at and self.clock.at >= task.ends_at and not task.dying:
            self.trace(f"{task.name} timed out")
            task.dying = True
        if task.dying:
            raise Death

    def ready(self) -> list[Task]:
        """The tasks that can go on now."""
        return [task for task in self.tasks if task.wakes_at <= self.clock.at]

    def step(self) -> bool:
        """Let one task go on until it hands over; whether there was one. What a task raised is raised here."""
        ready = self.ready()
        if not ready:
            return False
        task = self.current = self.rng.choice(ready)
        task.turn.release()
        self.main.acquire()
        self.current = None
        if task.over:
            self.tasks.remove(task)
            if task.error and not isinstance(task.error, Death):
                raise task.error
        return True

    def soonest(self) -> int | None:
        """When (ms) the next sleeper wakes or dies."""
        return min((task.wakes_at for task in self.tasks if task.wakes_at > self.clock.at), default=None)
