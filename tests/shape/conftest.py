"""What is built once for all tests of its shape."""

import json
from pathlib import Path

import pytest

from infra.build import Package, build
from infra.lint import transformed
from infra.runtime import host
from infra.template import Template
from infra.venvs import ROOT


@pytest.fixture(scope="session")
def packaged() -> Package:
    """The package for this machine; its template is AWS's, its native wheels can be imported here."""
    return build(host(), Path(ROOT) / ".build" / "shape")


@pytest.fixture(scope="session")
def plain(packaged: Package) -> Template:
    """What CloudFormation makes of it before it creates anything."""
    return transformed(json.loads(packaged.template.read_text()))
