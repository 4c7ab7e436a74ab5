"""Whether something stands still since the table was restored (quarantine, ADR 131): asked by whoever sends, and of
what is older than the restore alone, so that a stack that was never restored asks nothing of the table."""

from collections.abc import Iterable

from ..desk.errors import Conflict
from ..desk.held_back import WHY, HeldBack, What, held_id, held_notice
from ..desk.issues import Notice
from ..ports import Put, Task, World, Write, ref


def is_older(world: World, at: int) -> bool:
    """Whether what happened, or was due, at `at` (ms) did so before the table was restored."""
    return 0 < at <= world.restored_at


def standing_still(world: World, workspace: str, what: What, *place: str) -> bool:
    """Whether it is held back. For what is older than the restore."""
    return bool(still_of(world, [(workspace, what, place)]))


def still_of(world: World, things: Iterable[tuple[str, What, tuple[str, ...]]]) -> set[tuple[str, ...]]:
    """The places of those things (workspace, what, place) that are held back; one read for a hundred of them."""
    places = dict.fromkeys(things)
    refs = [ref(HeldBack, workspace, held_id(what, *place)) for workspace, what, place in places]
    found: list[HeldBack | None] = world.store.many(refs) if refs else []
    return {each.place for each in found if each}


def check_free(reason: str, place: str) -> None:
    """Raise Conflict for what stands still, by the reason that it shows: it is let go at one place alone."""
    if reason == WHY:
        raise Conflict(f"{WHY}: POST /v1/held-back/{place}/release")


def held_if_older(world: World, writes: list[Write], tasks: list[Task], *, at: int) -> tuple[list[Write], list[Task]]:
    """What a tracker told, and what follows: notices of what happened there before the restore may have been told
    already, and are held back instead."""
    if not is_older(world, at):
        return writes, tasks
    kept: list[Write] = []
    for write in writes:
        notice = write.record if isinstance(write, Put) else None
        if isinstance(write, Put) and isinstance(notice, Notice) and notice.state == "sending":
            still, record = held_notice(notice)
            kept += [Put(still, write.was), Put(record, None)]
        else:
            kept.append(write)
    return kept, []
