"""Make the customers and users that a source names, where it says so (just-in-time provisioning; ADR 197). Those who
are there are left as they are."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from ...desk.customers import Customer, User
from ...desk.errors import Invalid
from ...desk.ids import customer_id, user_id
from ...desk.names import mail_address
from ...desk.times import MINUTE_MS
from ...desk.usage_events import Kind, UsageLine
from ...desk.usage_sources import Source
from ...ports import Listing, Memory, Ref, World, ref
from ..customers.admit import admit_customer, admit_user
from ..forgotten import customer_named, forgotten, known_id, user_place
from ..paging import every
from .owners import KNOWN_MS, MOST_KNOWN, many

CREATING_MS, WORKSPACES = MINUTE_MS // 2, 1_000  # for how long a container remembers which sources create, and of whom
K = TypeVar("K", bound=Hashable)
Lines = list[UsageLine]


def creating(world: World, workspace: str) -> frozenset[str]:
    """The sources (ids) of a workspace that make customers and users. One in browsers never does."""

    def ask() -> frozenset[str]:
        listing: Listing[Source] = Listing("sources", (workspace,))
        return frozenset(each.id for each in every(world.store, listing) if each.creates and each.kind == "server")

    kept: Memory[frozenset[str]] = world.memory.of("usage creates", WORKSPACES)
    return kept.asked(workspace, world.clock.now(), CREATING_MS, ask=ask)


def admit_named(world: World, workspace: str, lines: Iterable[UsageLine]) -> None:
    """Make those customers, with their triage rooms, and users that are named by lines and are not there: called by
    their traits, as far as the log keeps them. Nobody is made of what was said before they were forgotten."""
    named = [line for line in lines if line.customer and not line.test]
    companies = _parted(named, lambda line: line.customer)
    customers = _there(world, {each: ref(Customer, customer_id(workspace, each)) for each in companies})
    for name in companies.keys() - customers.keys():
        customer = customer_named(world, workspace, external_id=name)
        customer = customer or _customer(world, workspace, name, lines=companies[name])
        if customer:
            customers[name] = customer.id
    people = _parted(
        [line for line in named if line.user and line.customer in customers],
        lambda line: (customers[line.customer], line.user),
    )
    users = _there(world, {each: ref(User, each[0], user_id(*each)) for each in people})
    for owner, name in people.keys() - users.keys():
        if world.store.one(user_place(world, workspace, owner, external_id=name)) is None:
            _user(world, owner, name, lines=people[owner, name])


def _parted(lines: Iterable[UsageLine], by: Callable[[UsageLine], K]) -> dict[K, Lines]:
    found: dict[K, Lines] = {}
    for line in lines:
        found.setdefault(by(line), []).append(line)
    return found


def _there(world: World, places: Mapping[K, Ref[Any]]) -> dict[K, str]:
    """The ids of those who are there; a container remembers them for a while."""
    kept: Memory[str] = world.memory.of("usage named", MOST_KNOWN)
    now = world.clock.now()
    known = {each: id_ for each, place in places.items() if (id_ := kept.get(place, now, KNOWN_MS))}
    left = {each: place for each, place in places.items() if each not in known}
    found = many(world.store, list(left.values()))
    return known | {
        each: kept.keep(left[each], there.id, now) for each, there in zip(left, found, strict=True) if there
    }


def _customer(world: World, workspace: str, name: str, *, lines: Sequence[UsageLine]) -> Customer | None:
    since = _since(world, workspace, customer_id(workspace, name), lines=lines)
    if not since:
        return None
    try:
        return admit_customer(world, workspace, name, **_called(since, "group"))[0]
    except Invalid:  # what the log takes as an id may be none for a customer
        return None


def _user(world: World, owner: str, name: str, *, lines: Sequence[UsageLine]) -> None:
    customer = world.store.one(ref(Customer, owner))
    since = _since(world, customer.workspace, user_id(owner, name), lines=lines) if customer else []
    if customer is None or not since:
        return
    fields = _called(since, "identify")
    if "email" in fields:
        fields["email"] = mail_address(fields["email"])
    try:
        admit_user(world, customer, name, **fields)
    except Invalid:
        return


def _since(world: World, workspace: str, id_: str, *, lines: Sequence[UsageLine]) -> Lines:
    """What was said of them since they were forgotten; all of it, if they never were."""
    (gone,) = forgotten(world, workspace, [known_id(id_)])
    return [line for line in lines if gone is None or line.at > gone.at]


def _called(lines: Iterable[UsageLine], kind: Kind) -> dict[str, Any]:
    """The name, and of a user the address, that the latest of such lines tells in its traits."""
    found: dict[str, Any] = {}
    for line in lines:
        traits = msgspec.json.decode(line.event).get("traits") if line.kind == kind else None
        wanted = ("name", "email") if kind == "identify" else ("name",)
        known = traits if isinstance(traits, dict) else {}
        found |= {each: known[each] for each in wanted if isinstance(known.get(each), str) and known[each]}
    return found
