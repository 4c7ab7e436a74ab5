"""Tell the rooms of an issue a notice (fan-out), once each, whatever runs twice, in any order, or dies half-way
(ADR 42)."""

from typing import Any, Protocol

from msgspec.structs import replace

from ...desk.customers import Customer
from ...desk.errors import Busy, Refusal
from ...desk.issues import CLOSED, PIECE, Issue, IssueTie, Notice, NoticeReceipt
from ...desk.messages import ChangeType, Draft, Message, Source, check_text, deleted, edited
from ...desk.notices import text_for
from ...desk.outcomes import MAX_REASON, Ending
from ...desk.promises import Promise, reopened, settled
from ...desk.room_transitions import room_changed, said, touched
from ...desk.rooms import Room
from ...desk.templates import Missing
from ...ports import Listing, Ref, Task, World, Write, new, over, ref
from ..optimistic_retry import again
from .history import history_entry
from .state_notice import GRACE_MS

# room, number of a message, the words that its copies shall have (None: they are deleted), who says so


class SayInCopies(Protocol):
    """Amends what copies of a message say."""

    def __call__(self, world: World, room: str, n: int, *, text: str | None, by: str) -> None:
        """Say the text there as well; None takes the copies back."""


def send_notice(world: World, notice_id: str, say_in_copies: SayInCopies) -> None:
    """Tell the next piece of its rooms; and hand on the rest. Doing it again tells nobody twice. `say_in_copies` amends
    what forks have copied."""
    notice = world.store.one(ref(Notice, notice_id))
    issue = world.store.one(ref(Issue, notice.issue)) if notice else None
    if notice is None or issue is None or notice.state != "sending" or _waits(world, notice):
        return
    listing: Listing[IssueTie] = Listing("ties", (issue.id,))
    page = world.store.page(listing, PIECE, notice.cursor or None)
    # Also those count whom a worker told that has died since.
    count = sum(_tell(world, notice, issue, tie=tie, say_in_copies=say_in_copies) for tie in page.items)
    _advance(world, notice, page.next or "", count=count)


def _waits(world: World, notice: Notice) -> bool:
    """What it amends has to be told to its end: the clock comes again."""
    amended = world.store.one(ref(Notice, notice.amends)) if notice.amends else None
    return amended is not None and amended.state == "sending"


def _advance(world: World, notice: Notice, cursor: str, *, count: int) -> None:
    """Write down how far it is, unless somebody stopped it or another worker was faster."""

    def attempt(_: int) -> Notice | None:
        current = world.store.one(ref(Notice, notice.id))
        if current is None or current.state != "sending" or current.cursor != notice.cursor:
            return None
        now = world.clock.now()
        if cursor:
            moved = current.changed(cursor=cursor, told=current.told + count, due=now + GRACE_MS)
            world.store.commit(over(moved, current))
            return moved
        moved = current.changed(told=current.told + count, state="sent", due=0)
        entry = history_entry(
            world,
            moved.issue,
            moved.workspace,
            what="told",
            by=moved.approved_by,
            install=moved.install,
            rooms=moved.told,
            about=moved.about,
        )
        world.store.commit(over(moved, current), entry)
        return None

    moved = again(world, attempt)
    if moved:
        world.queues.sync([Task("tell", moved.id, why=f"{moved.version}")])


def _tell(world: World, notice: Notice, issue: Issue, *, tie: IssueTie, say_in_copies: SayInCopies) -> bool:
    """Tell one room, with its forks where what was told is amended; whether it was told. What cannot be said there is
    written down with its reason."""
    try:
        reached = again(world, lambda _: _once(world, notice, issue, tie=tie, failed=""))
    except Busy as error:
        reason = error.detail
        reached = again(world, lambda _: _once(world, notice, issue, tie=tie, failed=reason))
    if reached and notice.amends:
        _amend_copies(world, notice, issue, tie=tie, say_in_copies=say_in_copies)
    return reached


def _amend_copies(world: World, notice: Notice, issue: Issue, *, tie: IssueTie, say_in_copies: SayInCopies) -> None:
    receipt, room, *owner = world.store.many(
        [
            ref(NoticeReceipt, issue.id, tie.room, notice.id),
            ref(Room, tie.room),
            *([ref(Customer, tie.customer)] if tie.customer else []),
        ]
    )
    text = None if notice.withdraws else text_for(notice.text, issue, owner[0] if owner else None, room=room)
    say_in_copies(world, tie.room, receipt.n, text=text, by=receipt.by)


def _once(world: World, notice: Notice, issue: Issue, *, tie: IssueTie, failed: str) -> bool:
    refs: list[Ref[Any]] = [
        ref(NoticeReceipt, issue.id, tie.room, notice.id),
        ref(Notice, notice.id),
        ref(Room, tie.room),
    ]
    basis = notice.undoes or notice.amends
    refs += [ref(NoticeReceipt, issue.id, tie.room, basis)] if basis else []
    done, current, room, *before = world.store.many([*refs, *([ref(Customer, tie.customer)] if tie.customer else [])])
    customer = before.pop() if tie.customer else None
    undone = before[0] if before else None
    if done:
        return bool(done.n)
    if current is None or current.state != "sending":
        return False
    if basis and (undone is None or not undone.n):
        return False
    receipt = NoticeReceipt(
        version=1,
        issue=issue.id,
        room=tie.room,
        notice=notice.id,
        at=world.clock.now(),
        by=notice.approved_by or tie.by.id,
    )
    reason = failed or _reason(room, customer)
    text = ""
    if not reason and room:
        try:
            text = check_text(text_for(notice.text, issue, customer, room=room))
        except (Missing, Refusal) as error:
            reason = str(error)
    if reason or room is None:
        world.store.commit(new(replace(receipt, skipped=reason)))
        return False
    if notice.amends and undone:
        world.store.commit(*_amended(world, notice, tie, room=room, text=text, receipt=replace(receipt, n=undone.n)))
    else:
        world.store.commit(*_said(world, notice, issue, tie=tie, room=room, text=text, receipt=receipt, undone=undone))
    return True


def _reason(room: Room | None, customer: Customer | None) -> str:
    if room is None:
        return "no such room"
    return f"the customer is {customer.state}" if customer and customer.state != "active" else ""


def _amended(
    world: World, notice: Notice, tie: IssueTie, *, room: Room, text: str, receipt: NoticeReceipt
) -> list[Write]:
    """The message that was told before, with other words, or deleted. One that is gone already stays so."""
    old, now = world.store.one(ref(Message, room.id, receipt.n, False)), world.clock.now()
    if old is None:
        return [new(receipt)]
    changed = deleted(old) if notice.withdraws else edited(old, text, old.revision + 1, at=now)
    if changed is None:
        return [new(receipt)]
    what: ChangeType = "deleted" if notice.withdraws else "edited"
    moved, message, change = touched(room, old, changed, type_=what, by=receipt.by, at=now)
    return [over(moved, room), over(message, old), new(change), new(receipt)]


def _said(
    world: World,
    notice: Notice,
    issue: Issue,
    *,
    tie: IssueTie,
    room: Room,
    text: str,
    receipt: NoticeReceipt,
    undone: NoticeReceipt | None,
) -> list[Write]:
    """The message; and the room resolved by it, or opened again, and what it was promised kept by it, or owed again."""
    author = notice.author if notice.author.id else tie.by
    now = world.clock.now()
    draft = Draft(author=author, text=text, source=Source(channel="issue"), attachments=notice.files)
    moved, message = said(room, draft, now)
    act: dict[str, Any] = {}
    if notice.resolve and room.state == "open":
        act = {"act": ("closing notice", "resolve"), "word": _outcome(notice, issue)}
    elif undone and undone.resolved and room.state == "resolved":
        act = {"act": ("reopening notice", "reopen")}
    stands = room_changed(moved, now, author.id, fields={}, **act)[0].state
    promise = _promise(notice, room, stands, now=now)
    fields = {"promise": promise} if promise != room.promise else {}
    changes = []
    if fields or act:
        moved, change = room_changed(moved, now, author.id, fields=fields, **act)
        changes.append(new(change))
    kept = replace(
        receipt,
        n=message.n,
        resolved=room.state == "open" and stands == "resolved",
        waits=moved.state == "open" and moved.turn == "vendor",
    )
    return [over(moved, room), new(message), new(kept), *changes]


def _outcome(notice: Notice, issue: Issue) -> str:
    """How a room ends whose issue did."""
    if notice.becomes == "declined":
        return Ending("declined", issue.reason[:MAX_REASON]).text
    return "solved"


def _promise(notice: Notice, room: Room, state: str, *, now: int) -> Promise | None:
    """What was promised is kept by telling that the issue is closed; what that kept is owed again if it is undone."""
    promise = room.promise
    if promise and promise.open and notice.becomes in CLOSED:
        return settled(promise, "kept", notice.id, now=now)
    if promise and promise.settled_by and promise.settled_by == notice.undoes and state == "open":
        return reopened(promise)
    return promise
