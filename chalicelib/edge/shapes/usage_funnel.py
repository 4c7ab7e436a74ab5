"""The developers' funnel as it goes over the wire."""

from ...desk.customers import Customer
from ...desk.usage_funnel import By, Funnel, Stages
from .answers import CustomerRef, View
from .customers import customer_ref


class FunnelStagesView(View, frozen=True):
    """How many distinct developers have a live token (`keys`), of these have called, have had a call that succeeded,
    and are `active`: they called in the last seven days, too. Of `timed` of them both the key's making and the first
    success are known: what lay between (time to hello world) of half of them, and of 85 in a hundred."""

    keys: int
    called: int
    succeeded: int
    active: int
    timed: int
    median_ms: int | None
    p85_ms: int | None


class FunnelPartView(View, frozen=True):
    """A part of them: of a week its Monday, of a source its id."""

    value: str
    stages: FunnelStagesView


class FunnelReachView(View, frozen=True):
    """At how many customers the active ones are (breadth), how many at half of these (depth), and which of them has
    most, with its share of all."""

    customers: int
    median_developers: int
    largest: CustomerRef | None
    largest_share: float | None


class FunnelView(View, frozen=True):
    """The funnel of developers who began on days, both included. `complete` is false where there were more than are
    counted at once: then these are the latest ones."""

    first_day: str
    last_day: str
    by: By
    total: FunnelStagesView
    parts: list[FunnelPartView]
    reach: FunnelReachView
    complete: bool


def funnel_view(
    funnel: Funnel, by: By, *, days: tuple[str, str], largest: Customer | None, complete: bool
) -> FunnelView:
    """As the API shows it."""
    reach = funnel.reach
    return FunnelView(
        first_day=days[0],
        last_day=days[1],
        by=by,
        total=_stages(funnel.total),
        parts=[FunnelPartView(value=name, stages=_stages(stages)) for name, stages in funnel.parts.items()],
        reach=FunnelReachView(
            customers=reach.customers,
            median_developers=reach.median_developers,
            largest=customer_ref(largest) if largest else None,
            largest_share=reach.largest_share,
        ),
        complete=complete,
    )


def _stages(stages: Stages) -> FunnelStagesView:
    return FunnelStagesView(
        keys=stages.keys,
        called=stages.called,
        succeeded=stages.succeeded,
        active=stages.active,
        timed=stages.timed,
        median_ms=stages.median_ms,
        p85_ms=stages.p85_ms,
    )
