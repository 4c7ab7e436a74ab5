"""Retention as it goes over the wire."""

from typing import Annotated

from msgspec import Meta

from ...desk.retention import KEEPS, Retention, Terms
from ...desk.times import rfc3339
from ...flows.retention.save import Foreseen
from .answers import Body, Time, View, time_of

Days = Annotated[int, Meta(ge=1)]


class TermsBody(Body, frozen=True):
    """For how many days what is kept; null: as long as without a rule. Rooms since the last thing happened in them,
    once they are resolved; mails and files as they came; visitors since their last word; dead letters for less than the
    14 days that their queue keeps them."""

    resolved_rooms_days: Days | None = None
    originals_days: Days | None = None
    visitors_days: Days | None = None
    dead_letters_days: Days | None = None


class TermsView(View, frozen=True):
    """For how many days what is kept; null: as long as without a rule."""

    resolved_rooms_days: int | None
    originals_days: int | None
    visitors_days: int | None
    dead_letters_days: int | None


class RunView(View, frozen=True):
    """A run: how many of each kind went, and how many a hold kept. It is on while it has no end."""

    began_at: Time
    ended_at: Time | None
    removed: dict[str, int]
    held: dict[str, int]


class RetentionView(TermsView, frozen=True):
    """The same, with when that acts: what is shorter than before acts from `acts_at` on (null: all of it does), and
    until then `acting` does. `next_run_at` is when it is looked next, `last_run` what came of the last time, or does
    just now."""

    acts_at: Time | None
    acting: TermsView
    next_run_at: Time | None
    last_run: RunView | None


class RetentionForeseenView(View, frozen=True):
    """How many of a kind would go at the first run; `at_least`: the oldest were counted, and there are more. `held` are
    kept by a hold. Nothing has come to the oldest since `oldest_day`."""

    kind: str
    days: int | None
    count: int
    at_least: bool
    oldest_day: str | None
    held: int


class RetentionPreviewView(View, frozen=True):
    """What would go of each kind, and when at the earliest, if this were saved now."""

    acts_at: Time
    kinds: list[RetentionForeseenView]


def terms_of(body: TermsBody) -> Terms:
    """What somebody asks for."""
    return Terms(**{keeps: getattr(body, f"{keeps}_days") or 0 for keeps in KEEPS})


def _days(terms: Terms) -> dict[str, int | None]:
    return {f"{keeps}_days": terms.of(keeps) or None for keeps in KEEPS}


def retention_view(retention: Retention, now: int) -> RetentionView:
    """A workspace's retention."""
    run = RunView(
        began_at=time_of(retention.began_at) or "",
        ended_at=time_of(retention.ended_at),
        removed=retention.gone,
        held=retention.held,
    )
    return RetentionView(
        **_days(retention.terms),
        acts_at=time_of(retention.acts_at) if retention.acts_at > now else None,
        acting=TermsView(**_days(retention.acting(now))),
        next_run_at=time_of(retention.next_at),
        last_run=run if retention.began_at else None,
    )


def preview_view(found: list[Foreseen], acts_at: int) -> RetentionPreviewView:
    """What would go."""
    return RetentionPreviewView(
        acts_at=time_of(acts_at) or "",
        kinds=[
            RetentionForeseenView(
                kind=each.keeps,
                days=each.days or None,
                count=each.count,
                at_least=each.more,
                oldest_day=rfc3339(each.oldest)[:10] if each.oldest else None,
                held=each.held,
            )
            for each in found
        ],
    )
