"""Adopt a visitor's room: it becomes its customer's with all that was said in it, and can be undone (ADR 157).

The room itself moves, in one transaction, from change n to n+1: its id stays, and so all that hangs on the room. What
hangs on whose it is follows by `follow_room`.
"""

from contextlib import suppress

from msgspec.structs import replace

from ...desk.customers import Customer, User, Visitor
from ...desk.domains import same_mailbox
from ...desk.errors import Conflict, Forbidden, NotFound
from ...desk.ids import derived
from ...desk.messages import Message
from ...desk.permissions import Principal
from ...desk.room_transitions import adopted, read_up_to, unadopted
from ...desk.rooms import MAX_NAME, Because, Fork, Room, Seen, read_mark
from ...ports import Listing, Put, World, Write, new, over, ref
from ..audit import audit
from ..fence import fenced
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..paging import every
from ..rooms.fork import MAX_FORKED, fork
from .tie import MAX_VISITORS

MAX_ROOMS = 10  # of each visitor, that are looked at
OWN = 20  # last words of a room among which the visitor's are looked for
PIECE = MAX_FORKED // 2  # messages that go along at once: several bridges may know each


def adopt(
    world: World, who: Principal, room_id: str, *, customer: Customer, because: Because, once: Once = KEYLESS
) -> Room:
    """The room, which is the customer's now; as it is, where it was. Conflict for what is no visitor's room, for
    another customer's, and where another customer's people were heard in it."""

    def attempt(_: int) -> Room:
        found: Room | None
        found, owner = world.store.many([ref(Room, room_id), ref(Customer, customer.id)])
        room = found
        if room is None:
            raise NotFound("no such room")
        if room.adoption and room.customer == customer.id:
            return room
        if room.kind != "visitor":
            raise Conflict("only a visitor's room becomes a customer's; undo first what it is by now", "customer")
        if owner is None or owner.state != "active":
            raise Conflict("the customer is not active", "customer")
        if room.overheard and room.overheard_by != owner.id:
            raise Conflict("people of another customer have spoken in it: fork what is not theirs", "customer")
        now = world.clock.now()
        moved, change = adopted(room, now, who.id, customer=owner, because=because)
        world.store.commit(
            over(moved, room),
            new(change),
            *_read(world, who, room),
            *_theirs(world, moved),
            *audit(world, who, "room.adopted", subject=room.id, fields=[owner.id]),
            *once.writes(moved, now),
        )
        return moved

    return again(world, attempt, once)


def _read(world: World, who: Principal, room: Room) -> list[Write]:
    """A user whose own room it was has read what the visitor had, and what they said themselves."""
    if who.kind != "user":
        return []
    found = world.store.many([ref(Seen, room.visitor, room.id), ref(Seen, who.id, room.id)])
    seen, mine = (read_mark(room, each, mark) for each, mark in zip((room.visitor, who.id), found, strict=True))
    posts: Listing[Message] = Listing("posts", (room.id,), newest_first=True)
    own = next((each for each in world.store.page(posts, OWN).items if each.author.id == room.visitor), None)
    if own and (seen is None or seen.n < own.n):
        seen = read_up_to(room.visitor, own)
    return [Put(replace(seen, person=who.id), None)] if seen and (mine is None or mine.n < seen.n) else []


def _theirs(world: World, room: Room) -> list[Write]:
    """The visitor knows which of their rooms are a customer's: no listing of theirs has them any more."""
    visitor = world.store.one(ref(Visitor, room.visitor))
    if visitor is None:
        return []
    others = tuple(each for each in visitor.adopted if each != room.id)
    return [over(visitor.changed(adopted=(*others, room.id) if room.adoption else others), visitor)]


def unadopt(world: World, who: Principal, room_id: str) -> Room:
    """The room, which is its visitor's again; as it is, where it was. If the customer's people have spoken since, all
    that was said since goes along with them first, into rooms of their own; the originals are for agents alone."""

    def attempt(_: int) -> Room:
        room = world.store.one(ref(Room, room_id))
        if room is None:
            raise NotFound("no such room")
        if room.adoption is None:
            return room
        if room.overheard > room.adoption.n:
            room = _forked(world, who, room, since=room.adoption.n)
            if room.adoption is None:
                return room
        moved, change = unadopted(room, world.clock.now(), who.id)
        entry = audit(world, who, "room.unadopted", subject=room.id)
        world.store.commit(over(moved, room), new(change), *_theirs(world, moved), *entry)
        return moved

    return again(world, attempt)


def _forked(world: World, who: Principal, room: Room, *, since: int) -> Room:
    """The room once all that was said `since` lies in others. Each piece's room follows from where it begins, so that
    none is made twice; what arrives meanwhile is one more."""
    while True:
        room = world.store.one(ref(Room, room.id)) or room
        if room.adoption is None:
            return room
        first = since + 1
        while gone := world.store.one(ref(Fork, room.id, _into(room, first))):
            first = gone.last + 1
        listing: Listing[Message] = Listing("posts", (room.id,), after=first - 1)
        page = world.store.page(listing, PIECE).items
        if not page:
            return room
        with suppress(Conflict):
            fork(world, who, room.id, first=first, last=page[-1].n, name=room.name[:MAX_NAME], into=_into(room, first))


def _into(room: Room, first: int) -> str:
    return derived("room", room.id, "unadopted", str(first))


def earlier_rooms(world: World, who: Principal) -> list[Room]:
    """The visitors' rooms of a user: of whoever gave the address that the user's own token names. What is the same
    address, `same_mailbox` says; no address, no rooms."""
    user = world.store.one(ref(User, who.customer, who.id)) if who.kind == "user" else None
    if user is None or not user.vouched:
        return []
    visitors: Listing[Visitor] = Listing("visitors-by-mail", (who.workspace, user.vouched))
    found = []
    for visitor in world.store.page(visitors, MAX_VISITORS).items:
        if same_mailbox(visitor.email) != user.vouched:
            continue
        rooms: Listing[Room] = Listing("visitor-rooms", (visitor.id,), newest_first=True)
        found += [room for room in world.store.page(rooms, MAX_ROOMS).items if room.kind == "visitor"]
    return [room for room in found if not room.overheard or room.overheard_by == who.customer]


def adopt_earlier(world: World, who: Principal, room_id: str, *, once: Once = KEYLESS) -> Room:
    """A user's own earlier room, which becomes their customer's. NotFound for one that is not theirs."""
    room, customer, user = world.store.many(
        [ref(Room, room_id), ref(Customer, who.customer or "none"), ref(User, who.customer or "none", who.id)]
    )
    room = fenced(room, who.workspace)
    if room is None:
        raise NotFound("no such room")
    if who.kind != "user":
        raise Forbidden("this is a user's to say; agents adopt the room itself")
    if customer is None or user is None or not room.visitor:
        raise NotFound("no such room")
    visitor = world.store.one(ref(Visitor, room.visitor))
    if visitor is None or not user.vouched or same_mailbox(visitor.email) != user.vouched:
        raise NotFound("no such room")
    if room.kind != "visitor" and room.customer != customer.id:
        raise NotFound("no such room")
    return adopt(world, who, room.id, customer=customer, because="token", once=once)


def rooms_of_visitor(world: World, visitor: str) -> list[Room]:
    """The rooms that are a visitor's and nobody else's."""
    listing: Listing[Room] = Listing("visitor-rooms", (visitor,))
    return list(every(world.store, listing))
