"""Alerts: what an agent is told of a room while they are elsewhere, how, and when (notification preferences; ADR 142).

What was derived lies in one row an agent until it is due: so many things are one message. A mark for each says that it
was derived, for as long as the stream may tell of it again.
"""

from typing import Literal

from .hours import Hours, opens
from .record import Part, Record
from .times import DAY_MS, MINUTE_MS
from .workspaces import Secret

ChosenKind = Literal["assigned", "mentioned", "segment", "late_soon", "late", "answered", "undelivered"]
AlertKind = ChosenKind | Literal["refused", "several"]  # of an answer to such a mail: that it was said to nobody
Way = Literal["mail", "chat", "browser", "digest"]

ALERT_KINDS: tuple[ChosenKind, ...] = (
    "late", "late_soon", "undelivered", "mentioned", "assigned", "answered", "segment",
)  # fmt: skip
WAYS: tuple[Way, ...] = ("mail", "chat", "browser", "digest")
GATHER_MS = 2 * MINUTE_MS  # ms in which what happens becomes one message
SENDING_MS = 5 * MINUTE_MS  # ms for which whoever sends has it alone
KEPT_MS = 8 * DAY_MS  # ms for which a mark is kept: a stream tells of nothing that is older
OLD_MS = 2 * DAY_MS  # ms after which nobody is told any more, where no way was open
MAX_GATHERED = 100  # alerts that one message is made of; the rest are counted
MAX_BROWSERS = 10  # in which an agent is told; of more the oldest gives way
MAX_FOLLOWED = 20  # segments that an agent follows
DIGEST_AT = 8 * 60  # the minute of the day
ALERT_THREAD = "alert."  # how the id begins that mails of alerts refer to; a token follows


class Alert(Part, frozen=True):
    """One thing that happened in a `room`, at its change `n` (of a note: `internal`) at `at` (ms). `by` is who did it,
    an agent's id or "". Of a clock there is its kind, since when it runs and when it is due (ms). `absent` is the agent
    whom it would have been for. One that waits for the `digest` was looked at already."""

    kind: AlertKind
    room: str
    n: int
    at: int
    internal: bool = False
    by: str = ""
    clock: str = ""
    since: int = 0
    due: int = 0
    absent: str = ""
    digest: bool = False

    @property
    def key(self) -> str:
        """What it is, as one word: it is told once."""
        return f"{self.room}#{self.n}#{self.kind}"


class AgentAlerts(Record, frozen=True):
    """What an agent is to be told: `gathered` until it is `due` (ms; 0: nothing is). `more` were too many to be
    kept."""

    agent: str
    workspace: str
    gathered: tuple[Alert, ...] = ()
    more: int = 0
    due: int = 0


class Alerted(Record, frozen=True):
    """That an alert was derived, at `at` (ms)."""

    agent: str
    key: str
    workspace: str
    at: int


class AlertChoices(Record, frozen=True):
    """How an agent wants to be told. `ways` has the kinds for which they chose; `segments` are those that they follow.
    During `quiet` hours nothing is sent; a digest leaves at a minute of the day, by the clock of `timezone`. Until
    `away_until` (ms) the team is told instead. `token` opens the page on which mails are stopped."""

    workspace: str
    agent: str
    ways: dict[ChosenKind, tuple[Way, ...]] = {}
    segments: tuple[str, ...] = ()
    quiet: Hours | None = None
    digest_at: int = DIGEST_AT
    timezone: str = "UTC"
    away_until: int = 0
    token: str = ""

    def ways_of(self, kind: AlertKind) -> tuple[Way, ...]:
        """How they are told of such a thing; by mail, where they did not choose."""
        return next((ways for chosen, ways in self.ways.items() if chosen == kind), ("mail",))

    def sent_at(self, now: int) -> int:
        """The first moment (ms) from now on at which something may be sent."""
        return opens(now, self.quiet, self.timezone, within=False) if self.quiet else now

    def next_digest(self, now: int) -> int:
        """When (ms) the next digest leaves."""
        minute = Hours(start=self.digest_at, end=(self.digest_at + 1) % (DAY_MS // MINUTE_MS))
        return opens(opens(now, minute, self.timezone, within=False), minute, self.timezone, within=True)


class Recipient(Part, frozen=True):
    """Who is written to in a chat: an agent by their address, and their id there ("": nobody knows it); or else all who
    are in a `conversation` there."""

    email: str = ""
    outside: str = ""
    conversation: str = ""


class PushKey(Record, frozen=True):
    """The key by which push services know a workspace (VAPID): `public` as browsers are told it, `secret` sealed."""

    workspace: str
    public: str
    secret: Secret


class Browser(Record, frozen=True):
    """A browser that an agent is told in: the address of its push service, and with what only it can read (`p256dh`
    its public key, `auth` its secret; base64url)."""

    agent: str
    id: str
    workspace: str
    endpoint: str
    p256dh: str
    auth: str
    created_at: int


class PushMessage(Part, frozen=True):
    """What is pushed to a browser: a `title`, a `body`, and the address that it leads to."""

    title: str
    body: str
    url: str


class AlertToken(Record, frozen=True):
    """Whose choices a token opens."""

    token: str
    workspace: str
    agent: str


def gathering(old: AgentAlerts, alert: Alert, now: int) -> AgentAlerts:
    """The row with one more alert: due soon, if nothing was. What waits for a digest is no reason to wait."""
    due = min(old.due, now + GATHER_MS) if old.due and any(each.digest for each in old.gathered) else old.due
    due = due or now + GATHER_MS
    if len(old.gathered) >= MAX_GATHERED:
        return old.changed(more=old.more + 1, due=due)
    return old.changed(gathered=(*old.gathered, alert), due=due)
