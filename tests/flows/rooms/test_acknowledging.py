"""An acknowledgement says where the customer is that somebody is aware, once for each ask, and answers nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.desk.acknowledgements import WORDS
from tests.api import Tenant
from tests.everywhere import ACME, AGENTS, Everywhere, everywhere
from tests.fakes import Parley
from tests.peers.msteams import TeamsPeer


@pytest.fixture(scope="module")
def peer() -> Iterator[TeamsPeer]:
    with TeamsPeer() as teams:
        yield teams


@pytest.fixture
def here(peer: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(peer) as here:
        here.run(0.1)
        here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "Answered"})
        here.run(0.1)
        yield here


def shown(here: Everywhere) -> dict[str, Any]:
    return dict(here.api.get(f"/v1/rooms/{here.room}").json)


def acknowledged(here: Everywhere) -> list[str]:
    items = here.api.get(f"/v1/rooms/{here.room}/messages").json["items"]
    return [each["text"] for each in items if each["source"]["channel"] == "acknowledgement"]


def asked(here: Everywhere, channel: str = ACME) -> None:
    here.slack.say("U0ANN", ACME, "The export is down")
    here.run(0.1)
    assert (shown(here)["turn"], shown(here)["acknowledged_at"]) == ("vendor", None)


def test_eyes_among_agents_are_said_where_the_customer_is(here: Everywhere) -> None:
    asked(here)
    since = shown(here)["waiting_since"]
    copy = next(each for each in here.slack.there(AGENTS) if each.text == "The export is down")
    here.slack.react("U0AGENT", copy, "eyes")
    here.run(0.1)
    assert acknowledged(here) == [WORDS["en"]]
    assert WORDS["en"] in [each.text for each in here.slack.there(ACME)]
    assert (shown(here)["turn"], shown(here)["waiting_since"]) == ("vendor", since)
    assert shown(here)["acknowledged_at"]
    here.slack.react("U0AGENT", copy, "eyes", on=False)
    here.slack.react("U0AGENT", copy, "eyes")
    here.run(0.1)
    assert len(acknowledged(here)) == 1


def test_eyes_in_the_customers_own_conversation_are_seen_there(here: Everywhere) -> None:
    asked(here)
    said = next(each for each in here.slack.there(ACME) if each.text == "The export is down")
    here.slack.react("U0AGENT", said, "eyes")
    here.run(0.1)
    assert acknowledged(here) == []
    assert shown(here)["acknowledged_at"]


@pytest.mark.parametrize(("who", "emoji"), [("U0ANN", "eyes"), ("U0AGENT", "+1")])
def test_the_customers_own_eyes_and_other_signs_are_reactions(here: Everywhere, who: str, emoji: str) -> None:
    asked(here)
    said = next(each for each in here.slack.there(ACME) if each.text == "The export is down")
    here.slack.react(who, said, emoji)
    here.run(0.1)
    assert (acknowledged(here), shown(here)["acknowledged_at"]) == ([], None)


def test_eyes_on_what_does_not_wait_are_a_reaction(here: Everywhere) -> None:
    asked(here)
    answer = next(each for each in here.slack.there(AGENTS) if each.text == "Answered")
    here.slack.react("U0AGENT", answer, "eyes")
    here.run(0.1)
    assert (acknowledged(here), shown(here)["acknowledged_at"]) == ([], None)


def test_it_is_said_in_the_workspaces_words_and_in_the_customers_language(parley: Parley, tenant: Tenant) -> None:
    room = tenant.api.put("/v1/customers/acme", {"language": "de-AT"}).json["triage_room"]
    path = f"/v1/rooms/{room}"
    assert tenant.api.post(f"{path}/acknowledge").status == 409
    tenant.user().post(f"{path}/messages", {"text": "Hilfe"})
    assert tenant.user().post(f"{path}/acknowledge").status == 403
    first = tenant.api.post(f"{path}/acknowledge", headers={"Idempotency-Key": "once"})
    assert (first.status, first.json["turn"]) == (200, "vendor")
    assert tenant.api.post(f"{path}/acknowledge", headers={"Idempotency-Key": "once"}).json == first.json
    (said, _) = tenant.api.get(f"{path}/messages").json["items"]
    assert (said["text"], said["author"]["kind"], said["author"]["name"]) == (WORDS["de"], "machine", "Acorn")
    assert said["taken_as"] is None
    assert tenant.api.patch("/v1/workspace", {"acknowledgement": "Gesehen!"}).json["acknowledgement"] == "Gesehen!"
    assert tenant.api.post(f"{path}/acknowledge").status == 409
    tenant.api.post(f"{path}/messages", {"text": "So"})
    tenant.user().post(f"{path}/messages", {"text": "Und nun?"})
    shown = tenant.api.get(path).json
    assert (shown["turn"], shown["acknowledged_at"]) == ("vendor", None)
    assert tenant.api.post(f"{path}/acknowledge").status == 200
    assert tenant.api.get(f"{path}/messages").json["items"][0]["text"] == "Gesehen!"


def test_an_agents_eyes_in_the_console_acknowledge_too(parley: Parley, tenant: Tenant) -> None:
    path = f"/v1/rooms/{tenant.triage()}"
    said = tenant.user().post(f"{path}/messages", {"text": "Help"}).json["id"]
    assert tenant.api.put(f"{path}/messages/{said}/reactions/👀").status == 200
    assert tenant.api.get(path).json["acknowledged_at"]
    assert len(tenant.api.get(f"{path}/messages").json["items"]) == 2
