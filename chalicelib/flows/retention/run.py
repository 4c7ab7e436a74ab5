"""Work off what has had its time, a page at a time, in pieces that may run any number of times (saga; ADR 178).

What goes is dropped as it was looked at, in one transaction with how far the run is: so each thing is counted once,
whoever dies when. What lies under a room goes after it (whole_rooms.py).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ...desk.retention import EACH_MS, END, KEEPS, WAKE_AFTER_MS, Retention
from ...desk.rooms import LeavingRoom
from ...desk.times import DAY_MS
from ...ports import Put, Ref, World, Write, over, ref
from ..audit import entry
from ..erasures.whole_rooms import clear
from ..optimistic_retry import again
from .due import Due, Look, look, page_of
from .goes import GOES
from .start import next_piece

PAGE = 20  # things that are looked at at once
PIECES = 10  # pages, or goes at a room, in one call of the worker
MOST = 90  # writes in one transaction, besides the run's own


def run_retention(world: World, workspace: str, *, piece: int) -> None:
    """Do the run's next pieces if `piece` is the first of them, and wake the worker for those after them."""
    there = None
    for number in range(piece, piece + PIECES):
        there = again(world, lambda _, number=number: _piece(world, workspace, number))  # type: ignore[misc]
        if there is None or not there.stage:
            return  # it is done, not due, or another worker goes on with it
    if there:
        world.queues.jobs([next_piece(there)])


def _piece(world: World, workspace: str, number: int) -> Retention | None:
    there, now = world.store.one(ref(Retention, workspace)), world.clock.now()
    if there is None or there.piece != number or not there.stage and not 0 < there.next_at <= now:
        return None
    if there.leaving:
        first, *others = there.leaving
        return _moved(world, there, leaving=tuple(others) if clear(world, first) else there.leaving)
    if not there.stage:
        return _moved(world, there, stage=KEEPS[0], began_at=now, ended_at=0, gone={}, held={})
    if there.stage == END:
        return _ended(world, there)
    days = there.acting(now).of(there.stage)
    if not days:
        return _moved(world, there, stage=_after(there.stage), cursor="")
    at = look(world, workspace, there.began_at - days * DAY_MS)
    found, rest = page_of(there.stage, at, limit=PAGE, cursor=there.cursor or None)
    return _worked_off(world, there, at, found=found, rest=rest)


def _after(stage: str) -> str:
    return (*KEEPS, END)[KEEPS.index(stage) + 1]


def _worked_off(world: World, there: Retention, at: Look, *, found: Sequence[Due], rest: str | None) -> Retention:
    """The run after a page. What is too much for one transaction is looked at again."""
    writes: dict[Ref[Any], Write] = {}
    leaving: list[LeavingRoom] = []
    gone, whole = 0, True
    for due in found:
        going = GOES[there.stage](at, due)
        if len(writes) + len(going.writes) > MOST:
            whole = False
            break
        writes |= {_place(world, each): each for each in going.writes}
        leaving += going.leaving
        gone += going.count
    held = sum(each.over and each.held for each in found) if whole else 0
    counts = {"gone": _added(there.gone, there.stage, gone), "held": _added(there.held, there.stage, held)}
    moved = (
        {"cursor": rest if whole else there.cursor}
        if rest or not whole
        else {"stage": _after(there.stage), "cursor": ""}
    )
    return _moved(world, there, writes.values(), leaving=tuple(leaving), **moved, **counts)


def _place(world: World, write: Write) -> Ref[Any]:
    return world.store.place(write.record) if isinstance(write, Put) else write.ref


def _added(counts: dict[str, int], name: str, n: int) -> dict[str, int]:
    return counts | {name: counts.get(name, 0) + n} if n else counts


def _moved(world: World, there: Retention, writes: Iterable[Write] = (), **fields: Any) -> Retention:
    moved = there.changed(piece=there.piece + 1, next_at=world.clock.now() + WAKE_AFTER_MS, **fields)
    world.store.commit(over(moved, there), *writes)
    return moved


def _ended(world: World, there: Retention) -> Retention:
    """The run is over, until tomorrow; what it did stands in the audit, as counts."""
    now = world.clock.now()
    due = [now + EACH_MS, *([there.acts_at] if there.acts_at > now else [])]
    goes_on = there.terms.any or there.acting(now).any
    ended = there.changed(stage="", piece=there.piece + 1, ended_at=now, next_at=min(due) if goes_on else 0)
    counts = [f"{name}={count}" for name, count in ended.gone.items()]
    noted = [entry(world, there.workspace, "retention.done", subject=there.workspace, fields=counts)] if counts else []
    world.store.commit(over(ended, there), *noted)
    return ended
