"""A figure, its budget and its verdict, and how they are printed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

HEADINGS = ("figure", "measured", "budget", "verdict")


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in words of `shown`; `budget` is the most that it may be, None where none is set."""

    section: str
    name: str
    value: float
    shown: str
    budget: float | None = None
    budget_shown: str = ""

    @property
    def within(self) -> bool | None:
        """Whether the budget holds; None where there is none."""
        return None if self.budget is None else self.value <= self.budget

    @property
    def verdict(self) -> str:
        """One word."""
        return {None: "", True: "ok", False: "MISSES"}[self.within]


def ratio(section: str, name: str, value: float, *, budget: float | None = None) -> Figure:
    """A figure as a multiple of something else."""
    return Figure(section, name, round(value, 3), f"{value:.2f}×", budget, f"≤ {budget:g}×" if budget else "")


def as_json(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """The figures for a machine."""
    return [asdict(figure) | {"within": figure.within} for figure in figures]


def as_table(figures: Iterable[Figure]) -> str:
    """The figures for a terminal: columns as wide as they must be, a heading for each section."""
    known = list(figures)
    rows = [(figure.name, figure.shown, figure.budget_shown, figure.verdict) for figure in known]
    widths = [max(len(row[i]) for row in [HEADINGS, *rows]) for i in range(4)]
    lines = [_line(HEADINGS, widths)]
    for section, members in groupby(known, key=lambda figure: figure.section):
        lines += ["", section, "-" * min(len(section), sum(widths))]
        for figure in members:
            lines.append(_line((figure.name, figure.shown, figure.budget_shown, figure.verdict), widths))
    return "\n".join(lines)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
