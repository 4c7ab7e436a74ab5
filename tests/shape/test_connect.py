"""Connecting a tracker from the command line: what it calls, what it says, what it never takes."""

from pathlib import Path
from typing import Any

import pytest

from infra.connect import _credential, _pair, set_up
from infra.venvs import NotPossible
from tests.fakes import Parley
from tests.tracking import Desk, busy, denied


class Line:
    """The command line over the API in memory."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.lines: list[str] = []

    def __call__(self, kind: str = "tracker", install: str | None = None, **config: Any) -> bool:
        def call(method: str, path: str, body: Any) -> tuple[int, Any]:
            got = self.desk.api(method, path, body)
            return got.status, got.json

        return set_up(call, kind, "Board", config, {}, install, self.lines.append)

    @property
    def said(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def line(parley: Parley) -> Line:
    return Line(Desk(parley))


def test_it_connects_tries_registers_and_shows_the_words(line: Line) -> None:
    assert line()
    assert "shown this once: whsec_" in line.said
    assert "knows us as Acorn's board" in line.said
    assert "Its webhook is registered there." in line.said
    assert "  Parked: unknown" in line.said
    assert len(line.desk.api.get("/v1/installs").json["items"]) == 2


def test_what_is_wrong_is_said_with_its_place(line: Line) -> None:
    assert not line(nope=1)
    assert "(config.nope)" in line.said
    line.desk.there.moods = [denied("the token has no right to issues")]
    assert not line()
    assert "the tracker refuses: the token has no right to issues" in line.said
    line.desk.there.moods = [busy()]
    assert not line(install=line.desk.install)
    assert "busy" in line.said


def test_a_webhook_that_cannot_be_registered_is_set_up_by_hand(line: Line) -> None:
    line.desk.there.moods = [None, denied("no right to webhooks")]  # type: ignore[list-item]
    assert line()
    assert "by hand, to https://parley.test/in/tracker/ins_" in line.said


def test_a_credential_is_never_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    assert _credential(f"token=@{tmp_path / 'token'}") == ("token", "secret")
    with pytest.raises(NotPossible):
        _credential("token=secret")


def test_a_value_of_the_config_may_be_json() -> None:
    assert [_pair("a=1"), _pair("b=x=y"), _pair("c=[1]")] == [("a", 1), ("b", "x=y"), ("c", [1])]
    with pytest.raises(NotPossible):
        _pair("a")
