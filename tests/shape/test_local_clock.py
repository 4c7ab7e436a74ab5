"""The local stack's own time: moved on by a step or to a moment, never back; its functions live in it, AWS does not."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra import clock
from infra.venvs import NotPossible

NOW = int(datetime(2026, 12, 4, 8, 30, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
TELL = "import time, datetime; print(time.time(), time.time_ns(), datetime.datetime.now().timestamp())"


@pytest.mark.parametrize(
    ("wanted", "ahead"),
    [("", 0), ("+90m", 90 * 60_000), ("+2h", 2 * HOUR), ("+3d", 72 * HOUR), ("2026-12-04T18:30:00+09:00", HOUR)],
)
def test_it_goes_on_by_a_step_or_to_a_moment(tmp_path: Path, wanted: str, ahead: int) -> None:
    assert clock.move(tmp_path, wanted, NOW) == NOW + ahead
    assert clock.ahead_ms(tmp_path) == ahead


def test_steps_add_up(tmp_path: Path) -> None:
    clock.move(tmp_path, "+2h", NOW)
    assert clock.move(tmp_path, "2026-12-04T12:30:00Z", NOW) == NOW + 4 * HOUR


@pytest.mark.parametrize("wanted", ["-2h", "2h", "+2w", "tomorrow", "2026-12-05T18:30:00", "2026-12-04T08:00:00Z"])
def test_it_goes_nowhere_else(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(NotPossible):
        clock.move(tmp_path, wanted, NOW)
    assert clock.ahead_ms(tmp_path) == 0


def test_a_python_of_the_stack_lives_in_it_from_its_start(tmp_path: Path) -> None:
    clock.move(tmp_path, "+3d", NOW)
    command = [sys.executable, "-c", TELL]
    done = subprocess.run(
        command, env=os.environ | clock.environment(tmp_path), capture_output=True, text=True, check=True
    )
    time, time_ns, machine = (float(each) for each in done.stdout.split())
    assert 71 * 3600 < time - machine < 73 * 3600
    assert 71 * 3600 < time_ns / 1e9 - machine < 73 * 3600
