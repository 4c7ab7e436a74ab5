"""What the tools of agents take: a shape each, which its JSON Schema is made from."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ...desk.issues import MAX_TITLE
from ...desk.messages import MAX_CHARACTERS
from ...desk.proposals import MAX_SOURCES
from .answers import Body
from .proposals import Source

ID = r"^[A-Za-z0-9_.:-]+$(?!\n)"
RoomId = Annotated[str, Meta(min_length=1, max_length=200, pattern=ID, description="A room's id, as a tool told it")]
MessageId = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=ID, description="A message's id, as read_room told it")
]
IssueId = Annotated[str, Meta(min_length=1, max_length=200, pattern=ID, description="An issue's id")]
Cursor = Annotated[str, Meta(min_length=1, max_length=2_000, description="`next` of the page before")]
Limit = Annotated[int, Meta(ge=1, le=50, description="How many at most; a page that grows too large has fewer")]
Words = Annotated[
    str, Meta(min_length=1, max_length=400, description='Words that all have to be there; "a phrase" in double quotes')
]
Text = Annotated[str, Meta(min_length=1, max_length=MAX_CHARACTERS, description="What to say, in CommonMark")]
Customer = Annotated[str, Meta(min_length=1, max_length=200, description="A customer's external_id")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$(?!\n)", description="A day, such as 2026-11-30")]
RequestId = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=100,
        pattern=ID,
        description="A new UUID for each thing that you do. Retry under the same one: it is done once",
    ),
]


class Paged(Body, frozen=True):
    """A tool that answers pages."""

    limit: Limit = 20
    cursor: Cursor | None = None


class Search(Paged, frozen=True, kw_only=True):
    """What to search for."""

    q: Words
    kind: Literal["message", "room", "issue", "customer", "person"] | None = None
    room: RoomId | None = None
    order: Literal["best", "newest"] = "best"


class SearchAll(Search, frozen=True, kw_only=True):
    """What to search for, in the rooms of all customers."""

    customer: Customer | None = None
    state: Literal["open", "resolved", "in_progress", "done", "declined"] | None = None


class ReadRoom(Paged, frozen=True, kw_only=True):
    """Which room, and how much of it."""

    room: RoomId


class Knows(Body, frozen=True):
    """What somebody should know about: words, or what a room is about."""

    q: Words | None = None
    room: RoomId | None = None


class Ask(Body, frozen=True):
    """A question: in a room that is there, or in a new one about a topic."""

    request_id: RequestId
    text: Text
    room: RoomId | None = None
    topic: Annotated[str, Meta(min_length=1, max_length=200, description="The new room's name: a line")] | None = None


class Answer(Body, frozen=True):
    """What to say in a room, in answer to a message or to all of it."""

    request_id: RequestId
    room: RoomId
    text: Text
    reply_to: MessageId | None = None


class Acknowledge(Body, frozen=True):
    """Which message."""

    message: MessageId


class Inbox(Paged, frozen=True):
    """Which rooms."""

    turn: Literal["vendor", "customer"] | None = "vendor"
    state: Literal["open", "resolved"] = "open"
    customer: Customer | None = None
    assignee: (
        Annotated[str, Meta(min_length=1, max_length=200, description="An agent's id, `me`, or `none`")] | None
    ) = None
    priority: Literal["low", "normal", "high", "urgent"] | None = None


class Draft(Body, frozen=True):
    """An answer that a person is to send, and what it rests on."""

    request_id: RequestId
    room: RoomId
    text: Text
    sources: Annotated[list[Source], Meta(max_length=MAX_SOURCES, description="What the answer rests on")] = []
    read_to: Annotated[int, Meta(ge=0, description="`change` of the room as you read it")] | None = None


class Tie(Body, frozen=True):
    """Which room goes behind which issue, and which messages (`from` … `to`) ask for it."""

    request_id: RequestId
    room: RoomId
    issue: IssueId
    first: MessageId | None = msgspec.field(name="from", default=None)
    last: MessageId | None = msgspec.field(name="to", default=None)


class Raise(Body, frozen=True):
    """An issue out of a room, and which messages (`from` … `to`) ask for it."""

    request_id: RequestId
    room: RoomId
    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE, description="What is wrong or wanted, in a line")]
    text: Annotated[str, Meta(max_length=20_000, description="For the vendor's team, in CommonMark")] = ""
    kind: Literal["bug", "feature", "question"] = "bug"
    priority: Literal["none", "low", "medium", "high", "urgent"] = "none"
    first: MessageId | None = msgspec.field(name="from", default=None)
    last: MessageId | None = msgspec.field(name="to", default=None)


class Figures(Body, frozen=True):
    """Which days (the last thirty if none are named), parted by what, of whom."""

    first_day: Day | None = None
    last_day: Day | None = None
    by: Literal["day", "week", "month", "channel", "priority", "agent", "segment", "customer"] = "week"
    customer: Customer | None = None
