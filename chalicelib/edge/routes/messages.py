"""Messages: post, page through, catch up, edit, delete, react."""

from collections.abc import Iterable
from typing import Any

from ...desk.customers import User
from ...desk.errors import Forbidden, Invalid, NotFound
from ...desk.ids import message_number
from ...desk.messages import Change, Draft, Message, Quote, Reply, Source
from ...desk.permissions import may_amend
from ...desk.workspaces import Agent
from ...flows.once import Once
from ...flows.rooms.acknowledge import EYES, acknowledge_by_eyes
from ...flows.rooms.amend import Step, amend, delete_step, edit_step, react_step, taken_step
from ...flows.rooms.attach import attached
from ...flows.rooms.post import post
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.reading_positions import back, onward, place_of
from ..door.router import route
from ..shapes import messages as shapes
from ..shapes.answers import time_of
from ..shapes.clocks import fact_view
from ..shapes.promises import promise_view
from .rooms import numbered


@route(
    "POST",
    "/v1/rooms/{room}/messages",
    need="write",
    body=shapes.PostMessage,
    gives=shapes.MessageView,
    status=201,
    visitors=True,
    coding=True,
)
def post_message(call: Call, body: shapes.PostMessage) -> Any:
    """Say something in a room."""
    if body.internal and not call.who.is_agent:
        raise Forbidden("internal notes are the vendor's")
    draft = Draft(
        author=call.who.author,
        taken_as="" if body.internal else call.who.taken_as,
        text=body.text,
        source=Source(channel=_channel(call)),
        internal=body.internal,
        reply_to=_reply(call, body.reply_to, body.internal),
        attachments=attached(call.world, call.who, body.attachments),
        mentions=_mentions(call, body.mentions),
        client_id=body.client_id,
    )
    return call.answering(
        lambda once: _posted(call, draft, body.proposal, once=once),
        lambda message: shapes.message_view(message, call.incoming.base_url, inside=call.who.is_agent),
    )


def _posted(call: Call, draft: Draft, proposal: str | None, *, once: Once) -> Message:
    if proposal is None:
        return post(call.world, call.here.id, draft, once=once, room=call.here)
    from ...flows.rooms.propose import send

    return send(call.world, call.who, call.here, draft=draft, proposal=proposal, once=once)


def _channel(call: Call) -> str:
    """How what a caller says comes in: people have the widget for it, machines and agents the API."""
    return "api" if call.who.is_agent or call.who.machine else "widget"


def _reply(call: Call, given: str | shapes.ReplyBody | None, internal: bool) -> Reply | None:
    if given is None:
        return None
    body = shapes.ReplyBody(message=given) if isinstance(given, str) else given
    answered = numbered(call, body.message, "reply_to.message")
    if answered.internal and not internal:
        raise Invalid("only a note may answer a note", "reply_to.message")
    if body.quote is None:
        return Reply(message=answered.id)
    start, end = body.quote.start, body.quote.end
    if not start < end <= len(answered.text):
        raise Invalid("the range is not within the message's text", "reply_to.quote")
    return Reply(
        message=answered.id,
        quote=Quote(start=start, end=end, text=answered.text[start:end][:2000], author=answered.author.id),
    )


def _mentions(call: Call, ids: list[str]) -> tuple[str, ...]:
    """People of either team of the room, by id."""
    who, here = call.who, call.here
    refs: list[Ref[Any]] = [
        ref(Agent, who.workspace, id_) if id_.startswith("agt_") else ref(User, here.customer, id_) for id_ in ids
    ]
    for place, person in enumerate(call.world.store.many(refs) if refs else []):
        if person is None:
            raise Invalid("no such person in this room", f"mentions[{place}]")
    return tuple(dict.fromkeys(ids))


@route(
    "GET",
    "/v1/rooms/{room}/messages",
    gives=list[shapes.MessageView],
    query=("before", "after", "limit", "cursor"),
    visitors=True,
    coding=True,
)
def messages(call: Call) -> Page[Any]:
    """Page through a room: oldest first with `after`, newest first otherwise. Both take a message's id or number."""
    after, before = bound(call, "after"), bound(call, "before")
    cursor = call.query("cursor")
    if cursor:
        forward, n = place_of(cursor)
        after, before = (n, before) if forward else (after, n)
    forward = after is not None
    names = ["posts", "notes"] if call.who.is_agent and call.here.notes else ["posts"]
    found: list[Message]
    found, more = _merged(call, names, after, before=before, newest_first=not forward)
    items = [shapes.message_view(message, call.incoming.base_url, inside=call.who.is_agent) for message in found]
    if not (more and found):
        return Page(items, None)
    return Page(items, onward(found[-1].n) if forward else back(found[-1].n))


def bound(call: Call, name: str) -> int | None:
    """The change number that a query parameter names, as a message's id or as itself."""
    text = call.query(name)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text)
    number = message_number(text, call.here.id)
    number = message_number(text, call.here.id, internal=True) if number is None else number
    if number is None:
        raise Invalid("a message's id or number is needed", name)
    return number


def _merged(
    call: Call, names: Iterable[str], after: int | None, *, before: int | None, newest_first: bool
) -> tuple[list[Any], bool]:
    """The first `limit` records of several listings of the room by their number, and whether there are more. What lies
    beyond the end of a page that was cut is left for the next one, and so is what is said between the queries:
    nothing is passed over."""
    found: list[Any] = []
    ends: list[int] = []
    newest = call.here.n + 1
    before = newest if before is None else min(before, newest)
    for name in names:
        listing: Listing[Any] = Listing(name, (call.here.id,), after, before, newest_first)
        page = call.world.store.page(listing, call.limit)
        found += page.items
        if page.next and page.items:
            ends.append(page.items[-1].n)
    sign = -1 if newest_first else 1
    found.sort(key=lambda record: sign * record.n)
    if ends:
        end = min(sign * n for n in ends)
        found = [record for record in found if sign * record.n <= end]
    return found[: call.limit], bool(ends) or len(found) > call.limit


@route(
    "GET",
    "/v1/rooms/{room}/changes",
    gives=list[shapes.ChangeView],
    query=("after", "limit", "cursor"),
    visitors=True,
    coding=True,
)
def changes(call: Call) -> Page[Any]:
    """Catch up: every change after number `after`, oldest first, with each message as it is now."""
    cursor = call.query("cursor")
    after = place_of(cursor)[1] if cursor else bound(call, "after") or 0
    names = ["posts", "changes"] + (["note-changes"] if call.who.is_agent else [])
    names += ["notes"] if call.who.is_agent and call.here.notes else []
    found, more = _merged(call, names, after, before=None, newest_first=False)
    current = _current(call, found)
    items = [_change_view(call, record, current) for record in found]
    return Page(items, onward(found[-1].n) if more and found else None)


def _current(call: Call, found: list[Message | Change]) -> dict[tuple[int, bool], Message]:
    """The messages that changes are about, as they are now, in one read."""
    have = {(r.n, r.internal): r for r in found if isinstance(r, Message)}
    wanted = {(r.message, r.internal) for r in found if isinstance(r, Change) and r.message} - set(have)
    read = call.world.store.many([ref(Message, call.here.id, n, internal) for n, internal in sorted(wanted)])
    return have | {(message.n, message.internal): message for message in read if message}


def _change_view(call: Call, record: Message | Change, current: dict[tuple[int, bool], Message]) -> shapes.ChangeView:
    change = record if isinstance(record, Change) else None
    number = change.message if change else record.n
    message = current.get((number, record.internal))
    return shapes.ChangeView(
        change=record.n,
        type=change.type if change else "posted",
        at=time_of(change.at if change else record.created_at) or "",  # type: ignore[union-attr]
        by=change.by if change else record.author.id,  # type: ignore[union-attr]
        message=shapes.message_view(message, call.incoming.base_url, inside=call.who.is_agent) if message else None,
        fields=list(change.fields) if change else [],
        promise=promise_view(change.promise) if change else None,
        clock=fact_view(change.clock) if change else None,
        other_room=change.other_room or None if change else None,
    )


@route("GET", "/v1/rooms/{room}/messages/{message}", gives=shapes.MessageView, visitors=True, coding=True)
def message(call: Call) -> Any:
    """Show a message."""
    found = _message(call)
    return call.reply(
        shapes.message_view(found, call.incoming.base_url, inside=call.who.is_agent), version=found.version
    )


@route("GET", "/v1/rooms/{room}/messages/{message}/rest", gives=shapes.RestView, visitors=True, coding=True)
def rest(call: Call) -> shapes.RestView:
    """Show what a message leaves out: what its mail quoted, and a signature; the end of a text that was too long."""
    left = _message(call).rest
    if left is None:
        return shapes.RestView(text="", lines=0)
    content = call.world.files.get(f"files/{call.here.workspace}/{left.file.id}")
    return shapes.RestView(text=content.decode("utf-8", "replace"), lines=left.lines)


def _number(call: Call) -> tuple[int, bool]:
    """(number, internal?) of the message in the path. A user's code path cannot name a note."""
    id_ = call.params["message"]
    n = message_number(id_, call.here.id)
    if n is not None:
        return n, False
    n = message_number(id_, call.here.id, internal=True) if call.who.is_agent else None
    if n is None:
        raise NotFound("no such message")
    return n, True


def _message(call: Call) -> Message:
    found = call.world.store.one(ref(Message, call.here.id, *_number(call)))
    if found is None:
        raise NotFound("no such message")
    return found


def _own(call: Call, step: Step, others: bool) -> Step:
    """A step that only the author may take (or, with `others`, an admin)."""

    def checked(message: Message) -> Message | None:
        if not may_amend(call.who, message.author.id, removes=others):
            raise Forbidden("this is somebody else's message")
        return step(message)

    return checked


def _amended(call: Call, step: Step, type_: Any) -> Any:
    n, internal = _number(call)
    source = Source(channel=_channel(call))
    changed = amend(
        call.world,
        call.here.id,
        n,
        internal=internal,
        step=step,
        type_=type_,
        by=call.who.author.id,
        source=source,
        if_version=call.if_version,
        customer=call.who.customer or None,
    )
    return call.reply(
        shapes.message_view(changed, call.incoming.base_url, inside=call.who.is_agent), version=changed.version
    )


@route(
    "PATCH",
    "/v1/rooms/{room}/messages/{message}",
    need="write",
    body=shapes.EditMessage,
    gives=shapes.MessageView,
    visitors=True,
    coding=True,
)
def edit_message(call: Call, body: shapes.EditMessage) -> Any:
    """Edit one's own message."""
    step = edit_step(body.text, None, call.world.clock.now())
    return _amended(call, _own(call, step, others=False), "edited")


@route(
    "DELETE", "/v1/rooms/{room}/messages/{message}", need="write", gives=shapes.MessageView, visitors=True, coding=True
)
def delete_message(call: Call) -> Any:
    """Delete one's own message; an admin any. What stays is a tombstone, for good."""
    return _amended(call, _own(call, delete_step, others=True), "deleted")


@route(
    "PUT",
    "/v1/rooms/{room}/messages/{message}/reactions/{emoji}",
    need="write",
    gives=shapes.MessageView,
    visitors=True,
)
def put_reaction(call: Call) -> Any:
    """React to a message."""
    reply = _amended(call, react_step(call.who.author.id, _emoji(call), True, revision=None), "reaction")
    n, internal = _number(call)
    if call.who.is_agent and not call.who.machine and not internal and _emoji(call) == EYES:
        said = _message(call)
        acknowledge_by_eyes(call.world, said, call.who.id, emoji=EYES, aloud=True)
    return reply


@route(
    "DELETE",
    "/v1/rooms/{room}/messages/{message}/reactions/{emoji}",
    need="write",
    gives=shapes.MessageView,
    visitors=True,
)
def delete_reaction(call: Call) -> Any:
    """Take one's reaction back."""
    return _amended(call, react_step(call.who.author.id, _emoji(call), False, revision=None), "reaction")


@route(
    "PUT",
    "/v1/rooms/{room}/messages/{message}/taken-as",
    who="agent",
    need="write",
    body=shapes.TakeMessage,
    gives=shapes.MessageView,
)
def take_message(call: Call, body: shapes.TakeMessage) -> Any:
    """Say what a message is to whose turn it is: that thanks wait for an answer after all, that a notice is one."""
    n, internal = _number(call)
    if internal:
        raise Invalid("a note is nobody's turn", "as")
    step, by = taken_step(body.as_ or ""), call.who.author.id
    changed = amend(
        call.world,
        call.here.id,
        n,
        internal=False,
        step=step,
        type_="taken",
        by=by,
        source=None,
        if_version=call.if_version,
    )
    return call.reply(
        shapes.message_view(changed, call.incoming.base_url, inside=call.who.is_agent), version=changed.version
    )


def _emoji(call: Call) -> str:
    emoji = call.params["emoji"]
    invisible = any(not c.isprintable() and c not in "\u200d\ufe0f" for c in emoji)
    if not 0 < len(emoji) <= 32 or invisible or any(c.isspace() for c in emoji):
        raise Invalid("an emoji, or its name, of at most 32 characters", "emoji")
    return emoji
