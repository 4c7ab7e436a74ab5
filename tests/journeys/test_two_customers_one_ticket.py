"""One issue behind the rooms of two customers, in step with GitHub and with Linear, on the running stack: the ticket,
what is said and done there, and webhooks that come three times and in any order."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.venvs import ROOT
from tests.journeys.caller import Caller, OtherSide, eventually
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
        told = connected(stack, team, home)
        assert told.returncode == 0, told.stdout + told.stderr
        assert "All is there." in told.stdout
        self.install = told.stdout.split()[1]
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


@pytest.mark.parametrize("there", [on_github, on_linear], ids=["github", "linear"])
def test_two_customers_behind_one_ticket(stack: LocalStack, there: Callable[[], Any], tmp_path: Path) -> None:
    with there() as team:
        desk = Desk(stack, team, tmp_path)
        rooms = [desk.room("Acme"), desk.room("Beta")]
        raised = {"title": "Exports stop", "public_title": "Long exports", "tickets": [desk.install]}
        issue = desk.api.post(f"/v1/rooms/{rooms[0]}/issues", raised)["id"]
        ticket = desk.ticket(issue)
        assert f"/v1/issues/{issue}" in team.body_of(ticket)
        desk.api.post(f"/v1/issues/{issue}/rooms", {"room": rooms[1]})
        assert desk.api.get(f"/v1/issues/{issue}")["customers"] == 2

        team.say(ticket, "Not for customers.")
        team.say(ticket, f"{PREFIX} A fix is being tested.")
        news = "News of “Long exports”: A fix is being tested."
        for room in rooms:
            eventually(lambda room=room: desk.said_in(room) == [news])

        team.turn(ticket, "done")
        for room in rooms:
            eventually(lambda room=room: desk.said_in(room)[1:] == ["“Long exports” is done."])
        assert desk.state(issue) == "done"
        team.turn(ticket, "open")
        eventually(lambda: desk.state(issue) == "open")
        for room in rooms:
            eventually(lambda room=room: len(desk.said_in(room)) == 3)

        desk.api.post(f"/v1/issues/{issue}/comments", {"text": f"{PREFIX} is what we write ourselves."})
        eventually(lambda: any("we write ourselves" in body for body in team.comments(ticket)))
        assert desk.api("PATCH", f"/v1/issues/{issue}", {"state": "in_progress", "tell": "quiet"}).status == 200
        eventually(lambda: team.state(ticket) == "in_progress")
        before = [desk.said_in(room) for room in rooms]

        with OtherSide() as side:
            team.listen(side.url, desk.secret)
            team.say(ticket, f"{PREFIX} It is out.")
            team.turn(ticket, "done")
            team.say(ticket, "Nobody's business.")
            eventually(lambda: len(side.got) >= 3)
            storm(side, desk.url)
        for room, said in zip(rooms, before, strict=True):
            eventually(lambda room=room, said=said: len(desk.said_in(room)) == len(said) + 2)
        eventually(lambda: desk.state(issue) == "done")
        settled(stack, desk, rooms)
        for room, said in zip(rooms, before, strict=True):
            after = desk.said_in(room)[len(said) :]
            assert sorted(after) == ["News of “Long exports”: It is out.", "“Long exports” is done."]
        history = [entry["what"] for entry in desk.api.all(f"/v1/issues/{issue}/history")]
        assert history.count("written") == 1  # ours, and not one that answers theirs
        assert "conflict" not in history
        assert len(team.comments(ticket)) == 5


def storm(side: OtherSide, url: str) -> None:
    """Everything that came, three times, in no order."""
    sent = [*side.got] * 3
    random.Random(4).shuffle(sent)
    for headers, body in sent:
        passed = {
            name: value for name, value in headers.items() if name not in ("host", "content-length", "connection")
        }
        got = urllib3.request("POST", url, body=body, headers=passed)
        assert got.status in (200, 202), got.data


def settled(stack: LocalStack, desk: Desk, rooms: list[str]) -> None:
    """Until nothing more is said for a while."""
    seen, since = None, time.monotonic()
    while time.monotonic() - since < 2:
        now = [desk.said_in(room) for room in rooms]
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.2)


def test_what_is_missing_is_said(stack: LocalStack, tmp_path: Path) -> None:
    with on_linear() as team:
        told = connected(stack, team, tmp_path, team="XYZ")
        assert told.returncode == 1
        assert "MISSING   there is no team XYZ for this account" in told.stdout
        told = connected(stack, team, tmp_path, team="no team")
        assert told.returncode == 1
        assert "team must be a team's key" in told.stderr
