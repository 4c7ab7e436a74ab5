"""Sources of usage as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ...desk.usage_reading import REASONS
from ...desk.usage_sources import SetAside, Source, SourceUse, WriteKey
from .answers import Body, Name, Time, View, time_of

Kind = Literal["server", "browser"]
Mode = Literal["live", "test"]
EventName = Annotated[str, Meta(min_length=1, max_length=200)]
Ours = Literal["API Key Created", "API Key Revoked", "API Called"]
Traits = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=100)]],
    Meta(max_length=100, description="Names of traits that are kept; null keeps all"),
]
Names = Annotated[dict[EventName, Ours], Meta(max_length=50, description="The vendor's names of events → ours")]


class NewSource(Body, frozen=True):
    """A source of usage. A `browser`'s keys are public: they track, and say nothing of who somebody is. Only one that
    `creates` makes customers and users of those that it names."""

    name: Name
    kind: Kind = "server"
    creates: bool = False
    traits: Traits | None = msgspec.field(default_factory=list)
    names: Names = msgspec.field(default_factory=dict)


class ChangeSource(Body, frozen=True):
    """Change a source of usage: what is not named stays."""

    name: Name | UnsetType = UNSET
    creates: bool | UnsetType = UNSET
    traits: Traits | None | UnsetType = UNSET
    names: Names | UnsetType = UNSET


class NewWriteKey(Body, frozen=True):
    """A write key. What comes with a `test` key counts for nobody's figures."""

    mode: Mode = "live"


class WriteKeyView(View, frozen=True):
    """A write key. `key` is shown once, when it is made."""

    id: str
    mode: Mode
    created_at: Time
    key: str | None = None


class UsageSourceView(View, frozen=True):
    """A source of usage. `last_event_at` is right to five minutes; `last_refused_at` is when something of it was set
    aside last, within 30 days."""

    id: str
    name: str
    kind: Kind
    creates: bool
    traits: list[str] | None
    names: dict[str, str]
    keys: list[WriteKeyView]
    created_at: Time
    last_event_at: Time | None
    last_refused_at: Time | None


class AsideReasonView(View, frozen=True):
    """Why events were set aside, and how many."""

    reason: str
    detail: str
    events: int


class SetAsideView(View, frozen=True):
    """What of one request was set aside, until it ends."""

    id: str
    at: Time
    mode: Mode
    events: int
    reasons: list[AsideReasonView]
    ends_at: Time


class BadEventView(View, frozen=True):
    """An event that was set aside, without what is never kept."""

    reason: str
    detail: str
    event: Any


class SetAsideEventsView(View, frozen=True):
    """The events of one request that were set aside."""

    id: str
    events: list[BadEventView]


class Replay(Body, frozen=True):
    """Which requests to read again; without `ids` the oldest hundred."""

    ids: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=100)] = msgspec.field(
        default_factory=list
    )


class ReplayedView(View, frozen=True):
    """How many events were taken, how many are still set aside, and whether there is more."""

    taken: int
    set_aside: int
    more: bool


def source_view(source: Source, used: SourceUse | None, refused: SetAside | None) -> UsageSourceView:
    """A source, and when it was heard of last."""
    return UsageSourceView(
        id=source.id,
        name=source.name,
        kind=source.kind,
        creates=source.creates,
        traits=None if source.traits is None else list(source.traits),
        names=source.names,
        keys=[write_key_view(key) for key in source.keys],
        created_at=time_of(source.created_at) or "",
        last_event_at=time_of(used.at) if used else None,
        last_refused_at=time_of(refused.at) if refused else None,
    )


def write_key_view(key: WriteKey, plain: str | None = None) -> WriteKeyView:
    """A write key; its plain text only when it is made."""
    return WriteKeyView(id=key.id, mode=key.mode, created_at=time_of(key.created_at) or "", key=plain)


def set_aside_view(row: SetAside) -> SetAsideView:
    """What of a request was set aside."""
    reasons = [
        AsideReasonView(reason=each.reason, detail=detail(each.reason), events=each.events) for each in row.reasons
    ]
    return SetAsideView(
        id=row.id,
        at=time_of(row.at) or "",
        mode=row.mode,
        events=row.events,
        reasons=reasons,
        ends_at=time_of(row.ends) or "",
    )


def detail(reason: str) -> str:
    """The sentence of a reason."""
    return REASONS.get(reason, reason)
