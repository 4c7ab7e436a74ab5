"""Work off an export, stage by stage, in pieces that may run any number of times (ADR 180).

What a piece has found lies in the bucket before the export says so: who dies between writes the same again.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from ...desk.erasures import Stop, Subject
from ...desk.errors import NotFound
from ...desk.exports import KEPT_MS, VOLUME, WAKE_AFTER_MS, Export
from ...desk.files import Attachment
from ...desk.forgetting import Traces, whose, without
from ...desk.mails import original_key
from ...desk.messages import Message
from ...desk.personal_data import KEPT, KINDS, NOBODYS
from ...desk.record import Record
from ...desk.rooms import Room
from ...ports import World, over, ref
from ..erasures.places import HANGING, ROOT
from ..erasures.subjects import subject_of
from ..erasures.walk import LOOKED, ground_of, page_at, records_at, stop_at
from .start import next_piece

PIECES = 10  # pages in one call of the worker
HIDDEN = re.compile(r"secret|token|hash|credential|sealed", re.IGNORECASE)  # fields that open something


class Found(msgspec.Struct, frozen=True):
    """A record of theirs, by its kind and key, and the bytes that it names: keys of the bucket, and names to read."""

    kind: str
    key: str
    record: Any
    files: list[tuple[str, str]]


def run_export(world: World, workspace: str, id_: str, *, piece: int) -> None:
    """Do the export's next pieces if `piece` is the first of them, and wake the worker for those after them."""
    export = world.store.one(ref(Export, workspace, id_))
    if export is None or export.state == "ended" or export.piece != piece:
        return
    if export.stage == "wait" and export.next_at > world.clock.now():
        return
    for _ in range(PIECES):
        export = STAGES[export.stage](world, export)
        if export.stage == "wait" or export.state == "ended":
            return
    world.queues.jobs([next_piece(export)])


def _moved(world: World, export: Export, **fields: Any) -> Export:
    next_at = world.clock.now() + WAKE_AFTER_MS
    moved = export.changed(**{"piece": export.piece + 1, "state": "running", "next_at": next_at, **fields})
    world.store.commit(over(moved, export))
    return moved


# --- finding ------------------------------------------------------------------------------------------------------


def _find(world: World, export: Export) -> Export:
    """All that they are known by."""
    ground = ground_of(world, export)
    subject = subject_of(world, export, ground)
    return _moved(world, export, stage="walk", subject=subject, stops=(Stop(start=ROOT),), began_at=world.clock.now())


def _walk(world: World, export: Export) -> Export:
    """The next page: what of it is theirs."""
    if not export.stops:
        return _moved(world, export, stage="pack")
    sight = _Sight(world, export)
    page = page_at(world, export.stops[-1], ground_of(world, export), concerned=sight.concerned, most=LOOKED)
    found = [each for record in page.records for each in sight.of(record, page.listing)]
    if found:
        world.files.put(export.part(export.parts), msgspec.json.encode(found), "application/json")
    return _moved(
        world,
        export,
        stops=(*export.stops[:-1], *page.rest, *sight.begins),
        parts=export.parts + bool(found),
    )


class _Sight:
    """What of a page is theirs, and what begins there."""

    def __init__(self, world: World, export: Export) -> None:
        self.world, self.export = world, export
        self.traces = Traces(export.subject, "", outside_too=True)
        self.begins: list[Stop] = []
        stop = export.stops[-1]
        room = world.store.one(ref(Room, stop.key)) if stop.start == "room" else None
        self.own_room = room is not None and (
            room.visitor in export.subject.ids
            or (export.of == "customer" and room.customer == export.target and not room.vendor_only)
        )

    def concerned(self, records: Sequence[Record], listing: str) -> list[Record]:
        """Those that are theirs or tell of them, or that something begins at."""
        found = [each for each in records if KINDS[type(each)].fate not in (NOBODYS, KEPT)]
        found = [each for each in found if not isinstance(each, Export)]
        return [each for each in found if self._shows(each) or self._stop_at(each, listing)]

    def of(self, record: Record, listing: str) -> Iterator[Found]:
        """The record, if it is theirs or tells of them, and what hangs on it."""
        if begins := self._stop_at(record, listing):
            self.begins.append(begins)
        if self._shows(record):
            yield self._found(record)
            for each in records_at(self.world, HANGING.get(type(record), lambda _: [])(record)):
                yield self._found(each)

    def _shows(self, record: Record) -> bool:
        return self.own_room or self._theirs(record)

    def _stop_at(self, record: Record, listing: str) -> Stop | None:
        return stop_at(self.world, record, listing, sought=self.export, tells=self._theirs(record))

    def _theirs(self, record: Record) -> bool:
        return bool(whose(record, self.traces)) or without(record, self.traces) != record

    def _found(self, record: Record) -> Found:
        place = self.world.store.place(record)
        key = " ".join(map(str, place.ids))
        return Found(kind=type(record).__name__, key=key, record=shown(record), files=list(_files(self.world, record)))


def shown(record: Record) -> Any:
    """A record as whoever asked reads it: without what opens something."""
    return _without_keys(msgspec.to_builtins(record))


def _without_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_keys(each) for name, each in value.items() if not HIDDEN.search(name)}
    return [_without_keys(each) for each in value] if isinstance(value, list | tuple) else value


def _files(world: World, record: Record) -> Iterator[tuple[str, str]]:
    """The bytes that a record names."""
    if isinstance(record, Attachment):
        yield record.key, f"{record.id}-{record.name}"
    if isinstance(record, Message) and world.reach(record.source.channel) == "people" and record.source.id:
        key = original_key(record.workspace, record.source.install, record.source.id)
        yield key, f"{key.rpartition('/')[2]}.eml"


# --- packing ------------------------------------------------------------------------------------------------------


def _pack(world: World, export: Export) -> Export:
    """The next volume of the archive. Its parts go once the export says that the last one is there."""
    packed, raw, counts, files = _volume(world, export)
    number = export.volumes + 1
    world.files.put(export.volume(number), raw, "application/zip")
    counts = {kind: export.records.get(kind, 0) + counts.get(kind, 0) for kind in {**export.records, **counts}}
    fields = {"packed": packed, "volumes": number, "size": export.size + len(raw), "records": counts}
    if packed < export.parts:
        return _moved(world, export, files=export.files + files, **fields)
    ends = {"state": "ready", "stage": "wait", "subject": Subject(), "next_at": world.clock.now() + KEPT_MS}
    packed_all = _moved(world, export, files=export.files + files, **fields, **ends)
    for part in range(export.parts):
        world.files.remove(export.part(part))
    return packed_all


def _volume(world: World, export: Export) -> tuple[int, bytes, dict[str, int], int]:
    """(how many parts are packed by then, the volume, its records by kind, how many files)"""
    out, kinds, names, size = io.BytesIO(), dict[str, dict[str, Any]](), set[str](), 0
    number = export.packed
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        while number < export.parts and size + out.tell() < VOLUME:
            raw = world.files.get(export.part(number))
            size += len(raw)
            for each in msgspec.json.decode(raw, type=list[Found]):
                kinds.setdefault(each.kind, {})[each.key] = each.record
                for key, name in each.files:
                    if name not in names and (content := _content(world, key)) is not None:
                        names.add(name)
                        archive.writestr(f"files/{_safe(name)}", content)
            number += 1
        for kind, records in sorted(kinds.items()):
            archive.writestr(f"{kind}.json", msgspec.json.format(msgspec.json.encode(list(records.values()))))
    return number, out.getvalue(), {kind: len(records) for kind, records in kinds.items()}, len(names)


def _content(world: World, key: str) -> bytes | None:
    try:
        return world.files.get(key)
    except NotFound:
        return None


def _safe(name: str) -> str:
    """A name that names no other folder."""
    return re.sub(r"[/\\\x00-\x1f:]", "_", name)[:180]


# --- the end ------------------------------------------------------------------------------------------------------


def _end(world: World, export: Export) -> Export:
    """What was fetched, or waited for too long, is gone."""
    for key in export.keys:
        world.files.remove(key)
    return _moved(world, export, state="ended", ended_at=world.clock.now(), next_at=0)


STAGES: dict[str, Callable[[World, Export], Export]] = {"find": _find, "walk": _walk, "pack": _pack, "wait": _end}
