"""Remove a room with all that lies under it (cascading delete; ADR 178): first the room itself with the ways into it,
so that nobody speaks in it any more; then, page by page, what was said in it, by how long each kind says that it lives.

A triage room stays, since its customer's next word lands there: what was said in it goes. What comes to nothing (a
worker that dies, a table that is away) is done again, which removes nothing twice.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from msgspec.structs import replace

from ...desk.deliveries import Delivery
from ...desk.erasures import Self, Subject
from ...desk.files import Attachment
from ...desk.forgetting import STAND_IN, Traces, without
from ...desk.inbox_views import RoomViews, ViewRow, is_of_turn
from ...desk.mails import ReturnAddress, RoomAddress, original_key
from ...desk.messages import Mapped, Message
from ...desk.personal_data import KINDS, ROOM_LONG
from ...desk.ratings import Rating
from ...desk.record import Record
from ...desk.rooms import Binding, Bridge, Fork, LeavingRoom, Room, Seen
from ...desk.search_index import Found, Wanted, room_mark
from ...ports import Drop, Listing, Put, Ref, World, Write, over, ref
from ..paging import every
from ..rooms.read_marks import readers_of
from ..search.index import MANY, put_places
from .places import HANGING, files_of
from .walk import records_at

Gone = Callable[[Sequence[Record]], None]  # is told of what goes, before it does
PAGE = 50  # records that are removed at once
PAGES = 10  # of them in one go
NUMBERED = ("posts", "notes", "changes", "note-changes")
DOORS = 60  # ways into a room that are shut at once, and go with it
TIMES = ("created_at", "at", "bound_at")  # when a record was made
SENT = ("", ":sent", ":ref")  # what an install's ids of what we sent are noted under


def leave(world: World, room: Room, *, whole: bool = False) -> tuple[LeavingRoom, list[Write]]:
    """What is written so that a room is gone, if nobody has changed it since, and what is to go after that: with the
    `whole` of it also a triage room, and its figures."""
    leaving = LeavingRoom(
        room=room.id,
        workspace=room.workspace,
        customer=room.customer,
        left_at=world.clock.now(),
        whole=whole,
    )
    if room.kind != "triage" or whole:
        return leaving, [Drop(ref(Room, room.id), room.version), *islice(_doors(world, room), DOORS)]
    emptied = room.changed(
        last_message=None, mentioned={}, own_words={}, promise=None, closing=None, proposed="", emptied=room.version
    )
    return replace(leaving, upto=room.n), [over(emptied, room)]


def _doors(world: World, room: Room) -> Iterator[Write]:
    """Conversations that are bound to it are so no more."""
    listing: Listing[Bridge] = Listing("bridges", (room.id,))
    for bridge in every(world.store, listing):
        yield Drop(world.store.place(bridge))
        binding = world.store.one(ref(Binding, bridge.install, bridge.conversation)) if bridge.conversation else None
        if binding and binding.room == room.id:
            yield Drop(world.store.place(binding))


def clear(world: World, leaving: LeavingRoom, gone: Gone = lambda records: None) -> bool:
    """Remove what lies under a room that is gone; whether that was all. Raises AwsAway if somebody else writes the
    trees of search."""
    forks: Listing[Fork] = Listing("forks", (leaving.room,))
    clearing = _Clearing(world, leaving, gone, forks=list(every(world.store, forks)))
    for listing in _listings(leaving):
        cursor: str | None = None
        while True:
            if clearing.pages >= PAGES:
                return False
            page = world.store.page(listing, PAGE, cursor)
            clearing.remove(page.items)
            if not page.next:
                break
            cursor = page.next
    clearing.end()
    return True


def _listings(leaving: LeavingRoom) -> list[Listing[Any]]:
    if leaving.upto:
        names = (*NUMBERED, "deliveries")
        return [Listing(name, (leaving.room,), before=leaving.upto + 1) for name in names]
    return [Listing(name, (leaving.room,)) for name in ("under-room", "sent-of-room")]


class _Clearing:
    """One go at what lies under a room. What it was forked into goes on showing its files."""

    def __init__(self, world: World, leaving: LeavingRoom, gone: Gone, *, forks: Sequence[Fork]) -> None:
        self.world, self.leaving, self.gone, self.pages = world, leaving, gone, 0
        there = records_at(world, [ref(Room, each.into) for each in forks])
        live = {each.id for each in there if isinstance(each, Room)}
        self.forks, self.live = forks, [each for each in forks if each.into in live]
        self.there_again = not leaving.upto and world.store.one(ref(Room, leaving.room)) is not None

    def remove(self, records: Sequence[Record]) -> None:
        """A page of them, each with what hangs on it; what lives longer than its room stays, without who it was of."""
        writes: dict[Ref[Any], Write] = {}
        going = []
        for record in records:
            place = self.world.store.place(record)
            if self._is_later(record):
                continue
            goes = self.leaving.whole or KINDS[type(record)].lives.startswith(ROOM_LONG)
            if isinstance(record, Rating) and not goes and record.person != STAND_IN:
                writes[place] = Put(_nobodys(record), None)
            elif goes and not isinstance(record, Fork):
                going.append(record)
                writes[place] = Drop(place)
                writes |= {each: Drop(each) for each in self._hanging(record)}
        self.gone(going)
        if any(isinstance(each, Drop) for each in writes.values()):
            self.pages += 1
        self.world.store.spread(*writes.values())

    def _is_later(self, record: Record) -> bool:
        """Whether it is of a room that was opened under the same id meanwhile."""
        made = next((at for name in TIMES if isinstance(at := getattr(record, name, None), int)), None)
        return self.there_again if made is None else made >= self.leaving.left_at

    def _hanging(self, record: Record) -> list[Ref[Any]]:
        """The keys of what hangs on a record, and is of this room; bytes go at once."""
        if isinstance(record, Message):
            return self._of_message(record)
        if isinstance(record, Delivery):
            ids = [each for each in (record.provider_id, *record.parts, *record.steps.values()) if each]
            return self._mapped([ref(Mapped, record.install + name, id_) for name in SENT for id_ in ids])
        if isinstance(record, RoomViews):
            rows = [(view, at) for view, at in record.views.items() if not is_of_turn(view)]
            return [ref(ViewRow, record.workspace, view, at, record.room) for view, at in rows]
        if isinstance(record, RoomAddress):
            return [ref(ReturnAddress, record.token)]
        hanging = HANGING.get(type(record))
        return hanging(record) if hanging else []

    def _of_message(self, message: Message) -> list[Ref[Any]]:
        source = message.source
        known = [ref(Mapped, source.install, source.id)] if source.id else []
        if self._shown_elsewhere(message):
            return self._mapped(known)
        if source.id and self.world.reach(source.channel) == "people":
            self.world.files.remove(original_key(message.workspace, source.install, source.id))
        files = files_of(message)
        for id_ in files:
            self.world.files.remove(Attachment.key_of(message.workspace, id_))
        return [*self._mapped(known), *(ref(Attachment, id_) for id_ in files)]

    def _shown_elsewhere(self, message: Message) -> bool:
        """Whether another room shows the same files: it was copied there, or it is a copy itself."""
        came = message.forked_from
        if came and self.world.store.one(ref(Message, came.room, came.n, False)):
            return True
        return any(each.first <= message.n <= each.last for each in self.live)

    def _mapped(self, refs: Sequence[Ref[Mapped]]) -> list[Ref[Any]]:
        """Those of the id map that name this room."""
        found: list[Any] = records_at(self.world, refs)
        return [self.world.store.place(each) for each in found if each.room == self.leaving.room]

    def end(self) -> None:
        """How far it was read, its forks, and what search knows of it."""
        leaving, store = self.leaving, self.world.store
        if not leaving.upto:
            seen = records_at(
                self.world, [ref(Seen, each.id, leaving.room) for each in readers_of(self.world, leaving)]
            )
            store.spread(*(Drop(store.place(each)) for each in [*seen, *self.forks]))
        for tree in filter(None, (leaving.workspace, leaving.customer)):
            self._forget_in(tree)

    def _forget_in(self, tree: str) -> None:
        """What a tree knows of it is put as it is now: it is not there."""
        wanted = Wanted(marks=(room_mark(self.leaving.room),), newest=True)
        after: Found | None = None
        while found := self.world.index.find(tree, wanted, after.key if after else None, limit=MANY):
            put_places(self.world.store, self.world.index, tree, places=[(each.place, each.n) for each in found])
            after = found[-1]


def _nobodys(rating: Rating) -> Rating:
    """Whether somebody was happy stays, as a figure; who it was, and why, does not."""
    traces = Traces(Subject(selves=(Self(id=rating.person),)), STAND_IN)
    return without(rating, traces, theirs=True)
