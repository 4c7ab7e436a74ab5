"""Issues, their tickets and notices as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..desk.ids import message_id
from ..desk.issues import (
    MAX_LABEL,
    MAX_LABELS,
    MAX_TEXT,
    MAX_TICKETS,
    MAX_TITLE,
    Asked,
    Comment,
    History,
    Issue,
    Notice,
    Owed,
    Ticket,
    Told,
    Tracking,
)
from ..desk.messages import Author
from ..desk.tickets import Probe, TicketSeen, Word
from .shapes import Body, PersonView, Time, View, time_of

IssueKind = Literal["bug", "feature", "question"]
PriorityName = Literal["none", "low", "medium", "high", "urgent"]
PolicyName = Literal["tell", "draft", "quiet"]
Means = Literal["open", "in_progress", "done", "declined", "unknown"]
Title = Annotated[str, Meta(min_length=1, max_length=MAX_TITLE, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")]
PublicTitle = Annotated[str, Meta(max_length=MAX_TITLE, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
Text = Annotated[str, Meta(max_length=MAX_TEXT, pattern=r"^[^\x00]*$(?!\n)")]
Words = Annotated[str, Meta(max_length=5_000, pattern=r"^[^\x00]*$(?!\n)")]
Said = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00]+$(?!\n)")]
Id = Annotated[str, Meta(min_length=1, max_length=200)]
Reason = Annotated[str, Meta(max_length=500)]
Labels = Annotated[list[Annotated[str, Meta(min_length=1, max_length=MAX_LABEL)]], Meta(max_length=MAX_LABELS)]
Reference = Annotated[str, Meta(min_length=1, max_length=2_000, description="What people paste: a URL or a key")]


class NewIssue(Body, frozen=True):
    """Raise an issue. `tickets` are the installs of trackers in which a ticket is made."""

    title: Title
    kind: IssueKind = "bug"
    text: Text = ""
    public_title: PublicTitle = ""
    public_text: Text = ""
    priority: PriorityName = "none"
    labels: Labels = []
    tickets: Annotated[list[Id], Meta(max_length=MAX_TICKETS)] = []


class RaiseIssue(Body, frozen=True):
    """Raise an issue out of a room, or tie the room to one that is there: `issue` names it by id, or `install` and
    `reference` by its ticket. `from` and `to` are the messages (ids, both included) that ask for it; a title that is
    not told is suggested by them."""

    first: str = msgspec.field(name="from", default="")
    last: str = msgspec.field(name="to", default="")
    issue: Id | None = None
    install: Id | None = None
    reference: Reference | None = None
    title: Title | None = None
    kind: IssueKind = "bug"
    text: Text = ""
    public_title: PublicTitle = ""
    public_text: Text = ""
    priority: PriorityName = "none"
    labels: Labels = []
    tickets: Annotated[list[Id], Meta(max_length=MAX_TICKETS)] = []


class ChangeIssue(Body, frozen=True):
    """Change an issue. A new state is told to its rooms at once (`tell`), after an agent's review (`draft`) or not at
    all (`quiet`), with `words` of an agent's behind it; `resolve` resolves the rooms that are told."""

    title: Title | UnsetType = UNSET
    kind: IssueKind | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    public_title: PublicTitle | UnsetType = UNSET
    public_text: Text | UnsetType = UNSET
    priority: PriorityName | UnsetType = UNSET
    labels: Labels | UnsetType = UNSET
    state: Literal["open", "in_progress", "done", "declined"] | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET
    tell: PolicyName = "draft"
    words: Words = ""
    resolve: bool = False


class TieRoom(Body, frozen=True):
    """Asked a room to an issue; `from` and `to` are the messages (ids, both included) that ask for it."""

    room: Id
    first: str = msgspec.field(name="from", default="")
    last: str = msgspec.field(name="to", default="")


class LinkTicket(Body, frozen=True):
    """Link the ticket that `reference` names, whose state and comments are imported; without one, make it."""

    install: Id
    reference: Reference | None = None


class MergeIssue(Body, frozen=True):
    """The issue that this one goes into."""

    into: Id


class SayOnTickets(Body, frozen=True):
    """A comment for the issue's tickets. Customers do not see it."""

    text: Said


class NewNotice(Body, frozen=True):
    """A draft of what the issue's rooms are to be told. Takes {{customer.name}}, {{issue.title}} and their like."""

    text: Said
    resolve: bool = False


class ChangeNotice(Body, frozen=True):
    """Change a draft."""

    text: Said | UnsetType = UNSET
    resolve: bool | UnsetType = UNSET


class WordBody(Body, frozen=True):
    """A state of a tracker and what it means. `unknown` changes nothing."""

    id: Id
    name: Annotated[str, Meta(max_length=200)] = ""
    means: Means = "unknown"


class PutWords(Body, frozen=True):
    """The tracker's states as they were reviewed. Ours is written as the first that means it."""

    words: Annotated[list[WordBody], Meta(min_length=1, max_length=200)]


class ChangeTracking(Body, frozen=True):
    """What crosses between issues and an install's tickets. Of comments `none`, those `marked` by beginning with
    `prefix`, or `all`; with several customers behind an issue all are told at once only with `all_to_many`.
    To a `public` tracker, which strangers read, goes no more of an issue than its public title and text."""

    state: bool | UnsetType = UNSET
    title: bool | UnsetType = UNSET
    labels: bool | UnsetType = UNSET
    comments: Literal["none", "marked", "all"] | UnsetType = UNSET
    prefix: Annotated[str, Meta(min_length=1, max_length=40)] | UnsetType = UNSET
    all_to_many: bool | UnsetType = UNSET
    public: bool | UnsetType = UNSET
    policy: PolicyName | UnsetType = UNSET
    resolve: bool | UnsetType = UNSET
    texts: dict[str, Annotated[str, Meta(max_length=2_000)]] | UnsetType = UNSET


class LinkView(View, frozen=True):
    """An issue's ticket in short."""

    install: str
    key: str | None
    url: str | None


class IssueView(View, frozen=True):
    """An issue. `rooms`, `customers` and `arr` count who is behind it."""

    id: str
    kind: str
    title: str
    text: str
    public_title: str
    public_text: str
    state: str
    reason: str | None
    priority: str
    labels: list[str]
    rooms: int
    customers: int
    arr: float
    tickets: list[LinkView]
    created_by: str
    created_at: Time
    state_since: Time
    version: int


class PublicIssueView(View, frozen=True):
    """An issue as a customer sees it: what the vendor has made public, and its state."""

    id: str
    title: str | None
    text: str | None
    state: str
    asked_at: Time


class RoomIssueView(View, frozen=True):
    """An issue that a room is behind. `issue` is told to agents alone."""

    public: PublicIssueView
    issue: IssueView | None


class ToldView(View, frozen=True):
    """What a room was told, by whom and when; `message` is null where it could not be said, and `reason` tells why."""

    notice: str
    room: str
    at: Time
    by: str
    message: str | None
    reason: str | None


class TieView(View, frozen=True):
    """A room behind an issue: who tied it and when, who asked, in which messages."""

    room: str
    customer: str | None
    tied_by: PersonView
    tied_at: Time
    asked_by: PersonView | None
    first: str | None = msgspec.field(name="from")
    last: str | None = msgspec.field(name="to")


class TicketView(View, frozen=True):
    """An issue's ticket: `word` is its state there. `trouble` says what the tracker did not let us do."""

    install: str
    ticket: str | None
    key: str | None
    url: str | None
    standing: str
    word: str | None
    state: str
    assignee: str | None
    labels: list[str]
    looked_at: Time | None
    next_look_at: Time | None
    trouble: str | None


class FoundTicketView(View, frozen=True):
    """A ticket in a tracker."""

    id: str
    key: str
    url: str
    title: str
    word: str
    means: str


class CommentView(View, frozen=True):
    """A comment on a ticket, or one that waits to get there. `notice` is what customers are told by it."""

    install: str
    id: str
    text: str
    author: str
    ours: bool
    state: Literal["there", "waiting", "failed", "deleted"]
    reason: str | None
    at: Time
    notice: str | None


class HistoryView(View, frozen=True):
    """What happened to an issue; `by` is an agent, or nobody where it came from the tracker of `install`."""

    id: str
    at: Time
    what: str
    by: str | None
    install: str | None
    detail: dict[str, str]


class NoticeView(View, frozen=True):
    """What the rooms of an issue are told. `names` are customers whose name is in a text that others would read."""

    id: str
    issue: str
    about: str
    text: str
    state: str
    becomes: str | None
    install: str | None
    written_by: str | None
    approved_by: str | None
    held_because: str | None
    resolve: bool
    told: int
    at: Time
    names: list[str]


class WordView(View, frozen=True):
    """A state of a tracker, and what it means here."""

    id: str
    name: str
    means: str
    reviewed: bool


class WordsView(View, frozen=True):
    """A tracker's states. `unknown` names those that change nothing until somebody says what they mean."""

    words: list[WordView]
    unknown: list[str]


class TrackingView(View, frozen=True):
    """What crosses between issues and an install's tickets, and what is known of its account."""

    state: bool
    title: bool
    labels: bool
    comments: str
    prefix: str
    all_to_many: bool
    public: bool
    policy: str
    resolve: bool
    texts: dict[str, str]
    account: str | None
    tried_at: Time | None
    webhook: str | None
    resting_until: Time | None
    next_repair_at: Time | None


class TriedView(View, frozen=True):
    """What trying a connection found. `missing` says in words what is."""

    account: str
    actor: str
    missing: list[str]
    url: str
    webhook: str | None


def link_view(issue: Issue) -> list[LinkView]:
    """An issue's tickets in short."""
    return [LinkView(install=link.install, key=link.key or None, url=link.url or None) for link in issue.tickets]


def issue_view(issue: Issue) -> IssueView:
    """An issue as agents see it."""
    return IssueView(
        id=issue.id,
        kind=issue.kind,
        title=issue.title,
        text=issue.text,
        public_title=issue.public_title,
        public_text=issue.public_text,
        state=issue.state,
        reason=issue.reason or None,
        priority=issue.priority,
        labels=list(issue.labels),
        rooms=issue.rooms,
        customers=issue.customers,
        arr=issue.arr,
        tickets=link_view(issue),
        created_by=issue.by,
        created_at=time_of(issue.created_at) or "",
        state_since=time_of(issue.state_at) or "",
        version=issue.version,
    )


def room_issue_view(issue: Issue, tie: Asked, agent: bool) -> RoomIssueView:
    """An issue as it is seen from a room."""
    public = PublicIssueView(
        id=issue.id,
        title=issue.public_title or None,
        text=issue.public_text or None,
        state=issue.state,
        asked_at=time_of(tie.at) or "",
    )
    return RoomIssueView(public=public, issue=issue_view(issue) if agent else None)


def _person(author: Author) -> PersonView:
    return PersonView(kind=author.kind, id=author.id, name=author.name)


def tie_view(tie: Asked) -> TieView:
    """A room behind an issue."""
    return TieView(
        room=tie.room,
        customer=tie.customer or None,
        tied_by=_person(tie.by),
        tied_at=time_of(tie.at) or "",
        asked_by=_person(tie.asked_by) if tie.asked_by else None,
        first=message_id(tie.room, tie.first) if tie.first else None,
        last=message_id(tie.room, tie.last) if tie.last else None,
    )


def told_view(told: Told) -> ToldView:
    """What a room was told."""
    return ToldView(
        notice=told.notice,
        room=told.room,
        at=time_of(told.at) or "",
        by=told.by,
        message=message_id(told.room, told.n) if told.n else None,
        reason=told.skipped or None,
    )


def ticket_view(ticket: Ticket) -> TicketView:
    """An issue's ticket."""
    return TicketView(
        install=ticket.install,
        ticket=ticket.ticket or None,
        key=ticket.key or None,
        url=ticket.url or None,
        standing=ticket.standing,
        word=ticket.word.name if ticket.word else None,
        state=ticket.state,
        assignee=ticket.assignee or None,
        labels=list(ticket.labels),
        looked_at=time_of(ticket.looked_at),
        next_look_at=time_of(ticket.due),
        trouble=ticket.reason or None,
    )


def found_view(seen: TicketSeen) -> FoundTicketView:
    """A ticket in a tracker."""
    return FoundTicketView(
        id=seen.id, key=seen.key, url=seen.url, title=seen.title, word=seen.word.name, means=seen.word.means
    )


def comment_view(comment: Comment | Owed) -> CommentView:
    """A comment, there or on its way."""
    if isinstance(comment, Owed):
        return CommentView(
            install=comment.install,
            id=comment.id,
            text=comment.text,
            author=comment.name,
            ours=True,
            state="failed" if comment.failed else "waiting",
            reason=comment.failed or None,
            at=time_of(comment.at) or "",
            notice=None,
        )
    return CommentView(
        install=comment.install,
        id=comment.mark or comment.id,
        text=comment.text,
        author=comment.author,
        ours=bool(comment.mark),
        state="deleted" if comment.deleted else "there",
        reason=None,
        at=time_of(comment.created_at) or "",
        notice=comment.notice or None,
    )


def history_view(entry: History) -> HistoryView:
    """An entry of an issue's history."""
    return HistoryView(
        id=entry.id,
        at=time_of(entry.at) or "",
        what=entry.what,
        by=entry.by or None,
        install=entry.install or None,
        detail=entry.detail,
    )


def notice_view(notice: Notice) -> NoticeView:
    """A notice, with the customers that its text names."""
    return NoticeView(
        id=notice.id,
        issue=notice.issue,
        about=notice.about,
        text=notice.text,
        state=notice.state,
        becomes=notice.becomes or None,
        install=notice.install or None,
        written_by=notice.author.id or None,
        approved_by=notice.approved_by or None,
        held_because=notice.held_because or None,
        resolve=notice.resolve,
        told=notice.told,
        at=time_of(notice.at) or "",
        names=list(notice.names),
    )


def words_view(words: list[Word], tracking: Tracking) -> WordsView:
    """A tracker's states."""
    reviewed = {word.id for word in tracking.words}
    views = [WordView(id=word.id, name=word.name, means=word.means, reviewed=word.id in reviewed) for word in words]
    return WordsView(words=views, unknown=[word.name for word in words if word.means == "unknown"])


def tracking_view(tracking: Tracking) -> TrackingView:
    """What crosses."""
    return TrackingView(
        state=tracking.state,
        title=tracking.title,
        labels=tracking.labels,
        comments=tracking.comments,
        prefix=tracking.prefix,
        all_to_many=tracking.all_to_many,
        public=tracking.public,
        policy=tracking.policy,
        resolve=tracking.resolve,
        texts=tracking.texts,
        account=tracking.account or None,
        tried_at=time_of(tracking.tried_at),
        webhook=tracking.hook or None,
        resting_until=time_of(tracking.resting),
        next_repair_at=time_of(tracking.due),
    )


def tried_view(probe: Probe, url: str, tracking: Tracking) -> TriedView:
    """What trying a connection found."""
    return TriedView(
        account=probe.account,
        actor=probe.actor,
        missing=list(probe.missing),
        url=url,
        webhook=tracking.hook or None,
    )
