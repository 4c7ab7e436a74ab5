"""In a customer's Slack and Teams what tells of the end has a button that says that it is not solved."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.everywhere import ACME, AGENTS, CHAT, Everywhere, everywhere
from tests.peers.msteams import TeamsPeer


@pytest.fixture(scope="module")
def peer() -> Iterator[TeamsPeer]:
    with TeamsPeer() as teams:
        yield teams


@pytest.fixture
def here(peer: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(peer) as here:
        here.slack.say("U0ANN", ACME, "The export is down")
        here.run(0.1)
        body = {"state": "resolved", "outcome": "solved", "tell": True}
        assert here.api.patch(f"/v1/rooms/{here.room}", body).status == 200
        here.run(0.1)
        yield here


def ends(here: Everywhere, channel: str) -> list[Any]:
    return [each for each in here.slack.there(channel) if each.text.startswith("This is solved")]


def test_it_is_said_where_the_customer_asked(here: Everywhere) -> None:
    assert (len(ends(here, ACME)), len(ends(here, AGENTS))) == (1, 1)


def test_in_teams_a_card_under_it_has_the_button(here: Everywhere) -> None:
    (end,) = (each for each in here.teams.messages.values() if "This is solved" in each["text"])
    assert end["place"] == CHAT
    ((card,),) = ([each["content"] for each in end["attachments"]],)
    (action,) = card["actions"]
    assert (action["type"], action["title"]) == ("Action.Submit", "Not solved?")
    others = [each for each in here.teams.messages.values() if each is not end]
    assert not any(each.get("attachments") for each in others)
    for id_, wanted in (("1", "resolved"), (end["id"], "open")):
        here.teams.press("29:ann", id_, action, place=CHAT)
        here.run(0.1)
        assert here.api.get(f"/v1/rooms/{here.room}").json["state"] == wanted
    assert here.api.get(f"/v1/rooms/{here.room}").json["turn"] == "vendor"


def test_another_card_s_button_says_nothing(here: Everywhere) -> None:
    (end,) = (each for each in here.teams.messages.values() if "This is solved" in each["text"])
    for data in ({"parley": "solved"}, {"other": 1}, {}):
        here.teams.press("29:ann", end["id"], {"data": data}, place=CHAT)
    here.run(0.1)
    assert here.api.get(f"/v1/rooms/{here.room}").json["state"] == "resolved"
