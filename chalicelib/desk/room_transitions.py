"""How a room moves when something is said or changed in it: pure steps from one version to the next."""

from collections.abc import Sequence
from typing import Any

import msgspec

from .messages import Broadcasted, Change, ChangeType, Draft, Message, Pending, Source, folded
from .promises import settled
from .rooms import GLIMPSE, Glimpse, Room, Seen, Spoken, naming

MAX_HEARD = 20  # broadcasts whose times a room keeps


def glimpse(message: Message) -> Glimpse:
    """What the inbox shows of a message."""
    text = " ".join(message.text.split())[:GLIMPSE]
    author = message.author
    return Glimpse(author=author.id, author_kind=author.kind, author_name=author.name, text=text, n=message.n)


def said(room: Room, draft: Draft, at: int, pending: Pending | None = None) -> tuple[Room, Message]:
    """The room and the message after it was said, with what came before it folded in. A customer's message reopens;
    a note moves nothing that users see. A broadcast is quiet: it counts as a post and moves nothing that an index or
    the inbox shows; the first that the customer says after it answers it."""
    posts, notes = room.posts + (not draft.internal), room.notes + draft.internal
    message = Message(
        version=1,
        room=room.id,
        n=room.n + 1,
        workspace=room.workspace,
        created_at=at,
        posts=posts,
        notes=notes,
        **{name: getattr(draft, name) for name in draft.__struct_fields__},
    )
    if pending:
        message = folded(message, pending)
    if draft.internal:  # nobody of the customer hears that a note names them
        agents = [person for person in draft.mentions if person.startswith("agt_")]
        return room.changed(notes=notes, **_naming(room, agents, message.n)), message
    if draft.broadcast:
        return room.changed(posts=posts, **_broadcast(room, draft.broadcast, message.n, at)), message
    shown: dict[str, Any] = {"posts": posts, "last_message_at": at, "last_message": glimpse(message)}
    shown |= _naming(room, draft.mentions, message.n)
    if draft.author.kind in ("user", "visitor"):
        since = room.waiting_since if room.turn == "vendor" and room.state == "open" else at
        shown |= {"turn": "vendor", "state": "open", "outcome": "", "waiting_since": since}
        if draft.source.channel not in room.channels:
            shown |= {"channels": tuple(sorted((*room.channels, draft.source.channel)))}
        if room.broadcast:
            answered = Broadcasted(broadcast=room.broadcast.broadcast, piece=room.broadcast.piece)
            message, shown = msgspec.structs.replace(message, answers=answered), shown | {"broadcast": None}
    elif draft.author.kind == "agent":
        shown |= {"turn": "customer", "waiting_since": 0}
    return room.changed(**shown), message


def _naming(room: Room, people: Sequence[str], n: int) -> dict[str, Any]:
    return {"mentioned": naming(room, people, n)} if people else {}


def _broadcast(room: Room, broadcast: Broadcasted, n: int, at: int) -> dict[str, Any]:
    """What a room remembers of a broadcast, and when it has heard some in the last weeks."""
    spoken = Spoken(broadcast=broadcast.broadcast, piece=broadcast.piece, n=n)
    return {"broadcast": spoken, "heard": (*room.heard, at)[-MAX_HEARD:]}


def read_up_to(person: str, message: Message) -> Seen:
    """The read mark of somebody who has seen everything up to this message."""
    return Seen(
        version=message.n, person=person, room=message.room, n=message.n, posts=message.posts, notes=message.notes
    )


def touched(
    room: Room, old: Message, now: Message, type_: ChangeType, by: str, at: int, source: Source | None = None
) -> tuple[Room, Message, Change]:
    """The room, the message and the change record after a message changed from `old` to `now`."""
    n = room.n + 1
    now = msgspec.structs.replace(now, version=old.version + 1, changed_n=n)
    shown: dict[str, Any] = {}
    if room.last_message and room.last_message.n == now.n and not now.internal:
        shown["last_message"] = glimpse(now)
    change = Change(
        version=1, room=room.id, n=n, type=type_, at=at, by=by, message=now.n, internal=now.internal, source=source
    )
    return room.changed(**shown), now, change


def room_changed(
    room: Room, at: int, by: str, fields: dict[str, Any], type_: ChangeType = "room", other_room: str = ""
) -> tuple[Room, Change]:
    """The room and the change record after its own fields changed. Who resolves a room settles its promise."""
    if fields.get("state") == "resolved" and "promise" not in fields and room.promise and room.promise.open:
        fields = fields | {"promise": settled(room.promise, "kept", by, at)}
    change = Change(
        version=1,
        room=room.id,
        n=room.n + 1,
        type=type_,
        at=at,
        by=by,
        fields=tuple(sorted(fields)),
        other_room=other_room,
        promise=fields.get("promise"),
    )
    return room.changed(**fields), change
