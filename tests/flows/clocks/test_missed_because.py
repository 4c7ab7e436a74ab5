"""A clock that is missed while the way to its customer is shut names that as the reason; nothing stops for it."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.desk.rooms import Bridge
from chalicelib.desk.times import HOUR_MS
from chalicelib.desk.workspaces import Install
from chalicelib.flows.bridges.pause_bridge import pause_bridge
from chalicelib.flows.bridges.stop_install import stop_install
from chalicelib.ports import Answer, Request, over, ref
from tests.everywhere import ACME, Everywhere, everywhere
from tests.flows.clocks.test_clocks import POLICY, with_policies
from tests.peers.msteams import TeamsPeer

GONE = "the channel was archived in Slack"
EAR = "https://ear.vendor.example/clocks"


class Ear:
    """The way out, with an endpoint beside the others that hears of clocks."""

    def __init__(self, others: Everywhere) -> None:
        self.others = others
        self.heard: list[Any] = []

    def send(self, request: Request) -> Answer:
        """ports.Outside."""
        if request.url != EAR:
            return self.others.send(request)
        self.heard.append(json.loads(request.body))
        return Answer(204)


@pytest.fixture(scope="module")
def peer() -> Iterator[TeamsPeer]:
    with TeamsPeer() as teams:
        yield teams


@pytest.fixture
def here(peer: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(peer) as here:
        with_policies(here.parley, here.tenant, replace(POLICY, warn=0))
        here.parley.world = dataclasses.replace(here.parley.world, outside=Ear(here))
        config = {"url": EAR, "all_rooms": False, "events": ["clock.missed"]}
        assert here.api.post("/v1/installs", {"kind": "webhook", "name": "H", "config": config}).status == 201
        here.run(0.1)
        here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "Answered"})
        here.run(0.1)
        ask(here)
        yield here


def ask(here: Everywhere, text: str = "Down?", user: str = "U0ANN") -> None:
    here.slack.tell({"type": "message", "user": user, "channel": ACME, "ts": here.slack.stamp(), "text": text})
    here.run(0.1)


def slack_bridge(here: Everywhere) -> Bridge:
    rows = [each for each in here.parley.records() if isinstance(each, Bridge)]
    (bridge,) = [each for each in rows if each.install == here.installs["slack"] and each.conversation == ACME]
    return bridge


def missed(here: Everywhere) -> list[Any]:
    """What the room's running clock, its agents' change and the webhook name as the reason of the miss."""
    here.pass_time(4 * HOUR_MS / 1000 + 60)
    here.run(0.1)
    row = here.api.get(f"/v1/rooms/{here.room}/clocks").json["items"][-1]
    assert row["missed_at"]
    changes = here.api.get(f"/v1/rooms/{here.room}/changes", after="0").json["items"]
    (fact,) = [each["clock"] for each in changes if each["clock"]]
    assert fact["fact"] == "missed"
    ear = here.parley.world.outside
    assert isinstance(ear, Ear)
    (event,) = ear.heard
    return [row["because"], fact["because"], event["clock"]["because"]]


def test_a_bridge_that_is_paused_is_named(here: Everywhere) -> None:
    pause_bridge(here.parley.world, slack_bridge(here), GONE)
    assert missed(here) == [f"the bridge is paused: {GONE}"] * 3


@pytest.mark.parametrize("state", ["paused", "disabled"])
def test_an_install_that_is_stopped_is_named(here: Everywhere, state: Any) -> None:
    install = here.parley.store.one(ref(Install, here.installs["slack"]))
    assert install
    stop_install(here.parley.world, install, state, reason="the app was removed")
    assert missed(here) == [f"the install is {state}: the app was removed"] * 3


def test_an_answer_that_was_not_delivered_is_named(here: Everywhere) -> None:
    here.down["slack"] = ("500", here.parley.clock.at + 4 * HOUR_MS)
    here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "Try now"})
    here.run(2)
    assert missed(here) == ["the answer was not delivered"] * 3


def test_who_asks_again_has_not_read_an_answer_that_never_came(here: Everywhere) -> None:
    since = here.api.get(f"/v1/rooms/{here.room}").json["waiting_since"]
    here.down["slack"] = ("500", here.parley.clock.at + 4 * HOUR_MS)
    here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "Try now"})
    here.run(2)
    ask(here, "Anybody?")
    room = here.api.get(f"/v1/rooms/{here.room}").json
    assert (room["turn"], room["waiting_since"]) == ("vendor", since)
    assert missed(here) == ["the answer was not delivered"] * 3


def test_an_answer_of_before_is_no_reason(here: Everywhere) -> None:
    here.down["slack"] = ("500", here.parley.clock.at + 2 * HOUR_MS)
    here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "Try now"})
    here.run(1.5)
    for row in here.queued():
        here.parley.store.commit(over(row.changed(state="failed", next_at=0), row))
    here.down.clear()
    here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "Or now"})
    here.run(0.1)
    ask(here, "Still down", "U0BOB")
    assert missed(here) == [None] * 3


def test_another_way_that_is_shut_is_no_reason(here: Everywhere) -> None:
    teams = here.parley.store.one(ref(Install, here.installs["msteams"]))
    assert teams
    stop_install(here.parley.world, teams, "paused", reason="the app was removed")
    assert missed(here) == [None] * 3


def test_one_that_ends_late_before_the_clock_looked_names_it_too(here: Everywhere) -> None:
    pause_bridge(here.parley.world, slack_bridge(here), GONE)
    here.parley.clock.at += 4 * HOUR_MS + 20_000
    here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "Up again"})
    here.work()
    row = here.api.get(f"/v1/rooms/{here.room}/clocks").json["items"][-1]
    assert (row["how"], row["because"]) == ("answered", f"the bridge is paused: {GONE}")
    assert row["missed_at"]


def test_it_stays_what_it_was_when_the_way_is_open_again_and_the_answer_comes(here: Everywhere) -> None:
    pause_bridge(here.parley.world, slack_bridge(here), GONE)
    missed(here)
    pause_bridge(here.parley.world, slack_bridge(here), "")
    here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "Up again"})
    here.run(0.1)
    row = here.api.get(f"/v1/rooms/{here.room}/clocks").json["items"][-1]
    assert (row["how"], row["because"]) == ("answered", f"the bridge is paused: {GONE}")
