"""How well it went (metrics): what the clocks that ended on a day come to, in counts and log-bucket histograms. Pure.

A figure can be added to another one, so that days make weeks and months. Counts are exact; a percentile is that of its
bucket's middle, at most 5 % beside the true one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from math import ceil, log, sqrt
from typing import Literal

from .clocks import GONE, Clock
from .record import Part, Record

Subject = Literal["first", "next", "update", "outcome", "promise"]
Figures = dict[Subject, "Figure"]
Cuts = dict[str, Figures]  # "" is all; `channel:slack`, `priority:high`, `agent:agt_1`, `segment:seg_1`

SUBJECTS: tuple[Subject, ...] = ("first", "next", "update", "outcome", "promise")
RATIO = 1.1  # of a bucket's upper end to its lower one


class Times(Part, frozen=True, array_like=True):
    """Durations: how many, what they come to (ms), and how many are in each bucket."""

    count: int = 0
    total: int = 0
    buckets: dict[int, int] = {}

    def percentile(self, percent: int) -> int | None:
        """The duration (ms) that so many in a hundred do not exceed (nearest rank); None of none."""
        rank, passed = max(ceil(self.count * percent / 100), 1), 0
        for bucket in sorted(self.buckets):
            passed += self.buckets[bucket]
            if passed >= rank:
                return middle_of(bucket)
        return None


class Figure(Part, frozen=True):
    """Clocks of one kind that ended: answered, acknowledged, closed without an answer, and those that were owed no more
    (`withdrawn`). Of those with a time, how many were `kept`, `late` (answered after it) and `missed` (never); how many
    of these while the way to the customer was shut. Of outcomes, how many came after the room had been resolved before
    (`reopened`). How long it took in business time and by the calendar."""

    answered: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    withdrawn: int = 0
    kept: int = 0
    late: int = 0
    missed: int = 0
    shut: int = 0
    reopened: int = 0
    business: Times = Times()
    calendar: Times = Times()


COUNTS = ("answered", "acknowledged", "unanswered", "withdrawn", "kept", "late", "missed", "shut", "reopened")


class DayFigures(Record, frozen=True):
    """The figures of a workspace's day (`2026-11-30`), or of one `customer` of it (roll-up)."""

    workspace: str
    day: str
    customer: str = ""
    cuts: Cuts = {}


class DueFigures(Record, frozen=True):
    """A day of a workspace whose clocks have changed: it is to be added up anew at `due` (ms)."""

    workspace: str
    day: str
    due: int


def bucket_of(ms: int) -> int:
    """The bucket of a duration."""
    return int(log(ms) / log(RATIO)) + 1 if ms > 0 else 0


@cache
def middle_of(bucket: int) -> int:
    """The duration (ms) in the (geometric) middle of a bucket."""
    return round(RATIO ** (bucket - 1) * sqrt(RATIO)) if bucket else 0


def added_up(figures: Iterable[Figure]) -> Figure:
    """The figure of all of them."""
    found = list(figures)
    counts = {name: sum(getattr(each, name) for each in found) for name in COUNTS}
    return Figure(
        **counts, business=_times(each.business for each in found), calendar=_times(each.calendar for each in found)
    )


def _times(of: Iterable[Times]) -> Times:
    buckets: Counter[int] = Counter()
    count = total = 0
    for each in of:
        count, total = count + each.count, total + each.total
        buckets.update(each.buckets)
    return Times(count=count, total=total, buckets=dict(sorted(buckets.items())))


def folded(clocks: Iterable[Clock]) -> dict[str, Cuts]:
    """By customer ("": all of them) the figures of clocks that have ended; those of test customers are in none."""
    found: defaultdict[tuple[str, str, Subject], list[Figure]] = defaultdict(list)
    for clock in clocks:
        if clock.test:
            continue
        figure = figure_of(clock)
        for customer in dict.fromkeys(("", clock.customer)):
            for cut in cuts_of(clock):
                for subject in subjects_of(clock):
                    found[customer, cut, subject].append(figure)
    summed: dict[str, Cuts] = {}
    for (customer, cut, subject), figures in sorted(found.items()):
        summed.setdefault(customer, {}).setdefault(cut, {})[subject] = added_up(figures)
    return summed


def cuts_of(clock: Clock) -> Iterator[str]:
    """The cuts that a clock is in, as it was when it ended."""
    yield ""
    yield f"priority:{clock.priority}"
    if clock.channel:
        yield f"channel:{clock.channel}"
    if clock.agent:
        yield f"agent:{clock.agent}"
    yield from (f"segment:{each}" for each in clock.segments)


def subjects_of(clock: Clock) -> tuple[Subject, ...]:
    """Progress that was promised is a promise, too."""
    return ("update", "promise") if clock.promised else (clock.kind,)


def figure_of(clock: Clock) -> Figure:
    """What one clock that has ended counts. One that nobody owed any more counts as withdrawn alone."""
    if clock.how in GONE or clock.how == "none needed":
        return Figure(withdrawn=1)
    heard = bool(clock.answered) or clock.how in ("answered", "acknowledged")
    took, by_calendar, measured = clock.took, clock.ended - clock.since, heard or clock.kind == "outcome"
    if clock.kind in ("first", "next"):  # an acknowledgement is no answer
        took, by_calendar, measured = clock.answer_took, clock.answered - clock.since, bool(clock.answered)
    return Figure(
        answered=int(clock.how == "answered" or bool(clock.answered)),
        acknowledged=int(clock.how == "acknowledged"),
        unanswered=int(not heard),
        kept=int(bool(clock.due) and not clock.missed and heard),
        late=int(bool(clock.missed) and heard),
        missed=int(bool(clock.missed) and not heard),
        shut=int(bool(clock.missed) and bool(clock.because)),
        reopened=int(clock.again),
        business=_one(took) if measured else Times(),
        calendar=_one(by_calendar) if measured else Times(),
    )


def _one(ms: int) -> Times:
    return Times(count=1, total=ms, buckets={bucket_of(ms): 1})


def over_days(days: Iterable[DayFigures], cut: str) -> Figures:
    """The figures of one cut over several days, by subject."""
    found: defaultdict[Subject, list[Figure]] = defaultdict(list)
    for subject, figure in chain.from_iterable(day.cuts.get(cut, {}).items() for day in days):
        found[subject].append(figure)
    return {subject: added_up(found[subject]) for subject in SUBJECTS if subject in found}


def cuts_in(days: Iterable[DayFigures], dimension: str) -> list[str]:
    """The values of a dimension (`channel`, `agent` …) that days know, sorted."""
    names: set[str] = set()
    for day in days:
        names |= _values(day.cuts, dimension)
    return sorted(names)


def _values(cuts: Mapping[str, object], dimension: str) -> set[str]:
    return {cut.partition(":")[2] for cut in cuts if cut.startswith(f"{dimension}:")}
