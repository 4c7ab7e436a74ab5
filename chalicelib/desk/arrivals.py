"""What an envelope says, in our words (canonical model): every real payload ends as one of these, none is swallowed."""

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from .record import Part

MAX_ID = 300


class Speaker(Part, frozen=True):
    """Who speaks, as the channel tells it. With `customer` and `user` (external ids) the channel vouches for both.
    With `outside`, the provider's own id of a person, the room that the conversation is tied to says whose they are;
    on the vendor's `side` they are an agent or nobody; a `machine` is no person. With neither it is a visitor,
    whose customer may still be guessed by the e-mail's domain."""

    customer: str = ""
    customer_name: str = ""
    user: str = ""
    name: str = ""
    email: str = ""
    outside: str = ""
    account: str = ""
    side: Literal["customer", "vendor"] = "customer"
    machine: bool = False


class File(Part, frozen=True):
    """A file that came along: its bytes, or the `url` at which the channel fetches them. `link` is for people."""

    name: str
    type: str
    content: bytes = b""
    url: str = ""
    link: str = ""


class Said(Part, frozen=True):
    """A message. `id` is the provider's; `conversation` its room hint: a room's id, an outside conversation's, or empty
    for the triage room. A thread is named below what it is in (`C1/171.2`), and belongs where that is tied to unless it
    is tied itself. `at` is the source's own time in ms, for display. `fresh_room` asks for a topic room of its own.
    `mentions` are the provider's ids of people by the words that stand for them in the text. `tied` says that the
    conversation must be one that is bound, so that an unbound one opens no room; `thread_room` that a thread gets a
    topic room of its own with its first answer."""

    id: str
    speaker: Speaker
    text: str
    at: int
    conversation: str = ""
    fresh_room: bool = False
    revision: int = 0
    files: tuple[File, ...] = ()
    reply_to: str = ""
    thread: str = ""
    internal: bool = False
    mentions: dict[str, str] = {}
    tied: bool = False
    thread_room: bool = False


class Mailed(Part, frozen=True):
    """A mail that somebody wrote, or a `machine`: how that is known (`automatic`, `bulk`). `verdict` is whether it is
    from its `sender`'s address: `pass`, `fail`, `none`. `thread` are the ids of mails that it answers, nearest first;
    `tokens` what addresses of ours it was sent to, `others` to whose addresses it went besides. `rest` is what `text`
    is without, the mail that it answers and a signature; `original` is the whole. `content` is a hash of what it says;
    `once`, where there is one, is good for one mail alone. One sender may write `per_hour`. One that is `vouched` for
    may be answered, though nobody knows whose it is: a form of the sender's own sent it. One that is but a mailer's
    `reaction` has the emoji."""

    id: str
    sender: str
    name: str
    verdict: str
    subject: str
    text: str
    at: int
    thread: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    rest: str = ""
    files: tuple[File, ...] = ()
    vouched: bool = False
    reaction: str = ""
    original: bytes = b""
    original_type: str = ""
    content: str = ""
    once: str = ""
    per_hour: int = 60
    machine: str = ""


class Bounced(Part, frozen=True):
    """A mail of ours did not reach `addresses` and never will, or is unwanted there. `message` is its id. Unless
    `proven`, anybody may have said so: it counts only if that id is one of ours."""

    addresses: tuple[str, ...]
    reason: str
    message: str
    proven: bool = False


class Edited(Part, frozen=True):
    """An edit of the message with the provider's `id`. The highest `revision` wins. `mentions` as in Said; `files` are
    all that it has now."""

    id: str
    text: str
    at: int
    revision: int
    conversation: str = ""
    mentions: dict[str, str] = {}
    files: tuple[File, ...] = ()


class Deleted(Part, frozen=True):
    """A delete of the message with the provider's `id`. Final."""

    id: str
    at: int
    conversation: str = ""


class Reacted(Part, frozen=True):
    """A reaction put on (`on`) or taken off. The highest `revision` per person and emoji wins."""

    id: str
    speaker: Speaker
    emoji: str
    on: bool
    at: int
    revision: int
    conversation: str = ""


class Echoed(Part, frozen=True):
    """A message of our own came back, with the `mark` (a delivery's id) that we had put on it: it was sent, whatever
    became of our call's answer. Of a text in several it is the `part` of that number. What heads a room's own
    conversation names the `conversation` that it began."""

    id: str
    mark: str
    part: int = 0
    thread: str = ""
    conversation: str = ""


class Connected(Part, frozen=True):
    """Somebody typed a connect code in a conversation: it belongs to the code's room from now on. `answer` is where the
    channel tells how it went."""

    code: str
    conversation: str
    account: str
    name: str = ""
    answer: str = ""


class Commanded(Part, frozen=True):
    """Somebody of the vendor's side asks for something to be done to a room, once for each `id` of the provider's:
    `assign`, `resolve`, `reopen`, `fork`, `issue`; `send` or `discard` a proposal. The room is named, or is the one
    that `conversation` is tied to. `argument` is the verb's: a name, a proposal, a proposal and why."""

    id: str
    verb: str
    speaker: Speaker
    conversation: str = ""
    room: str = ""
    argument: str = ""
    message: str = ""
    answer: str = ""


class Unsolved(Part, frozen=True):
    """Somebody says of the message with the provider's id, which told how a room ended, that it is not solved."""

    id: str
    speaker: Speaker
    answer: str = ""


class Shut(Part, frozen=True):
    """A conversation was archived or we were put out of it (`reason`), or it is open again (no reason)."""

    conversation: str
    reason: str = ""


class Renamed(Part, frozen=True):
    """A conversation has another name."""

    conversation: str
    name: str


class Moved(Part, frozen=True):
    """A conversation has another id from now on: what is said `into` that one is said in it."""

    conversation: str
    into: str


class AccountLost(Part, frozen=True):
    """The app was removed, or its token revoked; in `account`, where that is not the install's own."""

    reason: str
    account: str = ""


class WithoutEffect(Part, frozen=True, eq=False):
    """What nothing is done about. `id` is the provider's, for the log; `said` is what it says if a person said it after
    all. Two that are so for one cause are equal, whatever they are of."""

    id: str = ""
    said: Said | Mailed | None = None

    @property
    @abstractmethod
    def cause(self) -> str:
        """Why nothing is done."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WithoutEffect) and (type(self), self.cause) == (type(other), other.cause)

    def __hash__(self) -> int:
        return hash(self.cause)


class Ignored(WithoutEffect, frozen=True, kw_only=True, eq=False):
    """Known, and knowingly without effect. `reason` is a short slug: it becomes a metric's dimension."""

    reason: str

    @property
    def cause(self) -> str:
        """As told."""
        return self.reason


class Unsupported(WithoutEffect, frozen=True, kw_only=True, eq=False):
    """Not known to us. `what` names the kind of event, never its content."""

    what: str

    @property
    def cause(self) -> str:
        """As told."""
        return self.what


Arrival = (
    Said
    | Mailed
    | Bounced
    | Edited
    | Deleted
    | Reacted
    | Echoed
    | Connected
    | Commanded
    | Unsolved
    | Shut
    | Renamed
    | Moved
    | AccountLost
    | Ignored
    | Unsupported
)


def of_event(arrivals: list[Arrival], id_: str) -> list[Arrival]:
    """What has no effect, named by the provider's id of the event."""
    return [
        msgspec.structs.replace(each, id=id_[:MAX_ID]) if isinstance(each, WithoutEffect) else each for each in arrivals
    ]


@dataclass
class Outcome:
    """What became of an envelope's arrivals: counts of handled kinds, reasons of ignored ones, unsupported kinds; and
    of each reason and kind the provider's id of one."""

    handled: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict, compare=False)
