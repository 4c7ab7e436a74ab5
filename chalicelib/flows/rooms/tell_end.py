"""Tell a room's customer how it ended, in words, where they are: once, and not what a notice has told already."""

from typing import Any, NamedTuple

from msgspec.structs import replace

from ...desk.customers import Customer
from ...desk.issues import CLOSED, Issue, IssueTie, NoticeReceipt
from ...desk.messages import Author, Draft, Message, Source
from ...desk.notices import state_notice_id
from ...desk.outcomes import CHANNEL, Closing, Ending, words_of
from ...desk.ratings import RATED, Rating, RatingAsked, may_ask
from ...desk.room_transitions import mark_of, marked, room_changed, said, standing_of
from ...desk.rooms import Room
from ...desk.turn_table import Act, Who
from ...desk.workspaces import Workspace
from ...ports import Listing, Ref, World, Write, new, over, ref
from ..same_person import selves_in

MAX_ISSUES = 100  # behind a room, that are looked at
REMINDER = "reminder"  # of one that reminds of what was not answered


class Hearing(NamedTuple):
    """What a customer hears of an end: a `draft` to be said, or nothing, and whether they `know` of it. `asks` is who
    is asked how it was, and `before` when they were asked last."""

    draft: Draft | None = None
    know: bool = False
    asks: Author | None = None
    before: RatingAsked | None = None


def hearing_of(world: World, room: Room, ending: Ending) -> Hearing:
    """What there is to tell. Nobody is told in a room in which the customer never spoke, or whose customer is not
    active; nor what they know: of a notice since their last word, or of this very end before."""
    if room.kind == "internal" or not room.channels:
        return Hearing()
    refs: list[Ref[Any]] = [ref(Workspace, room.workspace)]
    tenant, *found = world.store.many([*refs, *([ref(Customer, room.customer)] if room.customer else [])])
    customer = found[0] if found else None
    if tenant is None or room.customer and (customer is None or customer.state != "active"):
        return Hearing()
    if _know(world, room, ending):
        return Hearing(know=True)
    text = words_of(ending, tenant.outcomes, customer.language if customer else "")
    author = Author(kind="machine", id=tenant.id, name=tenant.name)
    asks, before = _asked(world, room, ending)
    return Hearing(Draft(author=author, text=text, source=Source(channel=CHANNEL)), asks=asks, before=before)


def _asked(world: World, room: Room, ending: Ending) -> tuple[Author | None, RatingAsked | None]:
    """Who is asked how it was: the person who asked last, at most once a month, whichever of theirs was asked."""
    asked = standing_of(room).asked
    ask = world.store.one(ref(Message, room.id, asked, False)) if asked and ending.outcome in RATED else None
    if ask is None or ask.author.kind not in ("user", "visitor"):
        return None, None
    selves = selves_in(world.store, room, ask.author)
    before: list[RatingAsked | None] = world.store.many([ref(RatingAsked, each) for each in selves])
    return (ask.author, before[0]) if all(may_ask(each, world.clock.now()) for each in before) else (None, None)


def language_of(world: World, room: Room) -> str:
    """That of the room's customer (BCP 47), "" where nobody knows it."""
    customer = world.store.one(ref(Customer, room.customer)) if room.customer else None
    return customer.language if customer else ""


def ended(
    room: Room,
    hearing: Hearing,
    ending: Ending,
    *,
    act: tuple[Who, Act],
    by: str,
    now: int,
    kept: dict[str, Any] | None = None,
) -> tuple[Room, list[Write]]:
    """The room after its end, which an `act` made of it, and what is written besides: its change, and what is said."""
    moved, message = said(room, hearing.draft, now) if hearing.draft else (room, None)
    moved, change = room_changed(moved, now, by, fields=kept or {}, act=act, word=ending.text)
    if message is None:
        return moved, [new(change)]
    asks = hearing.asks
    closing = Closing(n=message.n, outcome=ending.text, at=now, asked=asks.id if asks else "")
    writes: list[Write] = [new(change), new(message)]
    if asks:
        rating = Rating(
            room=room.id,
            n=message.n,
            workspace=room.workspace,
            person=asks.id,
            name=asks.name,
            outcome=ending.outcome,
            asked_at=now,
            customer=room.customer,
        )
        last = hearing.before or RatingAsked(person=asks.id, workspace=room.workspace, at=now)
        writes += [new(rating), over(last.changed(at=now), last)]
    return replace(moved, closing=closing), writes


def reminded(world: World, room: Room, text: str, *, now: int) -> tuple[Room, list[Write]]:
    """The room after its customer was reminded of what they have not answered, and what is written besides."""
    tenant = world.store.one(ref(Workspace, room.workspace))
    author = Author(kind="machine", id=room.workspace, name=tenant.name if tenant else "")
    moved, message = said(room, Draft(author=author, text=text, source=Source(channel=REMINDER)), now)
    mark = mark_of(("policy", "remind"), message.n, now)
    return replace(moved, **marked(moved, mark)), [new(message)]


def _know(world: World, room: Room, ending: Ending) -> bool:
    stands, closing = standing_of(room), room.closing
    if closing and closing.n > stands.asked and closing.outcome == ending.text:
        return True
    if any(mark.kind == "told" and mark.n > stands.asked for mark in room.trail):
        return True
    ties: Listing[IssueTie] = Listing("room-issues", (room.id,))
    tied = world.store.page(ties, MAX_ISSUES).items
    issues = world.store.many([ref(Issue, tie.issue) for tie in tied]) if tied else []
    receipts = [
        ref(NoticeReceipt, issue.id, room.id, state_notice_id(issue, issue.closings))
        for issue in issues
        if issue and issue.state in CLOSED
    ]
    found = world.store.many(receipts) if receipts else []
    return any(receipt and receipt.n > stands.asked for receipt in found)
