"""An answer counts once it is delivered (read repair): what the ledger says at last of the way to who asked takes an
answer's mark away, or puts it back."""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from ...desk.deliveries import Delivery
from ...desk.errors import Clash
from ...desk.ids import bridge_parts, slot_of
from ...desk.mails import Correspondent, Suppression
from ...desk.messages import Mapped, Message
from ...desk.room_transitions import asked_before, room_changed
from ...desk.rooms import Room, Seen, naming, read_mark
from ...desk.times import DAY_MS, HOUR_MS
from ...desk.workspaces import Install
from ...ports import Corresponding, Listing, World, Write, new, over, ref
from ..optimistic_retry import again
from ..same_person import selves_in

LATE_MS = HOUR_MS  # ms for which an answer may be on its way before it is none
BOUNCES_MS = 3 * DAY_MS  # ms in which a mail that comes back was never there
NEVER_DECIDE = ("nobody", "feed")  # what these channels reach tells nothing of who asked


def keep_outcome(world: World, done: Delivery, row: Delivery, *, room: Room | None) -> bool:
    """Write a row's outcome down and, in the same breath, what it makes of an answer of the `room`, as that was read;
    False where somebody else has changed the row."""

    def attempt(_: int) -> bool:
        writes = _settling(world, done.room, done.message, newest=done) if _decides(world, done, room) else []
        try:
            world.store.commit(over(done, row), *writes)
        except Clash as clash:
            if 0 in clash.positions or not writes:
                return False
            raise
        return True

    return again(world, attempt)


def _decides(world: World, row: Delivery, room: Room | None) -> bool:
    """Whether a row of the ledger, as it is now, may change what counts as an answer. What is sent at once, as nearly
    all are, changes nothing: that costs no look."""
    if row.what != "post" or room is None or not any(mark.message == row.message for mark in room.trail):
        return False
    if row.state == "queued":
        return row.next_at > row.created_at + LATE_MS
    lost = any(mark.kind == "undelivered" and mark.message == row.message for mark in room.trail)
    late = row.last_at > row.created_at + LATE_MS
    return row.state != "sent" or lost or late or row.attempts > 1 or _is_to_people(world, row)


def settle_answer(world: World, room_id: str, n: int) -> None:
    """Let message `n` count as an answer, or not, by what the ledger has of it now. Whoever looks last at the newest
    rows decides; looking again changes nothing."""

    def attempt(_: int) -> None:
        writes = _settling(world, room_id, n)
        if writes:
            world.store.commit(*writes)

    again(world, attempt)


def _settling(world: World, room_id: str, n: int, *, newest: Delivery | None = None) -> list[Write]:
    """What is written so that message `n` counts as an answer or not: nothing, if it does already. `newest` is a row as
    it is about to be written."""
    room, message = world.store.many([ref(Room, room_id), ref(Message, room_id, n, False)])
    marks = room.trail if room else ()
    mark = next((m for m in marks if m.message == n and m.kind in ("answer", "undelivered")), None)
    if room is None or message is None or message.deleted or mark is None:
        return []
    rows, through = _through(world, room, message, newest=newest)
    if through is None or through == (mark.kind == "answer"):
        return []
    act: Literal["delivered", "undelivered"] = "delivered" if through else "undelivered"
    moved, change = room_changed(
        room, world.clock.now(), "", fields={}, type_=act, act=("ledger", act), again=mark, about=n
    )
    if not through:
        moved = replace(moved, mentioned=naming(moved, room.assignees, change.n))
    # What was decided on is written with it: whoever has newer rows is not overruled.
    kept = [over(row.changed(), row) for row in rows if row.state != "queued" and row is not newest]
    return [over(moved, room), new(change), *kept]


def _through(
    world: World, room: Room, answer: Message, *, newest: Delivery | None
) -> tuple[list[Delivery], bool | None]:
    """The rows over the way by which the last ask came, and whether the answer got through; None while nobody knows."""
    asked = asked_before(room, answer.n)
    ask = world.store.one(ref(Message, room.id, asked, False)) if asked else None
    if ask is None or not ask.source.install or world.reach(ask.source.channel) in NEVER_DECIDE:
        return [], True
    rows = [newest if newest and row.id == newest.id else row for row in _rows(world, ask, answer.n)]
    if not rows or _has_read(world, room, ask, n=answer.n):
        return rows, True
    states = [_state(world, row, ask.author.id) for row in rows]
    through = True if True in states else None if None in states else False
    return rows, through if through is not False else _another_heard(world, room, ask, rows=rows, n=answer.n)


def _has_read(world: World, room: Room, ask: Message, *, n: int, person: str = "") -> bool:
    """Whether who asked, or who else they are (`person`), has read message `n`. Who speaks again where they asked says
    no more than that they were there: they have not read what never came."""
    person = person or ask.author.id
    mark = read_mark(room, person, world.store.one(ref(Seen, person, ask.room)))
    if mark is None or mark.n < n:
        return False
    last = world.store.one(ref(Message, ask.room, mark.n, False))
    if last is None or last.author.id != person:
        return True
    return last.source.install != ask.source.install


def _another_heard(world: World, room: Room, ask: Message, *, rows: Sequence[Delivery], n: int) -> bool:
    """Whether somebody who is one person with who asked has read message `n`, or was written to."""
    others = [each for each in selves_in(world.store, room, ask.author) if each != ask.author.id]
    if any(_has_read(world, room, ask, n=n, person=each) for each in others):
        return True
    letters = [row for row in rows if row.state == "sent" and not row.bounced and _is_to_people(world, row)]
    return any(_told(world, row, each) for row in letters for each in others)


def _told(world: World, row: Delivery, person: str) -> bool:
    known = world.store.one(ref(Correspondent, row.room, row.install, person))
    if known is None or known.sent_n < row.message:
        return False
    return world.store.one(ref(Suppression, row.workspace, known.address)) is None


def _rows(world: World, ask: Message, n: int) -> list[Delivery]:
    """What the ledger has of message `n` over the install, and where that has several conversations, over that one."""
    listing: Listing[Delivery] = Listing("deliveries", (ask.room,), after=n - 1, before=n + 1)
    page = world.store.page(listing, 100)
    rows = [row for row in page.items if row.install == ask.source.install and row.what == "post"]
    came = ask.source.thread or ask.source.conversation
    slots = {slot_of(came), slot_of(came.partition("/")[0])}
    return [row for row in rows if bridge_parts(row.bridge)[2] in slots] or rows


def _state(world: World, row: Delivery, person: str) -> bool | None:
    """Whether a row got through; None while it is on its way, for an hour."""
    if row.state == "queued":
        late = max(row.next_at, world.clock.now()) > row.created_at + LATE_MS
        return False if late else None
    if row.state == "failed" or row.missed or row.bounced:
        return False
    return _reached(world, row, person) if _is_to_people(world, row) else row.state == "sent"


def _is_to_people(world: World, row: Delivery) -> bool:
    """Whether a row is of letters, one to each, and none of them may be to who asked."""
    return isinstance(world.outbound(row.channel), Corresponding)


def _reached(world: World, row: Delivery, person: str) -> bool:
    """Whether a row of mails was one to who asked: there is none to an address that gets no more, or from an install
    that is gone. Who has muted a room, or has read it elsewhere, has been reached."""
    known, install = world.store.many([ref(Correspondent, row.room, row.install, person), ref(Install, row.install)])
    if install is None or (row.state != "sent" and install.state != "active"):
        return row.state == "sent"
    if known is None or known.sent_n >= row.message:
        return True
    return world.store.one(ref(Suppression, row.workspace, known.address)) is None


def mail_came_back(world: World, sent: Mapped, install: str, *, address: str, at: int) -> None:
    """A mail that was `sent` to a room's people came back from `address`: what it told counts no longer as answers to
    whoever has that address."""
    room_id = sent.room
    room = world.store.one(ref(Room, room_id))
    for mark in room.trail if room else ():
        if mark.kind not in ("answer", "undelivered") or mark.message > sent.n:
            continue
        asked = asked_before(room, mark.message) if room else 0
        ask = world.store.one(ref(Message, room_id, asked, False)) if asked else None
        if room is None or ask is None or ask.source.install != install:
            continue
        theirs = [ref(Correspondent, room_id, install, each) for each in selves_in(world.store, room, ask.author)]
        known = next((each for each in world.store.many(theirs) if each and each.address == address), None)
        if known is None:
            continue
        rows = [row for row in _rows(world, ask, mark.message) if _went_with(row, sent.id, known)]
        came_back = [_bounced(world, row, at) for row in rows]
        if any(came_back):
            settle_answer(world, room_id, mark.message)


def _went_with(row: Delivery, mail: str, person: Correspondent) -> bool:
    """Whether a row left with that mail: by its id or, where several people got one each, by when theirs did."""
    return row.provider_id == mail or (person.last_id == mail and row.last_at >= person.sent_at)


def _bounced(world: World, row: Delivery, at: int) -> bool:
    def attempt(_: int) -> bool:
        current = world.store.one(ref(Delivery, row.bridge, row.n)) or row
        if current.state != "sent" or at > current.last_at + BOUNCES_MS or current.bounced:
            return current.bounced
        world.store.commit(over(current.changed(bounced=True), current))
        return True

    return again(world, attempt)
