"""Broadcasts: one message to the rooms of many customers, with a result per room. Pure: states, counts, who is spared
(ADR 32).

A broadcast is planned into pieces of rooms before anything is sent. What becomes of a room is a `Result`, put in the
transaction that says the message: its key (broadcast, piece, room) lets no second one in. A room is in one piece.
"""

from collections.abc import Iterable
from typing import Literal

from .customers import Customer
from .errors import Conflict
from .hours import Hours, opens
from .messages import Attached, Author, Broadcasted
from .record import Part, Record
from .rooms import Room
from .times import WEEK_MS

State = Literal[
    "draft", "scheduled", "planning", "sending", "paused", "cancelled", "done", "undoing", "undone", "failed"
]
Verb = Literal["send", "pause", "resume", "cancel", "undo"]
Into = Literal["triage", "topic", "room"]
Lacking = Literal["", "read", "acknowledged", "replied"]

MAX_TEXT = 10_000
MAX_NAMED = 3_000  # rooms or customers that a request may name one by one
PIECE = 97  # rooms: with broadcast, piece and tally they are the 100 keys of one read
CHUNK = 33  # rooms of one transaction: room, message and result each, and the tally
# In rooms other than the triage room fewer, since that keeps what its customer has heard and is written with them.
PIECE_OF_TOPICS, CHUNK_OF_TOPICS = 48, 24
TURN_MS = 60 * 60_000  # ms for which a broadcast is waited for by those that were sent after it
MAX_VARIANTS = 20
MAX_TOLD = 40_000  # characters of a text and its variants
PER_WEEK = 3
EVERY_KIND = "*"
QUESTION = "question"  # the kind by which a broadcast asks its customers something

# verb → the states it is for, and the one it leads to
MOVES: dict[Verb, tuple[frozenset[State], State]] = {
    "send": (frozenset({"draft"}), "planning"),
    "pause": (frozenset({"sending"}), "paused"),
    "resume": (frozenset({"paused"}), "sending"),
    "cancel": (frozenset({"draft", "scheduled", "planning", "sending", "paused"}), "cancelled"),
    "undo": (frozenset({"sending", "paused", "cancelled", "done"}), "undoing"),
}
WORKING: frozenset[State] = frozenset({"planning", "sending", "undoing"})


class Rules(Record, frozen=True):
    """A workspace's own: whether a second agent has to approve, how many broadcasts a customer gets in 7 days, and at
    which hours none is sent."""

    workspace: str
    approval: bool = False
    per_week: int = PER_WEEK
    quiet: Hours | None = None


class Broadcast(Record, frozen=True):
    """What is to be said, by whom and how far it is. `due` (ms) is when the clock looks at it, 0 for never.
    `planned` are the rooms of its plan, `skipped` those of them that get nothing. `variants` are the text by language
    (in lower case); `hours` those of each customer's own day. With `into` topic each customer gets a room of
    `room_name`, with `into` room that in which it asked for the `issue`. `follows` is the broadcast whose rooms get it
    that lack what `lacking` says."""

    id: str
    workspace: str
    text: str
    author: Author
    created_at: int
    kind: str = "news"
    override: str = ""
    segment: str = ""
    issue: str = ""
    into: Into = "triage"
    room_name: str = ""
    variants: dict[str, str] = {}
    attachments: tuple[Attached, ...] = ()
    hours: Hours | None = None
    follows: str = ""
    lacking: Lacking = ""
    state: State = "draft"
    approved_by: str = ""
    at: int = 0
    due: int = 0
    pieces: int = 0
    planned: int = 0
    skipped: int = 0
    reason: str = ""

    def text_in(self, language: str) -> str:
        """The text of a variant, "" for the one without a language."""
        return self.variants.get(language, self.text)

    def variant(self, language: str) -> str:
        """The variant for somebody who reads `language`: that of `de-AT`, or else of `de`, or else "", the text."""
        name = language.lower()
        while name and name not in self.variants:
            name = name.rpartition("-")[0]
        return name


class Audience(Record, frozen=True):
    """The rooms, or the customers, that a broadcast names one by one."""

    broadcast: str
    rooms: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()


class Target(Part, frozen=True):
    """A room of a plan: what its variables stand for, why it is skipped, or what is missing for its text. `language` is
    its variant; `at` (ms) when its hours begin, 0 for now; `opens` the name of the topic room that is made for it, and
    `external_id` its customer's."""

    room: str
    customer: str = ""
    values: dict[str, str] = {}
    skipped: str = ""
    missing: str = ""
    language: str = ""
    at: int = 0
    opens: str = ""
    external_id: str = ""


class Piece(Record, frozen=True):
    """The rooms of one queue message. Written once; `next` is where the plan goes on ("" at the end)."""

    broadcast: str
    number: int
    targets: tuple[Target, ...]
    next: str = ""


class Tally(Record, frozen=True):
    """How far a piece is. Each transaction of the piece moves it, so that two workers never pass each other, and an
    undo stops a worker in the middle. `due` (ms) is when the next of its rooms has its hours, 0 if none waits for
    them."""

    broadcast: str
    number: int
    stored: int = 0
    failed: int = 0
    skipped: int = 0
    deleted: int = 0
    read: int = 0
    replied: int = 0
    acknowledged: int = 0
    due: int = 0
    finished: bool = False
    undone: bool = False


class Result(Record, frozen=True):
    """What became of a room: the message's change number `n`, or why there is none: it `failed`, or was `skipped` when
    its turn came. One of a broadcast that is a question `asks`."""

    broadcast: str
    piece: int
    room: str
    customer: str
    n: int = 0
    failed: str = ""
    skipped: str = ""
    read_at: int = 0
    replied_at: int = 0
    acknowledged_at: int = 0
    deleted: bool = False
    asks: bool = False

    @property
    def said(self) -> Broadcasted:
        """How a room and its messages name it."""
        return Broadcasted(broadcast=self.broadcast, piece=self.piece, asks=self.asks)


class Heard(Record, frozen=True):
    """When (ms) a customer was told broadcasts in rooms made for them, as versions before kept it: now its triage room
    keeps all."""

    customer: str
    workspace: str
    times: tuple[int, ...] = ()


def heard(triage: Room | None, room: Room | None, before: Heard | None = None) -> tuple[int, ...]:
    """When (ms) a customer was told broadcasts: its triage room keeps all; what it lacks is from before it did."""
    times = triage.heard if triage else ()
    older = {*(room.heard if room else ()), *(before.times if before else ())}
    return (*times, *sorted(older - set(times)))


def begins(broadcast: Broadcast, rules: Rules, timezone: str, *, now: int) -> int:
    """When (ms) a customer in that time zone may get it: not in the workspace's quiet hours, unless there is a reason,
    and within the broadcast's own; 0 for now."""
    at = start = max(now, broadcast.at)
    for _ in range(4):  # each may push the moment into what the other one forbids
        before = at
        if rules.quiet and not broadcast.override:
            at = opens(at, rules.quiet, timezone, within=False)
        if broadcast.hours:
            at = opens(at, broadcast.hours, timezone, within=True)
        if at == before:
            break
    return 0 if at == start else at


def moved(broadcast: Broadcast, verb: Verb, now: int, *, grace: int, at: int = 0) -> Broadcast:
    """The broadcast after a verb; Conflict where its state does not allow that. `at` schedules a `send`."""
    allowed, state = MOVES[verb]
    if broadcast.state not in allowed:
        raise Conflict(f"a broadcast that is {broadcast.state} cannot be told to {verb}")
    if verb == "send" and at > now:
        return broadcast.changed(state="scheduled", at=at, due=at)
    due = now + grace if state in WORKING else 0
    return broadcast.changed(state=state, due=due, at=now if verb == "send" else broadcast.at)


def spared(
    broadcast: Broadcast, rules: Rules, customer: Customer | None, *, room: Room | None, times: Iterable[int], now: int
) -> str:
    """Why a room gets nothing; "" if it gets the message. `times` (ms) are those of its customer's broadcasts."""
    if room is None or room.workspace != broadcast.workspace:
        return "no such room"
    if room.vendor_only or customer is None:
        return "not a customer's room"
    if customer.state != "active":
        return f"the customer is {customer.state}"
    if {broadcast.kind, EVERY_KIND} & set(customer.opted_out):
        return "opted out"
    recent = sum(1 for at in times if at > now - WEEK_MS)
    return "weekly cap" if recent >= rules.per_week and not broadcast.override else ""


def standing(broadcast: Broadcast, tallies: Iterable[Tally]) -> State:
    """The state by the tallies: what is sent or undone everywhere is done, also before that is written down."""
    found = list(tallies)
    if broadcast.state == "sending" and sum(tally.finished for tally in found) >= broadcast.pieces:
        return "done"
    if broadcast.state == "undoing" and sum(tally.undone for tally in found) >= broadcast.pieces:
        return "undone"
    return broadcast.state


def first_come(broadcast: Broadcast) -> tuple[int, str]:
    """The order in which broadcasts have their turn: as they were sent."""
    return broadcast.at, broadcast.id


def waits_for(broadcast: Broadcast, other: Broadcast) -> bool:
    """Whether the other one was sent before it and may still be speaking. What has a reason waits for nobody."""
    return (
        not broadcast.override
        and other.state in ("planning", "sending")
        and first_come(other) < first_come(broadcast)
        and other.workspace == broadcast.workspace
    )


def speaks(broadcast: Broadcast, tallies: Iterable[Tally], now: int) -> bool:
    """Whether a room of the broadcast has its turn now and has not got it, unless that has taken too long."""
    found = {tally.number: tally for tally in tallies}
    open_ = [found.get(number) for number in range(broadcast.pieces)]
    since = [tally.due if tally else 0 for tally in open_ if tally is None or not tally.finished]
    began = [broadcast.at] if broadcast.state == "planning" else [at or broadcast.at for at in since]
    return any(now - TURN_MS < at <= now for at in began)


COUNTS = ("stored", "failed", "skipped", "deleted", "read", "replied", "acknowledged")


def sums(broadcast: Broadcast, tallies: Iterable[Tally]) -> dict[str, int]:
    """What the pieces add up to: planned = skipped + stored + failed + waiting."""
    found = list(tallies)
    counts = {name: sum(getattr(t, name) for t in found) for name in COUNTS}
    counts["skipped"] += broadcast.skipped
    waiting = broadcast.planned - counts["skipped"] - counts["stored"] - counts["failed"]
    return {"planned": broadcast.planned, **counts, "waiting": waiting}
