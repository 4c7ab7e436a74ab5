"""Take in what a source sends: one PUT into the raw log is the durable answer (write-ahead; ADR 185).

What cannot be read is set aside by itself, with its reasons, before anything is answered: the rest is taken.
"""

import gzip
from collections import Counter
from collections.abc import Sequence

import msgspec

from ...desk.errors import Clash
from ...desk.usage_events import WINDOW_MS, UsageLine, encode, object_key
from ...desk.usage_reading import Unfit, cleaned, line_of
from ...desk.usage_requests import Given
from ...desk.usage_sources import KEPT_MS, AsideReason, Mode, SetAside, Source, SourceUse
from ...ports import AwsAway, Memory, World, new, over, ref
from .write_keys import SOURCES

GZIP = "application/gzip"


class Bad(msgspec.Struct, frozen=True):
    """An event that was set aside, and why."""

    reason: str
    given: Given


def take_in(world: World, source: Source, mode: Mode, *, given: Sequence[Given]) -> tuple[int, int]:
    """How many events were taken, and how many set aside. Once this returns all of them are durable; AwsAway: none is
    accepted."""
    lines, bad = sorted_out(source, mode, given)
    put_aside(world, source, mode, bad=bad)
    put_lines(world, source, mode, lines=lines)
    if lines:
        note_use(world, source)
    return len(lines), len(bad)


def note_use(world: World, source: Source) -> None:
    """That something came, right to five minutes. What fails here fails nobody: the events are in the log."""
    kept: Memory[int] = world.memory.of("usage seen", SOURCES)
    now, place = world.clock.now(), ref(SourceUse, source.workspace, source.id)
    if kept.get(source.id, now, WINDOW_MS):
        return
    try:
        there = world.store.one(place)
        if there is None:
            world.store.commit(new(SourceUse(workspace=source.workspace, source=source.id, at=now)))
        elif now - there.at >= WINDOW_MS:
            world.store.commit(over(there.changed(at=now), there))
        kept.keep(source.id, now, now)
    except (AwsAway, Clash):
        return


def sorted_out(source: Source, mode: Mode, given: Sequence[Given]) -> tuple[list[UsageLine], list[Bad]]:
    """The lines of the events, and those that no line can be made of."""
    lines, bad = [], []
    for each in given:
        clean = cleaned(each, source)
        try:
            lines.append(line_of(clean, source, mode))
        except Unfit as unfit:
            bad.append(Bad(unfit.reason, clean))
    return lines, bad


def put_lines(world: World, source: Source, mode: Mode, *, lines: Sequence[UsageLine]) -> None:
    """Put lines into the log, as one object of the window that is now."""
    if lines:
        key = object_key(source.workspace, mode, world.clock.now(), id_=world.fresh_id("log"))
        world.files.put(key, encode(lines), GZIP)


def put_aside(world: World, source: Source, mode: Mode, *, bad: Sequence[Bad]) -> None:
    """Set the bad events of one request aside: the events in the bucket, then the row that tells of them."""
    if not bad:
        return
    now, id_ = world.clock.now(), world.fresh_id("asd")
    kept = f"usage-aside/{source.workspace}/{id_}.json.gz"
    put_bad(world, kept, bad)
    row = SetAside(
        version=1,
        workspace=source.workspace,
        source=source.id,
        id=id_,
        at=now,
        ends=now + KEPT_MS,
        mode=mode,
        kept=kept,
        reasons=reasons_of(bad),
    )
    world.store.commit(new(row))


def put_bad(world: World, kept: str, bad: Sequence[Bad]) -> None:
    """The bad events of a request, as they lie in the bucket."""
    world.files.put(kept, gzip.compress(msgspec.json.encode(bad), 6, mtime=0), GZIP)


def reasons_of(bad: Sequence[Bad]) -> tuple[AsideReason, ...]:
    """Why they were set aside, and how many for each reason."""
    return tuple(AsideReason(reason=why, events=n) for why, n in sorted(Counter(b.reason for b in bad).items()))


def read_aside(world: World, row: SetAside) -> list[Bad]:
    """The events that a row tells of. NotFound once they have ended."""
    return msgspec.json.decode(gzip.decompress(world.files.get(row.kept)), type=list[Bad])
