"""The list of calls names every call of every client, and no other."""

import re
from pathlib import Path

import pytest

from chalicelib.trackers.linear import client
from tests.trackers.calls import ANY, graph_calls, plain, rest_calls

LIST = Path(__file__).parents[2] / "docs" / "trackers" / "calls.md"
TITLES = {
    "github": "GitHub",
    "gitlab": "GitLab",
    "jira": "Jira",
    "asana": "Asana",
    "linear": "Linear",
    "generic": "Any other tracker",
}
TOLD_ADDRESS = {"file", "attach", "_sent"}  # functions that ask at an address which the tracker, or an admin, told


def rows(tracker: str) -> list[list[str]]:
    section = LIST.read_text().partition(f"\n## {TITLES[tracker]}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.split("\n") if line[:3] == "| `"]


def listed(tracker: str) -> set[str]:
    calls = {row[0].strip("`") for row in rows(tracker)}
    return {call if call.startswith(("query ", "mutation ")) else plain(call) for call in calls}


def called(tracker: str) -> set[str]:
    found = {call for _, call in rest_calls(tracker) if call}
    return found | graph_calls(client) if tracker == "linear" else found


@pytest.mark.parametrize("tracker", TITLES)
def test_every_call_is_listed_and_no_other(tracker: str) -> None:
    assert called(tracker) - listed(tracker) == set(), "called, and not in docs/trackers/calls.md"
    assert listed(tracker) - called(tracker) == set(), "in docs/trackers/calls.md, and not called"


@pytest.mark.parametrize("tracker", TITLES)
def test_where_a_call_goes_is_known(tracker: str) -> None:
    unknown = {function for function, call in rest_calls(tracker) if call.endswith(f" {ANY}")}
    assert unknown <= TOLD_ADDRESS


@pytest.mark.parametrize("tracker", TITLES)
def test_each_row_says_where_it_is_described_and_when_that_was_read(tracker: str) -> None:
    for row in rows(tracker):
        _, purpose, _, reference, looked = row
        assert purpose
        assert reference.startswith("https://") or (LIST.parents[2] / reference.strip("`")).exists()
        assert re.fullmatch(r"\d{4}-\d\d-\d\d, (page|client|twin)", looked), row


def test_a_call_that_is_new_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "jira"
    folder.mkdir()
    code = 'class Jira:\n def new(self):\n  path = f"/issue/{self.id}"\n  self._api.call("DELETE", path + "/votes")\n'
    (folder / "client.py").write_text(code)
    monkeypatch.setattr("tests.trackers.calls.TRACKERS", tmp_path)
    assert rest_calls("jira") == {("new", "DELETE /issue/{}/votes")}
