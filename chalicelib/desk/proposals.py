"""Proposals (drafted answers; ADR 173): what a machine would say in a room, with its sources, for one agent's click."""

from typing import Literal, get_args

from .errors import Conflict
from .messages import Proposed
from .record import Part, Record
from .room_transitions import base_of
from .rooms import Room
from .turns import Mark

Drafted = Literal["open", "sent", "discarded", "replaced"]
Reason = Literal["wrong", "incomplete", "tone", "not_needed", "other"]

REASONS: tuple[Reason, ...] = get_args(Reason)
MAX_SOURCES = 20
MAX_TITLE = 200
MAX_URL = 2000
MAX_WORDS = 500


class Cited(Part, frozen=True):
    """What a proposal rests on: a page by its `url`, a room, or a message (ids)."""

    title: str = ""
    url: str = ""
    room: str = ""
    message: str = ""


class Proposal(Record, frozen=True):
    """What a machine (its `key`, by `name`) would say in a room whose changes it had read up to number `n`. One in
    `shadow` is seen by admins alone and never sent. It was settled `by` an agent `at` a time (ms): sent as `message`,
    as it was or `edited`, or discarded for a `reason` and `words`. Where an agent answered without it, `answer` is
    that message, and `apart` how far that is from it, in hundredths."""

    room: str
    id: str
    workspace: str
    n: int
    key: str
    name: str
    text: str
    created_at: int
    customer: str = ""
    sources: tuple[Cited, ...] = ()
    shadow: bool = False
    state: Drafted = "open"
    by: str = ""
    at: int = 0
    reason: str = ""
    words: str = ""
    message: int = 0
    edited: bool = False
    answer: int = 0
    apart: int = 0


class ProposalFigures(Record, frozen=True):
    """What became of a key's proposals on a day (`2026-11-30`; roll-up). `apart` counts those that an agent answered
    without, by how far that answer was from them, in hundredths."""

    workspace: str
    day: str
    key: str
    name: str = ""
    made: int = 0
    sent: int = 0
    edited: int = 0
    discarded: int = 0
    reasons: dict[str, int] = {}
    apart: dict[int, int] = {}


def percentile(apart: dict[int, int], percent: int) -> int | None:
    """The distance that so many in a hundred do not exceed (nearest rank); None of none."""
    rank, passed = max(-(-sum(apart.values()) * percent // 100), 1), 0
    for each in sorted(apart):
        passed += apart[each]
        if passed >= rank:
            return each
    return None


def answer_after(room: Room, n: int, made_at: int, *, before: int = 0) -> Mark | None:
    """The mark of the first answer after change `n` (and before another one) that still stands. What is older than the
    room's trail is known by its time alone, and has no message."""
    found = [mark for mark in room.trail if mark.kind == "answer" and n < mark.n and not 0 < before <= mark.n]
    base = base_of(room)
    if base.answered_at > made_at:
        return Mark(n=0, at=base.answered_at, kind="answer")
    return min(found, key=lambda mark: mark.n, default=None)


def waits(proposal: Proposal, room: Room) -> bool:
    """Whether it could be sent: nobody has settled it, and nobody has answered since."""
    return proposal.state == "open" and answer_after(room, proposal.n, proposal.created_at) is None


def marked_as(proposal: Proposal, shown: bool) -> Proposed:
    """What its message says of it; customers are told where it is `shown`."""
    return Proposed(id=proposal.id, key=proposal.key, name=proposal.name, shown=shown)


def settled(proposal: Proposal, state: Drafted, by: str, *, at: int, **fields: object) -> Proposal:
    """The proposal once somebody has decided on it; Conflict where somebody did before."""
    if proposal.state == "replaced":
        raise Conflict(f"{proposal.name} has drafted another answer since", "proposal")
    if proposal.state != "open":
        raise Conflict(f"it was {proposal.state} already", "proposal")
    return proposal.changed(state=state, by=by, at=at, **fields)
