"""Announce that a customer entered or left a segment, what became of a clock, and how it was, to the installs that ask
for it: a row each in the ledger of what is owed, under the customer in the order of its placements, or under the room
(ADR 36)."""

from collections.abc import Sequence
from contextlib import suppress

from ...desk.clocks import Clock, Fact
from ...desk.deliveries import Delivery, What
from ...desk.errors import Clash
from ...desk.ids import bridge_id
from ...desk.ratings import Rating
from ...desk.segments import MAX_SEGMENTS, Placement
from ...ports import Call, World, new
from .event_log import logged
from .listeners import Listeners
from .owed import held_if_older

EVENTS: dict[What, str] = {"entered": "segment.entered", "left": "segment.left"}
CLOCKS = "clocks"  # the slot of what tells of a room's clocks: a bridge of its own, with numbers of its own
RATINGS = "ratings"  # and of what tells of its ratings
PLACES = 1000  # numbers of a placement's facts: it has fewer
assert PLACES > 2 * MAX_SEGMENTS


def announce(world: World, placement: Placement, listeners: Listeners, *, was_due: int = 0) -> list[Call]:
    """Write what is owed for one placement; the wake-ups that it asks for. Doing it again writes nothing twice. At
    `was_due` (ms, 0: never) passing time was to move the customer: what that told before a restore stands still."""
    facts: list[tuple[What, str]] = [("entered", id_) for id_ in placement.entered]
    facts += [("left", id_) for id_ in placement.left]
    calls, now = [], world.clock.now()
    for install, asks in listeners.of(placement.workspace).items() if facts else ():
        for place, (what, segment) in enumerate(facts):
            if EVENTS[what] in asks.events:
                row = Delivery(
                    bridge=bridge_id(placement.customer, install),
                    n=placement.version * PLACES + place,
                    room=placement.customer,
                    install=install,
                    channel=asks.kind,
                    workspace=placement.workspace,
                    message=0,
                    what=what,
                    segment=segment,
                    created_at=now,
                )
                calls.append(_owed(world, row, was_due))
    return calls


def announce_rating(world: World, rating: Rating, listeners: Listeners) -> list[Call]:
    """The same for what somebody said of how it was; what they say anew is told anew."""
    now = world.clock.now()
    return [
        _owed(
            world,
            Delivery(
                bridge=bridge_id(rating.room, install, RATINGS),
                n=rating.n * PLACES + rating.version % PLACES,
                room=rating.room,
                install=install,
                channel=asks.kind,
                workspace=rating.workspace,
                message=rating.n,
                what="rating",
                created_at=now,
            ),
            rating.at,
        )
        for install, asks in listeners.of(rating.workspace).items()
        if "rating.given" in asks.events and rating.at
    ]


def clock_facts(facts: Sequence[tuple[Fact, Clock, int]], now: int, listeners: Listeners) -> list[Delivery]:
    """What is owed for facts of a room's clocks, each with its number: to be written with the clocks themselves. The
    clock's worker finds a row whose wake-up is lost."""
    return [
        Delivery(
            version=1,
            bridge=bridge_id(clock.room, install, CLOCKS),
            n=n,
            room=clock.room,
            install=install,
            channel=asks.kind,
            workspace=clock.workspace,
            message=0,
            what="clock",
            about=f"{fact}:{clock.id}",
            created_at=now,
            next_at=now,
        )
        for fact, clock, n in facts
        for install, asks in listeners.of(clock.workspace).items()
        if f"clock.{fact}" in asks.events
    ]


def _owed(world: World, row: Delivery, at: int) -> Call:
    row, held = held_if_older(world, row, at)
    with suppress(Clash):  # an earlier run of this very fact wrote it
        world.store.commit(new(row), *held, *logged([row], row.created_at))
    return Call(row.bridge, row.n)
