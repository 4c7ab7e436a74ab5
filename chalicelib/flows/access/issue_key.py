"""Issue an API key, shown once and found again by its hash; revoke one."""

import hashlib
import re
from typing import Any

from ...desk.ids import derived
from ...desk.permissions import Principal
from ...desk.workspaces import Agent, ApiKey, Scope
from ...ports import World, new, over, ref
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again

SHAPE = re.compile(r"pk_([0-9a-z]{1,40})_([0-9a-z]{1,40})_[0-9a-z]{1,100}\Z")


def key_owner(plain: str) -> tuple[str, str] | None:
    """(workspace, agent) that a key names, so that key and agent are read in one call; None if it is no key."""
    named = SHAPE.match(plain)
    return (f"wsp_{named[1]}", f"agt_{named[2]}") if named else None


def key_id(plain: str) -> str:
    """The id that follows from a key: reading it takes no look-up, and tells nothing of the key."""
    return derived("key", plain)


def key_hash(plain: str) -> str:
    """What is stored of a key. It has 256 bits of randomness, so a plain hash is enough."""
    return hashlib.sha256(plain.encode()).hexdigest()


def key_record(
    world: World, agent: Agent, name: str, *, scopes: tuple[Scope, ...], expires_at: int, **kind: Any
) -> tuple[str, ApiKey]:
    """A new key, plain, and its record. `kind` are the fields that say who speaks by it."""
    owner = f"{agent.workspace.partition('_')[2]}_{agent.id.partition('_')[2]}"
    plain = f"pk_{owner}_{world.clock.entropy(32).hex()}"
    record = ApiKey(
        version=1,
        id=key_id(plain),
        hash=key_hash(plain),
        workspace=agent.workspace,
        name=name,
        agent=agent.id,
        scopes=scopes,
        created_at=world.clock.now(),
        expires_at=expires_at,
        **kind,
    )
    return plain, record


def issue_key(
    world: World,
    who: Principal,
    agent: Agent,
    *,
    name: str,
    scopes: tuple[Scope, ...],
    expires_at: int,
    once: Once = KEYLESS,
    **kind: Any,
) -> tuple[str, ApiKey]:
    """The key, which is shown this once, and its record."""

    def attempt(_: int) -> tuple[str, ApiKey]:
        made = key_record(world, agent, name, scopes=scopes, expires_at=expires_at, **kind)
        entry = audit(world, who, "key.issued", subject=made[1].id)
        world.store.commit(new(made[1]), *entry, *once.writes(made, world.clock.now()))
        return made

    return again(world, attempt, once)


def revoke(world: World, who: Principal, id_: str) -> None:
    """The key is dead at once."""

    def attempt(_: int) -> None:
        key = own(world, who.workspace, ref(ApiKey, id_))
        if not key.revoked_at:
            revoked = key.changed(revoked_at=world.clock.now())
            world.store.commit(over(revoked, key), *audit(world, who, "key.revoked", subject=key.id))

    again(world, attempt)
