"""Rooms: named, lasting spaces of one customer and the vendor, each the sequencer of its changes by its version."""

from collections.abc import Sequence
from typing import Literal

from .ids import bridge_id
from .messages import Source
from .outcomes import Closing
from .promises import Promise
from .record import Part, Record
from .turns import Mark, Standing, State, Turn

Kind = Literal["triage", "topic", "internal", "visitor"]
Priority = Literal["low", "normal", "high", "urgent"]
Direction = Literal["both", "in", "out"]
Speaking = Literal["persona", "prefix", "none"]
Because = Literal["agent", "code", "token"]

MAX_NAME = 200
MAX_ASSIGNEES = 20
MAX_FOLLOWERS = 50
MAX_LABELS = 20
GLIMPSE = 160
ROUND_MS = 600_000  # ms: activity in the inbox's index moves every ten minutes; pages are sorted exactly
MAX_MENTIONED = 60  # people of whom a room remembers that they were named
MAX_SPEAKERS = 4  # people whose own words are their read mark


class Glimpse(Part, frozen=True):
    """What the inbox shows of the last public message. Carries the person's id, for erasure."""

    author: str
    author_kind: str
    author_name: str
    text: str
    n: int


class Origin(Part, frozen=True):
    """Where a forked room came from: messages `first` to `last` (change numbers) of `room`."""

    room: str
    first: int
    last: int


class Fork(Record, frozen=True):
    """A fork as the room knows it that it came out of: its messages `first` to `last` were copied `into` another."""

    room: str
    into: str
    workspace: str
    first: int
    last: int


class Spoken(Part, frozen=True):
    """The last broadcast into a room: which, its piece, and its message's change number."""

    broadcast: str
    piece: int
    n: int


class LeavingRoom(Part, frozen=True):
    """A room that is gone, with what lies under it still to go: whose it was, since when (ms), and of one that itself
    stays up to which change (`upto`; 0: all). With `whole` no figure of it stays either."""

    room: str
    workspace: str
    customer: str = ""
    left_at: int = 0
    upto: int = 0
    whole: bool = False


class ReadTo(Part, frozen=True, array_like=True):
    """How far somebody has read a room: a change number, with the counts at that place. Stored as a list."""

    n: int
    posts: int
    notes: int


class Adoption(Part, frozen=True):
    """That a visitor's room became its customer's: by change `n`, at a time (ms), `by` whom (an agent, a user or the
    visitor), `because` an agent said so, the visitor proved their address by a mailed code, or a user's token named
    it."""

    n: int
    at: int
    by: str
    because: Because


class Room(Record, frozen=True):
    """The sequencer of all that is said in it. `posts` and `notes` count what was ever said: unread subtracts.
    `broadcast` is the last one that its customer has not answered; `heard` are the times (ms) of late ones.
    `mentioned` tells of the people that were named last in which change that was. `waiting_since` (ms) is when the
    customer began to wait, where it is the vendor's turn, `acked_at` when somebody said that they are aware of it:
    these, state and outcome are what `trail`, its last marks, makes of `base` (desk/turns.py). `channels` are those
    that its people spoke over. One that is snoozed is in no inbox until then (ms). `shards` are those of its
    workspace's inbox when it was put there last. `promise` is what the vendor owes it, or owed it last; `closing` is
    how its customer was told of its end last. `followers` are agents who are told of it as if they were on it. A
    visitor's may be its customer's by `adoption`; `overheard` is the last change in which somebody of customer
    `overheard_by` spoke in a room with a visitor (ADR 157). `own_words` is how far its last speakers have read it by
    having spoken, the latest last (ADR 159). `proposed` is
    the last proposal (an id) that its agents heard of. All up to change `emptied` went, as the workspace keeps nothing
    for longer."""

    id: str
    workspace: str
    kind: Kind
    name: str
    created_at: int
    customer: str = ""
    customer_external_id: str = ""
    visitor: str = ""
    state: State = "open"
    outcome: str = ""
    assignees: tuple[str, ...] = ()
    posts: int = 0
    notes: int = 0
    last_message_at: int = 0
    last_message: Glimpse | None = None
    turn: Turn = ""
    waiting_since: int = 0
    channels: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    origin: Origin | None = None
    broadcast: Spoken | None = None
    heard: tuple[int, ...] = ()
    mentioned: dict[str, int] = {}
    promise: Promise | None = None
    acked_at: int = 0
    priority: Priority = "normal"
    snoozed_until: int = 0
    shards: int = 1
    trail: tuple[Mark, ...] = ()
    base: Standing | None = None
    closing: Closing | None = None
    followers: tuple[str, ...] = ()
    adoption: Adoption | None = None
    overheard: int = 0
    overheard_by: str = ""
    own_words: dict[str, ReadTo] = {}
    proposed: str = ""
    emptied: int = 0

    @property
    def n(self) -> int:
        """The number of the last change: the room's making is version 1 and no change, the first message is 1."""
        return self.version - 1

    @property
    def wake_at(self) -> int:
        """When (ms) time itself has something to do in it: a promise comes due, a snooze ends; 0 for never."""
        due = self.promise.due if self.promise and self.promise.open and not self.promise.overdue else 0
        return min((at for at in (due, self.snoozed_until) if at), default=0)

    @property
    def vendor_only(self) -> bool:
        """Internal and visitor rooms are seen by agents alone."""
        return self.kind in ("internal", "visitor")


def shut_to(room: Room, visitor: str) -> bool:
    """Whether a visitor's token opens their room no more: a customer's people have spoken in it. One who has proven by
    a code that they belong there is shut out only once that is undone."""
    proven = room.adoption is not None and room.adoption.because == "code" and room.visitor == visitor
    return bool(room.overheard) and not proven


class Bridge(Record, frozen=True):
    """A room's tie to one outside conversation of an install. What came before `bound_at` is not for this room; one
    that began because of a change of the room has what came `since` that change (a number: clocks differ). Of edits,
    deletes, reactions and files each crosses or does not, both ways. `speaker` is how the author is shown there;
    `account` is the team or tenant, `name` what people call the conversation, `paused` why nothing goes."""

    room: str
    install: str
    channel: str
    workspace: str
    bound_at: int
    conversation: str = ""
    slot: str = ""
    direction: Direction = "both"
    edits: bool = True
    deletes: bool = True
    reactions: bool = True
    files: bool = True
    speaker: Speaking = "persona"
    account: str = ""
    name: str = ""
    paused: str = ""
    since: int = 0

    @property
    def id(self) -> str:
        """Room, install and slot, as one word."""
        return bridge_id(self.room, self.install, self.slot)


class Binding(Record, frozen=True):
    """The room in which an outside conversation lives, since when. There is one for each conversation."""

    install: str
    conversation: str
    workspace: str
    room: str
    bound_at: int
    slot: str = ""


def within(conversation: str, wider: str) -> bool:
    """Whether a conversation is the wider one or a thread of it: `C1/171.2` is within `C1`."""
    return conversation == wider or conversation.startswith(wider + "/")


def came_over(source: Source, bridge: Bridge) -> bool:
    """Whether something came over this very bridge. An install that names no conversations has one bridge a room."""
    if source.install != bridge.install:
        return False
    came = source.thread or source.conversation
    return not came or bool(bridge.conversation) and within(came, bridge.conversation)


class Seen(Record, frozen=True):
    """How far a person has read a room, with the counts at that place. `version` is that place, too (1 for none): it
    moves forward, and back where an agent marks a room as unread. Their own words up to change `taken_back` count no
    more then."""

    person: str
    room: str
    n: int
    posts: int
    notes: int
    taken_back: int = 0


def read_mark(room: Room, person: str, seen: Seen | None) -> Seen | None:
    """How far a person has read: the further of their stored mark and their own words. The room is read no later than
    the mark, to which it hands what it remembers no more."""
    own = room.own_words.get(person)
    if own is None or seen and own.n <= max(seen.n, seen.taken_back):
        return seen
    return Seen(version=own.n, person=person, room=room.id, n=own.n, posts=own.posts, notes=own.notes)


def unread(room: Room, seen: Seen | None, agent: bool) -> int:
    """Messages said after what the person has read; notes count for agents alone. A mark may be newer than the room
    that was read before it, or off an index."""
    posts, notes = (seen.posts, seen.notes) if seen else (0, 0)
    return max(0, room.posts - posts) + (max(0, room.notes - notes) if agent else 0)


def mentioned(room: Room, person: str, seen: Seen | None) -> bool:
    """Whether somebody was named in what they have not read."""
    return room.mentioned.get(person, 0) > (seen.n if seen else 0)


def naming(room: Room, people: Sequence[str], n: int) -> dict[str, int]:
    """Who was named when, after change `n` named `people`. The earliest are forgotten when there are too many."""
    found = {
        **{person: at for person, at in room.mentioned.items() if person not in people},
        **dict.fromkeys(people, n),
    }
    return dict(list(found.items())[-MAX_MENTIONED:])
