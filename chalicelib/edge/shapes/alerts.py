"""How an agent is told, as it goes over the wire."""

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ...desk.alerts import ALERT_KINDS, MAX_FOLLOWED, WAYS, AlertChoices, Browser, ChosenKind, Way
from ...desk.hours import Hours, minute_of, shown
from .answers import Body, Time, TimeZone, View, moment_of, time_of

Ways = Annotated[list[Way], Meta(max_length=len(WAYS), description="How; empty: not at all")]
DayTime = Annotated[str, Meta(max_length=5, examples=["22:30"])]


class QuietBody(Body, frozen=True):
    """Hours in which nothing is sent: what gathers is sent at their end."""

    start: DayTime = msgspec.field(name="from")
    end: DayTime = msgspec.field(name="to")


class ChangeAlerts(Body, frozen=True):
    """Choose how one is told: what is not named stays."""

    ways: dict[ChosenKind, Ways] | UnsetType = UNSET
    segments: Annotated[list[str], Meta(max_length=MAX_FOLLOWED)] | UnsetType = UNSET
    quiet: QuietBody | None | UnsetType = UNSET
    digest_at: DayTime | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    away_until: Time | None | UnsetType = UNSET


class QuietView(View, frozen=True):
    """Hours in which nothing is sent."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")


class AlertsView(View, frozen=True):
    """How one is told of each kind of thing; the segments that one follows; quiet hours and the time of the digest, by
    the clock of the time zone; until when the team is told instead."""

    ways: dict[str, list[str]]
    segments: list[str]
    quiet: QuietView | None
    digest_at: str
    timezone: str
    away_until: Time | None


class NewBrowser(Body, frozen=True):
    """A browser's subscription, as its PushManager tells it."""

    endpoint: Annotated[str, Meta(min_length=9, max_length=1000, pattern=r"^https://[!-~]+$(?!\n)")]
    p256dh: Annotated[str, Meta(min_length=87, max_length=88, pattern=r"^[A-Za-z0-9_-]{87}=?$(?!\n)")]
    auth: Annotated[str, Meta(min_length=22, max_length=24, pattern=r"^[A-Za-z0-9_-]{22}={0,2}$(?!\n)")]


class BrowserView(View, frozen=True):
    """A browser that one is told in: whose push service it has."""

    id: str
    service: str
    created_at: Time


class PushKeyView(View, frozen=True):
    """The key that browsers subscribe with (`applicationServerKey`)."""

    key: str


def browser_view(browser: Browser) -> BrowserView:
    """A browser; its address is its own secret."""
    service = urlsplit(browser.endpoint).hostname or ""
    return BrowserView(id=browser.id, service=service, created_at=time_of(browser.created_at) or "")


def alerts_view(choices: AlertChoices) -> AlertsView:
    """How somebody is told."""
    quiet = choices.quiet
    return AlertsView(
        ways={kind: list(choices.ways_of(kind)) for kind in ALERT_KINDS},
        segments=list(choices.segments),
        quiet=QuietView(start=shown(quiet.start), end=shown(quiet.end)) if quiet else None,
        digest_at=shown(choices.digest_at),
        timezone=choices.timezone,
        away_until=time_of(choices.away_until),
    )


def alert_fields(named: dict[str, Any]) -> dict[str, Any]:
    """The fields of somebody's choices that a request names."""
    found: dict[str, Any] = {name: named[name] for name in ("timezone",) if name in named}
    if "ways" in named:
        found["ways"] = {kind: tuple(way for way in WAYS if way in ways) for kind, ways in named["ways"].items()}
    if "segments" in named:
        found["segments"] = tuple(dict.fromkeys(named["segments"]))
    if "quiet" in named:
        body = named["quiet"]
        found["quiet"] = Hours(start=minute_of(body.start), end=minute_of(body.end)) if body else None
    if "digest_at" in named:
        found["digest_at"] = minute_of(named["digest_at"])
    if "away_until" in named:
        found["away_until"] = moment_of(named["away_until"], "away_until")
    return found
