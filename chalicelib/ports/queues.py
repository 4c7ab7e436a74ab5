"""The queues, and the work that is handed over through them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ..desk.dead_letters import DeadLetter
from ..desk.envelopes import Envelope
from ..desk.tickets import Hint


@dataclass(frozen=True, slots=True)
class Call:
    """A wake-up of a bridge's worker for the delivery of change `n`. `why` tells repeated calls apart."""

    bridge: str
    n: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Errand:
    """Work on a piece of a broadcast; None: on the whole of it. Rooms, customers, workspace and segment are named, and
    so read with it. `after` are broadcasts that were sent before and have their turn first."""

    broadcast: str
    piece: int | None = None
    rooms: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    workspace: str = ""
    segment: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """Work for the worker of trackers. `look`: at the ticket in `install` of the issue `id`, or at `ticket`, of which a
    `hint` came at `at` (ms). `tell`: the notice `id`. `merge`: what is left of the issue `id`. `count`: the ARR of the
    customer `id`. `repair`: the install `id`. `project`: all of the install `id`, whose project has changed. `readers`:
    who reads the install `id`. `words`: its tickets that were closed with a word of which somebody has said now what
    it means. `lost`: its tickets that were not there. `comments`: those of its tickets, some of
    which are read whole. `exposed`: its tickets, which strangers read now. `why` tells repeated tasks apart."""

    do: Literal[
        "look", "tell", "merge", "count", "repair", "project", "readers", "words", "lost", "comments", "exposed"
    ]
    id: str = ""
    install: str = ""
    ticket: str = ""
    hint: Hint | None = None
    at: int = 0
    why: str = ""

    @property
    def group(self) -> str:
        """What is done one after the other: a slow tracker holds up nobody else's tickets."""
        return f"{self.install}:{self.ticket or self.id}" if self.do == "look" else f"{self.do}:{self.id}"


@dataclass(frozen=True, slots=True)
class IndexTask:
    """Work for the worker of search: put into the tree what it does not know of yet or, for a `walk`, find all that
    there is of the workspace `tree` again: a page of it, `of` a thing, from `cursor` on. `why` tells repeats apart."""

    tree: str
    why: str = ""
    walk: str = ""
    of: str = ""
    cursor: str = ""

    @property
    def group(self) -> str:
        """One writer a tree."""
        return f"{self.tree}:{self.walk}:{self.of}" if self.walk else self.tree


@dataclass(frozen=True, slots=True)
class DeadBody:
    """What lies in a dead-letter queue: of which queue it is, what it says, and whose it is ("" where nobody knows)."""

    queue: str
    body: str
    workspace: str = ""


class Queues(Protocol):
    """The queues, by what they are for."""

    def inbound(self, envelope: Envelope, group: str) -> None:
        """Queue an envelope, in order within its group. Returns once it is durable."""

    def keep(self, envelope: Envelope) -> str:
        """Put an envelope by for 30 days, so that it can come again; its key in the bucket."""

    def forget(self, kept: str) -> None:
        """Forget what lies at a key, if it does."""

    def inbound_again(self, kept: str, lifted: Sequence[str], why: str) -> None:
        """Queue the envelope that lies at a key once more, with these rules lifted; the same within five minutes
        once. `why` tells repeats apart."""

    def wake(self, calls: Iterable[Call]) -> None:
        """Wake the workers of some bridges; the same (bridge, n, why) within five minutes wakes once."""

    def push(self, pushes: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Hand over what sockets shall be told (flows/live/push.py), in `after` seconds."""

    def broadcast(self, errands: Iterable[Errand]) -> None:
        """Hand broadcasts, piece by piece, to their workers. May be done twice: they do nothing twice."""

    def wake_later(self, call: Call, seconds: int) -> None:
        """Wake a bridge's worker in some seconds, 900 at most."""

    def jobs(self, tasks: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Hand tasks to the worker of jobs: the next piece of a job, or customers to evaluate; `after` seconds."""

    def sync(self, tasks: Iterable[Task]) -> None:
        """Hand tasks to the worker of trackers, in order within their group."""

    def index(self, tasks: Iterable[IndexTask]) -> None:
        """Hand tasks to the worker of search, in order within their group."""

    def usage(self, tasks: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Hand tasks to the worker of usage: each names its `workspace`; in `after` seconds. May be done twice."""

    def set_aside(self, pk: str, sk: str, reason: str, *, letter: DeadLetter | None = None) -> None:
        """Keep the key of a change that could not be reacted to, with its reason and its note."""

    def unexplained(self, note: Callable[[str, str], DeadLetter | None], reason: str) -> list[DeadLetter]:
        """Give the letters that the queue service itself has put aside a reason, and the note that `note(queue, body)`
        makes; the notes, to be stored by the caller."""

    def reword_dead(self, becomes: Callable[[DeadBody], str | None]) -> list[tuple[str, bool]]:
        """Have each dead letter say what its body becomes; one that becomes None is thrown away. The ids of the notes
        of those that changed ("": it has none), and whether they are still there."""

    def envelope(self, body: str) -> Envelope:
        """The envelope of a queue's message. NotFound if it lay in the bucket, and is gone."""

    def unbury(self, queue: str, letter: str, again: Callable[[str], None] | None) -> bool:
        """Take a noted letter out of its dead-letter queue, once it is given back to its worker; `react` has no queue
        to give it to: there `again(body)` does what is to be done. None: it is thrown away. Whether it was there."""
