"""Proposals of machines as they go over the wire: requests, answers, and records as the API shows them."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta

from ...desk.errors import Invalid
from ...desk.ids import message_id, message_place
from ...desk.messages import MAX_CHARACTERS
from ...desk.proposals import (
    MAX_SOURCES,
    MAX_TITLE,
    MAX_URL,
    MAX_WORDS,
    Cited,
    Proposal,
    ProposalFigures,
    percentile,
    waits,
)
from ...desk.rooms import Room
from .answers import Body, Time, View, time_of
from .texts import Written

Title = Annotated[str, Meta(max_length=MAX_TITLE, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
Link = Annotated[
    str,
    Meta(max_length=MAX_URL, pattern=r"^https?://[^\s\x00-\x1f\x7f\"<>\\]+$(?!\n)", examples=["https://docs.example/"]),
]


class Source(Body, frozen=True):
    """What a proposal rests on: a page by its `url`, one of your rooms, or a message (ids); one of the three."""

    title: Title = ""
    url: Link | None = None
    room: str | None = None
    message: str | None = None


class NewProposal(Written, frozen=True):
    """What you would say, in CommonMark or as `plain` characters, and what it rests on. `read_to` is the change of the
    room up to which you have read it (a number; its last one if you do not say)."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_CHARACTERS)]
    sources: Annotated[list[Source], Meta(max_length=MAX_SOURCES)] = []
    read_to: Annotated[int, Meta(ge=0)] | None = None


class Discard(Body, frozen=True):
    """Why nobody sends it."""

    reason: Literal["wrong", "incomplete", "tone", "not_needed", "other"]
    words: Annotated[str, Meta(max_length=MAX_WORDS)] = ""


class ProposalSourceView(View, frozen=True):
    """What a proposal rests on."""

    title: str
    url: str | None
    room: str | None
    message: str | None


class KeyRef(View, frozen=True):
    """Whose it is: a key, by its name."""

    id: str
    name: str


class ProposalView(View, frozen=True):
    """What a machine would say in a room whose changes it had read up to number `read_to`. It is `open`; or `answered`
    since, `sent` as a `message` (`edited` or not), `discarded` for a `reason`, or `replaced` by a newer one of the same
    key. One in `shadow` is shown to admins alone."""

    id: str
    room: str
    read_to: int
    by: KeyRef
    text: str
    sources: list[ProposalSourceView]
    state: str
    shadow: bool
    created_at: Time
    settled_by: str | None
    settled_at: Time | None
    reason: str | None
    words: str | None
    message: str | None
    edited: bool


class NearnessView(View, frozen=True):
    """How far the next answer of an agent was from what a machine had drafted before it, and nobody had sent: the edit
    distance in hundredths of the longer text (0: the same), which half, and 85 in a hundred, do not exceed (null of
    none)."""

    count: int
    p50: int | None
    p85: int | None


class ProposalCountsView(View, frozen=True):
    """What became of proposals: how many were made, sent, of these edited, discarded, and for which `reasons`."""

    key: KeyRef | None
    made: int
    sent: int
    edited: int
    discarded: int
    reasons: dict[str, int]
    nearness: NearnessView


class ProposalFiguresView(View, frozen=True):
    """What became of proposals on the days from the first to the last: of all, and of each key."""

    first_day: str
    last_day: str
    total: ProposalCountsView
    keys: list[ProposalCountsView]


def cited(sources: Iterable[Source]) -> tuple[Cited, ...]:
    """The sources of a request; Invalid, naming the one that says none of the three, or several."""
    return tuple(_cited(each, f"sources[{place}]") for place, each in enumerate(sources))


def _cited(source: Source, field: str) -> Cited:
    if [bool(source.url), bool(source.room), bool(source.message)].count(True) != 1:
        raise Invalid("one of url, room, message is needed", field)
    if source.message and not message_place(source.message)[0]:
        raise Invalid("not a message's id", f"{field}.message")
    title = source.title.strip()
    return Cited(title=title, url=source.url or "", room=source.room or "", message=source.message or "")


def proposal_view(proposal: Proposal, room: Room) -> ProposalView:
    """A proposal, in a room as it is now."""
    return ProposalView(
        id=proposal.id,
        room=proposal.room,
        read_to=proposal.n,
        by=KeyRef(id=proposal.key, name=proposal.name),
        text=proposal.text,
        sources=[
            ProposalSourceView(
                title=each.title, url=each.url or None, room=each.room or None, message=each.message or None
            )
            for each in proposal.sources
        ],
        state="answered" if proposal.state == "open" and not waits(proposal, room) else proposal.state,
        shadow=proposal.shadow,
        created_at=time_of(proposal.created_at) or "",
        settled_by=proposal.by or None,
        settled_at=time_of(proposal.at),
        reason=proposal.reason or None,
        words=proposal.words or None,
        message=message_id(proposal.room, proposal.message) if proposal.message else None,
        edited=proposal.edited,
    )


def figures_view(first: str, last: str, rows: list[ProposalFigures]) -> ProposalFiguresView:
    """The sums of days, of all and of each key."""
    keys = {row.key: row.name for row in rows}
    return ProposalFiguresView(
        first_day=first,
        last_day=last,
        total=_summed(rows, None),
        keys=[
            _summed([row for row in rows if row.key == key], KeyRef(id=key, name=name))
            for key, name in sorted(keys.items(), key=lambda each: (each[1], each[0]))
        ],
    )


def _summed(rows: list[ProposalFigures], key: KeyRef | None) -> ProposalCountsView:
    reasons: dict[str, int] = {}
    apart: dict[int, int] = {}
    for row in rows:
        reasons |= {name: reasons.get(name, 0) + count for name, count in row.reasons.items()}
        apart |= {each: apart.get(each, 0) + count for each, count in row.apart.items()}
    return ProposalCountsView(
        key=key,
        made=sum(row.made for row in rows),
        sent=sum(row.sent for row in rows),
        edited=sum(row.edited for row in rows),
        discarded=sum(row.discarded for row in rows),
        reasons=dict(sorted(reasons.items())),
        nearness=NearnessView(count=sum(apart.values()), p50=percentile(apart, 50), p85=percentile(apart, 85)),
    )
