"""What every test may ask for: a Parley in memory, and tenants in it."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

from chalicelib import wiring
from chalicelib.settings import settings

from . import access
from .api import Tenant
from .fakes import BOOTSTRAP, Parley
from .full import sampled
from .peers.msteams import TeamsPeer

hypothesis.settings.register_profile("parley", deadline=None, max_examples=60, database=None)
hypothesis.settings.load_profile("parley")


FIRST, LAST = "tests/journeys/", ("tests/journeys/pages/", "tests/journeys/mass/")  # folders


class Scheduling(LoadFileScheduling):
    """Of the two workers of `make test` one begins with the journeys, the other with all the rest; the journeys in a
    browser, and those with thousands, come last, file by file to whoever is free. A worker has one stack for all its
    journeys."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return FIRST if file.startswith(FIRST) and not file.startswith(LAST) else file

    def _assign_work_unit(self, node: Any) -> None:
        if FIRST in self.workqueue:
            self.workqueue.move_to_end(FIRST, last=False)
        for scope in [each for each in self.workqueue if each.startswith(LAST)]:
            self.workqueue.move_to_end(scope)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Asked by pytest-xdist."""
    return Scheduling(config, log)


SAMPLED = ("tests/journeys/pages/", "tests/faults/test_long_")  # whose cases take their time
ALL = 10_000  # tests of a run that is for all; who asks for a few gets them whole


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of tests that take their time a run of all takes every other one (tests/full.py): of the cases of one test, and
    of those of a file that open a page."""
    if len(items) < ALL:
        return
    some: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.nodeid.startswith(SAMPLED):
            some.setdefault(item.nodeid.partition("[")[0], []).append(item)
        elif "house" in getattr(item, "fixturenames", ()):
            some.setdefault(item.nodeid.partition("::")[0], []).append(item)
    left_out = [each for found in some.values() for each in sampled(found)[1]]
    config.hook.pytest_deselected(items=left_out)
    gone = set(map(id, left_out))
    items[:] = [each for each in items if id(each) not in gone]


UNUSED = pytest.StashKey[list[access.Use]]()
WHOLE = pytest.StashKey[bool]()


def pytest_testnodedown(node: Any) -> None:
    """What a worker's stacks saw is handed to the run's own process."""
    output = getattr(node, "workeroutput", {})
    access.RECORDED.update(output.get("accesses", ()))
    node.config.stash[WHOLE] = node.config.stash.get(WHOLE, False) or output.get("whole", False)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run that had all journeys, and failed nowhere, is red for what roles may do and nobody did."""
    config, complete = session.config, access.whole(item.path for item in getattr(session, "items", ()))
    if hasattr(config, "workeroutput"):
        config.workeroutput |= {"accesses": sorted(access.RECORDED), "whole": complete}
    elif exitstatus == 0 and (complete or config.stash.get(WHOLE, False)):
        seen = access.used(access.RECORDED)
        config.stash[UNUSED] = access.unused(access.granted(access.stored_template()), seen)
        if config.stash[UNUSED]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Which that are."""
    for use in config.stash.get(UNUSED, []):
        line = f"UNUSED {' '.join(use)}: granted, and no journey used it (tests/access.py)"
        terminalreporter.write_line(line, red=True)


@contextmanager
def in_memory(made: Parley) -> Iterator[Parley]:
    """Real flows and edge, twins around them; nothing of another test is cached."""
    made.clock.at = int(time.time() * 1000)  # PyJWT reads the machine's clock
    known = replace(
        settings(),
        stage="test",
        bootstrap_hash=hashlib.sha256(BOOTSTRAP.encode()).hexdigest(),
        public_url="https://parley.test",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.edge.http.world", lambda: made.world)
        patch.setattr("chalicelib.edge.http.settings", lambda: known)
        yield made
    wiring.world.cache_clear()


@pytest.fixture
def parley() -> Iterator[Parley]:
    """A whole Parley in memory."""
    with in_memory(Parley()) as made:
        yield made


@pytest.fixture(scope="module")
def teams() -> Iterator[TeamsPeer]:
    """A Teams: making its key takes a moment."""
    with TeamsPeer() as peer:
        yield peer


@pytest.fixture
def tenant(parley: Parley) -> Tenant:
    """A workspace."""
    return Tenant.found("Acorn", parley.clock.at // 1000)
