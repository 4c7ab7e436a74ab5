"""One history from its seed to what was found; and the smallest part of it that still shows it (delta debugging)."""

import traceback
from collections import Counter
from dataclasses import dataclass
from functools import cache

from tests.peers.msteams import TeamsPeer

from .history import History, Step, steps_of
from .oracle import Finding, findings
from .stage import Stage, on_stage


@dataclass(frozen=True)
class Chances:
    """How often a call of AWS fails, a process dies, a standard queue gives a message twice."""

    away: float
    dies: float
    twice: float


@dataclass(frozen=True)
class Result:
    """What a history came to."""

    seed: int
    steps: list[Step]
    findings: list[Finding]
    trace: list[str]
    counts: Counter[str]

    @property
    def kinds(self) -> set[str]:
        """The kinds of what was found."""
        return {finding[0] for finding in self.findings}


@cache
def teams() -> TeamsPeer:
    """The peer of Teams: making its key takes a moment."""
    return TeamsPeer()


def run(
    seed: int, count: int, chances: Chances, *, steps: list[Step] | None = None, forgetting: bool = False
) -> Result:
    """Play the history of a seed, or those of its steps; one in which somebody is forgotten where that is asked for."""
    stage = Stage(seed, away=chances.away, dies=chances.dies, twice=chances.twice)
    chosen = steps_of(seed, count, forgetting=forgetting) if steps is None else steps
    with on_stage(stage, teams()):
        try:
            history = History(stage, teams())
            history.run(chosen)
            rests = history.settle()
            gone = (
                history.forgetting.findings() if rests and any(step.act.startswith("forget") for step in chosen) else []
            )
            found = gone + findings(history) + ([] if rests else [("never at rest",)])
        except Exception:  # noqa: BLE001  a history that breaks the simulation is a finding, too
            found = [("broke", traceback.format_exc()[-1500:])]
    return Result(seed, chosen, found, stage.lines, stage.weather.counts)


def shrunk(result: Result, chances: Chances) -> list[Step]:
    """The steps that are needed for one of the kinds of what was found."""
    steps, size = result.steps, max(1, len(result.steps) // 2)
    while size:
        place = 0
        while place < len(steps):
            fewer = steps[:place] + steps[place + size :]
            again = run(result.seed, 0, chances, steps=fewer)
            if again.kinds & result.kinds:
                steps = fewer
            else:
                place += size
        size //= 2
    return steps
