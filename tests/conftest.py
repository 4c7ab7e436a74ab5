"""What every test may ask for: a Parley in memory, and tenants in it."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib import wiring
from chalicelib.edge import auth, limits
from chalicelib.flows import accept
from chalicelib.settings import settings

from .api import Tenant
from .fakes import BOOTSTRAP, Parley


@pytest.fixture
def parley(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parley]:
    """Real flows and edge, twins around them; nothing of another test is cached."""
    made = Parley()
    made.clock.at = int(time.time() * 1000)  # PyJWT reads the machine's clock
    known = replace(
        settings(),
        stage="test",
        bootstrap_hash=hashlib.sha256(BOOTSTRAP.encode()).hexdigest(),
        public_url="https://parley.test",
    )
    monkeypatch.setattr("chalicelib.edge.http.world", lambda: made.world)
    monkeypatch.setattr("chalicelib.edge.http.settings", lambda: known)
    for cache in (auth._secrets, limits._counts, accept._installs):
        cache.clear()
    yield made
    wiring.world.cache_clear()


@pytest.fixture
def tenant(parley: Parley) -> Tenant:
    """A workspace."""
    return Tenant.found("Acorn", parley.clock.at // 1000)
