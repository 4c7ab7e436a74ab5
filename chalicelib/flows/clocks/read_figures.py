"""Read figures (query of the roll-ups): of a stretch of days, by days, weeks, months, or by what they can be cut by."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args

from ...desk.customers import Customer
from ...desk.figures import DayFigures, Figures, cuts_in, over_days
from ...desk.times import from_date
from ...ports import Listing, Store, ref
from ..paging import every

Period = Literal["day", "week", "month"]
Dimension = Literal["channel", "priority", "agent", "segment", "customer"]

PERIODS: tuple[Period, ...] = get_args(Period)
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
MAX_DAYS = 400  # of one question
MAX_DAYS_OF_ALL = 31  # where every customer's are read
PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which days (both included), of whom (a customer's id, "": all), of which cut, and what they are parted by."""

    workspace: str
    first: date
    last: date
    by: Period | Dimension = "day"
    customer: str = ""
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what was asked for: its days, its value of the dimension, its figures."""

    first: date
    last: date
    value: str = ""
    figures: Figures = field(default_factory=dict)


def figures_of(store: Store, asked: Asked) -> list[Part]:
    """Parts in their order; those of time have a part also for days of which nothing is known."""
    if asked.by == "customer":
        return list(_by_customer(store, asked))
    days = list(_days(store, asked))
    if asked.by in PERIODS:
        return [
            Part(first, last, figures=over_days((each for each in days if first <= _date(each) <= last), asked.cut))
            for first, last in _stretches(asked.first, asked.last, _ENDS[asked.by])
        ]
    values = cuts_in(days, asked.by)
    return [Part(asked.first, asked.last, each, over_days(days, f"{asked.by}:{each}")) for each in values]


def total_of(store: Store, asked: Asked) -> Figures:
    """The figures of all days together."""
    return over_days(_days(store, asked), asked.cut)


def _days(store: Store, asked: Asked) -> Iterator[DayFigures]:
    """Rows of the days, oldest first."""
    first, last = (from_date(day.isoformat()) or 0 for day in (asked.first, asked.last))
    listing: Listing[DayFigures] = Listing(
        "figures", (asked.workspace, asked.customer), after=first - 1, before=last + 1
    )
    return every(store, listing, PAGE)


def _by_customer(store: Store, asked: Asked) -> Iterator[Part]:
    rows: defaultdict[str, list[DayFigures]] = defaultdict(list)
    for first, _ in _stretches(asked.first, asked.last, lambda day: day):
        listing: Listing[DayFigures] = Listing("day-figures", (asked.workspace, first.isoformat()))
        for row in every(store, listing, PAGE):
            if row.customer:
                rows[row.customer].append(row)
    ids = sorted(rows)
    for id_, customer in zip(ids, store.many([ref(Customer, id_) for id_ in ids]) if ids else [], strict=True):
        if customer:
            yield Part(asked.first, asked.last, customer.external_id, over_days(rows[id_], asked.cut))


def _date(row: DayFigures) -> date:
    return date.fromisoformat(row.day)


def _stretches(first: date, last: date, end_of: Callable[[date], date]) -> Iterable[tuple[date, date]]:
    """The days from `first` to `last` in pieces, each of which ends where `end_of` one of its days says."""
    while first <= last:
        end = min(end_of(first), last)
        yield first, end
        first = end + timedelta(days=1)


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


_ENDS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day + timedelta(days=6 - day.weekday()),
    "month": _end_of_month,
}
