"""What time itself does in a room (timer): a promise comes due, a snooze ends, a clock is warned of, or missed."""

from msgspec.structs import replace

from ...desk.clocks import Clock, ClockFact, Fact, RoomClocks, Running
from ...desk.messages import Change
from ...desk.rooms import Room, naming
from ...desk.workspaces import Workspace
from ...ports import Call, World, new, over, ref
from ..delivery.announce import Listeners, clock_facts
from ..delivery.owed import wake
from ..optimistic_retry import again
from ..rooms.end_snooze import end_snooze
from ..rooms.promise_due import mark_overdue
from .policies import policies_of
from .refresh_clocks import number_of, refresh_clocks
from .shut_way import why_shut


def wake_room(world: World, room_id: str) -> None:
    """All that is due now, whoever looks how often, and however late."""
    mark_overdue(world, room_id)
    end_snooze(world, room_id)
    room = world.store.one(ref(Room, room_id))
    tenant = world.store.one(ref(Workspace, room.workspace)) if room else None
    if tenant is None or policies_of(world, tenant) is None:
        return
    listeners = Listeners(world)
    wake(world, refresh_clocks(world, room_id, tenant, listeners))
    while again(world, lambda _: _step(world, room_id, listeners)):
        pass


def _step(world: World, room_id: str, listeners: Listeners) -> bool:
    """Warn of the first clock that wants it, or mark it as missed: one change of the room, for agents alone, in which
    its assignees are named. Whether there was one."""
    room, clocks = world.store.many([ref(Room, room_id), ref(RoomClocks, room_id)])
    now = world.clock.now()
    due = next((each for each in clocks.running if 0 < each.wake_at <= now), None) if clocks else None
    if room is None or clocks is None or due is None:
        return False
    fact: Fact = "missed" if due.due <= now else "warned"
    because = why_shut(world, room, due.since) if fact == "missed" else ""
    marked = replace(due, **{fact: now})
    moved = clocks.changed(running=tuple(marked if each is due else each for each in clocks.running))
    row = world.store.one(ref(Clock, room_id, due.kind, due.ask))
    after, change = _told(room, due, fact, now, because)
    owed = clock_facts([(fact, row, number_of(moved))], now, listeners) if row else []
    rows = [over(row.changed(warned=marked.warned, missed=marked.missed, because=because), row)] if row else []
    world.store.commit(over(moved, clocks), over(after, room), new(change), *rows, *map(new, owed))
    wake(world, [Call(each.bridge, each.n) for each in owed])
    return True


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
