"""Erasures (right to be forgotten): who is forgotten, how far that is, and what has become of each place (ADR 176)."""

from typing import Literal

from .record import Part, Record
from .rooms import LeavingRoom
from .times import DAY_MS
from .workspaces import Secret

Of = Literal["user", "visitor", "person", "customer"]
# They are marked as forgotten; what there is of them is walked over until a walk finds nothing; what other sides are
# still to take is waited for; their ids over there go; search's pieces are written anew. A customer's people are
# forgotten so many at a time; then its rooms go, and it itself.
Stage = Literal["mark", "walk", "ids", "search", "log", "rooms", "company", "done"]
State = Literal["queued", "running", "waiting", "held", "done"]
# What became of what lies elsewhere: gone, still on its way, not to be had there, or left to the people there.
Fared = Literal["done", "waiting", "unsupported", "failed", "by-hand"]

WAKE_AFTER_MS = 120_000  # ms without progress, after which the clock sends the next piece again
SETTLE_S = 10  # seconds after which what was on its way has come, and is in the indexes
WAITS_S = (120, 300, 1800, 3600)  # seconds between two looks at what other sides are still to take
# ms for which copies live that nobody can change
COPIES = {"point-in-time backups": 35 * DAY_MS, "logs": 30 * DAY_MS}
# ms after which what nobody looks into has ended by itself; what it brings back until then is dropped
ENDING = {
    "queues": 14 * DAY_MS,
    "dead-letter queues": 14 * DAY_MS,
    "webhooks and mails as they came": 30 * DAY_MS,
    "files of imports": 30 * DAY_MS,
    "batches that were given up": 30 * DAY_MS,
    "answers kept for a repeat": 1 * DAY_MS,
}


class Self(Part, frozen=True):
    """One of those who are forgotten: a user of a customer (ids), or a visitor."""

    id: str
    customer: str = ""


class Subject(Part, frozen=True):
    """What they are known by, for as long as that is looked for: names, addresses, what other sides call them, and what
    the vendor does (`called`), which may be somebody else at another customer; what the raw log of usage calls them
    (`anonymous`) while nobody knew who they are; the customers (`visited`) in whose rooms they spoke unverified."""

    selves: tuple[Self, ...] = ()
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    anonymous: tuple[str, ...] = ()
    visited: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Our own ids of them."""
        return tuple(each.id for each in self.selves)

    @property
    def customers(self) -> tuple[str, ...]:
        """Whose users they are, or whose rooms they spoke in."""
        own = (each.customer for each in self.selves if each.customer)
        return tuple(dict.fromkeys((*own, *self.visited)))


class Stop(Part, frozen=True):
    """Where a walk goes on: in the listing number `at` of those that begin at a thing (`start`, `key`)."""

    start: str
    key: str = ""
    at: int = 0
    cursor: str = ""


class Twin(Part, frozen=True):
    """How many things at an install fared so, and why."""

    install: str
    channel: str
    fared: Fared
    reason: str
    count: int


class Erasure(Record, frozen=True):
    """Somebody is forgotten. `stand_in` is the id of chance that takes the place of theirs. `piece` pieces are done of
    a walk that goes on at the last of its `stops`; `changed` says whether it has changed anything. `removed` and
    `anonymised` count records by their kinds, `twins` what lies at installs, as the last walk found it. `dropped` is
    what came again from before they were forgotten. The subject is emptied at the end. Of a customer it is so many of
    its people at once: `earlier` are the twins of those before them; `leaving` are rooms that are gone, with what lies
    under them still to go."""

    id: str
    workspace: str
    of: Of
    by: str
    created_at: int
    stand_in: str
    state: State = "queued"
    stage: Stage = "mark"
    target: str = ""
    customer: str = ""
    subject: Subject = Subject()
    stops: tuple[Stop, ...] = ()
    began_at: int = 0
    changed_in_walk: bool = False
    walks: int = 0
    looks: int = 0
    piece: int = 0
    removed: dict[str, int] = {}
    anonymised: dict[str, int] = {}
    twins: tuple[Twin, ...] = ()
    earlier: tuple[Twin, ...] = ()
    leaving: tuple[LeavingRoom, ...] = ()
    dropped: int = 0
    next_at: int = 0
    ended_at: int = 0

    @property
    def ended(self) -> bool:
        """Nothing is left to do."""
        return self.state == "done"


class ForgettingKey(Record, frozen=True):
    """The workspace's key by which identifiers are hashed, sealed: without it nobody can tell whose a hash is."""

    workspace: str
    secret: Secret


class Forgotten(Record, frozen=True):
    """An identifier whose owner was forgotten, as its keyed hash: when (ms), by which erasure. Nothing in it is
    readable."""

    workspace: str
    hash: str
    erasure: str
    at: int
