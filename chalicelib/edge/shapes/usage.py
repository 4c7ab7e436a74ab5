"""A customer's usage as it goes over the wire: its curve by day and hour, and what is true of it now."""

from collections import Counter
from collections.abc import Sequence

from ...desk.times import rfc3339
from ...desk.usage_meters import Usage, UsageActor, UsageDay, hours_of
from .answers import Time, View, time_of


class UsageDayView(View, frozen=True):
    """A day (UTC) of a customer: calls, those of them that failed by class, and how many distinct developers and tokens
    made them (developers, and more than eight tokens, are known for seventy days). `first_success_at` is when the first
    of the day's calls succeeded."""

    day: str
    calls: int
    errors: dict[str, int]
    developers: int
    tokens: int
    first_success_at: Time | None


class UsageHourView(View, frozen=True):
    """An hour of a customer, known for fourteen days."""

    hour: Time
    calls: int
    errors: int


class UsageFactsView(View, frozen=True):
    """What is true of a customer by its usage, as filters see it: of today and the six days before, and the last seven
    whole days as a multiple of the seven before (`trend`; null where those had none). Looked at again once an hour at
    most (`evaluated_at`)."""

    calls_7d: int
    errors_7d: int
    developers_7d: int
    tokens_7d: int
    last_call_at: Time | None
    first_success_at: Time | None
    trend: float | None
    evaluated_at: Time | None


class UsageView(View, frozen=True):
    """A customer's usage: the days that have any, oldest first; their `hours`, if they were asked for; calls of those
    days by SDK and version; and the facts."""

    days: list[UsageDayView]
    hours: list[UsageHourView] | None
    sdks: dict[str, int]
    facts: UsageFactsView


def usage_view(
    usage: Usage | None, days: Sequence[UsageDay], actors: Sequence[UsageActor], *, hours: bool, now: int
) -> UsageView:
    """As the API shows it."""
    return UsageView(
        days=day_views(days, actors),
        hours=[
            UsageHourView(hour=rfc3339(at), calls=calls, errors=errors)
            for day in days
            for at, calls, errors in hours_of(day, now)
        ]
        if hours
        else None,
        sdks=sdks_of(days),
        facts=_facts(usage),
    )


def day_views(days: Sequence[UsageDay], actors: Sequence[UsageActor]) -> list[UsageDayView]:
    """Days, and who called on them, as they are shown."""
    called = {(each.day, each.kind, each.who) for each in actors}
    called |= {(day.day, "token", token) for day in days for token in day.tokens}
    counted = Counter((day, kind) for day, kind, _ in called)
    return [
        UsageDayView(
            day=day.day,
            calls=day.calls,
            errors=day.errors,
            developers=counted[day.day, "developer"],
            tokens=counted[day.day, "token"],
            first_success_at=time_of(day.first_success),
        )
        for day in days
    ]


def sdks_of(days: Sequence[UsageDay]) -> dict[str, int]:
    """The calls of days by SDK and version, the most first."""
    sdks: Counter[str] = Counter()
    for day in days:
        sdks.update(day.sdks)
    return dict(sdks.most_common())


def _facts(usage: Usage | None) -> UsageFactsView:
    known = usage or Usage(customer="", workspace="")
    return UsageFactsView(
        calls_7d=known.calls_7d,
        errors_7d=known.errors_7d,
        developers_7d=known.developers_7d,
        tokens_7d=known.tokens_7d,
        last_call_at=time_of(known.last_call_at),
        first_success_at=time_of(known.first_success_at),
        trend=known.trend,
        evaluated_at=time_of(known.evaluated_at),
    )
