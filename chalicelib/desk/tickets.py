"""A tracker's own records, in our words: what trackers tell, and what is told to them."""

from typing import Literal

from .record import Part

IssueState = Literal["open", "in_progress", "done", "declined"]
Readers = Literal["members", "strangers", "unknown", "unasked"]
Happened = Literal[
    "created",
    "changed",
    "moved_state",
    "commented",
    "comment_changed",
    "comment_deleted",
    "assigned",
    "labelled",
    "transferred",
    "deleted",
    "project_changed",
]


class Word(Part, frozen=True):
    """One state of a ticket as its tracker names it. `means` is what it means, or `unknown`, which changes nothing;
    where it is `guessed`, no document of the tracker's says so, and where it is `reviewed`, an admin or an agent does.
    A ticket in one that is `closed` is closed there, whatever that means."""

    id: str
    name: str
    means: IssueState | Literal["unknown"] = "unknown"
    guessed: bool = False
    reviewed: bool = False
    closed: bool = False


class Hint(Part, frozen=True):
    """Something happened to a ticket; what, is fetched. `ticket` is the tracker's id as in TicketSeen, `comment` the
    id of a comment where it is about one, `id` the event's own, `at` the tracker's time (ms, 0: not told), `actor`
    the tracker's id of who did it, `moved_to` the new id after a transfer, `mark` our own mark on what was done. Where
    a tracker tells a comment alone, `ticket` is empty: it is that of the comment as we know it. `readers` is who reads
    tickets there, where the webhook says so."""

    ticket: str
    what: Happened
    id: str = ""
    comment: str = ""
    at: int = 0
    actor: str = ""
    moved_to: str = ""
    mark: str = ""
    readers: Literal["", "members", "strangers"] = ""


class TicketSeen(Part, frozen=True):
    """A ticket as it is now. `id` is what every call takes, `key` what people say (ACME-12, #5), `text` Markdown,
    `updated_at` the tracker's time (ms), `comments` how many it has, None where the tracker does not say. `gone` tells
    a deleted one, `moved_to` where a transferred one went."""

    id: str
    key: str
    url: str
    title: str
    word: Word
    text: str = ""
    labels: tuple[str, ...] = ()
    assignee: str = ""
    updated_at: int = 0
    gone: bool = False
    moved_to: str = ""
    mark: str = ""
    comments: int | None = None


class CommentSeen(Part, frozen=True):
    """A comment as it is now, in Markdown. `internal` ones (confidential, restricted to a role) never cross; `mark` is
    the one that we put on a comment of ours. `member`: whether its author is one of the tracker's own people, None
    where it does not say."""

    id: str
    text: str
    author: str
    author_id: str
    created_at: int
    updated_at: int
    internal: bool = False
    mark: str = ""
    member: bool | None = None


class TicketDraft(Part, frozen=True):
    """What a new ticket says. `mark` is the issue's id: a tracker that can carry it is asked for it before a second
    ticket is made. `link` leads back to the issue."""

    title: str
    text: str
    mark: str
    link: str = ""
    labels: tuple[str, ...] = ()


class Registered(Part, frozen=True):
    """A webhook that a tracker made for us: its id there, and the secret, if the tracker chose it."""

    id: str
    secret: str = ""


class HookState(Part, frozen=True):
    """How the webhook that comes to us stands, as the tracker says: `barred` where the token may not ask, `untold`
    where nobody can. `reason` is what the tracker says besides."""

    standing: Literal["on", "off", "missing", "barred", "untold"]
    reason: str = ""


class Readership(Part, frozen=True):
    """Who reads a tracker's `tickets`: `unasked` where the tracker has no way to tell. `internal`: what agents say is
    posted there as an internal comment, which members alone read."""

    tickets: Readers = "unknown"
    internal: bool = False


class Probe(Part, frozen=True):
    """What trying a connection found: the account (`actor` is its id there), and in words what is missing and right;
    `renamed` are fields of the config that are to say something else now."""

    account: str
    actor: str
    missing: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    renamed: dict[str, str] = {}
