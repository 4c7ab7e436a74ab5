"""Who was forgotten, by keyed hashes of what they were known by (pseudonymisation): what was said before that comes
again is dropped, and who comes again is somebody new (ADR 177)."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from contextlib import suppress

from ..desk.customers import Customer, User, Visitor
from ..desk.domains import same_mailbox
from ..desk.erasures import Erasure, ForgettingKey, Forgotten
from ..desk.errors import Clash
from ..desk.ids import customer_id, derived, user_id
from ..ports import Ref, Sealer, World, Write, new, over, ref
from .optimistic_retry import again
from .secrets import context, sealed

OWNER = "forgetting"  # whose secret it is, beside the workspace's others
KEYS = 1000  # workspaces of which a container remembers the key
MAX_LIVES = 50  # times that one may be forgotten

Known = tuple[str, ...]  # what somebody is known by: what it is, and the words


def forgetting_key(world: World, workspace: str) -> str:
    """The workspace's key; "" where nobody was ever forgotten. That there is none is never remembered."""
    keys = world.memory.of("forgetting", KEYS)
    known = keys.get(workspace)
    if known is None:
        there = world.store.one(ref(ForgettingKey, workspace))
        if there is None:
            return ""
        known = keys.keep(workspace, opened_key(world.sealer, there))
    return str(known)


def opened_key(sealer: Sealer, key: ForgettingKey) -> str:
    """A workspace's key, plain."""
    return sealer.open(key.secret.sealed, context(key.workspace, OWNER))


def made_key(world: World, workspace: str) -> str:
    """The workspace's key, made when somebody is forgotten for the first time."""

    def attempt(_: int) -> str:
        known = forgetting_key(world, workspace)
        if not known:
            plain = world.clock.entropy(32).hex()
            secret = sealed(world, workspace, OWNER, name="forgetting", plain=plain)
            world.store.commit(new(ForgettingKey(workspace=workspace, secret=secret)))
        return known or plain

    return again(world, attempt)


def keyed(key: str, known: Known) -> str:
    """The hash of what somebody is known by."""
    return hmac.new(key.encode(), "\x1f".join(known).encode(), hashlib.sha256).hexdigest()


def known_id(id_: str) -> Known:
    """Our own id, which may follow from others'."""
    return "id", id_


def known_address(address: str) -> Known:
    """A mail address."""
    return "address", same_mailbox(address)


def known_outside(install: str, outside: str) -> Known:
    """What an install's other side calls somebody."""
    return "outside", install, outside


def known_source(install: str, id_: str) -> Known:
    """What it calls something that they said."""
    return "source", install, id_


def known_words(install: str, words: str) -> Known:
    """What stands there and tells of somebody, in others' words."""
    return "words", install, words


def remember(world: World, erasure: Erasure, known: Iterable[Known]) -> None:
    """Write down that these were forgotten, as hashes. An address, and what others call somebody, may be forgotten once
    more: what was said since the last time is from before, too."""
    key = made_key(world, erasure.workspace)
    hashes = list(dict.fromkeys(keyed(key, each) for each in known))
    for start in range(0, len(hashes), 50):
        some = hashes[start : start + 50]
        there = world.store.many([ref(Forgotten, erasure.workspace, each) for each in some])
        fresh: list[Write] = [
            new(Forgotten(workspace=erasure.workspace, hash=each, erasure=erasure.id, at=erasure.created_at))
            for each, found in zip(some, there, strict=True)
            if found is None or found.at < erasure.created_at
        ]
        if fresh:
            world.store.spread(*fresh)


def forgotten(world: World, workspace: str, known: Sequence[Known]) -> list[Forgotten | None]:
    """What is remembered of each."""
    key = forgetting_key(world, workspace)
    if not key or not known:
        return [None] * len(known)
    return world.store.many([ref(Forgotten, workspace, keyed(key, each)) for each in known])


def remember_dropped(world: World, gone: Forgotten, known: Known) -> None:
    """What was dropped for who said it is known by itself from now on: it may come once more, later."""
    hash_ = keyed(made_key(world, gone.workspace), known)
    with suppress(Clash):  # it is known already
        world.store.commit(new(Forgotten(workspace=gone.workspace, hash=hash_, erasure=gone.erasure, at=gone.at)))


def count_dropped(world: World, gone: Forgotten) -> None:
    """One more came again from before they were forgotten."""

    def attempt(_: int) -> None:
        erasure = world.store.one(ref(Erasure, gone.workspace, gone.erasure))
        if erasure:
            world.store.commit(over(erasure.changed(dropped=erasure.dropped + 1), erasure))

    again(world, attempt)


# --- who comes again ----------------------------------------------------------------------------------------------


def id_now(world: World, workspace: str, id_: str) -> str:
    """The id that somebody has by now whose id follows from how others call them: another one each time that they were
    forgotten, which nobody can compute without the key."""
    for _ in range(MAX_LIVES):
        (gone,) = forgotten(world, workspace, [known_id(id_)])
        if gone is None:
            break
        prefix = id_.partition("_")[0]
        id_ = derived(prefix, keyed(forgetting_key(world, workspace), ("again", id_)))
    return id_


def customer_key(world: World, workspace: str, external_id: str) -> str:
    """The id of the customer whom the vendor calls so; or that it would have."""
    id_ = customer_id(workspace, external_id)
    return id_ if world.store.one(ref(Customer, id_)) else id_now(world, workspace, id_)


def customer_named(world: World, workspace: str, *, external_id: str) -> Customer | None:
    """The customer whom the vendor calls so, after one who was forgotten."""
    id_ = customer_id(workspace, external_id)
    now = id_now(world, workspace, id_)
    return world.store.one(ref(Customer, now)) if now != id_ else None


def user_place(world: World, workspace: str, customer: str, *, external_id: str) -> Ref[User]:
    """Where a user is whom the vendor calls so; or would be."""
    place = ref(User, customer, user_id(customer, external_id))
    if world.store.one(place):
        return place
    return ref(User, customer, id_now(world, workspace, str(place.ids[1])))


def user_named(world: World, workspace: str, customer: str, *, external_id: str) -> User | None:
    """The user whom the vendor calls so."""
    id_ = user_id(customer, external_id)
    found = world.store.one(ref(User, customer, id_))
    if found:
        return found
    now = id_now(world, workspace, id_)
    return world.store.one(ref(User, customer, now)) if now != id_ else None


def visitor_place(world: World, workspace: str, id_: str) -> Ref[Visitor]:
    """Where a visitor is, whose id follows from an address or from what somebody calls them; or would be."""
    return ref(Visitor, id_ if world.store.one(ref(Visitor, id_)) else id_now(world, workspace, id_))
