"""Messages and how they change: last-writer-wins by the provider's revision, a delete leaves a tombstone for good."""

from typing import Any, Literal

import msgspec

from .clocks import ClockFact
from .errors import Invalid, TooLarge
from .ids import message_id
from .promises import Promise
from .record import Part, Record

MAX_CHARACTERS = 40_000
CUT, LONG_WORD = " …", 200  # where a text is cut, and the characters of a word that is cut through
MAX_BYTES = 64 * 1024
MAX_REACTIONS = 500
MAX_ATTACHMENTS = 20
MAX_MENTIONS = 50

AuthorKind = Literal["agent", "user", "visitor", "machine", "system"]
ChangeType = Literal[
    "edited", "deleted", "reaction", "taken", "undelivered", "delivered", "room", "forked", "proposal"
]  # fmt: skip
TakenAs = Literal["", "ask", "answer", "thanks"]


class Author(Part, frozen=True):
    """Who said it. `verified` is false for what somebody merely says of themselves (a form). A machine may be the
    coding agent `of` a user (id), whose `external_id` it then has."""

    kind: AuthorKind
    id: str
    name: str = ""
    external_id: str = ""
    verified: bool = True
    of: str = ""

    @property
    def asks(self) -> bool:
        """On the customer's side: one of their people, or the coding agent of one."""
        return self.kind in ("user", "visitor") or bool(self.of)

    @property
    def label(self) -> str:
        """The name by which they are shown elsewhere; a machine is marked. The workspace's own word needs no mark."""
        machine = self.kind == "machine" and not self.id.startswith("wsp_")
        return f"{self.name or self.kind}{' (bot)' if machine else ''}"


class Quote(Part, frozen=True):
    """A range of the replied-to text, in characters, and the words as they were then. `author` (a person's id) is
    whose they are: erasure finds the copy by it."""

    start: int
    end: int
    text: str
    author: str = ""


class Reply(Part, frozen=True):
    """The message (id) that this one answers, and the range it quotes."""

    message: str
    quote: Quote | None = None


class Source(Part, frozen=True):
    """Where a message came in: the channel, its install, the provider's id and its own time (ms, for display), the
    conversation of the bridge that it came over (`conversation`) and the thread that it is in or begins (`thread`).
    Its `original` was kept as it came: a mail."""

    channel: str
    install: str = ""
    id: str = ""
    at: int = 0
    conversation: str = ""
    thread: str = ""
    original: bool = False


class Attached(Part, frozen=True):
    """A file as a message shows it. `size` in bytes; `secret` makes its outside link unguessable."""

    id: str
    name: str
    size: int
    type: str
    secret: str


class Rest(Part, frozen=True):
    """What was said besides, which the message does not say: of a mail what it `quoted` and its signature, of a text
    that was too long its end. So many `lines`, which lie in a file."""

    lines: int
    file: Attached
    quoted: bool = True

    @property
    def words(self) -> str:
        """How many, in words."""
        return f"{self.lines} {'quoted' if self.quoted else 'more'} line{'' if self.lines == 1 else 's'}"


class Mark(Part, frozen=True):
    """One person's reaction with one emoji: on or taken back, at the provider's revision. `via` is the outside
    conversation that it came from, if from one (install/conversation)."""

    on: bool
    revision: int
    via: str = ""


class ForkedFrom(Part, frozen=True):
    """The message of which this one is the copy that a fork made."""

    room: str
    n: int


class Broadcasted(Part, frozen=True):
    """The broadcast, and its piece, that a message is of, and whether it `asks` something."""

    broadcast: str
    piece: int
    asks: bool = False


class Proposed(Part, frozen=True):
    """The proposal that an agent's message came of, and whose it was (a key, by name). Customers are told where it is
    `shown`."""

    id: str
    key: str
    name: str
    shown: bool = False


class Message(Record, frozen=True):
    """What somebody said. `n` is its change number and its place; `posts`/`notes` count up to and with this message.
    `answers` is the broadcast that was said last before it, on the first message of a customer's after that. `taken_as`
    is what it is to whose turn it is, where its author does not tell; `client_id` what its author's page calls it.
    `moved` is what it moved in its room that somebody may be told of: the fields, and what they became. Its mail as it
    came and its files are gone since `originals_gone` (ms), as the workspace keeps them for no longer."""

    room: str
    n: int
    workspace: str
    author: Author
    text: str
    created_at: int
    source: Source
    internal: bool = False
    edited_at: int = 0
    deleted: bool = False
    revision: int = 0
    reply_to: Reply | None = None
    attachments: tuple[Attached, ...] = ()
    rest: Rest | None = None
    mentions: tuple[str, ...] = ()
    reactions: dict[str, dict[str, Mark]] = {}
    forked_from: ForkedFrom | None = None
    broadcast: Broadcasted | None = None
    answers: Broadcasted | None = None
    posts: int = 0
    notes: int = 0
    changed_n: int = 0
    taken_as: TakenAs = ""
    client_id: str = ""
    proposed: Proposed | None = None
    moved: dict[str, Any] = {}
    originals_gone: int = 0

    @property
    def id(self) -> str:
        """Room and number, as one word."""
        return message_id(self.room, self.n, self.internal)

    @property
    def has_originals(self) -> bool:
        """Whether something of it lies in the bucket as it came."""
        return not self.originals_gone and bool(self.attachments or self.source.original)


class Draft(Part, frozen=True):
    """What somebody is about to say. `said_at` and `revision` are the source's own. One of a `broadcast` is quiet."""

    author: Author
    text: str
    source: Source
    internal: bool = False
    reply_to: Reply | None = None
    attachments: tuple[Attached, ...] = ()
    rest: Rest | None = None
    mentions: tuple[str, ...] = ()
    revision: int = 0
    forked_from: ForkedFrom | None = None
    broadcast: Broadcasted | None = None
    taken_as: TakenAs = ""
    client_id: str = ""
    proposed: Proposed | None = None


class Change(Record, frozen=True):
    """A change of a room that is not a post. `message` is the number of the message it is about, 0 for the room;
    `promise` what the room's became, where that is among the `fields` (None: it was withdrawn), `clock` what time made
    of one, `assigned` are the agents whom it put on the room, `customers` whose the room was and whose it is. `moved`
    is as a Message's."""

    room: str
    n: int
    type: ChangeType
    at: int
    by: str
    message: int = 0
    internal: bool = False
    fields: tuple[str, ...] = ()
    other_room: str = ""
    source: Source | None = None
    promise: Promise | None = None
    clock: ClockFact | None = None
    assigned: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    moved: dict[str, Any] = {}


class Pending(Part, frozen=True):
    """What came for a message that has not come yet. `customers` are those of the people who reacted: whose is not
    the room's has no say in it."""

    text: str | None = None
    revision: int = 0
    edited_at: int = 0
    deleted: bool = False
    reactions: dict[str, dict[str, Mark]] = {}
    customers: dict[str, str] = {}


class Mapped(Record, frozen=True):
    """The id map: an outside id and what it is here. `n` 0 with `pending` says that it has not come yet. `thread` is
    the outside thread that it is in; an `internal` one is a note."""

    source: str
    id: str
    workspace: str
    room: str = ""
    n: int = 0
    internal: bool = False
    thread: str = ""
    pending: Pending | None = None
    expires_at: int = 0


def check_text(text: str, *, needed: bool = True) -> str:
    """The text itself if it may be said; TooLarge or Invalid, with the limit, if not."""
    if needed and not text.strip():
        raise Invalid("text must not be empty", "text")
    if "\x00" in text:
        raise Invalid("text must not contain NUL", "text")
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(f"text is limited to {MAX_CHARACTERS} characters", "text")
    if len(text.encode()) > MAX_BYTES:
        raise TooLarge(f"text is limited to {MAX_BYTES} bytes of UTF-8", "text")
    return text


def fitting(text: str) -> tuple[str, str]:
    """As much of a text from elsewhere as may be said, marked where it is cut, and what is cut; all of it and "" where
    it fits. Without NUL, which means nothing."""
    text = text.replace("\x00", "")
    if len(text) <= MAX_CHARACTERS and len(text.encode()) <= MAX_BYTES:
        return text, ""
    raw = text[: MAX_CHARACTERS - len(CUT)].encode()[: MAX_BYTES - len(CUT.encode())]
    said = raw.decode("utf-8", "ignore")
    word = max(said.rfind(" "), said.rfind("\n"))
    said = said[:word] if word > len(said) - LONG_WORD else said
    return said + CUT, text[len(said) :]


def newer(revision: int, text: str, than: Message | Pending) -> bool:
    """Whether an edit wins: by the provider's revision, and by the text itself if two claim the same one."""
    return (revision, text) > (than.revision, than.text or "")


def edited(message: Message, text: str, revision: int, *, at: int, rest: Rest | None = None) -> Message | None:
    """The message after an edit, or None if the edit changes nothing (older, a repeat, or of a deleted message). What a
    mail quoted stays; the end of a text that was too long is the edit's own."""
    if message.deleted or text == message.text and revision <= message.revision or not newer(revision, text, message):
        return None
    rest = rest or (message.rest if message.rest and message.rest.quoted else None)
    return msgspec.structs.replace(message, text=text, revision=revision, edited_at=at, rest=rest)


def deleted(message: Message) -> Message | None:
    """The tombstone, which nothing revives; None if it is one already. Who said it, and when, stays."""
    if message.deleted:
        return None
    return msgspec.structs.replace(
        message,
        text="",
        deleted=True,
        edited_at=0,
        revision=0,
        attachments=(),
        rest=None,
        mentions=(),
        reactions={},
        reply_to=None,
    )


def marked(
    marks: dict[str, dict[str, Mark]], person: str, emoji: str, *, on: bool, revision: int, via: str = ""
) -> dict[str, dict[str, Mark]] | None:
    """The reactions after one more, or None if it changes nothing. Taken-back ones stay, to outrank older events."""
    old = marks.get(emoji, {}).get(person)
    if old and (revision, on) <= (old.revision, old.on):
        return None
    if old is None and sum(map(len, marks.values())) >= MAX_REACTIONS:
        raise Invalid(f"a message takes at most {MAX_REACTIONS} reactions", "emoji")
    return {**marks, emoji: {**marks.get(emoji, {}), person: Mark(on=on, revision=revision, via=via)}}


def folded(message: Message, pending: Pending) -> Message:
    """A message with the words that came before it, or as the tombstone that it is by now. Reactions that came before
    are changes of their own: bridges are owed them."""
    if pending.deleted:
        return deleted(message) or message
    if pending.text is not None:
        message = edited(message, pending.text, pending.revision, at=pending.edited_at) or message
    return message
