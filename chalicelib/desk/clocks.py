"""Clocks: what a room is owed, and since when (projection of its trail); never written by hand (ADR 97).

`first` is the first answer of an episode, `next` every later one, `update` a word of progress, `outcome` the end of it
all. A promise is an agent's word, and an open one is by when the next word of progress is due. What a room is owed
follows from its marks alone (desk/turns.py); by when, from its customer's policy (desk/policies.py).
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from msgspec.structs import replace

from .promises import Promise
from .record import Part, Record
from .turns import NEW_EPISODE, Mark, MarkKind, Standing, step

Kind = Literal["first", "next", "update", "outcome"]
Ending = Literal["", "answered", "acknowledged", "closed unanswered", "withdrawn", "none needed", "moved"]
Fact = Literal["started", "warned", "missed", "met"]

MAX_ENDED = 16  # clocks whose ends a room remembers: more than its trail can tell of
GONE: frozenset[Ending] = frozenset({"withdrawn", "moved"})
MET: frozenset[Ending] = frozenset({"answered", "acknowledged"})
ENDS: dict[MarkKind, Ending] = {
    "answer": "answered",
    "close": "closed unanswered",
    "settle": "withdrawn",
    "none needed": "none needed",
}


class Span(NamedTuple):
    """A clock as the trail has it: what began it (a change number; of `update` its time), from when until when (ms, 0:
    it runs), how it ended, when it was answered (an acknowledgement is none). An outcome may be owed `again`."""

    kind: Kind
    ask: int
    since: int
    ended: int = 0
    how: Ending = ""
    answered: int = 0
    again: bool = False

    @property
    def id(self) -> str:
        """Its kind and what began it, as one word."""
        return f"{self.kind}:{self.ask}"


class Running(Part, frozen=True):
    """A clock that runs: `due` by its policy (ms, 0: no time is set), agents are warned at `warn_at`, and were when it
    was `warned` and `missed`."""

    kind: Kind
    ask: int
    since: int
    due: int = 0
    warn_at: int = 0
    policy: str = ""
    warned: int = 0
    missed: int = 0

    @property
    def id(self) -> str:
        """As its span's."""
        return f"{self.kind}:{self.ask}"

    @property
    def wake_at(self) -> int:
        """When (ms) time itself has something to do with it; 0 for never."""
        if not self.due or self.missed:
            return 0
        return self.warn_at if self.warn_at and not self.warned else self.due


class End(Part, frozen=True, array_like=True):
    """How a clock ended, and when (ms) what it was about was answered."""

    how: Ending
    answered: int = 0


class RoomClocks(Record, frozen=True):
    """The clocks that run in a room now (read model); of the last that ended how, and when they were answered, by id.
    `told_at` is when its customer was told of progress last, by a notice; `words` are what they are shown of when they
    will hear. At `silent_at` (ms, 0: never) they are reminded of what they have not answered, or it is closed. Kept by
    `react`."""

    room: str
    workspace: str
    running: tuple[Running, ...] = ()
    ended: dict[str, End] = {}
    told_at: int = 0
    words: str = ""
    silent_at: int = 0

    @property
    def wake_at(self) -> int:
        """When (ms) the next one is to be looked at, or what nobody has answered; 0 for never."""
        moments = [*(each.wake_at for each in self.running), self.silent_at]
        return min(filter(None, moments), default=0)

    @property
    def due(self) -> int:
        """When (ms) the next one is due; 0 where no time is set."""
        return min((each.due for each in self.running if each.due), default=0)


class Clock(Record, frozen=True):
    """One clock for good, with all as it was then: `policy` in its `revision`, the segments that are measured, the
    agent who is on it. `took` is business time, `ended - since` time by the calendar (ms); `answer_took` is business
    time until it was `answered`, which an acknowledgement is not. `because` is why the way to its customer was shut
    when it was missed; it was missed all the same. It ended on a `day` (`2026-11-30`) by the workspace's clock of then.
    One that was `promised` was due by an agent's word; of an outcome, the room had been resolved before (`again`); the
    customer may be one that is a `test`."""

    room: str
    kind: Kind
    ask: int
    workspace: str
    since: int
    due: int = 0
    warned: int = 0
    missed: int = 0
    ended: int = 0
    how: Ending = ""
    answered: int = 0
    took: int = 0
    policy: str = ""
    revision: int = 0
    customer: str = ""
    channel: str = ""
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    agent: str = ""
    segments: tuple[str, ...] = ()
    because: str = ""
    day: str = ""
    answer_took: int = 0
    promised: bool = False
    again: bool = False
    test: bool = False

    @property
    def id(self) -> str:
        """As its span's."""
        return f"{self.kind}:{self.ask}"


class ClockFact(Part, frozen=True):
    """What a change of a room tells of one of its clocks; `because`, as a Clock's. Of one that was missed its policy
    named, besides, whom to tell (`escalate`: agents' ids)."""

    fact: Fact
    kind: Kind
    since: int
    due: int
    because: str = ""
    escalate: tuple[str, ...] = ()


def spans(base: Standing, trail: tuple[Mark, ...], episode: int) -> tuple[Span, ...]:
    """The answers that are or were owed, as far back as the trail goes, oldest first. After a silence of `episode` (ms)
    an ask begins a new one."""
    found = [_begun(base, episode)] if base.waits else []
    for before, mark, after in _steps(base, trail):
        if after.waits and not before.waits:
            found.append(_begun(after, episode))
        elif before.waits and not after.waits:
            found[-1] = _over(found[-1], mark)
        elif found and after.acked_at and not before.acked_at:
            found[-1] = found[-1]._replace(ended=after.acked_at, how="acknowledged")
    return tuple(found)


def openings(base: Standing, trail: tuple[Mark, ...]) -> tuple[Span, ...]:
    """The ends that are or were owed, as far back as the trail goes, oldest first."""
    found = [Span("outcome", base.opened, base.opened_at, again=base.again)] if base.opened else []
    for before, mark, after in _steps(base, trail):
        if after.opened and not before.opened:
            found.append(Span("outcome", after.opened, after.opened_at, again=after.again))
        elif before.opened and not after.opened:  # who resolves with an outcome has reached one, whoever is told
            found[-1] = _over(found[-1], replace(mark, kind="resolve") if mark.kind == "close" else mark)
    return tuple(found)


def _steps(base: Standing, trail: tuple[Mark, ...]) -> Iterator[tuple[Standing, Mark, Standing]]:
    for mark in trail:
        after = step(base, mark)
        yield base, mark, after
        base = after


def _begun(standing: Standing, episode: int) -> Span:
    first = standing.silence == NEW_EPISODE or standing.silence > episode
    span = Span("first" if first else "next", standing.ask or standing.asked, standing.waiting_since)
    return span._replace(ended=standing.acked_at, how="acknowledged") if standing.acked_at else span


def _over(span: Span, mark: Mark) -> Span:
    """What waits no longer. One who resolves with a word of how it ended has answered."""
    how = ENDS.get(mark.kind) or ("answered" if mark.word else "closed unanswered")
    span = span._replace(answered=mark.at) if how == "answered" else span
    return span if span.how else span._replace(ended=mark.at, how=how)


def update_of(standing: Standing, promise: Promise | None, told_at: int, *, issue: bool) -> Span | None:
    """The word of progress that an open room is owed: after an acknowledgement, while a promise is open, or an `issue`
    behind it. Since the vendor's last word, or a promise was settled; whose turn it is does not matter."""
    if standing.state != "open":
        return None
    if promise and promise.open:
        return Span("update", promise.made_at, promise.made_at)
    settled = promise.settled_at if promise else 0
    since = max(standing.answered_at, standing.acked_at if standing.waits else 0, told_at, settled)
    owed = standing.waits and standing.acked_at or issue
    return Span("update", since, since) if owed and since else None
