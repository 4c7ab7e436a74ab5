"""Clocks as they go over the wire: what a room is owed by when, and how each ended."""

from ...desk.clocks import Clock, ClockFact, RoomClocks
from .answers import Time, View, time_of


class RunningView(View, frozen=True):
    """A clock that runs: the `first` answer of an episode, the `next` one, or an `update` on how it goes. `due` is null
    where the policy sets no time; `missed_at` is when it was found to be over."""

    kind: str
    since: Time
    due: Time | None
    warned_at: Time | None
    missed_at: Time | None
    policy: str | None


class ClockView(View, frozen=True):
    """A clock for good, with all as it was then. `how` it ended is answered, acknowledged, closed unanswered,
    withdrawn, none needed or moved; `took_ms` is business time. `because` is why the way to its customer was shut when
    it was missed, if it was."""

    room: str
    kind: str
    since: Time
    due: Time | None
    warned_at: Time | None
    missed_at: Time | None
    ended_at: Time | None
    how: str | None
    answered_at: Time | None
    took_ms: int | None
    policy: str | None
    revision: int | None
    customer: str | None
    channel: str | None
    priority: str
    agent: str | None
    segments: list[str]
    because: str | None


class ClockFactView(View, frozen=True):
    """What time made of a clock: agents were `warned`, or it was `missed`; `because` is what shut the way then."""

    fact: str
    kind: str
    since: Time
    due: Time
    because: str | None


def running_views(clocks: RoomClocks | None) -> list[RunningView]:
    """What runs in a room, the one that is due first at the head."""
    found = sorted(clocks.running if clocks else (), key=lambda each: each.due or float("inf"))
    return [
        RunningView(
            kind=each.kind,
            since=time_of(each.since) or "",
            due=time_of(each.due),
            warned_at=time_of(each.warned),
            missed_at=time_of(each.missed),
            policy=each.policy or None,
        )
        for each in found
    ]


def clock_view(clock: Clock) -> ClockView:
    """One of a room's."""
    return ClockView(
        room=clock.room,
        kind=clock.kind,
        since=time_of(clock.since) or "",
        due=time_of(clock.due),
        warned_at=time_of(clock.warned),
        missed_at=time_of(clock.missed),
        ended_at=time_of(clock.ended),
        how=clock.how or None,
        answered_at=time_of(clock.answered),
        took_ms=clock.took if clock.ended else None,
        policy=clock.policy or None,
        revision=clock.revision or None,
        customer=clock.customer or None,
        channel=clock.channel or None,
        priority=clock.priority,
        agent=clock.agent or None,
        segments=list(clock.segments),
        because=clock.because or None,
    )


def fact_view(fact: ClockFact | None) -> ClockFactView | None:
    """What a change tells of one."""
    if fact is None:
        return None
    return ClockFactView(
        fact=fact.fact,
        kind=fact.kind,
        since=time_of(fact.since) or "",
        due=time_of(fact.due) or "",
        because=fact.because or None,
    )
