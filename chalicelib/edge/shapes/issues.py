"""Issues and the rooms behind them as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ...desk.ids import message_id
from ...desk.issues import (
    MAX_LABEL,
    MAX_LABELS,
    MAX_TEXT,
    MAX_TICKETS,
    MAX_TITLE,
    History,
    Issue,
    IssueCustomer,
    IssueTie,
)
from ...desk.messages import Author
from ...desk.rooms import Room
from .answers import Body, PersonView, Time, View, time_of
from .texts import Written

IssueKind = Literal["bug", "feature", "question"]
PriorityName = Literal["none", "low", "medium", "high", "urgent"]
PolicyName = Literal["tell", "draft", "quiet"]
Title = Annotated[str, Meta(min_length=1, max_length=MAX_TITLE, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")]
PublicTitle = Annotated[str, Meta(max_length=MAX_TITLE, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
Text = Annotated[str, Meta(max_length=MAX_TEXT, pattern=r"^[^\x00]*$(?!\n)")]
Words = Annotated[str, Meta(max_length=5_000, pattern=r"^[^\x00]*$(?!\n)")]
Said = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00]+$(?!\n)")]
Id = Annotated[str, Meta(min_length=1, max_length=200)]
Reason = Annotated[str, Meta(max_length=500)]
Labels = Annotated[list[Annotated[str, Meta(min_length=1, max_length=MAX_LABEL)]], Meta(max_length=MAX_LABELS)]
Reference = Annotated[str, Meta(min_length=1, max_length=2_000, description="What people paste: a URL or a key")]


class IssueBody(Written, frozen=True, kw_only=True):
    """What may be told of an issue that is raised."""

    texts = ("text", "public_text")
    most = MAX_TEXT

    kind: IssueKind = "bug"
    text: Text = ""
    public_title: PublicTitle = ""
    public_text: Text = ""
    priority: PriorityName = "none"
    labels: Labels = []
    tickets: Annotated[list[Id], Meta(max_length=MAX_TICKETS)] = []


class NewIssue(IssueBody, frozen=True, kw_only=True):
    """Raise an issue. `tickets` are the installs of trackers in which a ticket is made."""

    title: Title


class RaiseIssue(IssueBody, frozen=True, kw_only=True):
    """Raise an issue out of a room, or tie the room to one that is there: `issue` names it by id, or `install` and
    `reference` by its ticket. `from` and `to` are the messages (ids, both included) that ask for it; a title that is
    not told is suggested by them."""

    first: str = msgspec.field(name="from", default="")
    last: str = msgspec.field(name="to", default="")
    issue: Id | None = None
    install: Id | None = None
    reference: Reference | None = None
    title: Title | None = None


class ChangeIssue(Written, frozen=True):
    """Change an issue. A new state is told to its rooms at once (`tell`), after an agent's review (`draft`) or not at
    all (`quiet`), with `words` of an agent's behind it; `resolve` resolves the rooms that are told."""

    texts = ("text", "public_text", "words")
    most = MAX_TEXT

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
    """Tie a room to an issue; `from` and `to` are the messages (ids, both included) that ask for it."""

    room: Id
    first: str = msgspec.field(name="from", default="")
    last: str = msgspec.field(name="to", default="")


class MergeIssue(Body, frozen=True):
    """The issue that this one goes into."""

    into: Id


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


class TieView(View, frozen=True):
    """A room behind an issue: who tied it and when, who asked, in which messages."""

    room: str
    name: str | None
    customer: str | None
    customer_name: str | None
    tied_by: PersonView
    tied_at: Time
    asked_by: PersonView | None
    first: str | None = msgspec.field(name="from")
    last: str | None = msgspec.field(name="to")


class HistoryView(View, frozen=True):
    """What happened to an issue; `by` is an agent, or nobody where it came from the tracker of `install`."""

    id: str
    at: Time
    what: str
    by: str | None
    install: str | None
    detail: dict[str, str]


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


def room_issue_view(issue: Issue, tie: IssueTie, agent: bool) -> RoomIssueView:
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


def tie_view(tie: IssueTie, room: Room | None, behind: IssueCustomer | None) -> TieView:
    """A room behind an issue."""
    return TieView(
        room=tie.room,
        name=room.name if room else None,
        customer=tie.customer or None,
        customer_name=behind.name if behind else None,
        tied_by=_person(tie.by),
        tied_at=time_of(tie.at) or "",
        asked_by=_person(tie.asked_by) if tie.asked_by else None,
        first=message_id(tie.room, tie.first) if tie.first else None,
        last=message_id(tie.room, tie.last) if tie.last else None,
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
