"""A process that has imported everything, and forks one for each mutant: that one makes itself the mutant and runs the
tests which must notice. As a program it reads mutants from its input, and answers each with what came of it."""

import gc
import importlib
import json
import os
import pkgutil
import resource
import select
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from typing import Any

import hypothesis
import pytest

import chalicelib

from .mutate import ROOT, Mutant, put_in

MOST_CPU_S, MOST_S = 40, 300  # seconds for the tests of one mutant, of a processor and of the clock
ASKED = (
    *("-x", "-q", "-n", "0", "--tb=line", "--show-capture=no", "--randomly-dont-reorganize"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: `killed` by an assertion of `by` (a test), `broken` where a test did not get that far,
    `slow`, or `survived`. `why` is the last that was said."""

    what: str
    by: str = ""
    why: str = ""

    @property
    def noticed(self) -> bool:
        """Whether anybody would see it."""
        return self.what != "survived"


class _Watch:
    """A plugin that remembers the first failure, and has Hypothesis look for no smaller one."""

    def __init__(self) -> None:
        self.failed: pytest.TestReport | None = None
        self.passed = 0

    def pytest_collection(self) -> None:
        profile = hypothesis.settings(
            hypothesis.settings.get_profile("parley"), phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate]
        )
        hypothesis.settings.register_profile("mutants", profile)
        hypothesis.settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.when == "call" and report.passed
        if report.failed and self.failed is None:
            self.failed = report


def warm_up() -> None:
    """Import what any test will ask for."""
    for found in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        importlib.import_module(found.name)
    for plugin in entry_points(group="pytest11"):
        plugin.load()
    for name in ("jwt", "hypothesis.strategies", "standardwebhooks", "xdist.scheduler"):
        importlib.import_module(name)
    gc.freeze()  # a fork then writes to few pages


def outcomes(runs: Iterable[tuple[Mutant | None, tuple[str, ...]]], at_once: int = 1) -> Iterator[tuple[int, Outcome]]:
    """What became of each, as it ends, by its place in `runs`. Without a mutant the tests run as they are."""
    waiting = enumerate(runs)
    running: dict[int, tuple[int, int]] = {}
    more = True
    while more or running:
        while more and len(running) < at_once:
            place, run = next(waiting, (0, None))
            if run is None:
                more = False
            else:
                child, reading = _forked(*run)
                running[reading] = (place, child)
        for reading in select.select(list(running), [], [])[0] if running else ():
            place, child = running.pop(reading)
            with os.fdopen(reading) as sample:
                words = sample.read()
            os.waitpid(child, 0)
            yield place, Outcome(**json.loads(words)) if words else Outcome("slow")


def _forked(mutant: Mutant | None, tests: tuple[str, ...]) -> tuple[int, int]:
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        signal.alarm(MOST_S)
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
        with tempfile.TemporaryFile("w+") as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            sample = json.dumps(asdict(_tested(mutant, tests, said)))
        os.write(writing, sample.encode())
    finally:
        os._exit(0)


def _tested(mutant: Mutant | None, tests: tuple[str, ...], said: Any) -> Outcome:
    os.chdir(ROOT)
    watch = _Watch()
    try:
        if mutant:
            gc.unfreeze()  # to be found
            put_in(mutant)
            gc.freeze()
        ended = pytest.main([*ASKED, *tests], plugins=[watch])
    except BaseException as error:  # noqa: BLE001  a mutant may raise anything, and pytest exits
        return Outcome("broken", why=repr(error)[:200])
    said.flush()
    said.seek(0)
    why = said.read()[-400:]
    failed = watch.failed
    if ended == pytest.ExitCode.TESTS_FAILED and failed and failed.when == "call":
        return Outcome("killed", failed.nodeid, why)
    if ended == pytest.ExitCode.OK and watch.passed:
        return Outcome("survived", why=why)
    return Outcome("broken", failed.nodeid if failed else "", why)


def main() -> None:
    """A line of JSON for each line of JSON."""
    warm_up()
    for line in sys.stdin:
        sample = json.loads(line)
        mutant = Mutant(**sample["mutant"]) if sample["mutant"] else None
        for _, outcome in outcomes([(mutant, tuple(sample["tests"]))]):
            print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
