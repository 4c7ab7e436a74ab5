"""Figures (metrics) as they go over the wire: JSON, CSV, and OpenMetrics for a scraper."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...desk.figures import COUNTS, SUBJECTS, Figure, Figures, Times
from ...flows.clocks.read_figures import Part
from ...flows.clocks.waiting_now import Now
from .answers import View

PERCENTILES = (15, 50, 85)
DEFINITIONS = {
    "day": "A clock counts on the day on which it ended, by the workspace's time zone of then.",
    "first": "The first answer that an episode of a room is owed, from the ask until a person of the vendor answers.",
    "next": "Every later answer, from the first word that waits for it.",
    "update": "A word of progress: after an acknowledgement, a promise, or while an issue is open behind the room.",
    "outcome": "The end of a room: from its first ask, or from when it was opened again, until it is resolved.",
    "promise": "Those updates that an agent has promised by a time.",
    "answered": "Clocks that ended with an answer, also those that were acknowledged before it.",
    "acknowledged": "Clocks that ended because the customer learnt that somebody is aware.",
    "unanswered": "Rooms that were closed without a word.",
    "withdrawn": "What was owed no more: deleted, moved, or in need of no answer. They are in no other number.",
    "kept": "Clocks with a time that were answered, or acknowledged, by it.",
    "late": "Clocks with a time that were answered after it.",
    "missed": "Clocks with a time that passed, and that ended without an answer.",
    "shut": "Late and missed ones that ran out while the way to the customer was shut.",
    "reopened": "Outcomes of rooms that had been resolved before.",
    "business": "Time that counts by the calendar of the policy or the customer, in ms.",
    "calendar": "Time by the clock on the wall, in ms.",
    "median_ms": "The duration that half of them do not exceed, within 5 %; p15_ms and p85_ms accordingly.",
    "left_out": "Machines and the vendor's own rooms have no clocks; customers whose attribute `test` is true are in no"
    " figure. What somebody adds to their own question begins no new clock.",
}
WAITING = "Open rooms that wait for an answer, by how long they have; `older` is more than seven days."


class TimesView(View, frozen=True):
    """Durations: how many, their sum, and what 15, 50 and 85 in a hundred do not exceed (null of none)."""

    count: int
    total_ms: int
    p15_ms: int | None
    median_ms: int | None
    p85_ms: int | None


class FigureView(View, frozen=True):
    """Clocks of one kind that ended. What each number means stands in the answer's `definitions`."""

    answered: int
    acknowledged: int
    unanswered: int
    withdrawn: int
    kept: int
    late: int
    missed: int
    shut: int
    reopened: int
    business: TimesView
    calendar: TimesView


class FiguresView(View, frozen=True):
    """Days, from the first to the last; where figures are parted by something else, its `value`; figures by `first`,
    `next`, `update`, `outcome` and `promise`."""

    first_day: str
    last_day: str
    value: str | None
    figures: dict[str, FigureView]


class MetricsView(View, frozen=True):
    """Figures of a stretch of days in parts, and of all its days together."""

    timezone: str
    by: str
    parts: list[FiguresView]
    total: dict[str, FigureView]
    definitions: dict[str, str]


class LoadView(View, frozen=True):
    """Open rooms that an agent is on."""

    agent: str
    name: str
    rooms: int


class NowView(View, frozen=True):
    """How things stand: rooms that wait for an answer by how long they have (`1h` up to an hour … `older`), open rooms
    that are silent for so many days, answers that did not arrive, open rooms by the agent on them."""

    waiting: dict[str, int]
    silent_days: dict[str, int]
    undelivered: int
    load: list[LoadView]


def metrics_view(timezone: str, by: str, parts: Iterable[Part], *, total: Figures) -> MetricsView:
    """The whole answer."""
    shown = [
        FiguresView(
            first_day=part.first.isoformat(),
            last_day=part.last.isoformat(),
            value=part.value or None,
            figures=_figures(part.figures),
        )
        for part in parts
    ]
    return MetricsView(timezone=timezone, by=by, parts=shown, total=_figures(total), definitions=DEFINITIONS)


def now_view(now: Now) -> NowView:
    """How things stand."""
    load = [LoadView(agent=agent.id, name=agent.name, rooms=rooms) for agent, rooms in now.load]
    silent = {str(days): rooms for days, rooms in now.silent.items()}
    return NowView(waiting=now.waiting, silent_days=silent, undelivered=now.undelivered, load=load)


def _figures(figures: Figures) -> dict[str, FigureView]:
    return {subject: _figure(figure) for subject, figure in figures.items()}


def _figure(figure: Figure) -> FigureView:
    counts = {name: getattr(figure, name) for name in COUNTS}
    return FigureView(**counts, business=_times(figure.business), calendar=_times(figure.calendar))


def _times(times: Times) -> TimesView:
    p15, median, p85 = (times.percentile(percent) for percent in PERCENTILES)
    return TimesView(count=times.count, total_ms=times.total, p15_ms=p15, median_ms=median, p85_ms=p85)


def csv_of(view: MetricsView) -> str:
    """A line for each part and kind of clock; empty cells where there is no duration."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    durations = [f"{time}_{name}" for time in ("business", "calendar") for name in TimesView.__struct_fields__]
    writer.writerow(["first_day", "last_day", view.by, "kind", *COUNTS, *durations])
    for part in view.parts:
        for kind, figure in part.figures.items():
            times = [
                getattr(times, name)
                for times in (figure.business, figure.calendar)
                for name in TimesView.__struct_fields__
            ]
            value = part.value or part.first_day
            counts = [getattr(figure, name) for name in COUNTS]
            writer.writerow([part.first_day, part.last_day, value, kind, *counts, *times])
    return out.getvalue()


def openmetrics_of(view: NowView, today: MetricsView) -> str:
    """Gauges: how things stand, and today's figures (https://openmetrics.io, text format 1.0.0)."""
    return "".join(f"{line}\n" for line in [*_gauges(view), *_today(today), "# EOF"])


def _gauges(view: NowView) -> Iterator[str]:
    yield from _gauge("parley_rooms_waiting", WAITING, ("age", view.waiting))
    yield from _gauge("parley_rooms_silent", "Open rooms that are silent for days.", ("days", view.silent_days))
    yield from _gauge("parley_answers_undelivered", "Answers that did not arrive.", ("", {"": view.undelivered}))
    load = {each.agent: each.rooms for each in view.load}
    yield from _gauge("parley_agent_open_rooms", "Open rooms that an agent is on.", ("agent", load))


def _today(view: MetricsView) -> Iterator[str]:
    for name in COUNTS:
        found = {kind: getattr(view.total[kind], name) for kind in SUBJECTS if kind in view.total}
        yield from _gauge(f"parley_today_{name}", DEFINITIONS[name], ("clock", found))
    for name in ("p15_ms", "median_ms", "p85_ms"):
        medians = {
            kind: value
            for kind in SUBJECTS
            if kind in view.total and (value := getattr(view.total[kind].business, name)) is not None
        }
        yield from _gauge(f"parley_today_business_{name}", DEFINITIONS["business"], ("clock", medians))


def _gauge(name: str, words: str, labelled: tuple[str, Mapping[Any, int]]) -> Iterator[str]:
    label, values = labelled
    yield f"# TYPE {name} gauge"
    yield f"# HELP {name} {words}"
    for value, number in values.items():
        yield f'{name}{{{label}="{value}"}} {number}' if label else f"{name} {number}"
