"""Whatever both sides do, whatever becomes of the webhooks: repaired, both are equal, on the real emulators."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.times import DAY_MS
from chalicelib.ports import Answer, Request
from chalicelib.trackers.github import access
from chalicelib.trackers.linear import client
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.journeys.caller import OtherSide
from tests.trackers.hands import Team, on_github, on_linear

KEPT = (access._tokens, access._actors, client._teams)  # by servers whose ports come again
STATES = ("open", "in_progress", "done", "declined")
STEPS = 30


class Counted:
    """The way out, which counts what is written."""

    def __init__(self) -> None:
        self.out, self.writes = GuardedOutside(allow_loopback=True), 0

    def send(self, request: Request) -> Answer:
        mutates = request.body.startswith(b'{"query": "mutation')
        reads = request.method == "GET" or (request.url.endswith("/graphql") and not mutates)
        self.writes += not reads
        return self.out.send(request)


class InStep:
    """One issue and its ticket."""

    def __init__(self, parley: Parley, team: Team, side: OtherSide) -> None:
        self.parley, self.team, self.side, self.out = parley, team, side, Counted()
        parley.world = replace(parley.world, outside=self.out)
        self.api = Tenant.found("Acorn", parley.clock.at // 1000).api
        body = {"kind": team.kind, "name": "Work", "config": team.config, "credentials": team.credentials}
        made = self.api.post("/v1/installs", body).json
        self.install, secret = made["id"], made["secret"]
        assert self.api.post(f"/v1/installs/{self.install}/try").json["missing"] == []
        assert self.api.post(f"/v1/installs/{self.install}/webhook").status == 200
        assert self.api.patch(f"/v1/installs/{self.install}/tracking", {"policy": "quiet"}).status == 200
        team.listen(side.url, secret)
        self.issue = self.api.post("/v1/issues", {"title": "It breaks", "tickets": [self.install]}).json["id"]
        self.settle()
        self.ticket = self.api.get(f"/v1/issues/{self.issue}/tickets").json["items"][0]["ticket"]

    def settle(self) -> None:
        self.parley.clock.at = max(self.parley.clock.at, int(time.time() * 1000))
        self.parley.settle()

    def repair(self) -> None:
        """A night passes."""
        self.parley.clock.at += DAY_MS + 60_000
        self.parley.due()
        self.parley.settle()

    def ours(self) -> str:
        return str(self.api.get(f"/v1/issues/{self.issue}").json["state"])

    def turn(self, state: str) -> None:
        assert self.api.patch(f"/v1/issues/{self.issue}", {"state": state, "tell": "quiet"}).status == 200
        self.parley.react_all()

    def arrive(self, headers: dict[str, str], body: bytes) -> None:
        got = Client()("POST", f"/in/{self.team.kind}/{self.install}", raw=body.decode(), headers=headers)
        assert got.status in (200, 202), got.text
        self.parley.receive_all()


@pytest.mark.parametrize("there", [on_github, on_linear], ids=["github", "linear"])
def test_both_sides_end_equal_and_no_write_answers_a_write(parley: Parley, there: Callable[[], Any]) -> None:
    for kept in KEPT:
        kept.clear()
    chance = random.Random(5)
    with there() as team, OtherSide() as side:
        both = InStep(parley, team, side)
        turns, waiting = 0, []
        for _ in range(STEPS):
            state = chance.choice(STATES)
            if chance.random() < 0.5:
                team.turn(both.ticket, state)
            else:
                turns += both.ours() != state
                both.turn(state)
            time.sleep(0.01)
            while side.got:
                waiting += [side.got.pop(0)] * chance.choice([0, 1, 1, 2])  # lost, or doubled
            chance.shuffle(waiting)
            for _ in range(chance.randrange(4)):
                if waiting:
                    both.arrive(*waiting.pop())
            if chance.random() < 0.6:
                both.settle()
        both.settle()
        for _ in range(3):
            both.repair()
        assert team.state(both.ticket) == both.ours()
        assert both.out.writes <= 4 + 2 * turns  # webhook, ticket, its link; a move may take a label with it
        before = both.out.writes
        both.repair()
        assert both.out.writes == before
