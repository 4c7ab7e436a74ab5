"""What every test may ask for: a Parley in memory, and tenants in it."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import hypothesis
import pytest

from chalicelib import wiring
from chalicelib.edge import auth, limits
from chalicelib.flows import accept
from chalicelib.settings import settings

from .api import Tenant
from .fakes import BOOTSTRAP, Parley

hypothesis.settings.register_profile("parley", deadline=None, max_examples=60, database=None)
hypothesis.settings.load_profile("parley")


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
    for cache in (auth._secrets, limits._counts, accept._installs):
        cache.clear()
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


@pytest.fixture
def tenant(parley: Parley) -> Tenant:
    """A workspace."""
    return Tenant.found("Acorn", parley.clock.at // 1000)
