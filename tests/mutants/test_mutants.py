"""Each changed meaning still applies to the code as it is, and is noticed by the tests that say so."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.full import every

from .mutants import MUTANTS, WITHOUT
from .mutate import ROOT, DoesNotApply, Mutant, mutated
from .survivors import SURVIVORS

SOME = every(6, MUTANTS)
ONE = Mutant("chalicelib.flows.rooms.promise_due", "mark_overdue", "room.promise.due > now", "False")


class Warm:
    """The process that forks one for each mutant."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, mutant: Mutant | None, tests: tuple[str, ...]) -> dict[str, str]:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps({"mutant": mutant and vars(mutant), "tests": tests}) + "\n")
        stdin.flush()
        return dict(json.loads(stdout.readline()))


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    made = Warm()
    yield made
    assert made.process.stdin
    made.process.stdin.close()
    assert made.process.wait(10) == 0
    assert made.process.stdout
    made.process.stdout.close()


@pytest.mark.parametrize("name", MUTANTS)
def test_it_still_applies(name: str) -> None:
    mutant, tests = MUTANTS[name]
    mutated(mutant)
    assert all((ROOT / test.partition("::")[0]).is_file() for test in tests)


@pytest.mark.parametrize("name", SOME)
def test_it_is_noticed(warm: Warm, name: str) -> None:
    mutant, tests = MUTANTS[name]
    outcome = warm.ask(mutant, tests)
    assert outcome["what"] == "killed", outcome


def test_the_code_as_it_is_is_none_of_them(warm: Warm) -> None:
    short = [tests for name, (_, tests) in MUTANTS.items() if not name.startswith(WITHOUT)]
    tests = tuple(dict.fromkeys(test for each in short for test in each))
    assert warm.ask(None, tests)["what"] == "survived"


@pytest.mark.parametrize("mutant", SURVIVORS, ids=lambda mutant: mutant.id)
def test_what_nobody_notices_still_applies_and_has_a_reason(mutant: Mutant) -> None:
    mutated(mutant)
    assert SURVIVORS[mutant]


@pytest.mark.parametrize(
    ("function", "before", "after"),
    [
        ("mark_overdue", "room.promise.due > soon", "False"),
        ("mark_overdue", "room.promise", "None"),  # several times there
        ("mark_overdue", "return", "room = None"),
        ("mark_overdue", "room.promise.due > now", "pass"),
        ("mark_nothing", "room.promise.due > now", "False"),
    ],
)
def test_a_change_of_what_is_not_there_once_is_none(warm: Warm, function: str, before: str, after: str) -> None:
    mutant = Mutant(ONE.module, function, before, after)
    with pytest.raises(DoesNotApply):
        mutated(mutant)
    assert warm.ask(mutant, ("tests/flows/rooms/test_overdue_once.py",))["what"] == "broken"


@pytest.mark.parametrize(
    ("after", "tests", "what"),
    [
        ("room.promise.due > now + 0", ("tests/flows/rooms/test_overdue_once.py",), "survived"),
        ("False", ("tests/flows/rooms/test_overdue_once.py",), "killed"),
        ("False", ("tests/flows/rooms/test_nothing.py",), "broken"),
        ("False", ("tests/mutants/mutants.py",), "broken"),  # no tests there
    ],
)
def test_only_a_test_that_fails_has_noticed(warm: Warm, after: str, tests: tuple[str, ...], what: str) -> None:
    assert warm.ask(Mutant(ONE.module, ONE.function, ONE.before, after), tests)["what"] == what
