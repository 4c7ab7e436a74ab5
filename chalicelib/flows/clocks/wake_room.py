"""What time itself does in a room (timer): a promise comes due, a snooze ends, a clock is warned of, or missed."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from ...desk.clocks import Clock, ClockFact, Fact, RoomClocks, Running
from ...desk.messages import Change
from ...desk.rooms import Room, naming
from ...desk.workspaces import Workspace
from ...ports import Call, Ref, World, Write, new, over, ref
from ..delivery.announce import Listeners, clock_facts
from ..delivery.owed import wake
from ..optimistic_retry import again
from ..rooms.end_snooze import end_snooze
from ..rooms.promise_due import mark_overdue
from .policies import policies_of
from .refresh_clocks import number_of, refreshed
from .shut_way import why_shut


def wake_room(world: World, workspace: str, room_id: str) -> None:
    """All that is due now, one thing after the other, whoever looks how often, and however late."""
    waking = _Waking(world, workspace, room_id)
    while again(world, lambda _: waking.act()):
        pass


class _Waking:
    """A room that is woken."""

    def __init__(self, world: World, workspace: str, room_id: str) -> None:
        self.world, self.workspace, self.id = world, workspace, room_id
        self.listeners = Listeners(world)

    def act(self) -> bool:
        """Do the first that is due; whether there may be more."""
        world, now = self.world, self.world.clock.now()
        refs: list[Ref[Any]] = [ref(Workspace, self.workspace), ref(Room, self.id), ref(RoomClocks, self.id)]
        tenant, room, clocks = world.store.many(refs)
        if room is None or tenant is None:
            return False
        if room.promise and room.promise.open and not room.promise.overdue and room.promise.due <= now:
            mark_overdue(world, room.id)
            return True
        if 0 < room.snoozed_until <= now:
            end_snooze(world, room.id)
            return True
        policies = policies_of(world, tenant)
        if policies is None or room.kind == "internal":
            return False
        found = refreshed(world.store, policies, room, clocks, now, shut=partial(why_shut, world))
        if found.writes:
            self._commit(found.writes, found.facts)
            return True
        return self._step(room, found.clocks, now)

    def _step(self, room: Room, clocks: RoomClocks, now: int) -> bool:
        """Warn of the first clock that wants it, or mark it as missed: one change of the room, for agents alone, in
        which its assignees are named. Whether another one is due."""
        due = next((each for each in clocks.running if 0 < each.wake_at <= now), None)
        if due is None:
            return False
        fact: Fact = "missed" if due.due <= now else "warned"
        because = why_shut(self.world, room, due.since) if fact == "missed" else ""
        marked = replace(due, **{fact: now})
        moved = clocks.changed(running=tuple(marked if each is due else each for each in clocks.running))
        after, change = _told(room, due, fact, now, because)
        writes: list[Write] = [over(moved, clocks), over(after, room), new(change)]
        row = self.world.store.one(ref(Clock, room.id, due.kind, due.ask))
        if row:
            written = row.changed(warned=marked.warned, missed=marked.missed, because=because)
            self._commit([*writes, over(written, row)], [(fact, written, number_of(moved))])
        else:
            self._commit(writes, [])
        return 0 < moved.wake_at <= now

    def _commit(self, writes: list[Write], facts: list[tuple[Fact, Clock, int]]) -> None:
        owed = clock_facts(facts, self.world.clock.now(), self.listeners)
        self.world.store.commit(*writes, *map(new, owed))
        wake(self.world, [Call(row.bridge, row.n) for row in owed])


def _told(room: Room, clock: Running, fact: Fact, now: int, because: str) -> tuple[Room, Change]:
    """The room and its change; what is hidden is in the inboxes again."""
    n = room.n + 1
    named = {"mentioned": naming(room, room.assignees, n)} if room.assignees else {}
    change = Change(
        version=1,
        room=room.id,
        n=n,
        type="room",
        at=now,
        by="",
        internal=True,
        fields=("clock",),
        clock=ClockFact(fact=fact, kind=clock.kind, since=clock.since, due=clock.due, because=because),
    )
    return room.changed(snoozed_until=0, **named), change
