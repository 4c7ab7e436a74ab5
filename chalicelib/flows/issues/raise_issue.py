"""Raise an issue, alone or out of a room."""

from typing import Any

from ...desk.errors import Invalid
from ...desk.ids import message_number
from ...desk.issues import MAX_TEXT, Issue, IssueTie, Link, Ticket, suggested
from ...desk.messages import Message
from ...desk.permissions import Principal
from ...desk.quoted_messages import quoted
from ...desk.rooms import Room
from ...desk.workspaces import Install
from ...ports import Listing, World, Write, new
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .history import history_entry
from .tie_room import check_room, count_behind, tie_of, tied

MAX_RANGE = 100  # messages that an issue may be raised out of
MAX_FILES = 10  # of theirs that go into its tickets
SOON_MS = 60_000  # ms after which the clock looks after what a lost wake-up left


def said_in(world: World, room: Room, first: str, *, last: str) -> tuple[list[Message], int, int]:
    """The messages of a room from `first` to `last` (ids; "" for none), and their change numbers. Invalid, naming the
    field."""
    if not first:
        return [], 0, 0
    start, end = message_number(first, room.id), message_number(last or first, room.id)
    if start is None:
        raise Invalid("not a message of this room", "from")
    if end is None or end < start:
        raise Invalid("not a message of this room at or after `from`", "to")
    listing: Listing[Message] = Listing("posts", (room.id,), after=start - 1, before=end + 1)
    found = [message for message in world.store.page(listing, MAX_RANGE).items if not message.deleted]
    if not found:
        raise Invalid("not a message of this room", "from")
    return found, start, end


def asked_in(world: World, who: Principal, room: Room, *, first: str, last: str) -> tuple[list[Message], IssueTie]:
    """The messages, and the tie of the room that they make."""
    check_room(room)
    messages, start, end = said_in(world, room, first, last=last)
    asker = next((message.author for message in messages if message.author.kind != "agent"), None)
    return messages, tie_of(world, who, room, first=start, last=end, asked_by=asker)


def raise_issue(
    world: World,
    who: Principal,
    fields: dict[str, Any],
    *,
    messages: list[Message],
    tie: IssueTie | None,
    installs: list[Install],
    once: Once = KEYLESS,
) -> Issue:
    """The issue, with its room behind it and its tickets on their way."""

    def attempt(_: int) -> Issue:
        issue, writes = raised(world, who, fields, messages=messages, tie=tie, now=world.clock.now())
        issue = issue.changed(tickets=tuple(Link(install=install.id) for install in installs))
        made = [new(making(issue, install, issue.created_at)) for install in installs]
        world.store.commit(new(issue), *writes, *made, *once.writes(issue, issue.created_at))
        return issue

    issue = again(world, attempt, once)
    if tie and tie.customer:
        count_behind(world, tie.customer, issue.id)
    return issue


def raised(
    world: World,
    who: Principal,
    fields: dict[str, Any],
    *,
    messages: list[Message],
    tie: IssueTie | None,
    now: int,
) -> tuple[Issue, list[Write]]:
    """The issue, yet without a ticket, and what is written besides it."""
    named = dict(fields)
    named["title"] = named.get("title") or suggested(messages[0].text if messages else "")
    own = named.get("text", "")
    room_url = f"{world.public_url}/console#/inbox/open/{tie.room}" if world.public_url and tie else ""
    named["text"] = "\n\n".join(filter(None, [own, quoted(messages, room_url, MAX_TEXT - len(own) - 2)]))
    files = [file for message in messages for file in message.attachments]
    issue = Issue(
        version=1,
        id=world.fresh_id("iss"),
        workspace=who.workspace,
        created_at=now,
        by=who.id,
        state_at=now,
        files=tuple(files[:MAX_FILES]),
        **named,
    )
    writes: list[Write] = []
    if tie:
        issue, writes = tied(world, issue, tie)
    entry = history_entry(world, issue.id, issue.workspace, what="raised", by=who.id, room=tie.room if tie else "")
    return issue, [*writes, entry, *audit(world, who, "issue.raised", subject=issue.id)]


def making(issue: Issue, install: Install, now: int) -> Ticket:
    """The record of a ticket that is yet to be made."""
    return Ticket(
        version=1,
        issue=issue.id,
        install=install.id,
        workspace=issue.workspace,
        standing="making",
        due=now + SOON_MS,
        holds=(),
    )
