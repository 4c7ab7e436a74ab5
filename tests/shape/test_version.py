"""The version stands at one place, and the changelog's newest release is it."""

import re
import tomllib

from chalicelib import VERSION
from tests.docs import ROOT


def test_the_newest_release_of_the_changelog_is_the_version() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Next"
    assert headings[1].split(",")[0] == VERSION


def test_the_project_reads_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "chalicelib.VERSION"}
