"""Work on a broadcast: plan it, hand out its pieces, send or undo a piece. Whatever runs twice, in any order, or is
killed half-way: a room gets one message, and the tallies add up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..desk.broadcasts import CHUNK, Broadcast, Piece, Result, Tally, Target, standing
from ..desk.errors import Busy, Clash
from ..desk.messages import Draft, Source
from ..desk.rooms import Room
from ..desk.saying import said
from ..desk.templates import filled
from ..ports import Away, Errand, Listing, Put, Ref, World, new, over, ref
from .amend import amend, delete_step
from .once import again
from .plan_broadcast import plan


def broadcast(world: World, errand: Errand) -> None:
    """Do what the broadcast's state asks for now. Doing it again changes nothing."""
    told: Broadcast | None
    if errand.piece is None:
        told = world.store.one(ref(Broadcast, errand.broadcast))
        if told and told.state == "planning":
            told = plan(world, told)
        if told and told.state in ("sending", "undoing"):
            _hand_out(world, told)
        return
    told, piece, tally, *rooms = world.store.many(_refs(errand.broadcast, errand.piece, errand.rooms))
    if told is None or piece is None:
        return
    if told.state == "sending":
        _Sending(world, told, piece).run(tally, {room.id: room for room in rooms if room})
    elif told.state == "undoing":
        _undo(world, told, piece)
        settle(world, told.id)


def _refs(broadcast_id: str, number: int, rooms: Iterable[str]) -> list[Ref[Any]]:
    found: list[Ref[Any]] = [ref(Broadcast, broadcast_id), ref(Piece, broadcast_id, number)]
    return [*found, ref(Tally, broadcast_id, number), *[ref(Room, room) for room in rooms]]


def _hand_out(world: World, told: Broadcast) -> None:
    """An errand for each piece that is not over."""
    over_ = {t.number for t in tallies(world, told.id) if (t.finished if told.state == "sending" else t.undone)}
    pieces = (piece for piece in _pieces(world, told.id) if piece.number not in over_)
    world.queues.broadcast(
        Errand(told.id, piece.number, tuple(t.room for t in piece.targets if not t.skipped)) for piece in pieces
    )
    if len(over_) >= told.pieces:
        settle(world, told.id)


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
        told, found = world.store.one(ref(Broadcast, broadcast_id)), list(tallies(world, broadcast_id))
        state = standing(told, found) if told else ""
        if told and state != told.state:
            world.store.commit(over(told.changed(state=state, due=0), told))

    again(world, attempt)


class _Stopped(Exception):
    """The broadcast is no longer being sent."""


@dataclass
class _Sending:
    """One run over a piece."""

    world: World
    told: Broadcast
    piece: Piece

    def run(self, tally: Tally | None, rooms: dict[str, Room]) -> None:
        """Say the message in every room of the piece that has not got it."""
        if tally and (tally.finished or tally.undone):
            return
        done = results(self.world, self.told.id, self.piece.number) if tally else {}
        todo = [target for target in self.piece.targets if not target.skipped and target.room not in done]
        left = 0
        for start in range(0, len(todo), CHUNK):
            chunk = todo[start : start + CHUNK]
            try:
                tally = self._together(tally, chunk, rooms, last=not left and start + CHUNK >= len(todo))
            except (Clash, Away, KeyError):  # one of them moved or is not well: the rest shall not wait for it
                try:
                    left += sum(1 for target in chunk if not self._alone(target))
                except _Stopped:
                    return
                tally = self.world.store.one(ref(Tally, self.told.id, self.piece.number))
        if left:
            raise Away(f"{left} rooms of a broadcast's piece")
        if tally is None or not tally.finished:
            self._finish()

    def _together(self, tally: Tally | None, chunk: list[Target], rooms: dict[str, Room], last: bool) -> Tally:
        """One transaction: each room, its message and its result, and the tally."""
        writes = [put for target in chunk for put in self._said(rooms[target.room], target)]
        moved, put = self._counted(tally, stored=len(chunk), finished=last)
        self.world.store.commit(*writes, put)
        return moved

    def _said(self, room: Room, target: Target) -> list[Put]:
        result = self._result(target)
        draft = Draft(
            author=self.told.author,
            text=filled(self.told.text, target.values),
            source=Source(channel="broadcast"),
            broadcast=result.said,
        )
        moved, message = said(room, draft, self.world.clock.now())
        return [over(moved, room), new(message), new(result.changed(n=message.n))]

    def _result(self, target: Target) -> Result:
        return Result(broadcast=self.told.id, piece=self.piece.number, room=target.room, customer=target.customer)

    def _counted(self, tally: Tally | None, **more: int) -> tuple[Tally, Put]:
        old = tally or Tally(broadcast=self.told.id, number=self.piece.number)
        counts = {name: getattr(old, name) + more.get(name, 0) for name in ("stored", "failed")}
        moved = old.changed(**counts, finished=bool(more.get("finished")))
        return moved, over(moved, old)

    def _alone(self, target: Target) -> bool:
        """Say it in one room; False if AWS does not let us now. A room that cannot be written to has failed."""
        try:
            again(self.world, lambda _: self._one(target, ""))
        except Busy as error:
            again(self.world, lambda _, reason=error.detail: self._one(target, reason))  # type: ignore[misc]
        except Away:
            return False
        return True

    def _one(self, target: Target, failed: str) -> None:
        refs = [*_refs(self.told.id, self.piece.number, [target.room])]
        refs.append(ref(Result, self.told.id, self.piece.number, target.room))
        told, _, tally, room, result = self.world.store.many(refs)
        if told is None or told.state != "sending" or tally and tally.undone:
            raise _Stopped
        if result:
            return
        if room is None or failed:
            _, put = self._counted(tally, failed=1)
            self.world.store.commit(new(self._result(target).changed(failed=failed or "no such room")), put)
            return
        _, put = self._counted(tally, stored=1)
        self.world.store.commit(*self._said(room, target), put)

    def _finish(self) -> None:
        def attempt(_: int) -> None:
            place = ref(Tally, self.told.id, self.piece.number)
            old = self.world.store.one(place) or Tally(broadcast=self.told.id, number=self.piece.number)
            if not (old.finished or old.undone):
                self.world.store.commit(over(old.changed(finished=True), old))

        again(self.world, attempt)


def _undo(world: World, told: Broadcast, piece: Piece) -> None:
    """Delete what the piece said, across bridges. Whoever sends it at this moment clashes over the tally, and stops; or
    was faster, and then we clash, and look again."""

    def attempt(_: int) -> None:
        old = world.store.one(ref(Tally, told.id, piece.number)) or Tally(broadcast=told.id, number=piece.number)
        if old.undone:
            return
        found = [result for result in results(world, told.id, piece.number).values() if result.n]
        for result in found:
            amend(world, result.room, result.n, False, delete_step, "deleted", told.author.id)
        tally = old.changed(deleted=len(found), undone=True)
        world.store.commit(*[over(result.changed(deleted=True), result) for result in found], over(tally, old))

    again(world, attempt)
