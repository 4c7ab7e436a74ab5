"""Broadcasts as they go over the wire: requests, answers, and records as the API shows them."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ...desk.broadcasts import (
    MAX_NAMED,
    MAX_TEXT,
    MAX_VARIANTS,
    Broadcast,
    Piece,
    Result,
    Rules,
    Tally,
    Target,
    standing,
    sums,
)
from ...desk.deliveries import Delivery
from ...desk.errors import Invalid
from ...desk.hours import Hours, minute_of, shown, zone
from ...desk.ids import message_id
from .answers import Body, ExternalId, Time, TimeZone, View, time_of
from .texts import Written

KindName = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$(?!\n)", examples=["news"])]
RoomId = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
Variants = Annotated[
    dict[Annotated[str, Meta(min_length=2, max_length=35)], Text],
    Meta(
        max_length=MAX_VARIANTS, description="The text by language, for customers who read it", examples=[{"de": "…"}]
    ),
]
Override = Annotated[str, Meta(max_length=200, description="Why neither the weekly cap nor the quiet hours hold")]
Files = Annotated[list[str], Meta(max_length=20, description="Ids of attachments")]
ClockTime = Annotated[str, Meta(max_length=5, examples=["08:30"])]


class HoursBody(Body, frozen=True):
    """Hours of each customer's own day, by its time zone (UTC if it has none)."""

    start: ClockTime = msgspec.field(name="from")
    end: ClockTime = msgspec.field(name="to")


class QuietHours(Body, frozen=True):
    """Hours at which none is sent: by the clock of `timezone`, or without it by each customer's own."""

    start: ClockTime = msgspec.field(name="from")
    end: ClockTime = msgspec.field(name="to")
    timezone: TimeZone = ""


class NewBroadcast(Written, frozen=True):
    """A draft, to one of: a segment's customers, those who asked for an issue, customers by name, rooms by id.
    Customers get it in their triage room or, `into` a `topic`, in a room of `room_name` that is made for each of them;
    those of an issue in the `room` in which they asked, if not told otherwise."""

    texts = ("text", "variants")
    templates = True
    most = MAX_TEXT

    text: Text
    segment: str = ""
    issue: str = ""
    customers: Annotated[list[ExternalId], Meta(max_length=MAX_NAMED)] = msgspec.field(default_factory=list)
    rooms: Annotated[list[RoomId], Meta(max_length=MAX_NAMED)] = msgspec.field(default_factory=list)
    into: Literal["triage", "topic", "room"] | UnsetType = UNSET
    room_name: Annotated[str, Meta(max_length=200)] = ""
    variants: Variants = msgspec.field(default_factory=dict)
    attachments: Files = msgspec.field(default_factory=list)
    hours: HoursBody | None = None
    kind: KindName = "news"
    override: Override = ""


class FollowUp(Written, frozen=True):
    """A draft to those rooms of a broadcast that have not read, acknowledged or answered it when this is sent."""

    texts = ("text", "variants")
    templates = True
    most = MAX_TEXT

    to: Literal["unread", "unacknowledged", "unanswered"]
    text: Text
    variants: Variants = msgspec.field(default_factory=dict)
    attachments: Files = msgspec.field(default_factory=list)
    hours: HoursBody | None = None
    kind: KindName = "news"
    override: Override = ""


class SendBroadcast(Body, frozen=True):
    """Now, or at a time."""

    at: Time | None = None


class TryBroadcast(Body, frozen=True):
    """An internal room to see it in, as `customer` would get it."""

    room: RoomId
    customer: ExternalId


class PutBroadcastRules(Body, frozen=True):
    """Whether a second agent has to approve, how many broadcasts a customer gets in 7 days, and when none is sent."""

    approval: bool = False
    per_week: Annotated[int, Meta(ge=1, le=20)] = 3
    quiet_hours: QuietHours | None = None


class HoursView(View, frozen=True):
    """Hours of a day; without a time zone by each customer's own clock."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    timezone: str | None


class BroadcastRulesView(View, frozen=True):
    """The workspace's rules for broadcasts."""

    approval: bool
    per_week: int
    quiet_hours: HoursView | None


class BroadcastSums(View, frozen=True):
    """What its rooms add up to: planned = skipped + stored + failed + waiting."""

    planned: int
    skipped: int
    stored: int
    failed: int
    waiting: int
    deleted: int
    read: int
    replied: int
    acknowledged: int


class BroadcastView(View, frozen=True):
    """A broadcast. `sums` are told where one is shown alone; `follows` is the broadcast whose rooms it goes to, those
    that lack what `lacking` says."""

    id: str
    state: str
    reason: str | None
    text: str
    kind: str
    segment: str | None
    issue: str | None
    into: str
    room_name: str | None
    variants: dict[str, str]
    attachments: list[str]
    hours: HoursView | None
    follows: str | None
    lacking: str | None
    author: str
    approved_by: str | None
    override: str | None
    at: Time | None
    created_at: Time
    sums: BroadcastSums | None


class SampleView(View, frozen=True):
    """What one room gets: at once, or when its hours begin."""

    room: str
    text: str
    at: Time | None


class MissingView(View, frozen=True):
    """What keeps the text from being filled in for a room. With one of these, nothing is sent."""

    room: str
    reason: str


class PreviewView(View, frozen=True):
    """Who gets it and who does not, as things are now, and what that costs: `deliveries` to installs that are told of
    every room (a room's own bridges come on top); `held` are messages that wait for their hours; `dollars` roughly, at
    list prices."""

    rooms: int
    skipped: dict[str, int]
    missing: list[MissingView]
    samples: list[SampleView]
    messages: int
    held: int
    deliveries: int
    dollars: float


class DeliveredView(View, frozen=True):
    """How the message went over a bridge: queued, sent, failed, skipped."""

    install: str
    channel: str
    state: str
    reason: str | None


class AcknowledgedView(View, frozen=True):
    """A broadcast's message that a user has acknowledged."""

    message: str
    acknowledged_at: Time


class ResultView(View, frozen=True):
    """What became of a room: waiting (where `due_at` is told, for its hours), skipped, stored, failed, deleted.
    `deliveries` are told if they are asked for."""

    room: str
    state: str
    reason: str | None
    message: str | None
    due_at: Time | None
    read_at: Time | None
    acknowledged_at: Time | None
    replied_at: Time | None
    deliveries: list[DeliveredView] | None


def broadcast_view(
    broadcast: Broadcast, tallies: Iterable[Tally] | None = None, *, alone: bool = True
) -> BroadcastView:
    """A broadcast in the state that its tallies tell, where these are at hand, and shown `alone` with their sums."""
    found = None if tallies is None else list(tallies)
    return BroadcastView(
        id=broadcast.id,
        state=broadcast.state if found is None else standing(broadcast, found),
        reason=broadcast.reason or None,
        text=broadcast.text,
        kind=broadcast.kind,
        segment=broadcast.segment or None,
        issue=broadcast.issue or None,
        into=broadcast.into,
        room_name=broadcast.room_name or None,
        variants=broadcast.variants,
        attachments=[file.id for file in broadcast.attachments],
        hours=hours_view(broadcast.hours),
        follows=broadcast.follows or None,
        lacking=broadcast.lacking or None,
        author=broadcast.author.id,
        approved_by=broadcast.approved_by or None,
        override=broadcast.override or None,
        at=time_of(broadcast.at),
        created_at=time_of(broadcast.created_at) or "",
        sums=None if found is None or not alone else BroadcastSums(**sums(broadcast, found)),
    )


def rules_view(rules: Rules) -> BroadcastRulesView:
    """The rules."""
    return BroadcastRulesView(approval=rules.approval, per_week=rules.per_week, quiet_hours=hours_view(rules.quiet))


def hours_view(hours: Hours | None) -> HoursView | None:
    """Hours of a day."""
    if hours is None:
        return None
    return HoursView(start=shown(hours.start), end=shown(hours.end), timezone=hours.timezone or None)


def hours_of(body: HoursBody | QuietHours | None, field: str) -> Hours | None:
    """The hours that a request means; Invalid, naming the place."""
    if body is None:
        return None
    timezone = body.timezone if isinstance(body, QuietHours) else ""
    try:
        if timezone:
            zone(timezone)
        return Hours(start=minute_of(body.start), end=minute_of(body.end), timezone=timezone)
    except Invalid as wrong:
        raise Invalid(wrong.detail, f"{field}.{wrong.field}") from None


def result_views(
    piece: Piece, results: dict[str, Result], deliveries: dict[str, list[Delivery]] | None
) -> list[ResultView]:
    """The rooms of a piece, in order, with what was delivered of each message, where that is asked for."""
    return [_result_view(target, results.get(target.room), deliveries) for target in piece.targets]


def _result_view(target: Target, result: Result | None, deliveries: dict[str, list[Delivery]] | None) -> ResultView:
    rows = None if deliveries is None else [_delivered(row) for row in deliveries.get(target.room, [])]
    if result is None:
        state, due = ("skipped", 0) if target.skipped else ("waiting", target.at)
        result = Result(broadcast="", piece=0, room=target.room, customer="", failed=target.skipped)
    else:
        state, due = next((name for name in ("failed", "skipped", "deleted") if getattr(result, name)), "stored"), 0
    return ResultView(
        room=target.room,
        state=state,
        reason=result.failed or result.skipped or None,
        message=message_id(result.room, result.n) if result.n else None,
        due_at=time_of(due),
        read_at=time_of(result.read_at),
        acknowledged_at=time_of(result.acknowledged_at),
        replied_at=time_of(result.replied_at),
        deliveries=rows,
    )


def _delivered(row: Delivery) -> DeliveredView:
    return DeliveredView(install=row.install, channel=row.channel, state=row.state, reason=row.reason or None)
