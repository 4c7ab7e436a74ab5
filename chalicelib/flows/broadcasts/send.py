"""Work on a broadcast (fan-out): plan it, hand out its pieces, send or undo a piece.

Whatever runs twice, in any order, or is killed half-way: a room gets one message, and the tallies add up.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ...desk.broadcasts import CHUNK, CHUNK_OF_TOPICS, Broadcast, Heard, Piece, Result, Tally, Target, standing
from ...desk.errors import Busy, Clash
from ...desk.messages import Draft, Source
from ...desk.room_transitions import said
from ...desk.rooms import Room
from ...desk.templates import filled
from ...ports import AwsAway, Errand, Listing, Put, Ref, World, new, over, ref
from ..optimistic_retry import again
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
    broadcast, piece, tally, *found = world.store.many(
        _refs(errand.broadcast, errand.piece, errand.rooms, errand.customers)
    )
    if broadcast is None or piece is None:
        return None
    if broadcast.state == "sending":
        _Sending(world, broadcast, piece).run(tally, [each for each in found if each])
    elif broadcast.state == "undoing":
        _undo(world, broadcast, piece)
        settle(world, broadcast.id)
    elif tally and tally.due:  # whoever resumes it hands out its pieces anew
        with suppress(Clash):  # another worker has its hands on it
            world.store.commit(over(tally.changed(due=0), tally))
    return broadcast


def _refs(broadcast_id: str, number: int, rooms: Iterable[str], customers: Iterable[str] = ()) -> list[Ref[Any]]:
    found: list[Ref[Any]] = [ref(Broadcast, broadcast_id), ref(Piece, broadcast_id, number)]
    found += [ref(Tally, broadcast_id, number), *[ref(Room, room) for room in rooms]]
    return [*found, *[ref(Heard, customer) for customer in customers]]


def _errand(broadcast_id: str, number: int, targets: Iterable[Target]) -> Errand:
    """Work on a piece, for those of its targets that are owed something."""
    owed = [target for target in targets if not target.skipped]
    customers = tuple(target.customer for target in owed if target.opens)
    return Errand(broadcast_id, number, tuple(target.room for target in owed), customers)


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
    pieces = (piece for piece in _pieces(world, broadcast.id) if piece.number not in over_)
    world.queues.broadcast(_errand(broadcast.id, piece.number, piece.targets) for piece in pieces)


def wake_piece(world: World, tally: Tally) -> None:
    """The clock's: send what of a piece has waited for its hours."""
    piece = world.store.one(ref(Piece, tally.broadcast, tally.number))
    if piece:
        now = world.clock.now()
        world.queues.broadcast([_errand(piece.broadcast, piece.number, [t for t in piece.targets if t.at <= now])])


def tallies(world: World, broadcast_id: str) -> Iterator[Tally]:
    """How far each piece is that was begun."""
    yield from _all(world, Listing("tallies", (broadcast_id,)))


def _pieces(world: World, broadcast_id: str) -> Iterator[Piece]:
    yield from _all(world, Listing("pieces", (broadcast_id,)))


def _all(world: World, listing: Listing[Any]) -> Iterator[Any]:
    cursor: str | None = None
    while True:
        page = world.store.page(listing, 100, cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


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

    def run(self, tally: Tally | None, read: list[Any]) -> None:
        """Say the message in every room of the piece that has not got it, and whose hours have come. `read` are the
        rooms, and what their customers have heard."""
        if tally and (tally.finished or tally.undone):
            return
        done = results(self.world, self.broadcast.id, self.piece.number) if tally else {}
        now = self.world.clock.now()
        owed = [target for target in self.piece.targets if not target.skipped and target.room not in done]
        todo = [target for target in owed if target.at <= now]
        self.due = min((target.at for target in owed if target.at > now), default=0)
        self.rooms = {each.id: each for each in read if isinstance(each, Room)}
        self.heard = {each.customer: each for each in read if isinstance(each, Heard)}
        left, size = 0, CHUNK_OF_TOPICS if self.broadcast.into == "topic" else CHUNK
        for start in range(0, len(todo), size):
            chunk = todo[start : start + size]
            try:
                tally = self._together(tally, chunk, last=not left and start + size >= len(todo))
            except (Clash, AwsAway, KeyError):  # one of them moved or is not well: the rest shall not wait for it
                try:
                    left += sum(1 for target in chunk if not self._alone(target))
                except _Stopped:
                    return
                tally = self.world.store.one(ref(Tally, self.broadcast.id, self.piece.number))
        if left:
            raise AwsAway(f"{left} rooms of a broadcast's piece")
        if tally is None or not (tally.finished or self.due and tally.due == self.due):
            self._finish()

    def _together(self, tally: Tally | None, chunk: list[Target], last: bool) -> Tally:
        """One transaction: each room, its message and its result, and the tally."""
        writes = [put for target in chunk for put in self._said(target, self._room(target), self.heard)]
        moved, put = self._counted(tally, stored=len(chunk), last=last)
        self.world.store.commit(*writes, put)
        return moved

    def _room(self, target: Target) -> Room | None:
        """The room as it was read; KeyError if it ought to be there, and was not read."""
        return self.rooms.get(target.room) if target.opens else self.rooms[target.room]

    def _said(self, target: Target, room: Room | None, heard: dict[str, Heard]) -> list[Put]:
        """The room, which is made here if need be, the message, the result."""
        result, now = self._result(target), self.world.clock.now()
        draft = Draft(
            author=self.broadcast.author,
            text=filled(self.broadcast.text_in(target.language), target.values),
            source=Source(channel="broadcast"),
            attachments=self.broadcast.attachments,
            broadcast=result.said,
        )
        moved, message = said(room or self._opened(target, now), draft, now)
        puts = [over(moved, room) if room else new(moved), new(message), new(result.changed(n=message.n))]
        if not target.opens:
            return puts
        old = heard.get(target.customer) or Heard(customer=target.customer, workspace=self.broadcast.workspace)
        return [*puts, over(old.once_more(now), old)]

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
        return Result(broadcast=self.broadcast.id, piece=self.piece.number, room=target.room, customer=target.customer)

    def _counted(
        self, tally: Tally | None, *, stored: int = 0, failed: int = 0, last: bool = False
    ) -> tuple[Tally, Put]:
        """The tally after some more; with the `last` of those whose hours have come it is finished, or waits."""
        old = tally or Tally(broadcast=self.broadcast.id, number=self.piece.number)
        moved = old.changed(
            stored=old.stored + stored,
            failed=old.failed + failed,
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
        refs = _refs(self.broadcast.id, self.piece.number, [target.room], [target.customer])
        refs.append(ref(Result, self.broadcast.id, self.piece.number, target.room))
        broadcast, _, tally, room, heard, result = self.world.store.many(refs)
        if broadcast is None or broadcast.state != "sending" or tally and tally.undone:
            raise _Stopped
        if result:
            return
        if room is None and not target.opens or failed:
            _, put = self._counted(tally, failed=1)
            self.world.store.commit(new(self._result(target).changed(failed=failed or "no such room")), put)
            return
        _, put = self._counted(tally, stored=1)
        self.world.store.commit(*self._said(target, room, {target.customer: heard} if heard else {}), put)

    def _finish(self) -> None:
        def attempt(_: int) -> None:
            place = ref(Tally, self.broadcast.id, self.piece.number)
            old = self.world.store.one(place) or Tally(broadcast=self.broadcast.id, number=self.piece.number)
            if not (old.finished or old.undone):
                self.world.store.commit(self._counted(old, last=True)[1])

        again(self.world, attempt)


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
            amend(world, result.room, result.n, False, delete_step, "deleted", broadcast.author.id)
            amend_copies(world, result.room, result.n, delete_step, "deleted", broadcast.author.id)
        tally = old.changed(deleted=len(found), undone=True)
        world.store.commit(*[over(result.changed(deleted=True), result) for result in found], over(tally, old))

    again(world, attempt)
