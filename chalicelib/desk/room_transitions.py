"""How a room moves when something is said or changed in it: pure steps from one version to the next."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from .customers import Customer
from .events import CALLED, moves
from .messages import Broadcasted, Change, ChangeType, Draft, Message, Pending, Source, TakenAs, folded
from .plain_text import plain
from .promises import settled
from .rooms import GLIMPSE, MAX_SPEAKERS, Adoption, Because, Glimpse, ReadTo, Room, Seen, Spoken, naming
from .thanks import is_thanks
from .times import DAY_MS
from .turn_table import Act, Who, effect_of
from .turns import Mark, MarkKind, Standing, fold, with_mark, without_message

MAX_HEARD = 20  # broadcasts whose times a room keeps
LOOKED_AT = 2_000  # characters of a text in which its glimpse is looked for
THANKED_MS = 7 * DAY_MS  # ms for which thanks do not reopen a room that was resolved: a weekend, and some
# What a message is taken as, where its author does not tell.
BEARS: dict[str, tuple[Who, Act]] = {
    "ask": ("asking machine", "message"),
    "answer": ("answering machine", "message"),
    "thanks": ("customer", "thanks"),
}
SHOWN = ("turn", "state", "outcome", "acked_at")  # of where a room stands, what a change of it names


def base_of(room: Room) -> Standing:
    """What all marks before the trail came to. Of a room from before there were trails, where it stands."""
    if room.base or room.trail:
        return room.base or Standing()
    if not room.turn and room.state == "open":
        return Standing()
    return Standing(
        n=room.n,
        turn="" if room.state == "resolved" else room.turn,
        waiting_since=0 if room.state == "resolved" else room.waiting_since,
        state=room.state,
        outcome=room.outcome if room.state == "resolved" else "",
        answered=room.turn == "customer",
        spoke={"vendor": "customer", "customer": "vendor"}.get(room.turn, ""),  # type: ignore[arg-type]
        spoke_at=room.last_message_at,
        closed_at=room.last_message_at,
        heard=room.state == "resolved" and bool(room.outcome),
    )


def standing_of(room: Room) -> Standing:
    """Where the room stands, by all its marks."""
    return fold(base_of(room), room.trail)


def acknowledges(n: int, at: int) -> Mark | None:
    """The mark of a message `n` that says that somebody is aware."""
    return mark_of(("vendor", "acknowledge"), n, at)


def mark_of(act: tuple[Who, Act], n: int, at: int, *, word: str = "") -> Mark | None:
    """What an act leaves in the trail at change `n`, if anything."""
    effect = effect_of(*act)
    return Mark(n=n, at=at, kind=effect, word=word) if effect and effect != "taken away" else None


def asked_before(room: Room, n: int) -> int:
    """The number of the last ask before message `n`; 0 where nobody knows it any more."""
    return fold(base_of(room), tuple(mark for mark in room.trail if mark.n < n)).asked


def marked(room: Room, mark: Mark | None, *, without: Sequence[int] = ()) -> dict[str, Any]:
    """The fields of a room after one more mark, or without what messages left in its trail: those that differ."""
    base, trail = base_of(room), room.trail
    for message in without:
        trail = without_message(trail, message)
    if mark:
        base, trail = with_mark(base, trail, mark)
    if trail == room.trail:
        return {}
    moved = msgspec.structs.replace(room, trail=trail, base=None if base == Standing() else base)
    fields = {"trail": trail, "base": moved.base} | standing_fields(moved)
    return {name: value for name, value in fields.items() if value != getattr(room, name)}


def standing_fields(room: Room) -> dict[str, Any]:
    """What base and trail make of the room's other fields. In an internal room nobody waits for anybody."""
    now, quiet = fold(room.base or Standing(), room.trail), room.kind == "internal"
    return {
        "turn": "" if quiet else now.turn,
        "waiting_since": 0 if quiet else now.waiting_since,
        "state": now.state,
        "outcome": now.outcome,
        "acked_at": 0 if quiet else now.acked_at,
    }


def reworded(room: Room, outcome: str) -> Room:
    """The room with its outcome in other words, as if the mark that resolved it had said so."""
    place = max((i for i, mark in enumerate(room.trail) if mark.word and mark.word == room.outcome), default=-1)
    if place >= 0:
        trail = list(room.trail)
        trail[place] = msgspec.structs.replace(trail[place], word=outcome)
        return msgspec.structs.replace(room, trail=tuple(trail), outcome=outcome)
    base = msgspec.structs.replace(room.base, outcome=outcome) if room.base else None
    return msgspec.structs.replace(room, base=base, outcome=outcome)


def who_said(message: Message | Draft) -> Who:
    """Whose word it is, in the turn table's terms."""
    if message.broadcast:
        return "broadcast"
    if message.source.channel == "issue":
        return "notice"
    if message.author.kind in ("user", "visitor"):
        return "customer"
    return "vendor" if message.author.kind == "agent" else "machine"


def progress_at(message: Message) -> int:
    """When (ms) a message told its customer how it goes, as a notice does; 0 if it does not."""
    heard = who_said(message) == "notice" and not message.internal and not message.deleted
    return message.created_at if heard else 0


def bearing(message: Message) -> MarkKind | Literal[""]:
    """What a message leaves in its room's trail while it stands."""
    if message.internal:
        return ""
    if message.deleted:
        return _bears("customer", "deleted message")
    return _bears(*BEARS[message.taken_as]) if message.taken_as else _bears(who_said(message), "message")


def _bears(who: Who, act: Act) -> MarkKind | Literal[""]:
    effect = effect_of(who, act)
    return "" if effect == "taken away" else effect


def glimpse(message: Message) -> Glimpse:
    """What the inbox shows of a message."""
    text = " ".join(plain(message.text[:LOOKED_AT]).split())[:GLIMPSE]
    author = message.author
    return Glimpse(author=author.id, author_kind=author.kind, author_name=author.name, text=text, n=message.n)


def said(
    room: Room, draft: Draft, at: int, *, pending: Pending | None = None, thanks: bool = False
) -> tuple[Room, Message]:
    """The room and the message after it was said, with what came before it folded in. Whose turn it then is, the turn
    table says; with `thanks` it may be taken as such. A note moves nothing that users see. A broadcast is quiet: it
    counts as a post and moves nothing that an index or the inbox shows; the first that the customer says after it
    answers it."""
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
    if draft.broadcast:  # its copy in a fork is heard where it was said
        heard = _broadcast(room, draft.broadcast, message.n, at=at) if draft.forked_from is None else {}
        return room.changed(posts=posts, **heard), message
    if thanks and _may_be_thanks(room, message, at):
        message = msgspec.structs.replace(message, taken_as="thanks")
    shown: dict[str, Any] = {"posts": posts, "last_message_at": at, "last_message": glimpse(message)}
    shown |= _naming(room, draft.mentions, message.n)
    effect = bearing(message)
    if effect and room.kind != "internal":
        shown |= marked(room, Mark(n=message.n, at=at, kind=effect))
    shown |= _overheard(room, draft.author.of or draft.author.id, message.n)
    if draft.author.asks:
        shown |= {"snoozed_until": 0} if room.snoozed_until else {}
        if draft.source.channel not in room.channels:
            shown |= {"channels": tuple(sorted((*room.channels, draft.source.channel)))}
        if room.broadcast and not draft.author.of:
            answered = Broadcasted(broadcast=room.broadcast.broadcast, piece=room.broadcast.piece)
            message, shown = msgspec.structs.replace(message, answers=answered), shown | {"broadcast": None}
    moved = room.changed(**shown)
    if news := moves(room, moved):
        message = msgspec.structs.replace(message, moved=news)
    return moved, message


def _overheard(room: Room, person: str, n: int) -> dict[str, Any]:
    """That somebody of a customer's has spoken where a visitor may read."""
    return {"overheard": n, "overheard_by": room.customer} if room.visitor and person.startswith("usr_") else {}


def _may_be_thanks(room: Room, message: Message, at: int) -> bool:
    """Thanks that a customer, or a coding agent of theirs, says in a room that is open, or was resolved in the last
    days."""
    theirs = who_said(message) == "customer" and not message.taken_as or message.author.of and not message.internal
    if message.deleted or message.attachments or not theirs:
        return False
    closed = standing_of(room).closed_at if room.state == "resolved" else at
    return at - closed <= THANKED_MS and is_thanks(message.text, names_in(room, message))


def names_in(room: Room, message: Message) -> tuple[str, ...]:
    """The names by which somebody may be thanked, as far as the room itself knows them."""
    last = room.last_message
    return (message.author.name, *([last.author_name] if last else []))


def _naming(room: Room, people: Sequence[str], n: int) -> dict[str, Any]:
    return {"mentioned": naming(room, people, n)} if people else {}


def _broadcast(room: Room, broadcast: Broadcasted, n: int, *, at: int) -> dict[str, Any]:
    """What a room remembers of a broadcast, and when it has heard some in the last weeks."""
    spoken = Spoken(broadcast=broadcast.broadcast, piece=broadcast.piece, n=n)
    return {"broadcast": spoken, "heard": heard_by(room, at)}


def heard_by(room: Room, at: int) -> tuple[int, ...]:
    """The times of a room's broadcasts after one more."""
    return (*room.heard, at)[-MAX_HEARD:]


def read_up_to(person: str, message: Message) -> Seen:
    """The read mark of somebody who has seen everything up to this message."""
    return Seen(
        version=message.n, person=person, room=message.room, n=message.n, posts=message.posts, notes=message.notes
    )


def speaks(room: Room, message: Message) -> tuple[Room, str]:
    """The room in which the author of its last message has read it up to there, and whose words it remembers no more
    for that, if anybody's."""
    author = message.author.id
    others = {person: at for person, at in room.own_words.items() if person != author}
    forgotten = next(iter(others)) if len(others) == MAX_SPEAKERS else ""
    others.pop(forgotten, None)
    spoken = {**others, author: ReadTo(n=message.n, posts=message.posts, notes=message.notes)}
    return msgspec.structs.replace(room, own_words=spoken), forgotten


def read_before(person: str, message: Message) -> Seen:
    """The read mark of somebody who has seen nothing from this message on."""
    n, posts = message.n - 1, message.posts - (not message.internal)
    notes = message.notes - message.internal
    return Seen(version=max(1, n), person=person, room=message.room, n=n, posts=posts, notes=notes)


def touched(
    room: Room, old: Message, now: Message, *, type_: ChangeType, by: str, at: int, source: Source | None = None
) -> tuple[Room, Message, Change]:
    """The room, the message and the change record after a message changed from `old` to `now`."""
    n, effect = room.n + 1, bearing(now)
    if type_ == "edited" and old.taken_as == "thanks" and not is_thanks(now.text, names_in(room, now)):
        asks: TakenAs = "ask" if now.author.of else ""
        now, effect = msgspec.structs.replace(now, taken_as=asks), _bears("customer", "edit of thanks")
    elif type_ == "taken" and now.taken_as == "answer":
        effect = _bears("vendor", "counts as an answer")
    now = msgspec.structs.replace(now, version=old.version + 1, changed_n=n)
    shown: dict[str, Any] = {}
    if room.last_message and room.last_message.n == now.n and not now.internal:
        shown["last_message"] = glimpse(now)
    if effect != bearing(old) and room.kind != "internal":
        late = type_ == "edited" or now.n <= base_of(room).n
        at_then = at if type_ == "edited" else now.created_at
        mark = Mark(n=n if late else now.n, at=at_then, kind=effect, of=now.n if late else 0) if effect else None
        shown |= marked(room, mark, without=[now.n])
    shown |= _overheard(room, by, n)
    moved = room.changed(**shown)
    change = Change(
        version=1,
        room=room.id,
        n=n,
        type=type_,
        at=at,
        by=by,
        message=now.n,
        internal=now.internal,
        source=source,
        moved=moves(room, moved),
    )
    return moved, now, change


def room_changed(
    room: Room,
    at: int,
    by: str,
    *,
    fields: dict[str, Any],
    type_: ChangeType = "room",
    act: tuple[Who, Act] | None = None,
    word: str = "",
    since: int = 0,
    again: Mark | None = None,
    without: Sequence[int] = (),
    about: int = 0,
    other_room: str = "",
) -> tuple[Room, Change]:
    """The room and the change record after its own fields changed, or an `act` left its mark on it (`word`: a resolve's
    outcome; `since`: when, if not now; `again`: the mark that it makes another of), or messages went `without` which it
    is folded again. Who resolves a room settles its promise."""
    effect = effect_of(*act) if act else ""
    mark = mark_of(act, room.n + 1, since or at, word=word) if act else None
    if again and mark:
        mark = msgspec.structs.replace(again, kind=mark.kind)
    stands = marked(room, mark, without=without)
    named = fields | {name: value for name, value in stands.items() if name in SHOWN}
    if named.get("state") == "resolved" and "promise" not in fields and room.promise and room.promise.open:
        named |= {"promise": settled(room.promise, "kept", by, now=at)}
    if room.snoozed_until and (named.get("state") == "resolved" or effect == "undelivered"):
        named |= {"snoozed_until": 0}
    moved = room.changed(**(stands | named))
    change = Change(
        version=1,
        room=room.id,
        n=room.n + 1,
        type=type_,
        at=at,
        by=by,
        message=about,
        moved=moves(room, moved),
        fields=tuple(sorted(CALLED.get(name, name) for name in named)),
        other_room=other_room,
        promise=named.get("promise"),
        assigned=tuple(each for each in named.get("assignees", ()) if each not in room.assignees),
    )
    return moved, change


def adopted(room: Room, at: int, by: str, *, customer: Customer, because: Because) -> tuple[Room, Change]:
    """A visitor's room, which becomes its customer's with all that was said in it, and the change record."""
    adoption = Adoption(n=room.n + 1, at=at, by=by, because=because)
    fields = {"customer": customer.id, "customer_external_id": customer.external_id, "kind": "topic"}
    return _owned(room, at, by, fields=fields | {"adoption": adoption})


def unadopted(room: Room, at: int, by: str) -> tuple[Room, Change]:
    """An adopted room, which is its visitor's again, and the change record."""
    fields = {"customer": "", "customer_external_id": "", "kind": "visitor", "adoption": None}
    return _owned(room, at, by, fields=fields)


def _owned(room: Room, at: int, by: str, *, fields: dict[str, Any]) -> tuple[Room, Change]:
    side: Who = "vendor" if by.startswith("agt_") else "customer"
    moved, change = room_changed(room, at, by, fields=fields, act=(side, "adopt"))
    named = ("adoption", "customer", "kind")
    return moved, msgspec.structs.replace(change, fields=named, customers=(room.customer, moved.customer))
