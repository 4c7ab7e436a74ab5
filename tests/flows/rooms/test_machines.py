"""Machines are authors of their own: marked, nobody's read mark, nobody's turn unless their key says so."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api import Client, Tenant
from tests.everywhere import ACME, AGENTS, CHAT, Everywhere, everywhere
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


def machine(tenant: Tenant, **fields: Any) -> Client:
    made = tenant.api.post("/v1/api-keys", {"name": "CI", "kind": "machine", **fields})
    assert made.status == 201, made.text
    return Client(made.json["key"])


def test_a_key_is_a_persons_unless_it_says_otherwise(tenant: Tenant) -> None:
    made = tenant.api.post("/v1/api-keys", {"name": "Mine"}).json
    assert (made["kind"], made["asks"], made["answers"]) == ("person", False, False)
    (first, second) = tenant.api.get("/v1/api-keys").json["items"]
    assert {first["kind"], second["kind"]} == {"person"}
    for wrong, named in (
        ({"asks": True}, "asks"),
        ({"kind": "person", "answers": True}, "answers"),
        ({"kind": "machine", "asks": True, "answers": True}, "answers"),
        ({"kind": "robot"}, "kind"),
    ):
        refused = tenant.api.post("/v1/api-keys", {"name": "No", **wrong})
        assert (refused.status, refused.json["field"]) == (422, named)


def test_what_it_says_is_its_own(parley: Parley, tenant: Tenant) -> None:
    path, ci = f"/v1/rooms/{tenant.triage()}", machine(tenant)
    tenant.user().post(f"{path}/messages", {"text": "Down?"})
    owner = tenant.api.get("/v1/me").json["id"]
    before = tenant.api.get(path).json
    said = ci.post(f"{path}/messages", {"text": "Build 4 failed"}).json
    assert (said["author"]["kind"], said["author"]["name"], said["taken_as"]) == ("machine", "CI", None)
    assert said["author"]["id"] not in ("", owner)
    after = tenant.api.get(path).json
    assert after["unread"] == before["unread"] + 1
    assert (after["turn"], after["waiting_since"]) == ("vendor", before["waiting_since"])
    assert after["last_message"]["author"]["kind"] == "machine"
    assert ci.put(f"{path}/read", {}).status == 403
    assert ci.patch(f"{path}/messages/{said['id']}", {"text": "Build 5 failed"}).status == 200
    assert ci.put(f"{path}/messages/{said['id']}/reactions/👍").json["reactions"][0]["people"] == [said["author"]["id"]]
    assert tenant.api.patch(f"{path}/messages/{said['id']}", {"text": "Mine?"}).status == 403


def test_it_is_no_expert(parley: Parley, tenant: Tenant) -> None:
    path, ci = f"/v1/rooms/{tenant.triage()}", machine(tenant)
    for number in range(3):
        ci.post(f"{path}/messages", {"text": f"kubernetes upgrade {number}"})
    tenant.api.post(f"{path}/messages", {"text": "the kubernetes upgrade is over"})
    parley.settle()
    found = tenant.api.get("/v1/experts", q="kubernetes").json
    assert [each["person"]["kind"] for each in found["items"]] == ["agent"]
    hits = tenant.api.get("/v1/search", q="kubernetes").json
    assert "machine" in str(hits)


def test_thanks_are_not_taken_where_the_workspace_will_not(parley: Parley, tenant: Tenant) -> None:
    path = f"/v1/rooms/{tenant.triage()}"
    tenant.api.post(f"{path}/messages", {"text": "Try now"})
    assert tenant.user().post(f"{path}/messages", {"text": "Thanks!"}).json["taken_as"] == "thanks"
    assert tenant.api.get(path).json["turn"] == "customer"
    assert tenant.api.patch("/v1/workspace", {"thanks": False}).json["thanks"] is False
    assert tenant.user().post(f"{path}/messages", {"text": "Thank you!"}).json["taken_as"] == "ask"
    assert tenant.api.get(path).json["turn"] == "vendor"


def test_thanks_are_undone_by_a_click(parley: Parley, tenant: Tenant) -> None:
    path = f"/v1/rooms/{tenant.triage()}"
    tenant.api.post(f"{path}/messages", {"text": "Try now"})
    tenant.api.patch(path, {"state": "resolved", "outcome": "solved"})
    said = tenant.user().post(f"{path}/messages", {"text": "Thanks!"}).json
    assert tenant.api.get(path).json["state"] == "resolved"
    assert tenant.user().put(f"{path}/messages/{said['id']}/taken-as", {"as": "ask"}).status == 403
    taken = tenant.api.put(f"{path}/messages/{said['id']}/taken-as", {"as": "ask"})
    assert (taken.status, taken.json["taken_as"]) == (200, "ask")
    shown = tenant.api.get(path).json
    assert (shown["state"], shown["turn"], shown["waiting_since"]) == ("open", "vendor", said["created_at"])
    last = tenant.api.get(f"{path}/changes").json["items"][-1]
    assert (last["type"], last["message"]["id"]) == ("taken", said["id"])
    assert tenant.api.put(f"{path}/messages/{said['id']}/taken-as", {"as": "answer"}).status == 409


def test_thanks_after_a_week_reopen(parley: Parley, tenant: Tenant) -> None:
    path = f"/v1/rooms/{tenant.triage()}"
    tenant.api.post(f"{path}/messages", {"text": "Try now"})
    tenant.api.patch(path, {"state": "resolved"})
    parley.clock.sleep(8 * 24 * 3600)
    assert tenant.api.get(path).json["state"] == "resolved"
    token = tenant.user(iat=parley.clock.at // 1000, exp=parley.clock.at // 1000 + 3600)
    del token  # PyJWT reads the machine's own clock
    from chalicelib.desk.messages import Author, Draft, Source
    from chalicelib.flows.rooms.post import post

    draft = Draft(author=Author(kind="user", id="usr_1"), text="Thanks!", source=Source(channel="widget"))
    assert post(parley.world, path.rpartition("/")[2], draft).taken_as == ""
    assert tenant.api.get(path).json["turn"] == "vendor"


# --- bots of a channel --------------------------------------------------------------------------------------------


def alert(here: Everywhere, channel: str = ACME, root: str = "", **fields: Any) -> None:
    here.slack.tell(
        {"type": "message", "subtype": "bot_message", "bot_id": "B0ALERT", "username": "PagerDuty", "channel": channel}
        | {"ts": here.slack.stamp(), "text": "Disk full on db-1"}
        | ({"thread_ts": root} if root else {})
        | fields
    )
    here.run(0.1)


def card(here: Everywhere) -> None:
    """PagerDuty's bot posts a card in the customer's chat of Teams."""
    bot = "28:7f5a1e1c-3c1d-4d1e-9a55-0d8c4c6f2b11"
    here.teams.people[bot] = {"id": bot, "name": "PagerDuty", "aadObjectId": ""}
    content = {"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "Disk full on db-1"}]}
    attached = [{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}]
    here.teams.say(bot, "", CHAT, mention=False, attachments=attached)
    here.run(0.1)


def said(here: Everywhere) -> list[Any]:
    items = here.api.get(f"/v1/rooms/{here.room}/messages").json["items"]
    return [each for each in items if each["author"]["kind"] == "machine"]


@pytest.mark.parametrize(("channel", "speak"), [("slack", alert), ("msteams", card)])
@pytest.mark.parametrize(
    ("bots", "turn"), [("heard", "customer"), ("ask", "vendor"), ("answer", "customer"), ("ignored", "customer")]
)
def test_a_bot_that_a_customer_relies_on_is_heard(
    here: Everywhere, channel: str, speak: Callable[[Everywhere], None], bots: str, turn: str
) -> None:
    install = f"/v1/installs/{here.installs[channel]}"
    config = here.api.get(install).json["config"] | {"bots": bots}
    assert here.api.patch(install, {"config": config}).status == 200
    before = here.api.get(f"/v1/rooms/{here.room}").json["unread"]
    speak(here)
    room = here.api.get(f"/v1/rooms/{here.room}").json
    assert room["turn"] == turn
    if bots == "ignored":
        assert said(here) == []
        return
    (heard,) = said(here)
    assert (heard["author"]["name"], heard["text"]) == ("PagerDuty", "Disk full on db-1")
    assert heard["taken_as"] == {"heard": None}.get(bots, bots)
    assert room["unread"] == before + 1
    other = {"slack": "msteams", "msteams": "slack"}[channel]
    assert here.sides()[other].count("Disk full on db-1") == 1
    assert here.sides()[channel].count("Disk full on db-1") <= 1


def test_an_alert_may_be_an_attachment_alone(here: Everywhere) -> None:
    alert(here, text="", attachments=[{"title": "Disk full", "text": "db-1", "fallback": "[alert] Disk full"}])
    assert said(here)[0]["text"] == "Disk full\ndb-1"


def test_a_bot_among_agents_stays_inside(here: Everywhere) -> None:
    alert(here, AGENTS, here.thread())
    (note,) = said(here)
    assert note["internal"]
    assert "Disk full on db-1" not in [each.text for each in here.slack.there(ACME)]
