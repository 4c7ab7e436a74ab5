"""Whose an event is: its customer by the vendor's id, or the customer of its user; and who did it (identity
resolution)."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from ...desk.customers import Customer, User
from ...desk.ids import customer_id, derived, user_id
from ...desk.times import MINUTE_MS
from ...desk.usage_meters import UsageFold, UsageOwner
from ...ports import Listing, Memory, R, Ref, Store, World, ref
from ..forgotten import customer_named, forgetting_key, forgotten, id_now, known_id
from ..secrets import opened

OWNER = "usage"  # whose secret it is, beside the workspace's others
PAGE = 100
KNOWN_MS, MOST_KNOWN = 30 * MINUTE_MS, 20_000  # for how long a container knows that a customer is there, and how many
SELVES = 10  # users of one external id that are looked at


def keyed_hash(world: World, fold: UsageFold, who: str) -> str:
    """What stands for somebody whom the vendor calls so, by the workspace's key."""
    key = opened(world, [fold.secret], fold.workspace, owner=OWNER)[0]
    return hmac.new(key.encode(), who.encode(), hashlib.sha256).hexdigest()[:32]


def owners_of(world: World, fold: UsageFold, refs: Iterable[str]) -> dict[str, str]:
    """The customers (ids) of those (`c:…`, `u:…`) whose customer is known."""
    named = sorted(set(refs))
    known = _customers(world, fold.workspace, [each for each in named if each.startswith("c:")])
    users = [each for each in named if each.startswith("u:")]
    said = {each: ref(UsageOwner, fold.workspace, keyed_hash(world, fold, each)) for each in users}
    rows = dict(zip(said, many(world.store, list(said.values())), strict=True))
    there = _there(world, {row.customer for row in rows.values() if row})
    known |= {each: row.customer for each, row in rows.items() if row and row.customer in there}
    for each in users:
        if each not in known and (owner := _own_customer(world, fold.workspace, each[2:])):
            known[each] = owner
    return known


def _customers(world: World, workspace: str, named: list[str]) -> dict[str, str]:
    kept: Memory[str] = world.memory.of("usage owners", MOST_KNOWN)
    now = world.clock.now()
    remembered = {each: id_ for each in named if (id_ := kept.get((workspace, each), now, KNOWN_MS))}
    ids = {each: customer_id(workspace, each[2:]) for each in named if each not in remembered}
    found = many(world.store, [ref(Customer, id_) for id_ in ids.values()])
    known = {each: id_ for (each, id_), there in zip(ids.items(), found, strict=True) if there}
    again = {each: customer_named(world, workspace, external_id=each[2:]) for each in ids if each not in known}
    known |= {each: there.id for each, there in again.items() if there}
    return remembered | {each: kept.keep((workspace, each), id_, now) for each, id_ in known.items()}


def _there(world: World, customers: set[str]) -> set[str]:
    """Those of some customers that are not gone."""
    return {each.id for each in many(world.store, [ref(Customer, id_) for id_ in sorted(customers)]) if each}


def _own_customer(world: World, workspace: str, external_id: str) -> str:
    """The one customer whose user is called so; "" for none, or several."""
    listing: Listing[User] = Listing("users-named", (workspace, external_id))
    found = {user.customer for user in world.store.page(listing, SELVES).items}
    return found.pop() if len(found) == 1 else ""


def developers_of(world: World, workspace: str, called: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The ids of developers, by their customer and what a fold calls them: of the users that they are or would be. Who
    was forgotten is somebody new."""
    ids = {(customer, who): _would_be(customer, who) for customer, who in called}
    if not ids or not forgetting_key(world, workspace):
        return ids
    for start in range(0, len(called), PAGE):
        some = called[start : start + PAGE]
        gone = forgotten(world, workspace, [known_id(ids[each]) for each in some])
        ids |= {each: id_now(world, workspace, ids[each]) for each, was in zip(some, gone, strict=True) if was}
    return ids


def _would_be(customer: str, who: str) -> str:
    return user_id(customer, who[2:]) if who.startswith("u:") else derived("dev", customer, who[2:])


def many(store: Store, refs: Sequence[Ref[R]]) -> list[R | None]:
    """As `store.many`, of any number."""
    return [each for start in range(0, len(refs), PAGE) for each in store.many(refs[start : start + PAGE])]
