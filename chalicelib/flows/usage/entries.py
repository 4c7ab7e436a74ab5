"""Entries of the fold, as they lie in the bucket: written before they count, and shorter once nobody needs what they
say (write-ahead log; ADR 186)."""

import gzip

import msgspec

from ...desk.usage_meters import Folded, FoldEntry
from ...ports import World, ref
from .take_in import GZIP


def put_entry(world: World, key: str, entry: Folded) -> None:
    """Write an entry."""
    world.files.put(key, gzip.compress(msgspec.json.encode(entry), 6, mtime=0), GZIP)


def entry_at(world: World, key: str) -> Folded:
    """The entry that lies there."""
    return msgspec.json.decode(gzip.decompress(world.files.get(key)), type=Folded)


def entry_of(world: World, workspace: str, n: int) -> Folded:
    """A workspace's entry `n`; an empty one where it is kept no longer."""
    place = world.store.one(ref(FoldEntry, workspace, n))
    return entry_at(world, place.object) if place else Folded(workspace=workspace, n=n)
