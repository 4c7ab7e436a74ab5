"""A bot in a tenant of the twin's: people speak there, agents answer in Parley or in their own channel, and each sees
all of it once."""

import itertools
from dataclasses import replace

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.channels.msteams import client
from tests.api import Client
from tests.peers.msteams import APP, GENERAL, PASSWORD, TENANT, TeamsPeer, outgoing
from tests.peers.server import Refused

OPS = "19:ops@thread.tacv2"
CHAT = "a:chat-with-ann"


@pytest.fixture
def teams(parley, tenant):
    """The tenant's side, its bot connected to the workspace's install."""
    client._tokens.clear()
    parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
    with TeamsPeer() as peer:
        config = {"app_id": APP, "services": peer.services()}
        body = {"kind": "msteams", "name": "Teams", "config": config, "credentials": {"app_password": PASSWORD}}
        made = tenant.api.post("/v1/installs", body)
        assert made.status == 201, made.text
        peer.install = made.json["id"]
        path = f"/in/msteams/{peer.install}"

        def take(url, headers, raw):
            answer = Client().post(path, raw=raw.decode(), headers=headers)
            return answer.status, answer.headers

        peer.post = take
        yield peer


def connect(parley, tenant, teams, place=GENERAL, customer="acme"):
    """Bind a conversation to the customer's triage room by a code; the room."""
    room = tenant.triage(customer)
    code = tenant.api.post(f"/v1/rooms/{room}/connect-codes").json["code"]
    root = teams.say("29:ann", f"connect {code}", place)
    settled(parley, teams)
    return room, root


def settled(parley, teams, times=1, seed=None):
    """What waits at the twin's is sent and worked off."""
    statuses = teams.deliver(times, seed)
    parley.settle()
    for _ in range(20):  # turns in a lane come by the clock
        parley.clock.at += 1000
        parley.due()
        parley.settle()
    teams.clock = parley.clock.at
    return statuses


def said(teams, place=GENERAL):
    """What the bot said there and has not deleted: (thread, text)."""
    found = [each for each in teams.messages.values() if each["place"] == place and each["from"].startswith("28:")]
    return [(each["root"], each["text"]) for each in found if not each["deleted"]]


def texts(tenant, room):
    return [each["text"] for each in tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"]]


def test_a_code_connects_a_channel_and_threads_stay_threads(parley, tenant, teams):
    room, root = connect(parley, tenant, teams)
    assert said(teams)[0][0] == root
    assert "Connected" in said(teams)[0][1]

    question = teams.say("29:ann", "Our webhooks stopped")
    assert set(settled(parley, teams, times=3, seed=1)) == {202}
    (message,) = tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"]
    assert (message["text"], message["author"]["name"], message["author"]["kind"]) == (
        "Our webhooks stopped",
        "Ann Lee",
        "user",
    )

    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "On it\nsoon", "reply_to": message["id"]})
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "A note", "internal": True})
    settled(parley, teams)
    thread, text = said(teams)[-1]
    assert thread == question
    assert text.endswith("On it  \nsoon")
    teams.say("29:ann", "Thank you", root=question)
    settled(parley, teams, times=3, seed=2)
    assert texts(tenant, room) == ["Our webhooks stopped", "On it\nsoon", "A note", "Thank you"]
    assert not [text for _, text in said(teams) if "note" in text]


def test_a_copy_that_is_gone_fails_nothing(parley, tenant, teams):
    room, _ = connect(parley, tenant, teams)
    answer = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "On it"}).json
    settled(parley, teams)
    for message in teams.messages.values():
        message["from"] = "29:nobody"  # the twin does not find it among the bot's any more
    tenant.api.patch(f"/v1/rooms/{room}/messages/{answer['id']}", {"text": "On it now"})
    settled(parley, teams)
    rows = tenant.api.get(f"/v1/rooms/{room}/deliveries").json["items"]
    found = [(row["state"], row["reason"]) for row in rows if row["what"] == "edit"]
    assert found == [("skipped", "the message is not there any more")]


def test_edits_deletes_and_reactions_cross(parley, tenant, teams):
    room, _ = connect(parley, tenant, teams)
    id_ = teams.say("29:ann", "Our webhooks stoped")
    settled(parley, teams)
    teams.edit("29:ann", id_, "Our webhooks stopped")
    settled(parley, teams, times=2)
    assert texts(tenant, room) == ["Our webhooks stopped"]

    answer = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "On itt"}).json
    settled(parley, teams)
    tenant.api.patch(f"/v1/rooms/{room}/messages/{answer['id']}", {"text": "On it"})
    settled(parley, teams)
    assert said(teams)[-1][1].endswith("On it")
    there = next(id_ for (_, id_), each in teams.messages.items() if each["text"].endswith("On it"))
    teams.react("29:ann", there, "heart")
    settled(parley, teams, times=3)
    shown = tenant.api.get(f"/v1/rooms/{room}/messages/{answer['id']}").json
    assert [each["emoji"] for each in shown["reactions"]] == ["❤️"]

    tenant.api.delete(f"/v1/rooms/{room}/messages/{answer['id']}")
    settled(parley, teams)
    assert not [text for _, text in said(teams) if text.endswith("On it")]
    teams.delete("29:ann", id_)
    settled(parley, teams)
    assert tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"][0]["deleted"]


@pytest.mark.parametrize("region", ["teams", f"amer/{TENANT}", f"emea/{TENANT}"])
def test_a_picture_comes_along_whichever_region_it_lies_in(parley, tenant, teams, region):
    room, _ = connect(parley, tenant, teams, CHAT)
    url = f"{teams.url}/{region}/v3/attachments/one/views/original"
    teams.say("29:ann", "Look", CHAT, attachments=[{"contentType": "image/png", "contentUrl": url, "name": "a.png"}])
    settled(parley, teams)
    (message,) = tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"]
    assert [each["name"] for each in message["attachments"]] == ["a.png"]


def test_the_agents_channel_mirrors_every_room(parley, tenant, teams):
    tenant.api.post("/v1/agents", {"name": "Grace", "role": "agent", "email": "grace@vendor.example"})
    config = {"app_id": APP, "services": teams.services(), "agent_channel": OPS, "agent_tenant": TENANT}
    assert tenant.api.patch(f"/v1/installs/{teams.install}", {"config": config}).status == 200
    room, _ = connect(parley, tenant, teams)
    teams.say("29:ann", "Our webhooks stopped")
    settled(parley, teams)
    (_, card), (root, text) = said(teams, OPS)
    assert "acme" in card
    assert text.endswith("Our webhooks stopped")

    teams.say("29:grace", "I have seen it", OPS, root=root)
    teams.say("29:grace", "note: the queue is full", OPS, root=root)
    settled(parley, teams, times=2)
    found = tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"]
    assert [(each["text"], each["internal"], each["author"]["name"]) for each in found] == [
        ("Our webhooks stopped", False, "Ann Lee"),
        ("I have seen it", False, "Grace"),
        ("the queue is full", True, "Grace"),
    ]
    assert [text for _, text in said(teams) if "seen it" in text]
    assert not [text for _, text in said(teams) if "queue" in text]
    teams.say("29:grace", "resolve", OPS, root=root)
    settled(parley, teams)
    assert tenant.api.get(f"/v1/rooms/{room}").json["state"] == "resolved"
    assert len(said(teams, OPS)) == 4  # the card, the question, how it ended, what became of the order


def test_a_single_customer_may_have_a_channel_of_the_agents(parley, tenant, teams):
    config = {"app_id": APP, "services": teams.services(), "agent_channels": {"acme": OPS}, "agent_tenant": TENANT}
    assert tenant.api.patch(f"/v1/installs/{teams.install}", {"config": config}).status == 200
    room, other = tenant.triage(), tenant.triage("globex")
    for each in (room, other):
        assert tenant.api.post(f"/v1/rooms/{each}/messages", {"text": "Hello"}).status == 201
    settled(parley, teams)
    (_, card), (root, text) = said(teams, OPS)
    assert "acme" in card
    assert text.endswith("Hello")
    (row,) = tenant.api.get(f"/v1/rooms/{other}/deliveries").json["items"]
    assert (row["state"], row["reason"]) == ("skipped", "no conversation is bound")
    teams.say("29:grace", "I have seen it", OPS, root=root)
    settled(parley, teams, times=2)
    assert texts(tenant, room) == ["Hello", "I have seen it"]


def test_a_channel_that_nobody_connected_opens_no_room(parley, tenant, teams):
    before = len(tenant.api.get("/v1/rooms").json["items"])
    teams.say("29:ann", "Hello?")
    assert settled(parley, teams) == [202]
    assert len(tenant.api.get("/v1/rooms").json["items"]) == before


def test_busy_is_waited_for_and_a_lost_token_renewed(parley, tenant, teams):
    room, _ = connect(parley, tenant, teams)
    teams.limit(Refused(429, {"error": {"code": "Throttled", "message": "Slow down"}}, Retry_After=3))
    teams.limit(Refused(401, {"message": "Authorization has been denied for this request."}))
    teams.limit(Refused(502, None))
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "On it"})
    for _ in itertools.repeat(None, 60):
        settled(parley, teams)
        parley.clock.at += 60_000
    assert [text for _, text in said(teams) if text.endswith("On it")] == [said(teams)[-1][1]]


@pytest.mark.parametrize("strange", [["OK"], "OK", 1, True])
def test_an_answer_that_is_none_of_the_connectors_is_no_answer(parley, tenant, teams, strange):
    room, _ = connect(parley, tenant, teams)
    teams.limit(Refused(200, strange))
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "On it"})
    for _ in itertools.repeat(None, 20):
        settled(parley, teams)
        parley.clock.at += 60_000
    assert [text for _, text in said(teams) if text.endswith("On it")] == [said(teams)[-1][1]]


def test_a_bot_that_was_put_out_pauses_its_bridge(parley, tenant, teams):
    room, _ = connect(parley, tenant, teams)
    teams.closed.add(GENERAL)
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "On it"})
    settled(parley, teams)
    (bridge,) = tenant.api.get(f"/v1/rooms/{room}/bridges").json["items"]
    assert "BotNotInConversationRoster" in bridge["paused"]


def test_a_wrong_password_pauses_the_install(parley, tenant, teams):
    room, _ = connect(parley, tenant, teams)
    client._tokens.clear()
    tenant.api.patch(f"/v1/installs/{teams.install}", {"credentials": {"app_password": "wrong"}})
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "On it"})
    settled(parley, teams)
    install = tenant.api.get(f"/v1/installs/{teams.install}").json
    assert install["state"] == "paused"
    assert "invalid_client" in install["disabled_because"]


def test_an_outgoing_webhook_takes_in_and_is_owed_nothing(parley, tenant, teams):
    token = "bm9ib2R5IGtub3dzIHRoaXMgdG9rZW4gb2YgdGVhbXM="
    body = {"kind": "msteams", "name": "Simple", "credentials": {"signing": token}}
    install = tenant.api.post("/v1/installs", body).json["id"]
    room = tenant.triage()
    bound = {"install": install, "conversation": GENERAL}
    assert tenant.api.post(f"/v1/rooms/{room}/bridges", bound).status == 201
    teams.clock = parley.clock.at
    teams.say("29:ann", "It is broken")
    raw = teams.outbox.pop().body
    for _ in range(3):
        answer = Client().post(
            f"/in/msteams/{install}", raw=raw.decode(), headers={"Authorization": outgoing(token, raw)}
        )
        assert answer.json["type"] == "message"
    settled(parley, teams)
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "On it"})
    settled(parley, teams)
    found = tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"]
    assert [(each["text"], each["author"]["name"]) for each in found][0] == ("It is broken", "Ann Lee")
    (row,) = [row for row in tenant.api.get(f"/v1/rooms/{room}/deliveries").json["items"] if row["install"] == install]
    assert (row["state"], row["reason"]) == ("skipped", "no bot is configured: an outgoing webhook only takes in")
