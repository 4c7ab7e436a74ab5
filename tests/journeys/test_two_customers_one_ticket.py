"""One issue behind the rooms of two customers, in step with GitHub and with Linear, on the running stack: the ticket,
what is said and done there, every webhook three times and in no order, and one that is lost."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.venvs import ROOT
from tests.journeys.caller import Caller, OtherSide, eventually, pass_on
from tests.stack import LocalStack
from tests.trackers.hands import Team, on_github, on_linear

PREFIX = "/customers"  # on GitHub @customer is somebody's name


def connected(stack: LocalStack, there: Team, home: Path, **config: str) -> subprocess.CompletedProcess[str]:
    """What `make connect` says."""
    command = [sys.executable, "-m", "infra.connect", there.kind, "--home", str(stack.home)]
    for name, value in (there.config | config).items():
        command += ["--config", f"{name}={value}"]
    for name, value in there.credentials.items():
        (home / name).write_text(value + "\n")
        command += ["--credential", f"{name}=@{home / name}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


class Desk:
    """The vendor's agents at work in Parley."""

    def __init__(self, stack: LocalStack, team: Team, home: Path) -> None:
        self.api, self.team = Caller(stack.base_url, stack.workspace["api_key"]), team
        done = connected(stack, team, home)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "All is there." in done.stdout
        self.install = done.stdout.split()[1]
        path = f"/v1/installs/{self.install}"
        self.url = self.api.get(path)["url"]
        self.secret = self.api.post(f"{path}/secrets")["secret"]
        crossing = {"policy": "tell", "comments": "marked", "prefix": PREFIX}
        assert self.api("PATCH", f"{path}/tracking", crossing).status == 200

    def room(self, customer: str) -> str:
        """A triage room in which the customer has asked."""
        got = self.api("PUT", f"/v1/customers/{self.team.kind}-{customer}", {"name": customer})
        assert got.status in (200, 201), got.body
        return str(json.loads(got.body)["triage_room"])

    def said_in(self, room: str) -> list[str]:
        items = self.api.all(f"/v1/rooms/{room}/messages")
        return [item["text"] for item in sorted(items, key=lambda item: item["change"])]

    def state(self, issue: str) -> str:
        return str(self.api.get(f"/v1/issues/{issue}")["state"])

    def ticket(self, issue: str) -> str:
        def made() -> str | None:
            items = self.api.get(f"/v1/issues/{issue}/tickets")["items"]
            return items[0]["ticket"] if items and items[0]["standing"] == "linked" else None

        return str(eventually(made))


class Storm:
    """Between the tracker and Parley: every webhook is passed on three times, and in no order."""

    def __init__(self, desk: Desk, side: OtherSide) -> None:
        self.desk, self.side, self.passed, self.random = desk, side, 0, random.Random(4)
        desk.team.listen(side.url, desk.secret)

    def blow(self) -> None:
        """Pass on what has come."""
        come = self.side.got[self.passed :]
        self.passed += len(come)
        sent = come * 3
        self.random.shuffle(sent)
        for headers, body in sent:
            assert pass_on(self.desk.url, headers, body) in (200, 202)

    def until(self, look: Callable[[], Any]) -> None:
        """Pass on what comes until it has come about."""

        def looked() -> Any:
            self.blow()
            return look()

        eventually(looked)

    def lose(self) -> None:
        """What comes now gets lost."""
        eventually(lambda: len(self.side.got) > self.passed)
        time.sleep(1)
        self.passed = len(self.side.got)


@pytest.mark.parametrize("there", [on_github, on_linear], ids=["github", "linear"])
def test_two_customers_behind_one_ticket(stack: LocalStack, there: Callable[[], Any], tmp_path: Path) -> None:
    with there() as team, OtherSide() as side:
        desk = Desk(stack, team, tmp_path)
        storm = Storm(desk, side)
        rooms = [desk.room("Acme"), desk.room("Beta")]
        raised = {"title": "Exports stop", "public_title": "Long exports", "tickets": [desk.install]}
        issue = desk.api.post(f"/v1/rooms/{rooms[0]}/issues", raised)["id"]
        ticket = desk.ticket(issue)
        assert f"/console#/issues/{issue}" in team.body_of(ticket)
        desk.api.post(f"/v1/issues/{issue}/rooms", {"room": rooms[1]})
        assert desk.api.get(f"/v1/issues/{issue}")["customers"] == 2

        found: list[str] = []

        def heard(*texts: str) -> None:
            """Both rooms hear these, in any order among themselves, and nothing else."""
            found.extend(texts)
            storm.until(lambda: all(len(desk.said_in(room)) >= len(found) for room in rooms))
            for room in rooms:
                said = desk.said_in(room)
                before = len(found) - len(texts)
                assert [*said[:before], *sorted(said[before:])] == [*found[:before], *sorted(texts)]

        done = "“Long exports” is done."
        again = "“Long exports” is being worked on again: it was told as closed too early."
        team.say(ticket, "Not for customers.")
        team.say(ticket, f"{PREFIX} A fix is being tested.")
        heard("News of “Long exports”: A fix is being tested.")
        team.turn(ticket, "done")
        heard(done)
        assert desk.state(issue) == "done"
        team.turn(ticket, "open")
        storm.until(lambda: desk.state(issue) == "open")
        heard(again)

        desk.api.post(f"/v1/issues/{issue}/comments", {"text": f"{PREFIX} is what we write ourselves."})
        storm.until(lambda: any("we write ourselves" in body for body in team.comments(ticket)))
        assert desk.api("PATCH", f"/v1/issues/{issue}", {"state": "in_progress", "tell": "quiet"}).status == 200
        storm.until(lambda: team.state(ticket) == "in_progress")

        settled(storm, desk, rooms)
        team.turn(ticket, "done")
        storm.lose()
        assert desk.state(issue) == "in_progress"
        stack.repair(desk.install)
        heard(done)
        team.turn(ticket, "open")
        heard(again)

        team.say(ticket, f"{PREFIX} It is out.")
        team.turn(ticket, "done")
        team.say(ticket, "Nobody's business.")
        storm.until(lambda: storm.passed == len(side.got))
        heard("News of “Long exports”: It is out.", done)
        storm.until(lambda: desk.state(issue) == "done")
        settled(storm, desk, rooms)
        assert [len(desk.said_in(room)) for room in rooms] == [len(found)] * 2
        history = [entry["what"] for entry in desk.api.all(f"/v1/issues/{issue}/history")]
        assert history.count("written") == 1  # ours, and not one that answers theirs
        assert "conflict" not in history
        assert len(team.comments(ticket)) == 5


def settled(storm: Storm, desk: Desk, rooms: list[str]) -> None:
    """Until nothing more comes and is said for a while."""
    seen: Any = None
    since = time.monotonic()
    while time.monotonic() - since < 2:
        storm.blow()
        now = [storm.passed, *(desk.said_in(room) for room in rooms)]
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.2)


def test_what_is_missing_is_said(stack: LocalStack, tmp_path: Path) -> None:
    with on_linear() as team:
        done = connected(stack, team, tmp_path, team="XYZ")
        assert done.returncode == 1
        assert "MISSING   there is no team XYZ for this account" in done.stdout
        done = connected(stack, team, tmp_path, team="no team")
        assert done.returncode == 1
        assert "team must be a team's key" in done.stderr
