"""Walk over all that there may be of somebody, a page at a time, and take them out of it (ADR 176).

What tells nothing of them is passed by: it costs the reading alone. The others of a page are changed in one transaction
with how far the walk is, so that each is counted once, whoever dies when. What has to go through a room (its messages)
goes there before that, by the ways of every edit and delete: they cross bridges, reach open pages and search, and do
nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from ...desk.customers import Customer
from ...desk.deliveries import Delivery
from ...desk.erasures import WAKE_AFTER_MS, Erasure, Fared, Stop, Twin
from ...desk.errors import NotFound
from ...desk.exports import Export
from ...desk.files import Attachment
from ...desk.forgetting import FORGOTTEN, Traces, named, whose, without
from ...desk.issues import Comment, Issue, TakenBack, Ticket, suggested
from ...desk.mails import original_key
from ...desk.messages import Change, Mapped, Message
from ...desk.personal_data import ANONYMISED, KEPT, KINDS, NOBODYS
from ...desk.quoted_messages import quotes_of, without_quotes
from ...desk.record import Record
from ...desk.room_transitions import room_changed
from ...desk.rooms import Room, Seen
from ...desk.times import HOUR_MS
from ...desk.unheard import Unheard
from ...desk.workspaces import Install, Workspace
from ...ports import Drop, Listing, Ref, World, Write, new, over, ref
from ..forgotten import known_outside, known_source, known_words, remember
from ..optimistic_retry import again
from ..paging import every
from ..rooms.amend import amend, delete_step
from .mail_texts import tells_of
from .places import HANGING, ROOT, Asked, Ground, Sought, by_key, files_of, leads, may_concern, plan

LOOKED = 50  # records that are read at once
PAGE = 4  # of them that something becomes of at once: what follows from that holds up nobody (ADR 183)
CLOSE = 4  # messages of a range that are read for one that was sent
READS = 50  # pages that are read until something becomes of one
DERIVED_MS = HOUR_MS  # ms after which all is derived from what an erasure has changed
MOST = 90  # writes in one transaction
OPENED = f"A question of {FORGOTTEN}"  # how a room or an issue is called that was called by their words
NAMES = 100  # names of one person that are known at most
THEIRS = "they said it there themselves"
BY_HAND = "somebody else wrote it there"
TWICE = "an answer was lost: it may stand there once more, where we cannot find it"
DISCONNECTED = "the install is disconnected: it is to be removed there"
ROOMS = {"rooms", "unsaid-rooms", "snoozed-rooms"}  # listings of the whole workspace's rooms


def ground_of(world: World, sought: Sought) -> Ground:
    """What plans are made for."""
    tenant = world.store.one(ref(Workspace, sought.workspace))
    installs: Listing[Install] = Listing("installs", (sought.workspace,))
    return Ground(sought, tenant.inbox_shards if tenant else 1, tuple(each.id for each in every(world.store, installs)))


def step(world: World, erasure: Erasure, ground: Ground) -> Erasure:
    """The erasure after the next page of its walk. Raises Clash where somebody else was faster, with a record of the
    page or with the page itself: then it is to be done again."""
    walk = _Walk(world, erasure)
    page = page_at(world, erasure.stops[-1], replace(ground, sought=erasure), concerned=walk.concerned)
    walk.look_at(page.records, page.listing)
    return walk.moved(page.rest)


@dataclass(frozen=True, slots=True)
class WalkPage:
    """The records of a page, the listing that it is of ("": they were read by key), and where the walk goes on at the
    same thing."""

    records: list[Record]
    listing: str
    rest: tuple[Stop, ...]


Concerned = Callable[[Sequence[Record], str], list[Record]]


def page_at(world: World, stop: Stop, ground: Ground, *, concerned: Concerned, most: int = PAGE) -> WalkPage:
    """What lies at a stop that is `concerned`, of records of a listing: those of the next page that has any, `most` at
    once."""
    asked = plan(stop.start, stop.key, ground)
    if stop.start == ROOT and not stop.at and not stop.cursor:
        return WalkPage(concerned(records_at(world, by_key(ground)), ""), "", _after(stop, asked, None, first=True))
    for _ in range(READS):
        number = stop.at - 1 if stop.start == ROOT else stop.at
        if number >= len(asked):
            break
        listing = asked[number].listing
        page = world.store.page(listing, LOOKED, stop.cursor or None)
        found = concerned(page.items, listing.name)
        if len(found) > most:  # once more, as far as the first of them reach: where to go on is told of a page's end
            reach = next(at for at, each in enumerate(page.items) if each is found[most])
            page = world.store.page(listing, reach, stop.cursor or None)
            found = concerned(page.items, listing.name)
        rest = _after(stop, asked, page.next)
        if found or not rest:
            return WalkPage(found, listing.name, rest)
        (stop,) = rest
    else:
        return WalkPage([], "", (stop,))
    return WalkPage([], "", ())


def stop_at(world: World, record: Record, listing: str, *, sought: Sought, tells: bool) -> Stop | None:
    """What a walk begins at a record that it has come to by a listing."""
    if isinstance(record, Room):
        known = listing in ROOMS and record.customer in sought.subject.customers and not record.vendor_only
        return Stop(start="room", key=record.id) if not known and may_concern(record, sought, tells=tells) else None
    if isinstance(record, Seen):
        room = world.store.one(ref(Room, record.room))
        return Stop(start="room", key=room.id) if room and room.customer not in sought.subject.customers else None
    begins = leads(record, listing)
    return Stop(start=begins[0], key=begins[1]) if begins else None


def records_at(world: World, refs: Sequence[Ref[Any]]) -> list[Record]:
    """What is there, of any number of keys."""
    found: list[Record] = []
    for start in range(0, len(refs), 100):
        found += [each for each in world.store.many(refs[start : start + 100]) if each]
    return found


def _after(stop: Stop, asked: Sequence[Asked], cursor: str | None, *, first: bool = False) -> tuple[Stop, ...]:
    """Where it goes on at the same thing; nowhere, at its end."""
    if cursor:
        return (msgspec.structs.replace(stop, cursor=cursor),)
    last = len(asked) + (stop.start == ROOT)
    return (Stop(start=stop.start, key=stop.key, at=stop.at + 1),) if first or stop.at + 1 < last else ()


class _Walk:
    """A page on its way: what is to be written with it, and what begins at what it found."""

    def __init__(self, world: World, erasure: Erasure) -> None:
        self.world, self.erasure = world, erasure
        self.traces = Traces(erasure.subject, erasure.stand_in, outside_too=erasure.stage == "ids")
        self.writes: dict[Ref[Any], Write] = {}
        self.begins: list[Stop] = []
        self.removed, self.anonymised = dict(erasure.removed), dict(erasure.anonymised)
        self.twins = {(each.install, each.channel, each.fared, each.reason): each.count for each in erasure.twins}
        self.names = dict.fromkeys(erasure.subject.names)
        self.room: Room | None = None
        self.carried: dict[tuple[str, int], Message | None] = {}  # what deliveries carry, and changes are of

    def concerned(self, records: Sequence[Record], listing: str) -> list[Record]:
        """Those that something becomes of, or that something begins at."""
        found = [each for each in records if KINDS[type(each)].fate not in (NOBODYS, KEPT)]
        found = [each for each in found if not isinstance(each, Erasure) or each.ended]  # what runs looks for them
        self._read_carried([each for each in found if isinstance(each, Delivery | Change)])
        return [each for each in found if self._concerns(each) or self._stop_at(each, listing)]

    def _concerns(self, record: Record) -> bool:
        if isinstance(record, Message):
            theirs = whose(record, self.traces)
            if not record.deleted or _names_its_room(record) if theirs else (record.rest or self._mailed(record)):
                return True
        theirs = isinstance(record, Delivery) and self._theirs(record) is not None
        theirs = theirs or (isinstance(record, Comment | Ticket) and self._fares(record))
        return theirs or self._after(record) != record

    def look_at(self, records: Sequence[Record], listing: str) -> None:
        """Each record as it becomes, and what hangs on it."""
        said = [each for each in records if isinstance(each, Message)]
        for record in self._said(said) if said else records:
            if isinstance(record, Delivery):
                self._delivery(record, self._theirs(record))
            else:
                if isinstance(record, Comment | Ticket):
                    self._tracked(record)
                elif isinstance(record, Issue):
                    self._retitled(record)
                self._becomes(record)
            self._leads(record, listing)

    def moved(self, rest: tuple[Stop, ...]) -> Erasure:
        """Write all of it, in one transaction with how far the walk is."""
        old = self.erasure
        names = tuple(list(self.names)[:NAMES])
        subject = msgspec.structs.replace(old.subject, names=names) if names != old.subject.names else old.subject
        erasure = old.changed(
            state="running",
            stops=(*old.stops[:-1], *rest, *self.begins),
            changed_in_walk=old.changed_in_walk or bool(self.writes) or subject != old.subject,
            removed=self.removed,
            anonymised=self.anonymised,
            subject=subject,
            twins=tuple(
                Twin(install=install, channel=channel, fared=fared, reason=reason, count=count)
                for (install, channel, fared, reason), count in self.twins.items()
            ),
            piece=old.piece + 1,
            next_at=self.world.clock.now() + WAKE_AFTER_MS,
        )
        writes = list(self.writes.values())
        drops = [each for each in writes if isinstance(each, Drop)]
        surplus = drops[: max(0, len(writes) - MOST)]  # what hangs on few records may be much: that goes by itself
        self.world.store.spread(*surplus)
        self.world.store.commit(over(erasure, old), *(each for each in writes if each not in surplus))
        return erasure

    # --- records

    def _becomes(self, record: Record, *, theirs: bool = False) -> None:
        after = self._after(record, theirs=theirs)
        if after is None:
            self._drop(record)
        elif after != record:
            self._put(after, record)

    def _after(self, record: Record, *, theirs: bool = False) -> Record | None:
        """What becomes of a record, by its kind and by whose it is; None where it is removed. One that is removed, but
        of somebody else, is without them."""
        theirs = theirs or self._in_their_own_room(record)
        own = whose(record, self.traces)
        after = without(self._bare(record), self.traces, theirs=theirs)
        if isinstance(after, Comment) and isinstance(record, Comment) and after.text != record.text:
            after = self._taken_back(after, record)
        if isinstance(after, Customer) and after.contact in self.erasure.subject.called:
            after = msgspec.structs.replace(after, contact="")
        if KINDS[type(record)].fate == ANONYMISED:
            return after
        if own or (own is None and (theirs or self._tells(record))):
            return None
        return after if own is False else record

    def _bare(self, record: Record) -> Record:
        """A record without what it tells of the message of theirs that it is about: its files' names, its id elsewhere,
        what it quotes. Why it was not sent is ours to tell."""
        if isinstance(record, Issue):
            return _unquoted(record, self.erasure.subject.names)
        if isinstance(record, Delivery) and record.state == "sent" and record.reason and self._theirs(record):
            return msgspec.structs.replace(record, reason="")
        if isinstance(record, Change) and record.source and self.traces.outside_too and self._theirs(record):
            return msgspec.structs.replace(record, source=None)
        return record

    def _tells(self, record: Record) -> bool:
        """Whether a record tells of them at all, by what they are called elsewhere, too."""
        wholly = replace(self.traces, outside_too=True)
        return without(record, wholly) != record

    def _in_their_own_room(self, record: Record) -> bool:
        """Whether it is of a conversation that is theirs alone. What says itself whose it is, is not asked."""
        room = getattr(record, "room", "")
        return bool(room) and isinstance(room, str) and room in self._own_rooms

    @property
    def _own_rooms(self) -> set[str]:
        stop = self.erasure.stops[-1]
        if stop.start != "room":
            return set()
        if self.room is None:
            self.room = self.world.store.one(ref(Room, stop.key))
        theirs = (*self.erasure.subject.ids, self.erasure.stand_in)
        return {stop.key} if self.room and self.room.visitor in theirs and not self.room.customer else set()

    def _put(self, after: Record, before: Record) -> None:
        place = self.world.store.place(before)
        if place in self.writes:
            return
        if self.world.store.place(after) != place:  # it is found by what is taken out of it
            self._drop(before)
            return
        if isinstance(before, Room) and isinstance(after, Room):
            if after.name != before.name and self._called_by_them(before):
                after = msgspec.structs.replace(after, name=OPENED)
            after, change = _numbered(before, after, by=self.erasure.by, at=self.world.clock.now())
            self.writes[self.world.store.place(change)] = new(change)
        else:
            after = msgspec.structs.replace(after, version=before.version + 1)
        self.writes[place] = over(after, before)
        name = type(before).__name__
        self.anonymised[name] = self.anonymised.get(name, 0) + 1

    def _drop(self, record: Record) -> None:
        """The record, its bytes, and what hangs on it and is theirs."""
        place = self.world.store.place(record)
        if place in self.writes:
            return
        if isinstance(record, Unheard):
            self.world.queues.forget(record.kept)
        if isinstance(record, Attachment):
            self.world.files.remove(record.key)
        for key in record.keys if isinstance(record, Export) else ():
            self.world.files.remove(key)
        self.writes[place] = Drop(place)
        name = type(record).__name__
        self.removed[name] = self.removed.get(name, 0) + 1
        hanging = HANGING.get(type(record))
        for each in records_at(self.world, hanging(record)) if hanging else []:
            if whose(each, self.traces) is not False or self._tells(each):
                self._drop(each)

    # --- what was said

    def _said(self, messages: Sequence[Message]) -> list[Message]:
        """Messages as they are once what they said is taken back, or taken out of them, and their files are gone."""
        theirs = [each.source for each in messages if whose(each, self.traces)]
        known = [each for each in theirs if each.install and each.id]
        if known:
            remember(self.world, self.erasure, [known_source(each.install, each.id) for each in known])
        if known and self.traces.outside_too:
            for mapped in records_at(self.world, [ref(Mapped, each.install, each.id) for each in known]):
                self._drop(mapped)
        return [self._take_back(each) if whose(each, self.traces) else self._reword(each) for each in messages]

    def _mailed(self, message: Message) -> bool:
        """Whether the bucket has it as it came."""
        return self.world.reach(message.source.channel) == "people" and bool(message.source.id)

    def _take_back(self, message: Message) -> Message:
        """A message of theirs: its files and its original go first, while it still names them; then it is deleted, as
        anybody deletes one."""
        if named(message.author.name):
            self.names[message.author.name] = None
        source = message.source
        if self._mailed(message):
            self.world.files.remove(original_key(message.workspace, source.install, source.id))
        for id_ in files_of(message):
            there = self.world.store.one(ref(Attachment, id_))
            self.world.files.remove(Attachment.key_of(message.workspace, id_))
            if there:
                self.world.store.commit(Drop(ref(Attachment, id_)))
        if _names_its_room(message):
            self._rename(message.room)
        return message if message.deleted else self._amend(message, delete_step, "deleted")

    def _called_by_them(self, room: Room) -> bool:
        first = self.world.store.one(ref(Message, room.id, 1, False))
        return first is not None and bool(whose(first, self.traces)) and _names_its_room(first)

    def _rename(self, room: str) -> None:
        """A room that is called by their own words."""

        def attempt(_: int) -> None:
            there = self.world.store.one(ref(Room, room))
            if there and there.kind != "triage" and there.name != OPENED:
                fields, now = {"name": OPENED}, self.world.clock.now()
                renamed, change = room_changed(there, now, self.erasure.by, fields=fields)
                self.world.store.commit(over(renamed, there), new(change))

        again(self.world, attempt)

    def _reword(self, message: Message) -> Message:
        """Somebody else's words without them; what a mail quoted, and the mail itself, if it tells of them."""
        source = message.source
        if self._mailed(message):
            self._file(original_key(message.workspace, source.install, source.id), whole=True)
        if message.rest:
            self._file(Attachment.key_of(message.workspace, message.rest.file.id), whole=False)
        text = self.traces.text(message.text)
        if text == message.text or message.deleted:
            return message
        at = self.world.clock.now()

        def step(now: Message) -> Message | None:
            words = self.traces.text(now.text)
            if now.deleted or words == now.text:
                return None
            return msgspec.structs.replace(now, text=words, revision=now.revision + 1, edited_at=now.edited_at or at)

        return self._amend(message, step, "edited")

    def _file(self, key: str, *, whole: bool) -> None:
        """A file without them, or, where it cannot be changed, none."""
        try:
            content = self.world.files.get(key)
        except NotFound:
            return
        if whole:
            if tells_of(content, self.traces):
                self.world.files.remove(key)
            return
        text = content.decode(errors="replace")
        if self.traces.tells(text):
            self.world.files.put(key, self.traces.text(text).encode(), "text/plain")

    def _amend(self, message: Message, step: Any, type_: Any) -> Message:
        by = self.erasure.stand_in if type_ == "deleted" else self.erasure.by
        return amend(self.world, message.room, message.n, internal=message.internal, step=step, type_=type_, by=by)

    # --- what was sent

    def _read_carried(self, rows: Sequence[Delivery | Change]) -> None:
        """By their range, where their numbers lie close together: that reads several by one unit."""
        places = dict.fromkeys((row.room, row.message) for row in rows if row.message)
        for room in dict.fromkeys(room for room, _ in places):
            numbers = [n for of, n in places if of == room and (of, n) not in self.carried]
            if numbers and (span := max(numbers) - min(numbers) + 1) <= CLOSE * len(numbers):
                posts: Listing[Message] = Listing("posts", (room,), after=min(numbers) - 1, before=max(numbers) + 1)
                self.carried |= {(room, each.n): each for each in self.world.store.page(posts, span).items}
        fresh = [place for place in places if place not in self.carried]
        if fresh:
            found = self.world.store.many([ref(Message, room, n, False) for room, n in fresh])
            self.carried |= zip(fresh, found, strict=True)

    def _theirs(self, row: Delivery | Change) -> Message | None:
        """The message that a delivery carries, or a change is of, if it was theirs."""
        message = self.carried.get((row.room, row.message))
        return message if message and whose(message, self.traces) else None

    def _delivery(self, row: Delivery, message: Message | None) -> None:
        """How what was sent fares over there; its ids go once that is over."""
        if message and row.what == "delete":
            self._count(row, *_fared(row, message))
        elif message and row.what == "post" and row.provider_id and self._still_unowed(row, message):
            self._count(row, "waiting", "")
        if message and self._unfindable(row):
            self._count(row, "by-hand", TWICE)
        if message and self.traces.outside_too:
            ids = [each for each in (row.provider_id, *row.parts, *row.steps.values()) if each]
            remember(self.world, self.erasure, [known_source(row.install, each) for each in ids])
            names = [row.install, f"{row.install}:sent"]
            for each in records_at(self.world, [ref(Mapped, name, id_) for name in names for id_ in ids]):
                self._drop(each)
        self._becomes(row, theirs=message is not None)

    def _unfindable(self, row: Delivery) -> bool:
        """Whether what was sent may lie there under an id that nobody has told us, and bears no mark."""
        channel = self.world.outbound(row.channel)
        return row.doubtful and row.state != "queued" and channel is not None and row.what in channel.UNMARKED

    def _still_unowed(self, row: Delivery, message: Message) -> bool:
        """Whether the delete of what was sent may still come into the ledger: the stream tells of it a little later."""
        if self.world.clock.now() > self.erasure.created_at + DERIVED_MS:
            return False
        return self.world.store.one(ref(Delivery, row.bridge, message.changed_n)) is None

    def _count(self, row: Delivery, fared: Fared, reason: str) -> None:
        self._count_at(row.install, row.channel, fared=fared, reason=reason)

    def _count_at(self, install: str, channel: str, *, fared: Fared, reason: str) -> None:
        place = (install, channel, fared, reason)
        self.twins[place] = self.twins.get(place, 0) + 1

    # --- what stands at trackers

    def _taken_back(self, after: Comment, before: Comment) -> Comment:
        """A comment that tells of them: ours is deleted there; what somebody else wrote there is theirs to delete."""
        if before.deleted:
            return after
        if before.mark:
            back = TakenBack(stand_in=self.erasure.stand_in)
            return msgspec.structs.replace(after, text="", deleted=True, taken_back=back)
        reason = THEIRS if whose(before, self.traces) else BY_HAND
        back = TakenBack(stand_in=self.erasure.stand_in, fared="by-hand", reason=reason)
        return msgspec.structs.replace(after, taken_back=back)

    def _fares(self, record: Comment | Ticket) -> bool:
        """Whether something of it was to be taken back for this erasure."""
        return record.taken_back is not None and record.taken_back.stand_in == self.erasure.stand_in

    def _tracked(self, record: Comment | Ticket) -> None:
        """How what is to be taken back there fares; that it is to be is told to the ticket, which is looked at. What
        comes again in others' words is known by a hash of them."""
        back = record.taken_back
        if back and self._fares(record):
            install = self.world.store.one(ref(Install, record.install))
            disconnected = back.fared == "waiting" and (install is None or install.state == "disabled")
            shown = msgspec.structs.replace(back, fared="by-hand", reason=DISCONNECTED) if disconnected else back
            kind = install.kind if install else ""
            self._count_at(record.install, kind, fared=shown.fared, reason=shown.reason)
        after = self._after(record)
        if after is None or after == record:
            return
        texts = (record.text,) if isinstance(record, Comment) else (record.title, record.assignee)
        remember(self.world, self.erasure, [known_words(record.install, text) for text in texts if text])
        if isinstance(record, Comment) and record.mark and not record.deleted:
            ticket = self.world.store.one(ref(Ticket, record.issue, record.install))
            if ticket and not ticket.takes_back:
                self._put(self._waking(ticket), ticket)

    def _retitled(self, issue: Issue) -> None:
        """Its tickets tell of them if it does: what we wrote there is written anew."""
        after = self._after(issue)
        names = ("title", "text", "public_title", "public_text")
        if after is None or all(getattr(after, name) == getattr(issue, name) for name in names):
            return
        for link in issue.tickets:
            ticket = self.world.store.one(ref(Ticket, issue.id, link.install))
            if ticket and ticket.ticket:
                remember(self.world, self.erasure, [known_words(link.install, ticket.title)] if ticket.title else [])
                back = TakenBack(stand_in=self.erasure.stand_in)
                self._put(msgspec.structs.replace(self._waking(ticket), taken_back=back), ticket)

    def _waking(self, ticket: Ticket) -> Ticket:
        """The ticket as it becomes, to be looked at soon: the clock finds it."""
        after = without(ticket, self.traces)
        return msgspec.structs.replace(after, takes_back=True, due=self.world.clock.now() + WAKE_AFTER_MS)

    # --- what begins there

    def _leads(self, record: Record, listing: str) -> None:
        if isinstance(record, Comment) and not record.by and record.author_id in self.traces.outside:
            remember(self.world, self.erasure, [known_outside(record.install, record.author_id)])
        if begins := self._stop_at(record, listing):
            self.begins.append(begins)

    def _stop_at(self, record: Record, listing: str) -> Stop | None:
        tells = isinstance(record, Room) and self._tells(record)
        return stop_at(self.world, record, listing, sought=self.erasure, tells=tells)


def _unquoted(issue: Issue, names: Sequence[str]) -> Issue:
    """An issue that quotes nothing of theirs, nor is called by it."""
    called = {suggested(each) for each in quotes_of(issue.text, names)}
    titles = {name: OPENED for name in ("title", "public_title") if getattr(issue, name) in called}
    return msgspec.structs.replace(issue, text=without_quotes(issue.text, names), **titles)


def _names_its_room(message: Message) -> bool:
    """Whether a room is called by what somebody said first there: from outside, or as a visitor."""
    return message.n == 1 and bool(message.source.install or message.author.kind == "visitor")


def _numbered(before: Room, after: Room, *, by: str, at: int) -> tuple[Room, Change]:
    """A room as it becomes, and the change that it is: its changes are numbered without a gap, and its name is shown
    elsewhere."""
    names = [name for name in before.__struct_fields__ if name != "version"]
    fields = {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
    moved, change = room_changed(before, at, by, fields=fields)
    shown = tuple(name for name in change.fields if name == "name")
    return moved, msgspec.structs.replace(change, fields=shown, promise=None, assigned=())


def _fared(row: Delivery, message: Message) -> tuple[Fared, str]:
    """How the delete of a message of theirs fares over a bridge."""
    if row.state == "queued":
        return "waiting", ""
    if message.source.install == row.install:  # whatever the other side made of it
        return "by-hand", THEIRS
    if row.state == "sent":
        return "done", ""
    return ("unsupported" if row.state == "skipped" else "failed"), row.reason
