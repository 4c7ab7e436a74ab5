"""Who sends usage: the source that a write key is of. A container trusts what it has read for half a minute."""

import hmac

from ...desk.errors import Unauthenticated
from ...desk.usage_sources import Mode, Source, key_names
from ...ports import Memory, World, ref
from ..access.issue_key import key_hash

TRUSTED_MS = 30_000  # ms for which a key that was revoked may still be good
SOURCES = 2_000  # of which a container remembers these


def source_of(world: World, plain: str) -> tuple[Source, Mode]:
    """The source and the mode of a write key. Raises Unauthenticated."""
    named = key_names(plain)
    if named is None:
        raise Unauthenticated("a write key is needed: Basic with the key as user and no password, or Bearer")
    mode, workspace, id_ = named
    kept: Memory[Source] = world.memory.of("usage sources", SOURCES)
    now, hashed = world.clock.now(), key_hash(plain)
    source = kept.get((workspace, id_), now, TRUSTED_MS)
    if source is None or not _is_of(source, hashed, mode):
        source = world.store.one(ref(Source, workspace, id_))
        if source is None or not _is_of(source, hashed, mode):
            raise Unauthenticated("unknown write key, or one that is revoked")
        kept.keep((workspace, id_), source, now)
    return source, mode


def _is_of(source: Source, hashed: str, mode: Mode) -> bool:
    return any(hmac.compare_digest(key.hash, hashed) and key.mode == mode for key in source.keys)
