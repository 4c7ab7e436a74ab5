"""Issues: a bug, feature or question worth tracking, behind which many rooms may stand. Pure: records and rules.

Everything here is private to the vendor but `public_title`, `public_text` and `state`; what is told to customers is a
`Notice`, with a `NoticeReceipt` for each room.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from .customers import Customer
from .erasures import Fared
from .errors import Conflict, Invalid
from .messages import Attached, Author
from .record import Part, Record
from .tickets import IssueState, Readers, Word
from .titles import first_line

Kind = Literal["bug", "feature", "question"]
Priority = Literal["none", "low", "medium", "high", "urgent"]
Event = Literal[
    "raised",
    "changed",
    "state",
    "tied",
    "untied",
    "linked",
    "unlinked",
    "comment",
    "comment_changed",
    "comment_deleted",
    "written",
    "conflict",
    "unknown_word",
    "failed",
    "lost",
    "told",
    "merged",
    "waiting",
    "exposed",
    "stranger",
    "found",
]
Policy = Literal["tell", "draft", "quiet"]
Crossing = Literal["none", "marked", "all"]
NoticeState = Literal["draft", "sending", "sent", "discarded"]
About = Literal["comment", "state", "words"]

CLOSED: frozenset[IssueState] = frozenset({"done", "declined"})
MAX_TITLE = 200
MAX_TEXT = 20_000
MAX_LABELS = 50
MAX_LABEL = 100
MAX_TICKETS = 10  # one an install
PIECE = 25  # rooms of one queue message, when a notice is told


class Link(Part, frozen=True):
    """A ticket of an issue: the install that it is in, its id there ("" while it is being made), what people say."""

    install: str
    ticket: str = ""
    key: str = ""
    url: str = ""


class Issue(Record, frozen=True):
    """`title` and `text` are the vendor's own, `public_title` and `public_text` what customers may read. `files` came
    with what people said. `closings`
    counts how often it was closed or opened again. `due` (ms) is when the clock looks at a merge that has not
    ended."""

    id: str
    workspace: str
    kind: Kind
    title: str
    created_at: int
    by: str
    text: str = ""
    public_title: str = ""
    public_text: str = ""
    state: IssueState = "open"
    reason: str = ""
    files: tuple[Attached, ...] = ()
    priority: Priority = "none"
    labels: tuple[str, ...] = ()
    state_at: int = 0
    closings: int = msgspec.field(default=0, name="turns")
    rooms: int = 0
    customers: int = 0
    arr: float = 0
    tickets: tuple[Link, ...] = ()
    merged_into: str = ""
    due: int = 0

    def link(self, install: str) -> Link | None:
        """Its ticket in an install."""
        return next((link for link in self.tickets if link.install == install), None)


class IssueTie(Record, frozen=True):
    """A room behind an issue: who tied it, and the messages (change numbers) that asked for it, 0 for none."""

    issue: str
    room: str
    workspace: str
    at: int
    by: Author
    customer: str = ""
    first: int = 0
    last: int = 0
    asked_by: Author | None = None


class IssueCustomer(Record, frozen=True):
    """A customer behind an issue: with how many rooms, and the ARR that the issue's sum holds for it."""

    issue: str
    customer: str
    workspace: str
    name: str
    rooms: int
    arr: float


def merged(before: object, now: object) -> str:
    """The issue that another one has just gone into; "" where that is not what happened."""
    known = before.merged_into if isinstance(before, Issue) else ""
    return now.merged_into if isinstance(now, Issue) and now.merged_into != known else ""


def came_or_went(before: object, now: object) -> IssueCustomer | None:
    """The customer that came behind an issue, or is behind it no more, by what lay there and what lies there now."""
    if isinstance(before, IssueCustomer) is isinstance(now, IssueCustomer):
        return None
    return now if isinstance(now, IssueCustomer) else before  # type: ignore[return-value]


class TakenBack(Part, frozen=True):
    """What stands at a tracker tells of somebody who is forgotten (`stand_in`): how far it is that it is gone there, or
    without them, and why it is not."""

    stand_in: str
    fared: Fared = "waiting"
    reason: str = ""


class Ticket(Record, frozen=True):
    """How far an issue and its ticket agree: `state`, `title` and `labels` are what both sides last were, `seen_at` the
    tracker's time of that. `refused` are our values, by field, that the tracker will not take. `due` (ms) is when the
    clock looks at it; `looked_at` when it was last fetched, `heard_at` when its comments were, which are known up to
    `comments_at` (the tracker's time). `holds` names what of ours that is private went there, None from before that was
    kept; `exposed_at` is when its issue's history said that strangers read that now. `unclear` is the notice that
    waits for somebody to say what the word means that it was closed with. `lost_at` is since when it is not there for
    us, `read_at` when its comments were last read whole, `linked_at` when what stood there already was imported,
    `counted` how many the tracker said that there were when they were last read whole (None: it said nothing),
    `spoke_at` when customers were last told of one. `asked_at` is when it was asked for by a call whose answer nobody
    has heard, and `sought` how often it was looked for since, and not found. `handled` are the issue's files that are
    there, or that the tracker will not take. `made` says that we made it, and nobody there. `taken_back` is of its
    title and text; `takes_back` says that something of it, a comment perhaps, is to be taken back there."""

    issue: str
    install: str
    workspace: str
    ticket: str = ""
    key: str = ""
    url: str = ""
    standing: Literal["making", "new", "linked", "lost"] = "new"
    state: IssueState | Literal["unknown"] = "unknown"
    word: Word | None = None
    title: str = ""
    labels: tuple[str, ...] = ()
    assignee: str = ""
    seen_at: int = 0
    looked_at: int = 0
    heard_at: int = 0
    comments_at: int = 0
    refused: dict[str, str] = {}
    due: int = 0
    attempts: int = 0
    reason: str = ""
    unclear: str = ""
    lost_at: int = 0
    read_at: int = 0
    counted: int | None = None
    linked_at: int = 0
    spoke_at: int = 0
    asked_at: int = 0
    sought: int = 0
    made: bool = False
    handled: tuple[str, ...] = ()
    holds: tuple[str, ...] | None = None
    exposed_at: int = 0
    taken_back: TakenBack | None = None
    takes_back: bool = False

    def holding(self, *what: str) -> tuple[str, ...] | None:
        """What it holds once `what` went there, too."""
        return None if self.holds is None else tuple(sorted({*self.holds, *what}))


class TicketOwner(Record, frozen=True):
    """The issue that a ticket belongs to: one at most."""

    install: str
    ticket: str
    workspace: str
    issue: str


class Comment(Record, frozen=True):
    """A comment on an issue's ticket, by the tracker's id. `mark` is ours on one that an agent wrote here (`by`);
    `notice` is what customers were told, or are to be told, by it; `held` why they were not although it is marked."""

    issue: str
    install: str
    id: str
    workspace: str
    text: str
    author: str
    author_id: str
    created_at: int
    updated_at: int
    by: str = ""
    mark: str = ""
    notice: str = ""
    held: str = ""
    deleted: bool = False
    taken_back: TakenBack | None = None


class PendingComment(Record, frozen=True):
    """A comment that an agent wrote and that the ticket has not got yet. `tried` says that a call may have reached
    it, `for_strangers` that whoever reads the tracker may read it."""

    issue: str
    install: str
    id: str
    workspace: str
    text: str
    by: str
    name: str
    at: int
    tried: bool = False
    failed: str = ""
    for_strangers: bool = False


class History(Record, frozen=True):
    """What happened to an issue, when, by whom: an agent's id, or the install that its ticket is in."""

    issue: str
    id: str
    workspace: str
    at: int
    what: Event
    by: str = ""
    install: str = ""
    detail: dict[str, str] = {}


class Tracking(Record, frozen=True):
    """What an install of a tracker lets cross, and what it knows of its account. `words` are its states as they were
    reviewed. `public` is what an admin has said of it (None: nothing), and `strangers_read` beside it that private
    words may go there all the same. `readers` and `internal` are what the tracker said of itself at `readers_at` (ms),
    `hook` is the webhook that we made, to `hook_url`, and `hook_trouble` what the tracker says is wrong with it; what
    the last one that came said is `hinted`, `opened_at` since when strangers read it. `resting` (ms) is until when the
    tracker asked to be left alone; `unread` are the tickets whose comments the last night had no time for; `due` is
    when its next repair begins or goes on: of what changed after `since`, from `cursor` on, `begun` then."""

    install: str
    workspace: str
    words: tuple[Word, ...] = ()
    state: bool = True
    title: bool = False
    labels: bool = False
    comments: Crossing = "marked"
    prefix: str = "@customer"
    all_to_many: bool = False
    public: bool | None = None
    strangers_read: bool = False
    readers: Readers | Literal[""] = ""
    internal: bool = False
    readers_at: int = 0
    hinted: Literal["", "members", "strangers"] = ""
    opened_at: int = 0
    policy: Policy = "draft"
    resolve: bool = False
    texts: dict[str, str] = {}
    account: str = ""
    actor: str = ""
    tried_at: int = 0
    hook: str = ""
    hook_url: str = ""
    hook_trouble: str = ""
    unread: int = 0
    resting: int = 0
    due: int = 0
    since: int = 0
    begun: int = 0
    cursor: str = ""

    @property
    def private(self) -> bool:
        """Whether nobody but members can write there: a word of an admin's that strangers may read changes nothing."""
        return not self.public and (self.readers == "members" or (self.readers == "unasked" and self.public is False))

    @property
    def open(self) -> bool:
        """Whether strangers read its tickets: of what is not known they do. What is public of an issue alone goes to
        an open tracker."""
        if self.public or self.readers == "unasked":
            return self.public is not False
        return self.readers != "members" and not (self.public is False and self.strangers_read)

    @property
    def titled(self) -> bool:
        """Whether titles cross: ours is private."""
        return self.title and not self.open

    @property
    def labelled(self) -> bool:
        """Whether labels cross: ours are private."""
        return self.labels and not self.open

    def means(self, word: Word) -> IssueState | Literal["unknown"]:
        """What a state of the tracker means: as it was reviewed, else as the tracker's documents say. That a ticket is
        closed for good is not guessed: customers would hear of it."""
        known = next((known for known in self.words if known.id == word.id), word)
        if known.reviewed or known.means != word.means:  # words of before tell no review but by what differs
            return known.means
        return "unknown" if word.guessed and word.means in CLOSED else word.means

    def closes(self, word: Word) -> bool:
        """Whether a ticket in that state is closed there."""
        return word.closed or word.means in CLOSED

    def word(self, state: IssueState) -> Word | None:
        """The state of the tracker that ours is written as: the first that means it, and is not only guessed to."""
        fitting = [known for known in self.words if known.means == state]
        return next((known for known in fitting if known.reviewed or not known.guessed), next(iter(fitting), None))


class Notice(Record, frozen=True):
    """What the rooms of an issue are to be told, once each. `closing` is which of the issue's `closings` it tells of.
    Where `undoes` names another notice, only rooms that were told that one are told this one; where `amends` does, the
    messages that told it are edited to this one's text or, if it `withdraws`, deleted. `names` are customers that the
    text names, and that not all who would read it are; `files` go along with it. `speaker` is who wrote the comment
    that it tells. One with a `word` waits for somebody to say what that means. `due` (ms) is when the clock looks."""

    id: str
    issue: str
    workspace: str
    about: About
    text: str
    at: int
    author: Author
    state: NoticeState = "draft"
    becomes: IssueState | Literal[""] = ""
    word: Word | None = None
    closing: int = msgspec.field(default=0, name="turn")
    install: str = ""
    comment: str = ""
    speaker: str = ""
    held_because: str = ""
    resolve: bool = False
    undoes: str = ""
    amends: str = ""
    withdraws: bool = False
    approved_by: str = ""
    names: tuple[str, ...] = ()
    files: tuple[Attached, ...] = ()
    cursor: str = ""
    told: int = 0
    due: int = 0


class NoticeReceipt(Record, frozen=True):
    """What a room was told: the message's change number `n`, or why there is none; whether it was `resolved` by that,
    or still `waits` for an answer. Its key lets no second one in."""

    issue: str
    room: str
    notice: str
    at: int
    by: str
    n: int = 0
    skipped: str = ""
    resolved: bool = False
    waits: bool = False


# --- changes of an issue ------------------------------------------------------------------------------------------


def turned(issue: Issue, state: IssueState, reason: str, *, now: int) -> Issue:
    """The issue in another state; Conflict where it cannot be."""
    if issue.merged_into:
        raise Conflict("the issue was merged into another")
    moved = issue.state in CLOSED or state in CLOSED
    kept = reason if state in CLOSED else ""
    return issue.changed(state=state, reason=kept, state_at=now, closings=issue.closings + moved)


def check_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels, each once, in order; Invalid for what no tracker takes."""
    found = tuple(dict.fromkeys(label.strip() for label in labels))
    if len(found) > MAX_LABELS:
        raise Invalid(f"an issue has at most {MAX_LABELS} labels", "labels")
    for place, label in enumerate(found):
        if not label or len(label) > MAX_LABEL or not label.isprintable():
            raise Invalid(f"a label has 1 to {MAX_LABEL} printable characters", f"labels[{place}]")
    return found


def arr_of(customer: Customer | None) -> float:
    """What a customer is worth a year: its attribute `arr`, 0 where that is no number."""
    value = customer.attributes.get("arr") if customer else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def suggested(text: str) -> str:
    """A title out of what somebody wrote: the first line, cut at a word."""
    line = " ".join(first_line(text, "Untitled").split())
    return line if len(line) <= 80 else line[:80].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
