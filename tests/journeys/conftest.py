"""Journeys run on one deployed local stack."""

from collections.abc import Iterator

import pytest

from tests.stack import LocalStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The packaged template, seeded, on a private local AWS."""
    local = LocalStack(tmp_path_factory.mktemp("stack"))
    local.start()
    yield local
    if local.process is not None:
        local.stop()
