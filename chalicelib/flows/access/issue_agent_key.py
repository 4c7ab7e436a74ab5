"""Issue an agent key to a user, shown once and found again by its hash; revoke one, note that it was used (ADR 171)."""

import re

from ...desk.agent_keys import MAX_KEYS, SEEN_MS, AgentKey, AgentScope
from ...desk.errors import Clash, Conflict, NotFound
from ...desk.ids import derived
from ...desk.permissions import Principal
from ...ports import Listing, World, new, over, ref
from ..audit import entry
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .issue_key import key_hash

SHAPE = re.compile(r"ak_([0-9a-z]{1,40})_([0-9a-z]{1,40})_([0-9a-z]{1,40})_[0-9a-z]{1,100}\Z")


def agent_key_owner(plain: str) -> tuple[str, str, str] | None:
    """(workspace, customer, user) that an agent key names, so that all are read in one call; None if it is none."""
    named = SHAPE.match(plain)
    return (f"wsp_{named[1]}", f"cus_{named[2]}", f"usr_{named[3]}") if named else None


def agent_key_id(plain: str) -> str:
    """The id that follows from an agent key, and tells nothing of it."""
    return derived("akey", plain)


def issue_agent_key(
    world: World, who: Principal, name: str, *, scopes: tuple[AgentScope, ...], once: Once = KEYLESS
) -> tuple[str, AgentKey]:
    """The key, which is shown this once, and its record. Conflict for one too many."""

    def attempt(_: int) -> tuple[str, AgentKey]:
        listing: Listing[AgentKey] = Listing("agent-keys", (who.customer, who.id))
        if len(world.store.page(listing, MAX_KEYS).items) >= MAX_KEYS:
            raise Conflict(f"a person has at most {MAX_KEYS} agent keys: revoke one that is not used")
        owner = "_".join(id_.partition("_")[2] for id_ in (who.workspace, who.customer, who.id))
        plain = f"ak_{owner}_{world.clock.entropy(32).hex()}"
        key = AgentKey(
            version=1,
            id=agent_key_id(plain),
            hash=key_hash(plain),
            workspace=who.workspace,
            customer=who.customer,
            user=who.id,
            name=name,
            scopes=scopes,
            signed_by=who.signed_by,
            created_at=world.clock.now(),
        )
        noted = entry(world, who.workspace, "key.agent-issued", subject=key.id, by=who.id, credential=who.credential)
        world.store.commit(new(key), noted, *once.writes((plain, key), world.clock.now()))
        return plain, key

    return again(world, attempt, once)


def revoke_agent_key(world: World, who: Principal, id_: str) -> None:
    """The key is dead at once. A user revokes their own, an agent any."""

    def attempt(_: int) -> None:
        key = own(world, who.workspace, ref(AgentKey, id_))
        if not who.is_agent and key.user != who.id:
            raise NotFound("no such agent key")
        if key.revoked_at:
            return
        noted = entry(world, who.workspace, "key.agent-revoked", subject=key.id, by=who.id, credential=who.credential)
        world.store.commit(over(key.changed(revoked_at=world.clock.now()), key), noted)

    again(world, attempt)


def note_use(world: World, key: AgentKey) -> None:
    """That it was used, once an hour: who clashes with another leaves it to them."""
    now = world.clock.now()
    if now - key.used_at < SEEN_MS:
        return
    try:
        world.store.commit(over(key.changed(used_at=now), key))
    except Clash:
        return
