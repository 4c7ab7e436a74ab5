"""Run the signals of segments over a customer's days (alerting; ADR 188, 190): each that is raised opens an internal
room with its owner, once a customer, kind and period.

What the owner is told is an ordinary alert: the room's first message names them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ...desk.customers import Customer
from ...desk.errors import Clash
from ...desk.markdown_writer import escaped_words
from ...desk.messages import Author, Draft, Source
from ...desk.rooms import MAX_NAME, Room
from ...desk.segments import MAX_SEGMENTS, Member, Segment
from ...desk.times import DAY_MS
from ...desk.usage_meters import Usage, day_of
from ...desk.usage_reasons import Reason, explaining, one_off_days
from ...desk.usage_signals import (
    ONCE,
    PREVIEW_DAYS,
    WEEKS,
    Curve,
    Finding,
    Signal,
    SignalRule,
    days_to_look_at,
    explained,
    found_on,
    period_of,
    raised_in,
    shifted,
    signal_id,
)
from ...desk.workspaces import Agent
from ...ports import Listing, World, new, over, ref
from ..fence import fenced
from ..optimistic_retry import again
from ..rooms.post import post
from .days import read_days
from .reasons import reasons_of

AT_ONCE = 50  # customers that one piece of a walk looks at
LOOKED_AT = 25  # customers of one answer of a preview
READ_MS = (7 * WEEKS + 7) * DAY_MS  # ms of days that a judgement may need
TITLES = {
    "surge": "Usage surges",
    "drop": "Usage drops",
    "silence": "Silence",
    "error_storm": "Many errors",
    "first_success": "The first call that succeeded",
    "never_started": "No call has succeeded yet",
}


class _Known(Exception):
    """It was raised meanwhile."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a signal would have said of a customer, and the reason that would have silenced it."""

    customer: Customer
    found: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a signal would have said in days `first` to `last` of the customers looked at, and where to go on."""

    first: str
    last: str
    looked_at: int
    raised: list[Foreseen]
    next: str | None


def run_all(world: World, workspace: str, customers: Sequence[str]) -> None:
    """Look at the latest days of some customers."""
    watching = watching_in(world, workspace)
    for customer in customers if watching else ():
        run_signals(world, workspace, customer, watching=watching)


def run_signals(
    world: World, workspace: str, customer_id: str, *, watching: Sequence[Segment] | None = None
) -> list[Signal]:
    """Look at a customer's latest days for all signals that are on, where it is in the segment; those that were raised
    now. Doing it again raises nothing twice."""
    watching = watching_in(world, workspace) if watching is None else watching
    there = world.store.many([ref(Member, each.id, customer_id) for each in watching]) if watching else []
    mine = [segment for segment, member in zip(watching, there, strict=True) if member]
    customer = fenced(world.store.one(ref(Customer, customer_id)), workspace) if mine else None
    if customer is None:
        return []
    now = world.clock.now()
    reasons = reasons_of(world, customer_id)
    curve = curve_of(world, customer, reasons, since=now - READ_MS)
    return [
        raised
        for segment in mine
        if segment.signal
        for day in days_to_look_at(segment.signal.kind, day_of(now))
        if (found := found_on(curve, segment.signal, day))
        and (raised := _raise(world, segment, customer, found=found, reasons=reasons))
    ]


def watching_in(world: World, workspace: str) -> list[Segment]:
    """A workspace's segments whose signal is on, in one query."""
    listing: Listing[Segment] = Listing("segments", (workspace,))
    segments = world.store.page(listing, MAX_SEGMENTS + 9).items
    return [each for each in segments if each.signal and each.signal.on]


def curve_of(world: World, customer: Customer, reasons: Iterable[Reason], *, since: int) -> Curve:
    """A customer's calls and errors by day from a moment (ms) on, without what one-offs brought as a measure. What is
    older than the first day that has any was before they came."""
    days = {row.day: row for row in read_days(world, customer.id, since=since, until=world.clock.now() + DAY_MS)}
    usage = world.store.one(ref(Usage, customer.id))
    first = usage.first_success_at if usage else 0
    made = day_of(customer.created_at)
    return Curve(
        since=min(days, default=made),
        calls={day: row.calls for day, row in days.items()},
        errors={day: sum(row.errors.values()) for day, row in days.items()},
        left_out=one_off_days(reasons),
        first_success=day_of(first) if first else "",
        made=made,
    )


def _raise(
    world: World, segment: Segment, customer: Customer, *, found: Finding, reasons: Sequence[Reason]
) -> Signal | None:
    """The signal that a finding makes, if none of its kind is there for as long as its period."""
    rule = segment.signal
    if rule is None or _is_known(world, customer.id, rule, day=found.day):
        return None
    reason = explaining(reasons, found.kind, found.day)
    made = Signal(
        version=1,
        id=signal_id(customer.id, rule.kind, period_of(rule, found.day)),
        workspace=customer.workspace,
        customer=customer.id,
        segment=segment.id,
        kind=rule.kind,
        owner=rule.owner,
        at=world.clock.now(),
        found=found,
        reason=reason.id if reason else "",
    )
    return _silent(world, made) if reason else _opened(world, made, rule, customer=customer)


def _is_known(world: World, customer: str, rule: SignalRule, *, day: str) -> bool:
    """Whether a signal of the kind was raised in the period of a day, or less than a period before it."""
    period = period_of(rule, day)
    before = () if rule.kind in ONCE else (period - 1,)
    this, *last = world.store.many([ref(Signal, signal_id(customer, rule.kind, n)) for n in (period, *before)])
    return bool(this) or any(each and day < shifted(each.found.day, rule.period_days) for each in last)


def _silent(world: World, made: Signal) -> Signal | None:
    try:
        world.store.commit(new(made))
    except Clash:
        return None
    return made


def _opened(world: World, made: Signal, rule: SignalRule, *, customer: Customer) -> Signal | None:
    """The signal with its room, in which the first message names the owner: one transaction."""
    agent = world.store.one(ref(Agent, made.workspace, rule.owner))
    owner = (agent.id,) if agent and agent.state == "active" else ()
    room = Room(
        version=1,
        id=world.fresh_id("room"),
        workspace=made.workspace,
        kind="internal",
        name=f"{TITLES[made.kind]}: {customer.name or customer.external_id}"[:MAX_NAME],
        created_at=made.at,
        customer=customer.id,
        customer_external_id=customer.external_id,
        assignees=owner,
    )
    made = replace(made, room=room.id)
    text = f"{escaped_words(rule.sentence)}\n\n{explained(made.found)}"
    draft = Draft(
        author=Author(kind="machine", id=made.workspace, name="Parley"),
        text=text,
        source=Source(channel="signal"),
        mentions=owner,
    )

    def along(*_: object) -> Iterator[object]:
        if world.store.one(ref(Signal, made.id)):
            raise _Known
        yield new(made)

    try:
        post(world, room.id, draft, opens=room, along=along)  # type: ignore[arg-type]
    except _Known:
        return None
    return made


def preview(world: World, segment: Segment, rule: SignalRule, *, cursor: str | None) -> Preview:
    """What a rule would have said in the last 90 days of the segment's members as they are today: usage is worked out
    anew from the day meters, all else is as it is now. Some members a call."""
    now = world.clock.now()
    last = day_of(now - DAY_MS)
    days = [shifted(last, n) for n in range(1 - PREVIEW_DAYS, 1)]
    listing: Listing[Member] = Listing("segment-members", (segment.id,))
    page = world.store.page(listing, LOOKED_AT, cursor)
    found = world.store.many([ref(Customer, member.customer) for member in page.items]) if page.items else []
    raised = [each for customer in found if customer for each in _foreseen(world, customer, rule, days=days)]
    return Preview(days[0], last, len(page.items), raised, page.next)


def _foreseen(world: World, customer: Customer, rule: SignalRule, *, days: list[str]) -> Iterator[Foreseen]:
    reasons = reasons_of(world, customer.id)
    curve = curve_of(world, customer, reasons, since=world.clock.now() - READ_MS - PREVIEW_DAYS * DAY_MS)
    for found in raised_in(curve, rule, days):
        reason = explaining(reasons, found.kind, found.day)
        yield Foreseen(customer, found, reason.id if reason else "")


def look_after(world: World, segment_id: str, due: int) -> None:
    """Begin the day's walk over a segment's members, whom nothing else would look at: they have no usage. It is next
    due in a day."""

    def attempt(_: int) -> bool:
        segment = world.store.one(ref(Segment, segment_id))
        if segment is None or segment.watched_at != due:
            return False
        ahead = world.clock.now() + DAY_MS if segment.watches_newcomers else 0
        world.store.commit(over(segment.changed(watched_at=ahead), segment))
        return segment.watches_newcomers

    if again(world, attempt):
        world.queues.jobs([{"signals": segment_id, "cursor": None}])


def walk(world: World, segment_id: str, cursor: str | None) -> None:
    """Look at some of a segment's members; the next ones are another message's."""
    segment = world.store.one(ref(Segment, segment_id))
    if segment is None or not segment.watches_newcomers:
        return
    listing: Listing[Member] = Listing("segment-members", (segment_id,))
    page = world.store.page(listing, AT_ONCE, cursor)
    for member in page.items:
        run_signals(world, segment.workspace, member.customer, watching=[segment])
    if page.next:
        world.queues.jobs([{"signals": segment_id, "cursor": page.next}])
