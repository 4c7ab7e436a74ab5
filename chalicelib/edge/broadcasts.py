"""Broadcasts as they go over the wire: requests, answers, and records as the API shows them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ..desk.broadcasts import MAX_NAMED, MAX_TEXT, Broadcast, Piece, Result, Rules, Tally, Target, standing, sums
from ..desk.errors import Invalid
from ..desk.ids import message_id
from .shapes import Body, ExternalId, Time, View, time_of

KindName = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$(?!\n)", examples=["news"])]
RoomId = Annotated[str, Meta(min_length=1, max_length=200)]


class NewBroadcast(Body, frozen=True):
    """A draft, to one of: a segment's customers, customers by name, rooms by id. Customers get it in their triage
    room. `override` is the reason why the weekly cap does not hold for it."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
    segment: str = ""
    customers: Annotated[list[ExternalId], Meta(max_length=MAX_NAMED)] = msgspec.field(default_factory=list)
    rooms: Annotated[list[RoomId], Meta(max_length=MAX_NAMED)] = msgspec.field(default_factory=list)
    kind: KindName = "news"
    override: Annotated[str, Meta(max_length=200)] = ""


class SendBroadcast(Body, frozen=True):
    """Now, or at a time."""

    at: Time | None = None


class TryBroadcast(Body, frozen=True):
    """An internal room to see it in, as `customer` would get it."""

    room: RoomId
    customer: ExternalId


class PutBroadcastRules(Body, frozen=True):
    """Whether a second agent has to approve, and how many broadcasts a customer gets in 7 days."""

    approval: bool = False
    per_week: Annotated[int, Meta(ge=1, le=20)] = 3


class BroadcastRulesView(View, frozen=True):
    """The workspace's rules for broadcasts."""

    approval: bool
    per_week: int


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


class BroadcastView(View, frozen=True):
    """A broadcast. `sums` are told where one is shown alone."""

    id: str
    state: str
    reason: str | None
    text: str
    kind: str
    segment: str | None
    author: str
    approved_by: str | None
    override: str | None
    at: Time | None
    created_at: Time
    sums: BroadcastSums | None


class SampleView(View, frozen=True):
    """What one room gets."""

    room: str
    text: str


class MissingView(View, frozen=True):
    """What keeps the text from being filled in for a room. With one of these, nothing is sent."""

    room: str
    reason: str


class PreviewView(View, frozen=True):
    """Who gets it and who does not, as things are now, and what that costs: `deliveries` to installs that are told of
    every room (a room's own bridges come on top); `dollars` roughly, at list prices."""

    rooms: int
    skipped: dict[str, int]
    missing: list[MissingView]
    samples: list[SampleView]
    messages: int
    deliveries: int
    dollars: float


class ResultView(View, frozen=True):
    """What became of a room: waiting, skipped, stored, failed, deleted."""

    room: str
    state: str
    reason: str | None
    message: str | None
    read_at: Time | None
    replied_at: Time | None


def broadcast_view(told: Broadcast, tallies: Iterable[Tally] | None = None) -> BroadcastView:
    """A broadcast, with its sums where its tallies are at hand."""
    found = None if tallies is None else list(tallies)
    return BroadcastView(
        id=told.id,
        state=told.state if found is None else standing(told, found),
        reason=told.reason or None,
        text=told.text,
        kind=told.kind,
        segment=told.segment or None,
        author=told.author.id,
        approved_by=told.approved_by or None,
        override=told.override or None,
        at=time_of(told.at),
        created_at=time_of(told.created_at) or "",
        sums=None if found is None else BroadcastSums(**sums(told, found)),
    )


def rules_view(rules: Rules) -> BroadcastRulesView:
    """The rules."""
    return BroadcastRulesView(approval=rules.approval, per_week=rules.per_week)


def result_views(piece: Piece, results: dict[str, Result]) -> list[ResultView]:
    """The rooms of a piece, in order."""
    return [_result_view(target, results.get(target.room)) for target in piece.targets]


def _result_view(target: Target, result: Result | None) -> ResultView:
    if result is None:
        state = "skipped" if target.skipped else "waiting"
        told: dict[str, Any] = {"reason": target.skipped or None, "message": None, "read_at": None, "replied_at": None}
        return ResultView(room=target.room, state=state, **told)
    return ResultView(
        room=target.room,
        state="failed" if result.failed else "deleted" if result.deleted else "stored",
        reason=result.failed or None,
        message=message_id(result.room, result.n) if result.n else None,
        read_at=time_of(result.read_at),
        replied_at=time_of(result.replied_at),
    )


def moment_of(told: str | None) -> int:
    """A time of a request in ms, 0 for none; Invalid for what is none."""
    if told is None:
        return 0
    try:
        at = datetime.fromisoformat(told)
        if at.tzinfo is None:
            raise ValueError
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Invalid("a time as RFC 3339 has it, with its offset from UTC", "at") from None
