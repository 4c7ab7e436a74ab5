"""Place customers: which segments each is in now, decided anew from what is stored.

The placement is read before anything that it is decided from, and written by every evaluation: whoever decides on older
facts than somebody else who has written meanwhile clashes, and decides again.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from ..desk.attributes import values_of
from ..desk.customers import Customer
from ..desk.errors import Clash
from ..desk.segments import MAX_SEGMENTS, Filter, Member, Placement, Segment, holds, parse, turns
from ..ports import Drop, Listing, Put, World, Write, ref
from .once import again

Filters = list[tuple[str, Filter]]


def place(world: World, workspace: str, customers: Sequence[str]) -> None:
    """Bring the memberships of up to 100 customers of a workspace up to date. Doing it again changes nothing."""
    for id_ in _attempt(world, workspace, customers):
        again(world, lambda _, id_=id_: _alone(world, workspace, id_))  # type: ignore[misc]


def _alone(world: World, workspace: str, customer: str) -> None:
    if _attempt(world, workspace, [customer]):
        raise Clash


def _attempt(world: World, workspace: str, customers: Sequence[str]) -> list[str]:
    """Place each; the ids of those whose placement moved meanwhile."""
    ids = list(dict.fromkeys(customers))
    placements: list[Placement | None] = world.store.many([ref(Placement, id_) for id_ in ids])
    filters = filters_of(world, workspace)
    if not filters and not any(placements):
        return []
    found: list[Customer | None] = world.store.many([ref(Customer, id_) for id_ in ids])
    clashed = []
    for customer, old in zip(found, placements, strict=True):
        if customer is not None and customer.workspace == workspace:
            try:
                world.store.commit(*_writes(customer, old, filters, world.clock.now()))
            except Clash:
                clashed.append(customer.id)
    return clashed


def filters_of(world: World, workspace: str) -> Filters:
    """The parsed filters of a workspace's segments, in one query."""
    listing: Listing[Segment] = Listing("segments", (workspace,))
    segments = world.store.page(listing, MAX_SEGMENTS + 9).items
    return [(each.id, _parsed(_told(each))) for each in segments if each.kind == "filter"]


def _told(segment: Segment) -> bytes:
    return msgspec.json.encode((segment.filter, segment.types))


@lru_cache(maxsize=1000)
def _parsed(told: bytes) -> Filter:
    filter_, types = msgspec.json.decode(told)
    return parse(filter_, types)


def _writes(customer: Customer, old: Placement | None, filters: Filters, now: int) -> list[Write]:
    values: dict[str, Any] = values_of(customer)
    inside = [id_ for id_, node in filters if holds(node, values, now)]
    turning = [moment for _, node in filters if (moment := turns(node, values, now))]
    before = old.segments if old else ()
    placement = Placement(
        version=(old.version if old else 0) + 1,
        customer=customer.id,
        workspace=customer.workspace,
        segments=tuple(sorted(inside)),
        next_at=min(turning, default=0),
    )
    entered = [
        Member(version=1, segment=id_, customer=customer.id, workspace=customer.workspace, since=now)
        for id_ in sorted(set(inside) - set(before))
    ]
    left = [Drop(ref(Member, id_, customer.id)) for id_ in sorted(set(before) - set(inside))]
    return [Put(placement, old.version if old else 0), *(Put(member, None) for member in entered), *left]
