"""Messages and changes of rooms as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ...desk.ids import message_id
from ...desk.messages import MAX_MENTIONS, Attached, Author, Message, Proposed
from ...desk.room_transitions import bearing
from .answers import Body, Time, View, time_of
from .clocks import ClockFactView
from .promises import PromiseView
from .texts import Written


class QuoteBody(Body, frozen=True):
    """A range of the replied-to text, in characters."""

    start: Annotated[int, Meta(ge=0)]
    end: Annotated[int, Meta(ge=1)]


class ReplyBody(Body, frozen=True):
    """Which message this answers, and which range it quotes."""

    message: str
    quote: QuoteBody | None = None


class PostMessage(Written, frozen=True):
    """Say something, in CommonMark or as `plain` characters. `internal` makes it a note, which never leaves the
    vendor's side. `client_id` is what you call the message, and finds it again by: whoever reads the room
    is told. With a `proposal` (an id) an agent sends what a machine has drafted, as it was or edited: once, and not
    where somebody has answered since."""

    text: str = ""
    reply_to: str | ReplyBody | None = None
    attachments: list[str] = []
    mentions: Annotated[list[str], Meta(max_length=MAX_MENTIONS)] = []
    internal: bool = False
    client_id: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$(?!\n)")] = ""
    proposal: Annotated[str, Meta(max_length=64)] | None = None


class EditMessage(Written, frozen=True):
    """The new text, in CommonMark or as `plain` characters."""

    text: str


class TakeMessage(Body, frozen=True):
    """What a message is to whose turn it is; null leaves it to its author again."""

    as_: Literal["ask", "answer", "thanks"] | None = msgspec.field(name="as", default=None)


class AuthorView(View, frozen=True):
    """Who said it: an agent, a user, a visitor, a machine or the system itself. `verified` is false for what
    somebody merely says of themselves, in a form. A machine may be the coding agent of a user (`agent_of`, their
    id)."""

    kind: str
    id: str
    name: str
    external_id: str | None
    verified: bool
    agent_of: str | None = None


class QuoteView(View, frozen=True):
    """A quoted range, and the words as they were then."""

    start: int
    end: int
    text: str


class ReplyView(View, frozen=True):
    """What a message answers."""

    message: str
    quote: QuoteView | None


class AttachedView(View, frozen=True):
    """A file. `url` is a lasting link that downloads it."""

    id: str
    name: str
    size: int
    type: str
    url: str


class ReactionView(View, frozen=True):
    """An emoji, and who (ids) reacted with it."""

    emoji: str
    count: int
    people: list[str]


class SourceView(View, frozen=True):
    """Where a message came in; `at` is the source's own time."""

    channel: str
    install: str | None
    id: str | None
    at: Time | None


class ForkedFromView(View, frozen=True):
    """The original of a copy that a fork made."""

    room: str
    message: str


class DraftedByView(View, frozen=True):
    """The key by which a machine drafted what an agent sent, and the proposal (null to customers)."""

    name: str
    key: str | None
    proposal: str | None


class MessageView(View, frozen=True):
    """A message. `change` is its change number, its place in the room; `changed` the one of its last change. So many
    lines as are `cut` did the mail that it came by quote, or was signed with: they are its rest. It is `taken_as` an
    ask, an answer, or thanks, which put nobody on the hook; or as none of these. `client_id` is what its author's page
    called it. `drafted_by` says whose proposal an agent sent: to agents, and where the workspace shows it to all. Its
    files, and its mail as it came, are gone since `originals_gone_at`."""

    id: str
    room: str
    change: int
    changed: int
    author: AuthorView
    text: str
    created_at: Time
    edited_at: Time | None
    deleted: bool
    reply_to: ReplyView | None
    attachments: list[AttachedView]
    cut: int
    mentions: list[str]
    reactions: list[ReactionView]
    internal: bool
    taken_as: str | None
    source: SourceView
    forked_from: ForkedFromView | None
    client_id: str | None
    drafted_by: DraftedByView | None
    originals_gone_at: Time | None


class RestView(View, frozen=True):
    """What a message leaves out, as plain text of so many `lines`: of its mail what that quoted, and a signature; of a
    text that was too long its end. Nothing was left out where those are none."""

    text: str
    lines: int


class ChangeView(View, frozen=True):
    """One change of a room: `posted`, `edited`, `deleted`, `reaction`, `room`, `forked`, or to agents `proposal`.
    `message` is as it is now; `fields` names what changed of the room, `promise` is what that became, `clock` what time
    made of one (told to agents); `other_room` where a fork went."""

    change: int
    type: str
    at: Time
    by: str
    message: MessageView | None
    fields: list[str]
    promise: PromiseView | None
    clock: ClockFactView | None
    other_room: str | None


def author_view(author: Author) -> AuthorView:
    """An author."""
    return AuthorView(
        kind=author.kind,
        id=author.id,
        name=author.name,
        external_id=None if author.of else author.external_id or None,
        verified=author.verified,
        agent_of=author.of or None,
    )


def attached_view(file: Attached, base_url: str) -> AttachedView:
    """A file of a message; its link redirects to a fresh download."""
    url = f"{base_url}/files/{file.id}/{file.secret}"
    return AttachedView(id=file.id, name=file.name, size=file.size, type=file.type, url=url)


def message_view(message: Message, base_url: str, *, inside: bool = False) -> MessageView:
    """A message; what is for the vendor's own eyes is told `inside`."""
    reply, source, fork = message.reply_to, message.source, message.forked_from
    quote = reply.quote if reply else None
    return MessageView(
        id=message.id,
        room=message.room,
        change=message.n,
        changed=max(message.n, message.changed_n),
        author=author_view(message.author),
        text=message.text,
        created_at=time_of(message.created_at) or "",
        edited_at=time_of(message.edited_at),
        deleted=message.deleted,
        reply_to=ReplyView(
            message=reply.message,
            quote=QuoteView(start=quote.start, end=quote.end, text=quote.text) if quote else None,
        )
        if reply
        else None,
        attachments=[attached_view(file, base_url) for file in message.attachments],
        cut=message.rest.lines if message.rest else 0,
        mentions=list(message.mentions),
        reactions=_reactions(message),
        internal=message.internal,
        taken_as=bearing(message) or None,
        source=SourceView(
            channel=source.channel, install=source.install or None, id=source.id or None, at=time_of(source.at)
        ),
        forked_from=ForkedFromView(room=fork.room, message=message_id(fork.room, fork.n)) if fork else None,
        client_id=message.client_id or None,
        drafted_by=_drafted_by(message.proposed, inside) if message.proposed else None,
        originals_gone_at=time_of(message.originals_gone),
    )


def _drafted_by(proposed: Proposed, inside: bool) -> DraftedByView | None:
    if inside:
        return DraftedByView(name=proposed.name, key=proposed.key, proposal=proposed.id)
    return DraftedByView(name=proposed.name, key=None, proposal=None) if proposed.shown else None


def _reactions(message: Message) -> list[ReactionView]:
    found = []
    for emoji, marks in message.reactions.items():
        people = sorted(person for person, mark in marks.items() if mark.on)
        if people:
            found.append(ReactionView(emoji=emoji, count=len(people), people=people))
    return sorted(found, key=lambda reaction: reaction.emoji)
