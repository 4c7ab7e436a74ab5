"""What follows a room that became another's: the issues behind it, its clocks and their figures,
segments, search (ADR 157).

A job in pieces. Each brings what it finds to what the room says now, whatever the change was that asked for it: done
twice, late, or by two at once it ends alike. Who finds at the end that the room has moved on meanwhile begins again.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ...desk.clocks import Clock
from ...desk.figures import DueFigures
from ...desk.issues import Issue, IssueTie
from ...desk.messages import Message
from ...desk.policies import Policies
from ...desk.rooms import Room
from ...desk.search_index import Unindexed, place_of
from ...desk.segments import Member
from ...desk.times import HOUR_MS, MINUTE_MS
from ...ports import Listing, Put, World, over, ref
from ..customers.batches import evaluations
from ..issues.tie_room import tied, untied
from ..optimistic_retry import again
from ..paging import every
from ..search.index import mark_changed

PIECE = 300  # messages that search hears of at once


def follow_room(world: World, room_id: str, customers: Sequence[str], *, after: int) -> None:
    """Do a piece: `customers` are those whose the room was and is, `after` the last change that search has heard of."""
    room = world.store.one(ref(Room, room_id))
    if room is None:
        return
    owners = [each for each in dict.fromkeys([*customers, room.customer]) if each]
    if after == 0:
        _move_ties(world, room_id)
        _move_clocks(world, room_id)
        moved = {customer: [room_id] for customer in owners}
        world.queues.jobs(evaluations({room.workspace: moved}))
    upto = _tell_search(world, room, [room.workspace, *owners], after=after)
    now = world.store.one(ref(Room, room_id)) or room
    if now.customer != room.customer:
        world.queues.jobs([{"follow": room_id, "customers": owners, "after": 0}])
    elif upto < room.n:
        world.queues.jobs([{"follow": room_id, "customers": owners, "after": upto}])


def _tell_search(world: World, room: Room, trees: Sequence[str], *, after: int) -> int:
    """Note the room and a piece of what was said in it for each tree; up to which change that is. One that may know
    nothing of them any more forgets them."""
    things: list[Message | Room] = [room] if after == 0 else []
    upto = room.n
    for name in ("posts", "notes"):
        listing: Listing[Message] = Listing(name, (room.id,), after=after)
        page = world.store.page(listing, PIECE)
        if page.next:
            upto = min(upto, page.items[-1].n)
        things += page.items
    rows = [
        Unindexed(version=1, tree=tree, at=0, place=place_of(thing)[0], n=place_of(thing)[1])
        for thing in things
        for tree in trees
    ]
    world.queues.index(mark_changed(world, rows))
    return upto


def _move_ties(world: World, room_id: str) -> None:
    """The issues that the room is behind count its customer."""
    listing: Listing[IssueTie] = Listing("room-issues", (room_id,))
    for tie in every(world.store, listing):
        again(world, lambda _, issue=tie.issue: _move_tie(world, room_id, issue))  # type: ignore[misc]


def _move_tie(world: World, room_id: str, issue_id: str) -> None:
    while True:
        room, issue, tie = world.store.many(
            [ref(Room, room_id), ref(Issue, issue_id), ref(IssueTie, issue_id, room_id)]
        )
        if room is None or issue is None or tie is None or tie.customer == room.customer:
            return
        mine = tie.changed(customer=room.customer)
        less, gone = untied(world, issue, tie)
        more, come = tied(world, less, mine)
        moved = replace(more, version=issue.version + 1)
        world.store.commit(over(moved, issue), over(mine, tie), *gone[1:], *come[1:])


def _move_clocks(world: World, room_id: str) -> None:
    """The room's clocks are its customer's, those that have ended as well: their days are added up anew."""
    listing: Listing[Clock] = Listing("room-clocks", (room_id,))
    for clock in every(world.store, listing):
        again(world, lambda _, kind=clock.kind, ask=clock.ask: _move_clock(world, room_id, kind, ask=ask))  # type: ignore[misc]


def _move_clock(world: World, room_id: str, kind: str, *, ask: int) -> None:
    while True:
        room, clock = world.store.many([ref(Room, room_id), ref(Clock, room_id, kind, ask)])
        if room is None or clock is None or clock.customer == room.customer:
            return
        mine = clock.changed(customer=room.customer, segments=_measured(world, room))
        world.store.commit(over(mine, clock), *_due(clock, world.clock.now()))


def _measured(world: World, room: Room) -> tuple[str, ...]:
    policies = world.store.one(ref(Policies, room.workspace))
    names = policies.measured if policies and room.customer else ()
    found = world.store.many([ref(Member, name, room.customer) for name in names]) if names else []
    return tuple(name for name, member in zip(names, found, strict=True) if member)


def _due(clock: Clock, now: int) -> Iterator[Put]:
    if clock.day:
        due = (now // HOUR_MS + 1) * HOUR_MS + MINUTE_MS
        yield Put(DueFigures(version=1, workspace=clock.workspace, day=clock.day, due=due), None)
