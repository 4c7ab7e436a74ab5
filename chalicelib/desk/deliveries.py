"""Deliveries: one change of a room each, on its way over one bridge, with the schedule of attempts (retry, jitter)."""

from collections.abc import Callable
from typing import Literal

from .clocks import Clock
from .events import Event
from .ids import delivery_id
from .messages import Change, Message
from .proposals import Proposal
from .ratings import Rating
from .record import Part, Record
from .rooms import Bridge, Room
from .times import DAY_MS, HOUR_S, MINUTE_S

What = Literal[
    "post", "edit", "delete", "reaction", "card", "entered", "left", "promise", "clock", "rating", "event", "again"
]
State = Literal["queued", "sent", "failed", "skipped"]

# What a webhook is told by what a delivery is.
TYPES: dict[str, str] = {
    "post": "message.posted",
    "edit": "message.edited",
    "delete": "message.deleted",
    "reaction": "message.reaction",
    "entered": "segment.entered",
    "left": "segment.left",
    "rating": "rating.given",
}

# Standard Webhooks' schedule, in seconds after the attempt before: the last attempt is some 75 hours after the first.
WAITS = (
    5, 5 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S, 5 * HOUR_S, 10 * HOUR_S, 14 * HOUR_S, 20 * HOUR_S, 24 * HOUR_S,
)  # fmt: skip
JITTER = 0.2
DELETED = "the message was deleted before it was sent"
HOLDS_OTHERS = 3  # attempts for which a failing delivery holds back the later ones of its bridge
OWING_KEPT_MS = 3 * DAY_MS
MAX_BEHIND = 50  # failing deliveries that a bridge lets the later ones pass: with more of them it is down


class Delivery(Record, frozen=True):
    """A row of what a bridge owes. `n` is the change that it carries, `message` the number of its message (0: the
    room's own state, a `card`, or what it is promised). Of a customer that `entered` or `left` a `segment` the room is
    the customer, and `n` counts its placements; of a `clock` it counts what is told of the room's, `about` a fact of
    one (`missed:first:12`). `turn_at` is when its lane takes it; `missed` says that the install was paused, `bounced`
    that the mail came back. `attempts` are those whose end is known; `begun` counts those that were begun, where a
    repeat can be known by its mark, or stays. `steps` is what an attempt of several calls has done already: the other
    side's id, by step; what was sent of files stays. `events` are the types of what it tells besides, as logged at
    `told_at` (ms); an `event` tells of nothing else, and what is sent `again` names the delivery that told it first
    (`about`). Of a text that is more than the other side takes at once `provider_id` is the first part's id, and
    `parts` are the others', as the latest edit has left them."""

    bridge: str
    n: int
    room: str
    install: str
    channel: str
    workspace: str
    message: int
    what: What
    created_at: int
    state: State = "queued"
    attempts: int = 0
    next_at: int = 0
    last_at: int = 0
    provider_id: str = ""
    reason: str = ""
    turn_at: int = 0
    missed: bool = False
    segment: str = ""
    bounced: bool = False
    begun: int = 0
    steps: dict[str, str] = {}
    about: str = ""
    parts: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    told_at: int = 0

    @property
    def tried(self) -> bool:
        """Whether an earlier attempt may have got through, although we never heard so. Asked while one is on."""
        return self.begun > 1

    @property
    def doubtful(self) -> bool:
        """Whether an attempt may have got through of which we never heard. Asked once all are over."""
        return self.begun > (self.state == "sent")

    @property
    def tells(self) -> tuple[str, ...]:
        """The types of what it tells a webhook."""
        own = TYPES.get(self.what, "")
        if self.what in ("clock", "promise"):
            own = f"{self.what}.{self.about.partition(':')[0]}"
        return (*([own] if own else []), *self.events)

    @property
    def id(self) -> str:
        """Bridge and change number, as one word."""
        return delivery_id(self.bridge, self.n)


class Progress(Record, frozen=True):
    """How far a bridge has worked: every delivery up to change `done` is over, but for those `behind`, which keep
    failing and let the later ones pass."""

    bridge: str
    done: int
    behind: tuple[int, ...] = ()


class Owing(Record, frozen=True):
    """That change `n` of a room was owed to bridges `at` (ms): for the clock, which looks once more some time later.
    `version` is not used."""

    at: int
    room: str
    n: int


class Circuit(Record, frozen=True):
    """An install whose other side hangs: after `hangs` calls without an answer nothing is sent to it before `until`
    (ms), and then one call alone finds out."""

    install: str
    until: int
    hangs: int = 0


class Lane(Record, frozen=True):
    """A place of the other side that takes one message at a time, and when it takes the next (ms)."""

    install: str
    name: str
    free_at: int


CONVERSATION = "conversation"  # the step that begins one for the room
FILES = "files"  # not a step: what says that files follow the message
POSTED = "posted"  # the step after which they do
FILE = "att_"  # what the steps of files begin with: their ids


def part_step(number: int) -> str:
    """The step that sends a part of a long text: the first is 1."""
    return f"part:{number}"


def files_beside(row: Delivery) -> dict[str, str]:
    """What was sent of the files of a message, by their ids: a delete has to find it."""
    return {name: step for name, step in row.steps.items() if name.startswith(FILE)}


class Parcel(Part, frozen=True):
    """What a channel is handed to send: the delivery and all that it may tell of the room. `links` are the outside
    links of the message's attachments, by attachment id; `content` reads one (None: it cannot be had). `there` is the
    other side's id of the message (of what is edited, deleted, reacted to), `parts` are those of its further parts,
    `beside` is what was sent of its files, by attachment id, as the channel kept it,
    `answers` is that of the message that a post answers, `thread` is the outside thread that it belongs in, `people`
    are the other side's ids of those who are mentioned, by name, `picture` the author's, `language` the customer's.
    `keep` writes down a step that is done, before the next one; what is kept as CONVERSATION is the room's conversation
    there from then on. `bridge` is None where an install is told of every room and this one has no conversation there
    yet. The message is empty for a `card`, an `event`, and for a `promise`, whose `change` comes along. `events` are
    told after it; `proposal` is what waits for an agent in the room of a `card`."""

    delivery: Delivery
    message: Message
    room_name: str
    room_state: str
    customer_external_id: str
    bridge: Bridge | None = None
    room: Room | None = None
    there: str = ""
    parts: tuple[str, ...] = ()
    beside: dict[str, str] = {}
    answers: str = ""
    thread: str = ""
    people: dict[str, str] = {}
    picture: str = ""
    links: dict[str, str] = {}
    content: Callable[[str], bytes | None] | None = None
    change: Change | None = None
    language: str = ""
    events: tuple[Event, ...] = ()
    proposal: Proposal | None = None
    keep: Callable[[str, str], None] = lambda step, id_: None


class Notice(Part, frozen=True):
    """What a channel is handed to tell that is no message: of a customer and a segment, of a room and its clock or
    rating, or an event as it is logged."""

    delivery: Delivery
    segment_name: str = ""
    customer_external_id: str = ""
    customer_name: str = ""
    room: Room | None = None
    clock: Clock | None = None
    rating: Rating | None = None
    event: Event | None = None


class Sent(Part, frozen=True):
    """The other side took it. `provider_id` is its own id for it, `parts` are those of its further parts; with the
    `thread` that it lies in or begins there they go into the id map. `reason` is why something did not go along."""

    provider_id: str = ""
    parts: tuple[str, ...] = ()
    thread: str = ""
    reason: str = ""


class Retry(Part, frozen=True):
    """Not now. `after` is in seconds where the provider said so, else 0. `reason` is shown; no bodies."""

    reason: str
    after: int = 0


class Waiting(Part, frozen=True):
    """Its turn is at `until` (ms): that is no attempt. With a `reason` the other side asked for the pause."""

    until: int
    reason: str = ""


class Refused(Part, frozen=True):
    """Never, for this delivery."""

    reason: str


class Skipped(Part, frozen=True):
    """Not sent, and rightly so."""

    reason: str


class Gone(Part, frozen=True):
    """Never, for this install: it is disabled."""

    reason: str


class Lost(Part, frozen=True):
    """The account over there is gone: the install is paused, and what it misses can be replayed when it is back. With
    `bridge_only` it is the conversation that is closed to us, or the account of this bridge alone."""

    reason: str
    bridge_only: bool = False


Receipt = Sent | Retry | Waiting | Refused | Skipped | Gone | Lost


def wait(attempts: int, after: int, chance: float) -> int | None:
    """Seconds until the next attempt after `attempts` failed ones, or None if that was the last. What the provider
    asks for counts up to twice the step; `chance` (0 to 1) spreads the retries by ±20 %."""
    if attempts > len(WAITS):
        return None
    step = WAITS[attempts - 1]
    asked = min(max(after, step), max(2 * step, HOUR_S)) if after else step
    return max(1, round(asked * (1 + JITTER * (2 * chance - 1)))) if not after else asked
