"""What takes long says how far it is: one line that renews itself on a terminal, lines now and then elsewhere."""

import io
import re
import sys
from pathlib import Path

import pytest

from infra import progress as telling
from infra.progress import APART_S, QUICK_S, Board, progress

ROOT = Path(__file__).parents[2]
# What takes longer than a few seconds, and so must tell of itself.
LONG = (
    "infra/bench.py",
    "infra/build.py",
    "infra/dead_letters.py",
    "infra/lock.py",
    "infra/pages.py",
    "infra/rebuild.py",
    "infra/stack.py",
    "infra/vendor.py",
    "infra/venvs.py",
    "tests/faults/simulation/__main__.py",
    "tests/faults/fuzz/__main__.py",
    "tests/stack.py",
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_quick_says_nothing() -> None:
    clock, screen = Clock(), io.StringIO()
    with Board(screen, clock).stage("quick", 3) as step:
        step("one")
        clock.now = QUICK_S - 0.1
        step("two")
    assert screen.getvalue() == ""


def test_where_no_terminal_is_a_line_is_said_now_and_then() -> None:
    clock, screen = Clock(), io.StringIO()
    board = Board(screen, clock)
    with board.stage("bench", 3) as step:
        for second in range(40):
            clock.now = float(second)
            board.show()
            if second == 10:
                step("cold")
    assert screen.getvalue().splitlines() == ["bench 0/3 · 3 s", "bench 1/3 cold · 18 s", "bench 1/3 cold · 33 s"]
    assert APART_S == 15


def test_on_a_terminal_one_line_renews_itself_and_is_gone_at_the_end() -> None:
    clock, screen = Clock(), Terminal()
    board = Board(screen, clock)
    with board.stage("bench", 2) as step:
        clock.now = 5
        step("cold")
        with board.stage("round", 9) as inner:
            clock.now = 6
            inner()
    assert screen.getvalue().split("\r\x1b[K") == ["", "bench 1/2 cold · 5 s", "bench 1/2 cold · round 1/9 · 6 s", ""]
    assert "\n" not in screen.getvalue()


def test_what_fails_leaves_nothing_behind() -> None:
    board = Board(io.StringIO(), Clock())
    with pytest.raises(ZeroDivisionError), board.stage("bench"):
        raise ZeroDivisionError
    assert board.stages == []


def test_it_tells_though_no_step_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, screen = Clock(), io.StringIO()
    board = Board(screen, clock)
    monkeypatch.setattr(telling, "BOARD", board)
    monkeypatch.setattr(telling, "RENEWED_S", 0.001)
    with progress("pip"):
        clock.now = 7
        while not screen.getvalue():
            pass
    assert screen.getvalue() == "pip · 7 s\n"


def test_nothing_of_it_goes_to_standard_output() -> None:
    assert telling.BOARD.screen is sys.stderr


@pytest.mark.parametrize("path", LONG)
def test_what_takes_long_tells(path: str) -> None:
    assert re.search(r"\bprogress\(", (ROOT / path).read_text()), f"{path} tells nobody how far it is"
