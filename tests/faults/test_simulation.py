"""The simulation itself: a few seeds are sound, the same seed is the same history, and what is broken is found."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .mechanisms import MECHANISMS, table

ROOT = Path(__file__).parents[2]
TOOK = re.compile(r"\b\d+ s\b")  # how long it took is no part of a history


def played(
    *asked: str, module: str = "tests.faults.simulation", hashes: str = "random"
) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    command = [sys.executable, "-m", module, *asked]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": hashes}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("first", [1, 101])
def test_a_few_histories_with_deaths_and_outages_lose_and_double_nothing(first: int) -> None:
    done = played(str(first), "4")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "deaths" in done.stdout


def test_who_is_forgotten_while_others_talk_is_forgotten_whole() -> None:
    done = played("1", "3", "--forgetting")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "deaths" in done.stdout


def test_the_same_seed_is_the_same_history_in_another_process() -> None:
    one, other = (played("7", "1", "--steps", "20", "--trace", hashes=hashes) for hashes in ("1", "2"))
    lines = [[TOOK.sub("", line) for line in each.stdout.splitlines()] for each in (one, other)]
    assert lines[0] == lines[1]
    assert len(lines[0]) > 100


def test_in_fair_weather_nothing_fails() -> None:
    done = played("1", "2", "--calm")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "deaths" not in done.stdout


@pytest.mark.parametrize(("mechanism", "kind"), [("mark before send", "twice"), ("order", "out of order")])
def test_what_is_switched_off_is_found(mechanism: str, kind: str) -> None:
    """Within some seeds: which of them show it changes with every call that is made."""
    done = played("1", "60", "--without", mechanism, "--until", kind)
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-1000:]
    assert f"   | {kind}" in done.stdout


def test_the_smallest_history_that_shows_it_is_found() -> None:
    done = played("1", "60", "--without", "bound since", "--until", "missing", "--shrink")
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-1000:]
    (smallest,) = [line.split()[1:] for line in done.stdout.splitlines() if "smallest:" in line]
    assert 0 < len(smallest) < 30


def test_the_readme_has_each_mechanism_and_its_test() -> None:
    assert table() in (ROOT / "tests/faults/README.md").read_text()
    for each in MECHANISMS.values():
        file, _, name = each.test.partition("::")
        assert not name or f"def {name}(" in (ROOT / file).read_text()
