"""How well questions are answered: a corpus over scripts, languages and what developers paste, with what must be found
and what must not. It is put to the API in a process of its own (tests/questions/score.py)."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from infra import venvs
from infra.benchmarks.figures import Figure

SECTION = "Questions that are answered right"


def figures() -> list[Figure]:
    """A row for each script and kind of paste, and one for each question that goes wrong."""
    command = [sys.executable, "-m", "tests.questions.score"]
    done = subprocess.run(command, cwd=venvs.ROOT, capture_output=True, text=True, check=True)
    scores: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return [figure for group, score in scores.items() for figure in _rows(group, score)]


def _rows(group: str, score: dict[str, Any]) -> Iterator[Figure]:
    wrong: dict[str, bool] = score["wrong"]
    shown = f"{score['asked'] - len(wrong)} of {score['asked']}"
    yield Figure(SECTION, group, list(wrong.values()).count(False), shown, 0, "all but what is known")
    for words, known in wrong.items():
        yield Figure(SECTION, f"  {words}", int(not known), "known" if known else "new", 0, "known")
