"""One browser for all tests of a module; each has its own Parley. A browser that is open holds the thread's event loop,
and others need it: none outlives its module."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api import Tenant
from tests.browser import browser
from tests.fakes import Parley

from .house import House


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A Chromium."""
    with browser() as launched:
        yield launched


@pytest.fixture
def house(parley: Parley, tenant: Tenant, chromium: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A Parley and the host's pages, with a customer's triage room."""
    made = House(parley, tenant, chromium, monkeypatch)
    yield made
    made.close()
