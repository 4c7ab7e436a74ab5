"""What goes wrong in a history (fault injection): calls that fail before or after their effect, deaths, outages."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from chalicelib.desk.errors import Clash
from chalicelib.ports import AwsAway

from .scheduler import Scheduler, SimClock

T = TypeVar("T")
SERVICES = ("table", "sqs", "files", "kms")


@dataclass
class Weather:
    """`away` and `dies` are chances per call; `twice` that a standard queue gives a message twice. `until` says of each
    service how long (ms) it is out altogether. Nothing fails while it is not `stormy`."""

    rng: random.Random
    clock: SimClock
    scheduler: Scheduler
    away: float = 0.02
    dies: float = 0.004
    twice: float = 0.05
    stormy: bool = False
    until: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def out(self, service: str) -> bool:
        """Whether the service does not answer at all."""
        return self.clock.at < self.until.get(service, 0)

    def call(
        self,
        service: str,
        what: str,
        do: Callable[[], T],
        *,
        writes: bool = False,
        conditional: bool = False,
        refusal: Callable[[str], Exception] = AwsAway,
    ) -> T:
        """A call of AWS: it may fail, or its process die, before or after the effect. The repeat that a client library
        makes of a `conditional` put of one row meets its own effect."""
        self.scheduler.point()
        if self.out(service):
            self.counts[f"{service} out"] += 1
            raise refusal(f"{service} {what}: out")
        if not self.stormy:
            return do()
        self._fate(service, what, refusal)
        done = do()
        if writes:
            if conditional and self.rng.random() < self.away / 2:
                self.counts["met its own effect"] += 1
                raise Clash((0,))
            self._fate(service, what, refusal)
        self.scheduler.point()
        return done

    def death(self, chance: float | None = None) -> None:
        """The process may die here."""
        if self.stormy and self.scheduler.current and self.rng.random() < (self.dies if chance is None else chance) / 2:
            self.counts["deaths"] += 1
            self.scheduler.die()

    def _fate(self, service: str, what: str, refusal: Callable[[str], Exception]) -> None:
        self.death()
        if self.rng.random() < self.away / 2:
            self.counts[f"{service} away"] += 1
            raise refusal(f"{service} {what}: away")
