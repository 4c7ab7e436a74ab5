"""One change of a room on its way over one bridge, and the schedule of its attempts."""

from typing import Literal

from .ids import delivery_id
from .messages import Message
from .record import Part, Record

What = Literal["post", "edit", "delete", "reaction"]
State = Literal["queued", "sent", "failed", "skipped"]

MINUTE = 60
HOUR = 60 * MINUTE
# Standard Webhooks' schedule, in seconds after the attempt before: the last attempt is some 75 hours after the first.
WAITS = (
    5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
JITTER = 0.2
HOLDS_OTHERS = 3  # attempts for which a failing delivery holds back the later ones of its bridge
MAX_BEHIND = 50  # failing deliveries that a bridge lets the later ones pass: with more of them it is down


class Delivery(Record, frozen=True):
    """A row of what a bridge owes. `n` is the change that it carries, `message` the number of its message."""

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


class Parcel(Part, frozen=True):
    """What a channel is handed to send: the delivery and all that it may tell of the room. `links` are the outside
    links of the message's attachments, by attachment id."""

    delivery: Delivery
    message: Message
    room_name: str
    room_state: str
    customer_external_id: str
    provider_ids: dict[str, str] = {}
    links: dict[str, str] = {}


class Sent(Part, frozen=True):
    """The other side took it. `provider_id` is its own id for it."""

    provider_id: str = ""


class Retry(Part, frozen=True):
    """Not now. `after` is in seconds where the provider said so, else 0. `reason` is shown; no bodies."""

    reason: str
    after: int = 0


class Refused(Part, frozen=True):
    """Never, for this delivery."""

    reason: str


class Skipped(Part, frozen=True):
    """Not sent, and rightly so."""

    reason: str


class Gone(Part, frozen=True):
    """Never, for this install: it is disabled."""

    reason: str


Receipt = Sent | Retry | Refused | Skipped | Gone


def wait(attempts: int, after: int, chance: float) -> int | None:
    """Seconds until the next attempt after `attempts` failed ones, or None if that was the last. What the provider
    asks for counts up to twice the step; `chance` (0 to 1) spreads the retries by ±20 %."""
    if attempts > len(WAITS):
        return None
    step = WAITS[attempts - 1]
    asked = min(max(after, step), max(2 * step, HOUR)) if after else step
    return max(1, round(asked * (1 + JITTER * (2 * chance - 1)))) if not after else asked
