"""Make, change and remove sources of usage, and their write keys, of which each is shown once."""

from typing import Any

from ...desk.errors import Conflict, NotFound
from ...desk.ids import derived
from ...desk.permissions import Principal
from ...desk.usage_sources import MAX_LIVE_KEYS, MAX_SOURCES, Mode, Source, UsageLog, WriteKey
from ...ports import Drop, Listing, World, Write, new, over, ref
from ..access.issue_key import key_hash
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .retain import next_day


def add_source(world: World, who: Principal, fields: dict[str, Any], *, once: Once = KEYLESS) -> Source:
    """A source without keys. Conflict for one too many."""

    def attempt(_: int) -> Source:
        listing: Listing[Source] = Listing("sources", (who.workspace,))
        if len(world.store.page(listing, MAX_SOURCES).items) >= MAX_SOURCES:
            raise Conflict(f"a workspace has at most {MAX_SOURCES} sources of usage: remove one that is not used")
        now = world.clock.now()
        made = Source(version=1, id=world.fresh_id("src"), workspace=who.workspace, created_at=now, **fields)
        noted = audit(world, who, "source.added", subject=made.id)
        world.store.commit(new(made), *_log(world, who.workspace), *noted, *once.writes(made, now))
        return made

    return again(world, attempt, once)


def _log(world: World, workspace: str) -> list[Write]:
    """The row by which the clock ends the log's days, with the first source."""
    if world.store.one(ref(UsageLog, workspace)):
        return []
    return [new(UsageLog(workspace=workspace, due=next_day(world.clock.now())))]


def change_source(world: World, who: Principal, id_: str, *, fields: dict[str, Any]) -> Source:
    """The source with other fields: they hold for what comes half a minute later, and for what is replayed."""

    def attempt(_: int) -> Source:
        old = own(world, who.workspace, ref(Source, who.workspace, id_))
        changed = old.changed(**fields)
        world.store.commit(over(changed, old), *audit(world, who, "source.changed", subject=old.id, fields=fields))
        return changed

    return again(world, attempt)


def remove_source(world: World, who: Principal, id_: str) -> None:
    """It is gone with its keys; what it has sent stays in the log for as long as that is kept."""
    place = ref(Source, who.workspace, id_)
    old = own(world, who.workspace, place)
    world.store.commit(Drop(place), *audit(world, who, "source.removed", subject=old.id))


def make_key(world: World, who: Principal, id_: str, *, mode: Mode, once: Once = KEYLESS) -> tuple[str, WriteKey]:
    """The key, which is shown this once, and what is known of it. Conflict for a third of its mode."""

    def attempt(_: int) -> tuple[str, WriteKey]:
        old = own(world, who.workspace, ref(Source, who.workspace, id_))
        if sum(key.mode == mode for key in old.keys) >= MAX_LIVE_KEYS:
            raise Conflict(f"a source has at most {MAX_LIVE_KEYS} {mode} keys: revoke the one that is no longer used")
        named = "_".join(each.partition("_")[2] for each in (old.workspace, old.id))
        plain = f"wk_{mode}_{named}_{world.clock.entropy(20).hex()}"
        now = world.clock.now()
        key = WriteKey(id=derived("wky", plain), hash=key_hash(plain), mode=mode, created_at=now)
        changed = old.changed(keys=(*old.keys, key))
        noted = audit(world, who, "source.key-made", subject=old.id, fields=[mode])
        world.store.commit(over(changed, old), *noted, *once.writes((plain, key), now))
        return plain, key

    return again(world, attempt, once)


def revoke_key(world: World, who: Principal, id_: str, *, key: str) -> None:
    """The key is dead within half a minute. NotFound for one that the source does not have."""

    def attempt(_: int) -> None:
        old = own(world, who.workspace, ref(Source, who.workspace, id_))
        kept = tuple(each for each in old.keys if each.id != key)
        if len(kept) == len(old.keys):
            raise NotFound("no such write key")
        noted = audit(world, who, "source.key-revoked", subject=old.id)
        world.store.commit(over(old.changed(keys=kept), old), *noted)

    again(world, attempt)
