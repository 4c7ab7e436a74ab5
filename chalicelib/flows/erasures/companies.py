"""Remove a customer itself once its people are forgotten (ADR 181): its rooms, with all that was said there; then what
lies under its id; then the company. Who is called so afterwards is a new one, with an id of its own."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from ...desk.customers import Customer, Domain
from ...desk.erasures import WAKE_AFTER_MS, Erasure
from ...desk.errors import Clash
from ...desk.events import EventCount
from ...desk.issues import IssueTie
from ...desk.messages import Message
from ...desk.record import Record
from ...desk.rooms import Room
from ...desk.search_index import Indexed, Tree
from ...desk.segments import Member, Segment
from ...ports import AwsAway, Drop, Listing, World, Write, over, ref
from ..forgotten import known_source, remember
from ..paging import every
from ..search.index import put_places
from .places import ROOM_STATES, Ground
from .walk import records_at
from .whole_rooms import clear, leave

ROOMS = 10  # that are left at once
MOST = 80  # writes in one transaction, besides the erasure's own
PAGE = 50  # records that go at once


def later(world: World, erasure: Erasure, seconds: int, **fields: Any) -> Erasure:
    """The erasure after a piece; the next one is due in so many seconds."""
    return _moved(world, erasure, [], seconds=seconds, **fields)


def _moved(world: World, erasure: Erasure, writes: list[Write], *, seconds: int = 0, **fields: Any) -> Erasure:
    now = world.clock.now()
    moved = erasure.changed(piece=erasure.piece + 1, next_at=now + max(seconds * 1000, WAKE_AFTER_MS), **fields)
    world.store.commit(over(moved, erasure), *writes)
    return moved


def leave_rooms(world: World, erasure: Erasure, _: Ground) -> Erasure:
    """Some of its rooms, or what lies under those that are gone."""
    if erasure.leaving:
        went: list[Record] = []

        def gone(records: Sequence[Record]) -> None:
            sources = [each.source for each in records if isinstance(each, Message)]
            remember(
                world, erasure, [known_source(each.install, each.id) for each in sources if each.install and each.id]
            )
            went.extend(records)

        first, *others = erasure.leaving
        waiting = tuple(others) if clear(world, first, gone) else erasure.leaving
        return later(world, erasure, 0, leaving=waiting, removed=_counted(erasure, went))
    found = list(islice(_rooms(world, erasure.target), ROOMS))
    if not found:
        return later(world, erasure, 0, stage="company")
    writes: list[Write] = []
    leaving = []
    for room in found:
        left, more = leave(world, room, whole=True)
        ties: Listing[IssueTie] = Listing("room-issues", (room.id,))
        more += [Drop(world.store.place(tie)) for tie in world.store.page(ties, PAGE).items]
        if writes and len(writes) + len(more) > MOST:
            break
        writes += more[:MOST]
        leaving.append(left)
    counted = _counted(erasure, found[: len(leaving)])
    return _moved(world, erasure, writes, leaving=tuple(leaving), removed=counted, state="running")


def _rooms(world: World, customer: str) -> Iterator[Room]:
    """Those that are still there: an index may be behind."""
    for state in ROOM_STATES:
        listing: Listing[Room] = Listing("customer-rooms", (customer, state))
        for room in every(world.store, listing):
            there = world.store.one(ref(Room, room.id))
            if there and there.customer == customer:
                yield there


def leave_company(world: World, erasure: Erasure, _: Ground) -> Erasure:
    """A page of what lies under its id; at last it itself."""
    id_ = erasure.target
    listings: list[Listing[Any]] = [
        Listing("under-customer", (id_,)),
        Listing("agent-keys", (id_,)),
        Listing("customer-issues", (id_,)),
        Listing("figures", (erasure.workspace, id_)),
        Listing("under-usage", (id_,)),
        Listing("unindexed", (id_,)),
    ]
    for listing in listings:
        page = world.store.page(listing, PAGE)
        found = records_at(world, [world.store.place(each) for each in page.items if not isinstance(each, Customer)])
        if found:
            drops: list[Write] = [Drop(world.store.place(each)) for each in found]
            return _moved(world, erasure, drops, removed=_counted(erasure, found))
    company = world.store.one(ref(Customer, id_))
    if company:
        domains: list[Any] = records_at(world, [ref(Domain, erasure.workspace, each) for each in company.domains])
        gone = [company, *(each for each in domains if each.customer == id_)]
        last: list[Write] = [Drop(world.store.place(each), each.version) for each in gone]
        return _moved(world, erasure, last, removed=_counted(erasure, gone))
    segments: Listing[Segment] = Listing("segments", (erasure.workspace,))
    members = [Drop(ref(Member, each.id, id_)) for each in every(world.store, segments)]
    world.store.spread(Drop(ref(EventCount, id_)), *members)
    _leave_search(world, erasure)
    return later(world, erasure, 0, stage="done")


def _leave_search(world: World, erasure: Erasure) -> None:
    """Its own tree goes with its pieces; the workspace's is written anew without what is outdated."""
    tree = world.store.one(ref(Tree, erasure.target))
    for key in [*(each.key for each in tree.segments), *tree.gone] if tree else []:
        world.files.remove(key)
    world.store.spread(Drop(ref(Tree, erasure.target)), Drop(ref(Indexed, erasure.target)))
    put_places(world.store, world.index, erasure.workspace, places=[(f"c:{erasure.target}", 0)])
    try:
        world.index.renew(erasure.workspace)
    except Clash as error:
        raise AwsAway("another writer was faster") from error


def _counted(erasure: Erasure, gone: Iterable[Record]) -> dict[str, int]:
    counted = dict(erasure.removed)
    for each in gone:
        counted[type(each).__name__] = counted.get(type(each).__name__, 0) + 1
    return counted
