"""Evaluate a customer's segments: its totals, and which segments it is in now, decided anew from what is stored
(ADR 22).

The placement is read before anything that it is decided from, and written by every evaluation: whoever decides on older
facts than somebody else who has written meanwhile clashes, and decides again. Of a customer's rooms and users only
those that moved are looked at, and the small rows of the rooms that are open.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from ...desk.attributes import BY_USAGE, values_of
from ...desk.customer_totals import Counted, Glance, OpenRoom, Totals, counted, glance, summed
from ...desk.customers import Customer, User
from ...desk.errors import Clash
from ...desk.issues import Issue, IssueCustomer
from ...desk.rooms import Room
from ...desk.segments import MAX_SEGMENTS, Filter, Member, Placement, Segment, holds, issues_in, parse, tests, turns
from ...desk.usage_meters import Usage
from ...desk.workspaces import Workspace
from ...ports import Drop, Listing, Put, Ref, Store, World, Write, ref
from ..optimistic_retry import again
from ..paging import every
from ..same_person import users_of

Filters = list[tuple[str, Filter]]
Moved = Mapping[str, Sequence[str]]  # customers → those of their rooms and users that moved
MERGES = 5  # of issues, one into the next
AT_ONCE = 9  # rooms and users of one evaluation: with its placement and segments they fit into a transaction


def evaluate_segments(world: World, workspace: str, moved: Moved) -> None:
    """Bring up to 100 customers of a workspace up to date. Doing it again changes nothing."""
    rest = {customer: list(dict.fromkeys(things)) for customer, things in moved.items()}
    while rest:
        now = {customer: things[:AT_ONCE] for customer, things in rest.items()}
        for id_ in _attempt(world, workspace, now):
            again(world, lambda _, one={id_: now[id_]}: _alone(world, workspace, one))  # type: ignore[misc]
        rest = {customer: things[AT_ONCE:] for customer, things in rest.items() if things[AT_ONCE:]}


def _alone(world: World, workspace: str, moved: Moved) -> None:
    if _attempt(world, workspace, moved):
        raise Clash


def _attempt(world: World, workspace: str, moved: Moved) -> list[str]:
    """Evaluate each; the ids of those whose placement moved meanwhile."""
    *placements, tenant = world.store.many([*(ref(Placement, id_) for id_ in moved), ref(Workspace, workspace)])
    filters = filters_of(world, workspace)
    if not filters and not any(placements) and not any(moved.values()):
        return []
    found: list[Customer | None] = world.store.many([ref(Customer, id_) for id_ in moved])
    asked = issues_asked_for(world, {issue for _, node in filters for issue in issues_in(node)}, moved)
    usages = usages_of(world, [node for _, node in filters], list(moved))
    clashed = []
    for customer, old in zip(found, placements, strict=True):
        if customer is not None and customer.workspace == workspace:
            totals, rows = _totals(
                world,
                customer.id,
                old.totals if old else Totals(),
                things=moved[customer.id],
                waits=counts_waits(tenant),
            )
            try:
                values = values_of(customer, totals, asked.get(customer.id, ()), usage=usages.get(customer.id))
                world.store.commit(
                    *_writes(customer, old, totals, values=values, filters=filters, now=world.clock.now()), *rows
                )
            except Clash:
                clashed.append(customer.id)
    return clashed


def issues_asked_for(world: World, issues: Iterable[str], customers: Iterable[str]) -> dict[str, list[str]]:
    """Of some issues, those that each of some customers is behind. One that was merged stands for what it went into."""
    into = {issue: issue for issue in issues}
    if not into:
        return {}
    for _ in range(MERGES):
        found: list[Issue | None] = world.store.many([ref(Issue, id_) for id_ in dict.fromkeys(into.values())])
        merged = {issue.id: issue.merged_into for issue in found if issue and issue.merged_into}
        if not merged:
            break
        into = {issue: merged.get(id_, id_) for issue, id_ in into.items()}
    pairs = [(issue, customer) for issue in into for customer in customers]
    refs = {pair: ref(IssueCustomer, into[pair[0]], pair[1]) for pair in pairs}
    there = dict(zip(refs, world.store.many(list(refs.values())), strict=True)) if refs else {}
    asked: dict[str, list[str]] = {}
    for (issue, customer), record in there.items():
        if record:
            asked.setdefault(customer, []).append(issue)
    return asked


def usages_of(world: World, filters: Iterable[Filter], customers: Sequence[str]) -> dict[str, Usage]:
    """The facts by usage of up to 100 customers that have any; none are read where no filter asks for them."""
    if not asks_usage(filters):
        return {}
    found: list[Usage | None] = world.store.many([ref(Usage, id_) for id_ in customers])
    return {usage.customer: usage for usage in found if usage}


def customers_behind(world: World, issue: str) -> Iterator[str]:
    """The customers behind an issue: another one has gone into it, for which it stands from now on."""
    listing: Listing[IssueCustomer] = Listing("behind", (issue,))
    return (each.customer for each in every(world.store, listing, 1000))


def counts_waits(tenant: Workspace | None) -> bool:
    """Whether it is counted since when a workspace's customers wait."""
    return tenant is None or tenant.waits_counted


def _totals(
    world: World, customer: str, old: Totals, *, things: Sequence[str], waits: bool
) -> tuple[Totals, list[Write]]:
    """The customer's totals after some of its rooms and users moved, and what is written of them."""
    if not things:
        return old, []
    rooms = [id_ for id_ in things if id_.startswith("room_")]
    users = [id_ for id_ in things if not id_.startswith("room_")]
    rows = {row.room: row for row in open_rooms(world, customer)}
    refs: list[Ref[Any]] = [ref(Room, id_) for id_ in rooms]
    refs += [found for id_ in users for found in (ref(User, customer, id_), ref(Counted, customer, id_))]
    read = world.store.many(refs)
    glances = [glance(room if room and room.customer == customer else None, waits=waits) for room in read[: len(rooms)]]
    if any(room and room.customer != customer for room in read[: len(rooms)]):
        old = summed(Totals(), [], glances_of(world.store, customer, without=rooms), members=old.members)
    writes: list[Write] = []
    for id_, (row, _, _) in zip(rooms, glances, strict=True):
        writes += _moved(rows.pop(id_, None), row, ref(OpenRoom, customer, id_))
        if row:
            rows[id_] = row
    people, known = 0, read[len(rooms) :: 2]
    selves = users_of(world.store, [user for user in known if user], within=customer)
    for id_, user, there in zip(users, known, read[len(rooms) + 1 :: 2], strict=True):
        person = counted(user, selves.get(user.person, ()) if user else ())
        writes += _moved(there, person, ref(Counted, customer, id_))
        people += bool(person) - bool(there)
    return summed(old, list(rows.values()), glances, members=people), writes


def glances_of(store: Store, customer: str, *, without: Collection[str] = (), waits: bool = True) -> list[Glance]:
    """What counts of all rooms of a customer `without` some: of one that has another owner since, the index may not
    know it yet."""
    found = []
    for state in ("open", "resolved"):
        rooms: Listing[Room] = Listing("customer-rooms", (customer, state))
        found += [glance(room, waits=waits) for room in every(store, rooms) if room.id not in without]
    return found


def _moved(old: Any, new: Any, place_: Ref[Any]) -> list[Write]:
    if old == new:
        return []
    return [Put(new, None)] if new else [Drop(place_)]


def open_rooms(world: World, customer: str) -> Iterator[OpenRoom]:
    """The rows of a customer's open rooms."""
    listing: Listing[OpenRoom] = Listing("open-rooms", (customer,))
    yield from every(world.store, listing, 1000)


def filters_of(world: World, workspace: str) -> Filters:
    """The parsed filters of a workspace's segments, in one query."""
    listing: Listing[Segment] = Listing("segments", (workspace,))
    segments = world.store.page(listing, MAX_SEGMENTS + 9).items
    return [(each.id, filter_of(each)) for each in segments if each.kind == "filter"]


def asks_usage(filters: Iterable[Filter]) -> bool:
    """Whether one of some filters asks what a customer's usage comes to."""
    return any(test.attribute in BY_USAGE for node in filters for test in tests(node))


def asks_waits(filter_: Filter) -> bool:
    """Whether a filter asks since when a customer waits."""
    return any(test.attribute == "oldest_wait" for test in tests(filter_))


def filter_of(segment: Segment) -> Filter:
    """The segment's filter, parsed."""
    return _parsed(_document(segment))


def _document(segment: Segment) -> bytes:
    return msgspec.json.encode((segment.filter, segment.types))


@lru_cache(maxsize=1000)
def _parsed(document: bytes) -> Filter:
    filter_, types = msgspec.json.decode(document)
    return parse(filter_, types)


def _writes(
    customer: Customer,
    old: Placement | None,
    totals: Totals,
    *,
    values: dict[str, Any],
    filters: Filters,
    now: int,
) -> list[Write]:
    inside = [id_ for id_, node in filters if holds(node, values, now)]
    turning = [moment for _, node in filters if (moment := turns(node, values, now))]
    before = set(old.segments if old else ())
    came, went = sorted(set(inside) - before), sorted(before - set(inside))
    there = {id_ for id_, _ in filters}  # a segment that was removed meanwhile is left without a word
    placement = Placement(
        version=(old.version if old else 0) + 1,
        customer=customer.id,
        workspace=customer.workspace,
        segments=tuple(sorted(inside)),
        next_at=min(turning, default=0),
        totals=totals,
        entered=tuple(came),
        left=tuple(id_ for id_ in went if id_ in there),
    )
    entered = [
        Member(version=1, segment=id_, customer=customer.id, workspace=customer.workspace, since=now) for id_ in came
    ]
    left = [Drop(ref(Member, id_, customer.id)) for id_ in went]
    return [Put(placement, old.version if old else 0), *(Put(member, None) for member in entered), *left]
