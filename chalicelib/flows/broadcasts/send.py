"""Work on a broadcast (fan-out): plan it, hand out its pieces, send or undo a piece (ADR 31, 100).

Whatever runs twice, in any order, or is killed half-way: a room gets one message, and the tallies add up.
"""

from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ...desk.broadcasts import (
    CHUNK,
    CHUNK_OF_TOPICS,
    QUESTION,
    Broadcast,
    Piece,
    Result,
    Rules,
    Tally,
    Target,
    begins,
    first_come,
    heard,
    spared,
    speaks,
    standing,
    waits_for,
)
from ...desk.customers import Customer
from ...desk.errors import Busy, Clash
from ...desk.ids import triage_room_id
from ...desk.messages import Draft, Source
from ...desk.room_transitions import heard_by, said
from ...desk.rooms import Room
from ...desk.segments import Member
from ...desk.templates import filled_text
from ...ports import AwsAway, Errand, Listing, Put, Ref, World, new, over, ref
from ..optimistic_retry import again
from ..paging import every
from ..rooms.amend import amend, delete_step
from ..rooms.amend_copies import amend_copies
from .plan import plan


def send_broadcast(world: World, errand: Errand) -> Broadcast | None:
    """Do what the broadcast's state asks for now; the broadcast as it was read. Doing it again changes nothing."""
    broadcast: Broadcast | None
    if errand.piece is None:
        broadcast = world.store.one(ref(Broadcast, errand.broadcast))
        if broadcast and broadcast.state == "planning":
            broadcast = plan(world, broadcast)
        if broadcast and broadcast.state in ("sending", "undoing"):
            _hand_out(world, broadcast)
        return broadcast
    broadcast, piece, tally, *found = world.store.many([*_refs(errand.broadcast, errand.piece), *_around(errand)])
    if broadcast is None or piece is None:
        return None
    if broadcast.state == "sending":
        if not _has_to_wait(world, broadcast, errand.after):
            whole = errand.workspace == broadcast.workspace  # errands of before named less
            _Sending(world, broadcast, piece).run(tally, Around(found if whole else ()))
    elif broadcast.state == "undoing":
        _undo(world, broadcast, piece)
        settle(world, broadcast.id)
    elif tally and tally.due:  # whoever resumes it hands out its pieces anew
        with suppress(Clash):  # another worker has its hands on it
            world.store.commit(over(tally.changed(due=0), tally))
    return broadcast


def _refs(broadcast_id: str, number: int) -> list[Ref[Any]]:
    return [ref(Broadcast, broadcast_id), ref(Piece, broadcast_id, number), ref(Tally, broadcast_id, number)]


def _around(errand: Errand) -> list[Ref[Any]]:
    """What decides whether a room gets it now: the rules, the room, its customer, the customer's place in the segment,
    and what the customer has heard."""
    rooms = [*errand.rooms, *map(triage_room_id, errand.customers)]
    found: list[Ref[Any]] = [ref(Rules, errand.workspace), *[ref(Room, room) for room in dict.fromkeys(rooms)]]
    for customer in errand.customers:
        found += [ref(Customer, customer), *([ref(Member, errand.segment, customer)] if errand.segment else [])]
    return found


class Around:
    """The records that decide whether a room gets a broadcast now."""

    def __init__(self, read: Iterable[Any]) -> None:
        found = [each for each in read if each]
        self.rules = next((each for each in found if isinstance(each, Rules)), None)
        self.rooms = {each.id: each for each in found if isinstance(each, Room)}
        self.customers = {each.id: each for each in found if isinstance(each, Customer)}
        self.members = {each.customer for each in found if isinstance(each, Member)}

    def triage(self, target: Target) -> Room | None:
        """The triage room of a target's customer."""
        return self.rooms.get(triage_room_id(target.customer))

    def opens(self, broadcast: Broadcast, target: Target, now: int) -> int:
        """When (ms) a target's hours begin; 0 for now."""
        customer = self.customers.get(target.customer)
        if target.at > now or customer is None:
            return target.at if target.at > now else 0
        rules = self.rules or Rules(workspace=broadcast.workspace)
        return begins(broadcast, rules, customer.timezone, now=now)

    def spared(self, broadcast: Broadcast, target: Target, room: Room, *, now: int) -> str:
        """Why a target gets nothing now; "" if it gets the message."""
        if broadcast.segment and target.customer not in self.members:
            return "left the segment"
        times = heard(self.triage(target), room)
        rules = self.rules or Rules(workspace=broadcast.workspace)
        return spared(broadcast, rules, self.customers.get(target.customer), room=room, times=times, now=now)


def _errand(broadcast: Broadcast, number: int, targets: Iterable[Target], *, after: tuple[str, ...] = ()) -> Errand:
    """Work on a piece, for those of its targets that are owed something."""
    owed = [target for target in targets if not target.skipped]
    rooms, customers = tuple(target.room for target in owed), tuple(target.customer for target in owed)
    return Errand(broadcast.id, number, rooms, customers, broadcast.workspace, broadcast.segment, after)


def _before(world: World, broadcast: Broadcast) -> tuple[str, ...]:
    """The broadcasts that have their turn before it."""
    listing: Listing[Broadcast] = Listing("broadcasts", (broadcast.workspace,), newest_first=True)
    found = world.store.page(listing, 100).items
    return tuple(other.id for other in sorted(found, key=first_come) if waits_for(broadcast, other))


def _has_to_wait(world: World, broadcast: Broadcast, after: Iterable[str]) -> bool:
    """Whether one of those sent before still speaks. The clock comes back to what has to wait."""
    now, found = world.clock.now(), world.store.many([ref(Broadcast, id_) for id_ in after]) if after else []
    others = [other for other in found if other and waits_for(broadcast, other)]
    return any(speaks(other, tallies(world, other.id), now) for other in others)


def _hand_out(world: World, broadcast: Broadcast) -> None:
    """An errand for each piece that is not over, and does not wait for its hours."""
    now = world.clock.now()
    over_ = {
        t.number
        for t in tallies(world, broadcast.id)
        if (t.finished or t.due > now if broadcast.state == "sending" else t.undone)
    }
    if len(over_) >= broadcast.pieces:
        settle(world, broadcast.id)
        return
    after = _before(world, broadcast) if broadcast.state == "sending" else ()
    pieces = (piece for piece in _pieces(world, broadcast.id) if piece.number not in over_)
    world.queues.broadcast(_errand(broadcast, piece.number, piece.targets, after=after) for piece in pieces)


def wake_pieces(world: World, waited: Iterable[Tally]) -> None:
    """The clock's: send what of the pieces has waited for its hours, in the order in which the broadcasts were sent."""
    numbers: dict[str, list[int]] = {}
    for tally in waited:
        numbers.setdefault(tally.broadcast, []).append(tally.number)
    found = world.store.many([ref(Broadcast, id_) for id_ in numbers]) if numbers else []
    now = world.clock.now()
    for broadcast in sorted(filter(None, found), key=first_come):
        after = _before(world, broadcast)
        pieces = filter(None, world.store.many([ref(Piece, broadcast.id, n) for n in sorted(numbers[broadcast.id])]))
        world.queues.broadcast(
            _errand(broadcast, piece.number, [t for t in piece.targets if t.at <= now], after=after) for piece in pieces
        )


def tallies(world: World, broadcast_id: str) -> Iterator[Tally]:
    """How far each piece is that was begun."""
    yield from every(world.store, Listing("tallies", (broadcast_id,)))


def _pieces(world: World, broadcast_id: str) -> Iterator[Piece]:
    yield from every(world.store, Listing("pieces", (broadcast_id,)))


def results(world: World, broadcast_id: str, piece: int) -> dict[str, Result]:
    """What became of the rooms of a piece, by room."""
    listing: Listing[Result] = Listing("results", (broadcast_id, str(piece)))
    return {result.room: result for result in world.store.page(listing, 100).items}


def settle(world: World, broadcast_id: str) -> None:
    """A broadcast whose every piece is over is over. (While it is sent, only the clock looks: a look costs a query.)"""

    def attempt(_: int) -> None:
        broadcast, found = world.store.one(ref(Broadcast, broadcast_id)), list(tallies(world, broadcast_id))
        state = standing(broadcast, found) if broadcast else ""
        if broadcast and state != broadcast.state:
            world.store.commit(over(broadcast.changed(state=state, due=0), broadcast))

    again(world, attempt)


class _Stopped(Exception):
    """The broadcast is no longer being sent."""


@dataclass
class _Sending:
    """One run over a piece."""

    world: World
    broadcast: Broadcast
    piece: Piece

    def run(self, tally: Tally | None, around: Around) -> None:
        """Say the message in every room of the piece that has not got it, whose hours have come and who wants it.

        In this order: what has its result already is left out before anything else, since a piece may run twice. Then a
        chunk at once: it is one transaction for many rooms, and nearly always holds; where one of them moved, each is
        said alone, so that the others do not wait for it. Every transaction moves the tally, by which whoever stops the
        broadcast is met by the next one, and the last chunk finishes it in the same breath."""
        if tally and (tally.finished or tally.undone):
            return
        todo = self._due_now(around, results(self.world, self.broadcast.id, self.piece.number) if tally else {})
        left, size = 0, CHUNK if all(map(_in_triage, todo)) else CHUNK_OF_TOPICS
        for start in range(0, len(todo), size):
            chunk = todo[start : start + size]
            try:
                tally = self._together(tally, chunk, last=not left and start + size >= len(todo))
            except (Clash, AwsAway, KeyError):  # one of them moved or is not well: the rest shall not wait for it
                try:
                    left += self._apart(chunk)
                except _Stopped:
                    return
                tally = self.world.store.one(ref(Tally, self.broadcast.id, self.piece.number))
        if left:
            raise AwsAway(f"{left} rooms of a broadcast's piece")
        if tally is None or not (tally.finished or self.due and tally.due == self.due):
            self._finish()

    def _due_now(self, around: Around, done: Container[str]) -> list[Target]:
        """The rooms whose turn it is; of those whose hours come later the first moment is noted as `due`."""
        now = self.world.clock.now()
        owed = [target for target in self.piece.targets if not target.skipped and target.room not in done]
        later = {target.room: at for target in owed if (at := around.opens(self.broadcast, target, now))}
        self.due, self.around = min(later.values(), default=0), around
        return [target for target in owed if target.room not in later]

    def _apart(self, chunk: list[Target]) -> int:
        """Each room by itself; how many are left."""
        return sum(1 for target in chunk if not self._alone(target))

    def _together(self, tally: Tally | None, chunk: list[Target], last: bool) -> Tally:
        """One transaction: each room, its message and its result, and the tally. KeyError for a room or a customer that
        ought to be there, and was not read."""
        writes, skipped = [], 0
        for target in chunk:
            if not target.opens:
                self.around.rooms[target.room]
            self.around.customers[target.customer]
            puts, reason = self._becomes(target, self.around)
            writes += puts
            skipped += bool(reason)
        moved, put = self._counted(tally, stored=len(chunk) - skipped, skipped=skipped, last=last)
        self.world.store.commit(*writes, put)
        return moved

    def _becomes(self, target: Target, around: Around) -> tuple[list[Put], str]:
        """What is written for a room, and why it is skipped, if it is."""
        now = self.world.clock.now()
        room = around.rooms.get(target.room)
        reason = around.spared(self.broadcast, target, room or self._opened(target, now), now=now)
        if reason:
            return [new(self._result(target).changed(skipped=reason))], reason
        return self._said(target, room, around.triage(target), now=now), ""

    def _said(self, target: Target, room: Room | None, triage: Room | None, *, now: int) -> list[Put]:
        """The room, which is made here if need be, the message, the result, and that the customer has heard it."""
        result = self._result(target)
        draft = Draft(
            author=self.broadcast.author,
            text=filled_text(self.broadcast.text_in(target.language), target.values),
            source=Source(channel="broadcast"),
            attachments=self.broadcast.attachments,
            broadcast=result.said,
        )
        moved, message = said(room or self._opened(target, now), draft, now)
        puts = [over(moved, room) if room else new(moved), new(message), new(result.changed(n=message.n))]
        if triage is None or _in_triage(target):
            return puts
        return [*puts, over(triage.changed(heard=heard_by(triage, now)), triage)]

    def _opened(self, target: Target, now: int) -> Room:
        return Room(
            version=1,
            id=target.room,
            workspace=self.broadcast.workspace,
            kind="topic",
            name=target.opens,
            created_at=now,
            customer=target.customer,
            customer_external_id=target.external_id,
        )

    def _result(self, target: Target) -> Result:
        return Result(
            broadcast=self.broadcast.id,
            piece=self.piece.number,
            room=target.room,
            customer=target.customer,
            asks=self.broadcast.kind == QUESTION,
        )

    def _counted(
        self, tally: Tally | None, *, stored: int = 0, failed: int = 0, skipped: int = 0, last: bool = False
    ) -> tuple[Tally, Put]:
        """The tally after some more; with the `last` of those whose hours have come it is finished, or waits."""
        old = tally or Tally(broadcast=self.broadcast.id, number=self.piece.number)
        moved = old.changed(
            stored=old.stored + stored,
            failed=old.failed + failed,
            skipped=old.skipped + skipped,
            finished=last and not self.due,
            due=self.due if last else old.due,
        )
        return moved, over(moved, old)

    def _alone(self, target: Target) -> bool:
        """Say it in one room; False if AWS does not let us now. A room that cannot be written to has failed."""
        try:
            again(self.world, lambda _: self._one(target, ""))
        except Busy as error:
            again(self.world, lambda _, reason=error.detail: self._one(target, reason))  # type: ignore[misc]
        except AwsAway:
            return False
        return True

    def _one(self, target: Target, failed: str) -> None:
        refs = [*_refs(self.broadcast.id, self.piece.number), *_around(_errand(self.broadcast, 0, [target]))]
        refs.append(ref(Result, self.broadcast.id, self.piece.number, target.room))
        broadcast, _, tally, *found, result = self.world.store.many(refs)
        around = Around(found)
        if broadcast is None or broadcast.state != "sending" or tally and tally.undone:
            raise _Stopped
        if result:
            return
        if target.room not in around.rooms and not target.opens or failed:
            _, put = self._counted(tally, failed=1)
            self.world.store.commit(new(self._result(target).changed(failed=failed or "no such room")), put)
            return
        puts, reason = self._becomes(target, around)
        _, put = self._counted(tally, stored=not reason, skipped=bool(reason))
        self.world.store.commit(*puts, put)

    def _finish(self) -> None:
        def attempt(_: int) -> None:
            place = ref(Tally, self.broadcast.id, self.piece.number)
            old = self.world.store.one(place) or Tally(broadcast=self.broadcast.id, number=self.piece.number)
            if not (old.finished or old.undone):
                self.world.store.commit(self._counted(old, last=True)[1])

        again(self.world, attempt)


def _in_triage(target: Target) -> bool:
    """Whether the room is its customer's triage room, which keeps what the customer has heard."""
    return target.room == triage_room_id(target.customer)


def _undo(world: World, broadcast: Broadcast, piece: Piece) -> None:
    """Delete what the piece said, across bridges. Whoever sends it at this moment clashes over the tally, and stops; or
    was faster, and then we clash, and look again."""

    def attempt(_: int) -> None:
        old = world.store.one(ref(Tally, broadcast.id, piece.number)) or Tally(
            broadcast=broadcast.id, number=piece.number
        )
        if old.undone:
            return
        found = [result for result in results(world, broadcast.id, piece.number).values() if result.n]
        for result in found:
            amend(
                world, result.room, result.n, internal=False, step=delete_step, type_="deleted", by=broadcast.author.id
            )
            amend_copies(world, result.room, result.n, step=delete_step, type_="deleted", by=broadcast.author.id)
        tally = old.changed(deleted=len(found), undone=True)
        world.store.commit(*[over(result.changed(deleted=True), result) for result in found], over(tally, old))

    again(world, attempt)
