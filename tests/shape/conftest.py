"""What is built once for all tests of its shape."""

from pathlib import Path

import pytest

from infra.build import Package, build
from infra.vendor import native
from infra.venvs import ROOT


@pytest.fixture(scope="session")
def packaged() -> Package:
    """The package for this machine; its template is AWS's, its native wheels can be imported here."""
    return build(native(), Path(ROOT) / ".build" / "shape")
