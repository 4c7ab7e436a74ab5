"""What time itself does in a room (timer): a promise comes due, a snooze ends, a clock is warned of, or missed; what
its customer does not answer is closed, after reminders (ADR 144)."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from ...desk.clocks import Clock, ClockFact, Fact, RoomClocks, Running
from ...desk.messages import Change
from ...desk.outcomes import Ending
from ...desk.policies import NoAnswer, Policies, policy_called
from ...desk.room_transitions import standing_of
from ...desk.rooms import Room, naming
from ...desk.turns import REMINDERS
from ...desk.workspaces import Workspace
from ...ports import Call, Ref, World, Write, new, over, ref
from ..delivery.announce import clock_facts
from ..delivery.event_log import logged
from ..delivery.listeners import Listeners
from ..delivery.owed import wake
from ..optimistic_retry import again
from ..rooms.end_snooze import end_snooze
from ..rooms.promise_due import mark_overdue
from ..rooms.tell_end import ended, hearing_of, reminded
from ..standing_still import is_older, standing_still
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
        self.listeners = Listeners(world.store)

    def act(self) -> bool:
        """Do the first that is due; whether there may be more."""
        world, now = self.world, self.world.clock.now()
        refs: list[Ref[Any]] = [ref(Workspace, self.workspace), ref(Room, self.id), ref(RoomClocks, self.id)]
        tenant, room, clocks = world.store.many(refs)
        if room is None or tenant is None or self._stands_still(room, clocks):
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
        found = refreshed(world.store, policies, room, there=clocks, now=now, shut=partial(why_shut, world))
        if found.writes:
            self._commit(found.writes, found.facts)
            return True
        if 0 < found.clocks.silent_at <= now and found.no_answer:
            return self._remind_or_close(room, found.no_answer, now)
        return self._step(policies, room, found.clocks, now=now)

    def _stands_still(self, room: Room, clocks: RoomClocks | None) -> bool:
        """Whether what is due was due before the table was restored: it may have been done then."""
        due = min((at for at in (room.wake_at, clocks.wake_at if clocks else 0) if at), default=0)
        return is_older(self.world, due) and standing_still(self.world, self.workspace, "room", self.id)

    def _remind_or_close(self, room: Room, silence: NoAnswer, now: int) -> bool:
        """The next reminder, or, once they had all of them, the end. While the way to the customer is shut it waits,
        and is looked at each minute. Whether another thing is due."""
        stands = standing_of(room)
        if why_shut(self.world, room, stands.answered_at):
            return False
        if stands.reminded < REMINDERS:
            moved, written = reminded(self.world, room, silence.texts[stands.reminded], now=now)
        else:
            ending = Ending("no_answer")
            hearing = hearing_of(self.world, room, ending)
            moved, written = ended(room, hearing, ending, act=("policy", "close"), by="", now=now)
        self.world.store.commit(over(moved, room), *written)
        return False  # what it waits for then, the stream says

    def _step(self, policies: Policies, room: Room, clocks: RoomClocks, *, now: int) -> bool:
        """Warn of the first clock that wants it, or mark it as missed: one change of the room, for agents alone, in
        which its assignees are named. Whether another one is due."""
        due = next((each for each in clocks.running if 0 < each.wake_at <= now), None)
        if due is None:
            return False
        fact: Fact = "missed" if due.due <= now else "warned"
        because = why_shut(self.world, room, due.since) if fact == "missed" else ""
        marked = replace(due, **{fact: now})
        moved = clocks.changed(running=tuple(marked if each is due else each for each in clocks.running))
        policy = policy_called(policies, due.policy) if fact == "missed" else None
        after, change = _told(room, due, fact, now=now, because=because, escalate=policy.escalate if policy else ())
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
        self.world.store.commit(*writes, *map(new, owed), *logged(owed, self.world.clock.now()))
        wake(self.world, [Call(row.bridge, row.n) for row in owed])


def _told(
    room: Room, clock: Running, fact: Fact, *, now: int, because: str, escalate: tuple[str, ...]
) -> tuple[Room, Change]:
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
        clock=ClockFact(
            fact=fact, kind=clock.kind, since=clock.since, due=clock.due, because=because, escalate=escalate
        ),
    )
    return room.changed(snoozed_until=0, **named), change
