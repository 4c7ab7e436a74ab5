"""Replay what was set aside: it is read again as its source is now, and what can be read goes into the log."""

from collections.abc import Sequence

import msgspec

from ...desk.errors import NotFound
from ...desk.permissions import Principal
from ...desk.usage_sources import SetAside, Source
from ...ports import Drop, Listing, Put, World, ref
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from .take_in import put_bad, put_lines, read_aside, reasons_of, sorted_out

MOST = 100  # requests at once


class Replayed(msgspec.Struct, frozen=True):
    """How many events were taken, how many are still set aside, and whether there is more than was looked at."""

    taken: int
    still: int
    more: bool


def replay(world: World, who: Principal, id_: str, *, ids: Sequence[str] = (), once: Once = KEYLESS) -> Replayed:
    """Those requests of a source, or its oldest hundred. Done twice, the fold counts none twice: it knows their ids."""
    source = own(world, who.workspace, ref(Source, who.workspace, id_))
    listing: Listing[SetAside] = Listing("set-aside", (who.workspace, id_))
    if ids:
        found = world.store.many([ref(SetAside, who.workspace, id_, each) for each in ids])
        rows, more = [row for row in found if row], False
    else:
        page = world.store.page(listing, MOST)
        rows, more = page.items, page.next is not None
    counts = [_replayed(world, source, row) for row in rows]
    done = Replayed(sum(taken for taken, _ in counts), sum(still for _, still in counts), more)
    noted = audit(world, who, "source.replayed", subject=source.id)
    world.store.commit(*noted, *once.writes(done, world.clock.now()))
    return done


def _replayed(world: World, source: Source, row: SetAside) -> tuple[int, int]:
    place, now = world.store.place(row), world.clock.now()
    try:
        bad = read_aside(world, row)
    except NotFound:  # the bucket has ended it
        world.store.commit(Drop(place))
        return 0, 0
    lines, still = sorted_out(source, row.mode, [each.given for each in bad])
    put_lines(world, source, row.mode, lines=[msgspec.structs.replace(line, received_at=now) for line in lines])
    if not still:
        world.store.commit(Drop(place))
    elif lines:
        put_bad(world, row.kept, still)
        world.store.commit(Put(row.changed(reasons=reasons_of(still)), None))
    return len(lines), len(still)
