"""A bot at the twin's: people speak in groups, agents answer in Parley or in their own forum; each sees all of it."""

from dataclasses import replace

import pytest

from chalicelib.aws.outside import GuardedOutside
from tests.api import Client
from tests.peers.server import Refused
from tests.peers.telegram import AGENTS, ANN, BASIC, FORUM, GRACE, GROUP, TOKEN, TelegramPeer, units


@pytest.fixture
def telegram(parley, tenant):
    """The twin, its bot connected to the workspace's install, and its webhook made by a try."""
    parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
    with TelegramPeer() as peer:
        connected(tenant, peer)
        yield peer


def connected(tenant, peer, **config):
    """Grace is an agent, who speaks in the agents' forum."""
    tenant.api.post("/v1/agents", {"name": "Grace", "role": "agent", "email": "grace@vendor.example"})
    config = {**peer.settings(), "agents": {"7002": "grace@vendor.example"}, **config}
    body = {"kind": "telegram", "name": "Telegram", "config": config, "credentials": {"token": TOKEN}}
    made = tenant.api.post("/v1/installs", body)
    assert made.status == 201, made.text
    peer.install, peer.path = made.json["id"], f"/in/telegram/{made.json['id']}"

    def take(url, headers, raw):
        assert url == f"https://parley.test{peer.path}"
        answer = Client().post(peer.path, raw=raw.decode(), headers=headers)
        return answer.status, answer.headers

    peer.post = take
    peer.tried = tenant.api.post(f"/v1/installs/{peer.install}/try").json


def settled(parley, peer, times=1, seed=None):
    """What waits at the twin's is sent and worked off."""
    statuses = peer.deliver(times, seed)
    parley.settle()
    for _ in range(12):  # turns in a lane come by the clock
        parley.clock.at += 1500
        parley.due()
        parley.settle()
    peer.clock = parley.clock.at
    return statuses


def bound(parley, tenant, peer, chat=GROUP, customer="acme", topic=None):
    """Bind a chat to the customer's triage room by a code; the room."""
    room = tenant.triage(customer)
    code = tenant.api.post(f"/v1/rooms/{room}/connect-codes").json["code"]
    peer.say(ANN, f"/connect@parley_bot {code}", chat, topic)
    settled(parley, peer)
    return room


def messages(tenant, room):
    return tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"]


def texts(tenant, room):
    return [each["text"] for each in messages(tenant, room)]


def rows(tenant, room, what):
    found = tenant.api.get(f"/v1/rooms/{room}/deliveries").json["items"]
    return [(row["state"], row["reason"]) for row in found if row["what"] == what]


def answered(tenant, room, text, **more):
    made = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": text, **more})
    assert made.status == 201, made.text
    return made.json


def attached(parley, tenant, name, content):
    asked = {"name": name, "type": "text/plain", "size": len(content)}
    made = tenant.api.post("/v1/attachments", asked)
    assert made.status == 201, made.text
    parley.files.content[made.json["upload"]["fields"]["key"]] = content
    return made.json["id"]


def test_a_try_makes_the_webhook_and_says_how_it_stands(tenant, telegram):
    tried = telegram.tried
    assert (tried["ok"], tried["account"], tried["actor"]) == (True, "@parley_bot", "123456789")
    assert "its webhook is made" in tried["right"]
    assert any("privacy mode is on" in each for each in tried["right"])
    assert telegram.hook == f"https://parley.test{telegram.path}"
    assert set(telegram.allowed) >= {"message", "message_reaction", "my_chat_member"}
    telegram.failed = "Wrong response from the webhook: 401 Unauthorized"
    again = tenant.api.post(f"/v1/installs/{telegram.install}/try").json
    assert any("401 Unauthorized" in each for each in again["missing"])


def test_a_webhook_that_leads_elsewhere_is_not_taken_away(tenant, telegram):
    telegram.hook = "https://other.example/bot"
    tried = tenant.api.post(f"/v1/installs/{telegram.install}/try").json
    assert telegram.hook == "https://other.example/bot"
    assert any("leads elsewhere, to https://other.example/bot" in each for each in tried["missing"])


def test_who_does_not_say_the_secret_is_nobody(tenant, telegram):
    for said in ("", "wrong", telegram.secret[:-1], f"{telegram.secret}x"):
        headers = {"X-Telegram-Bot-Api-Secret-Token": said}
        assert Client().post(telegram.path, raw='{"update_id": 1}', headers=headers).status == 401
    headers = {"X-Telegram-Bot-Api-Secret-Token": telegram.secret}
    assert Client().post(telegram.path, raw='{"update_id": 1}', headers=headers).status == 200
    tenant.api.post(f"/v1/installs/{telegram.install}/secrets")
    assert Client().post(telegram.path, raw='{"update_id": 1}', headers=headers).status == 200  # two are live


def test_a_question_its_answer_its_edits_and_its_reactions(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    assert "Connected" in telegram.said()[0]
    question = telegram.say(ANN, "Our webhooks stopped")
    assert set(settled(parley, telegram, times=3, seed=1)) == {200}
    (asked,) = messages(tenant, room)
    assert (asked["text"], asked["author"]["name"], asked["author"]["kind"]) == (
        "Our webhooks stopped", "Ann Lee", "user",
    )  # fmt: skip

    answer = answered(tenant, room, "**On** it", reply_to=asked["id"])
    answered(tenant, room, "A note", internal=True)
    settled(parley, telegram)
    sent = next(each for each in telegram.messages.values() if "On it" in each.get("text", ""))
    name = answer["author"]["name"]
    assert sent["text"] == f"{name}:\nOn it"
    assert [each["type"] for each in sent["entities"]] == ["bold", "bold"]
    assert sent["reply_to_message"]["message_id"] == question
    assert not any("note" in said for said in telegram.said())

    tenant.api.patch(f"/v1/rooms/{room}/messages/{answer['id']}", {"text": "On it now"})
    settled(parley, telegram)
    assert telegram.said()[-1] == f"{name}:\nOn it now"
    telegram.edit(question, "Our webhooks stopped at noon")
    telegram.react(ANN, sent["message_id"], ["❤"])
    settled(parley, telegram)
    assert texts(tenant, room)[:2] == ["Our webhooks stopped at noon", "On it now"]
    assert "❤️" in str(messages(tenant, room)[1]["reactions"])

    tenant.api.put(f"/v1/rooms/{room}/messages/{asked['id']}/reactions/👀")
    tenant.api.put(f"/v1/rooms/{room}/messages/{asked['id']}/reactions/🚀")
    settled(parley, telegram)
    assert telegram.reactions[GROUP, question] == ["👀"]
    assert any("no such reaction" in reason for _, reason in rows(tenant, room, "reaction"))

    tenant.api.delete(f"/v1/rooms/{room}/messages/{answer['id']}")
    settled(parley, telegram)
    assert not any("On it now" in said for said in telegram.said())


def test_what_is_said_there_comes_back_to_nobody(parley, tenant, telegram):
    bound(parley, tenant, telegram)
    before = len(telegram.said())
    telegram.say(ANN, "Only once")
    settled(parley, telegram, times=2)
    assert len(telegram.said()) == before


def test_files_cross_both_ways_within_their_limits(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    telegram.share(ANN, "trace.pdf", b"%PDF of Ann", caption="See this")
    telegram.share(ANN, "huge.pdf", b"x" * 20_000_001)
    settled(parley, telegram)
    filed, huge = messages(tenant, room)
    assert (filed["text"], filed["attachments"][0]["name"]) == ("See this", "trace.pdf")
    assert not huge["attachments"]
    assert huge["text"].startswith("[huge.pdf](https://t.me/c/1000000001/")

    answered(tenant, room, "Read it", attachments=[attached(parley, tenant, "fix.txt", b"how to")])
    two = [attached(parley, tenant, name, name.encode()) for name in ("a.txt", "b.txt")]
    answered(tenant, room, "Two", attachments=two)
    settled(parley, telegram)
    sent = [each for each in telegram.messages.values() if "document" in each and "bytes" in each]
    assert [(each["document"]["file_name"], each["bytes"]) for each in sent] == [
        ("fix.txt", b"how to"), ("a.txt", b"a.txt"), ("b.txt", b"b.txt"),
    ]  # fmt: skip
    assert sent[0]["caption"].endswith("Read it")
    assert sent[1]["reply_to_message"]["text"].endswith("Two")
    assert [state for state, _ in rows(tenant, room, "post")] == ["sent", "sent"]


def test_with_a_message_its_files_and_what_tells_of_them_are_deleted(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    before = telegram.said()
    files = [attached(parley, tenant, "a.txt", b"a"), attached(parley, tenant, "never-put-up.txt", b"x")]
    del parley.files.content[next(key for key in parley.files.content if files[1] in key)]
    made = answered(tenant, room, "Two", attachments=files)
    settled(parley, telegram)
    assert len(telegram.said()) == len(before) + 3
    assert tenant.api.delete(f"/v1/rooms/{room}/messages/{made['id']}").status == 200
    settled(parley, telegram)
    assert rows(tenant, room, "delete") == [("sent", None)]
    assert telegram.said() == before


def test_a_caption_is_edited_as_one_and_a_long_one_goes_on_below(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    made = answered(tenant, room, "Read it", attachments=[attached(parley, tenant, "fix.txt", b"how to")])
    settled(parley, telegram)
    tenant.api.patch(f"/v1/rooms/{room}/messages/{made['id']}", {"text": "Read it twice"})
    settled(parley, telegram)
    assert telegram.said()[-1].endswith("Read it twice")
    tenant.api.patch(f"/v1/rooms/{room}/messages/{made['id']}", {"text": "word " * 300})
    settled(parley, telegram)
    *_, caption, rest = telegram.said()
    assert units(caption) <= 1024
    assert f"{caption} {rest}".split().count("word") == 300


def test_a_long_text_goes_in_parts_and_is_one_message(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    long = " ".join(["😀word"] * 1500)
    made = answered(tenant, room, long)
    settled(parley, telegram)
    parts = telegram.said()[1:]
    assert len(parts) > 2
    assert all(units(each) <= 4096 for each in parts)
    assert " ".join(parts).split().count("😀word") == 1500
    tenant.api.patch(f"/v1/rooms/{room}/messages/{made['id']}", {"text": "short"})
    settled(parley, telegram)
    assert [said.partition("\n")[2] for said in telegram.said()[1:]] == ["short"]


def test_a_topic_is_bound_by_itself_and_others_stay_in_the_room(parley, tenant, telegram):
    room = bound(parley, tenant, telegram, FORUM)
    other = bound(parley, tenant, telegram, FORUM, "beta", topic=7)
    telegram.say(ANN, "In general", FORUM)
    telegram.say(ANN, "In billing", FORUM, 7)
    settled(parley, telegram)
    assert (texts(tenant, room), texts(tenant, other)) == (["In general"], ["In billing"])
    answered(tenant, other, "About billing")
    answered(tenant, room, "About all")
    settled(parley, telegram)
    topics = {each["text"].partition("\n")[2]: each.get("message_thread_id") for each in telegram.messages.values()
              if each["from"]["is_bot"] and "About" in each.get("text", "")}  # fmt: skip
    assert topics == {"About billing": 7, "About all": None}


def test_rooms_are_topics_among_the_agents(parley, tenant):
    parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
    with TelegramPeer() as telegram:
        connected(tenant, telegram, agent_channel=str(AGENTS))
        assert telegram.tried["ok"], telegram.tried
        room = tenant.triage("acme")
        tenant.user(name="Ann").post(f"/v1/rooms/{room}/messages", {"text": "It is broken"})
        settled(parley, telegram)
        ((place, topic), name), *_ = [each for each in telegram.topics.items() if each[0][0] == AGENTS]
        assert (place, name.endswith("· acme")) == (AGENTS, True)
        said = telegram.said(AGENTS)[-1]
        assert said == "Ann (acme):\nIt is broken"

        telegram.say(GRACE, "note: look at the log first", AGENTS, topic)
        telegram.say(GRACE, "We are on it", AGENTS, topic)
        telegram.say(GRACE, "/assign", AGENTS, topic)
        settled(parley, telegram, times=2)
        found = [(each["text"], each["internal"], each["author"]["name"]) for each in messages(tenant, room)]
        assert found == [
            ("It is broken", False, "Ann"),
            ("look at the log first", True, "Grace"),
            ("We are on it", False, "Grace"),
        ]
        assert any("is yours" in each for each in telegram.said(AGENTS))
        grace = next(each["id"] for each in tenant.api.get("/v1/agents").json["items"] if each["name"] == "Grace")
        assert tenant.api.get(f"/v1/rooms/{room}").json["assignees"] == [grace]


def test_a_group_that_becomes_a_supergroup_is_the_same_room(parley, tenant, telegram):
    room = bound(parley, tenant, telegram, BASIC)
    answer = answered(tenant, room, "Before")
    settled(parley, telegram)
    into = telegram.migrate()
    waiting = telegram.outbox[:]
    telegram.outbox.clear()
    answered(tenant, room, "Meanwhile")  # before anybody has told us
    settled(parley, telegram)
    assert telegram.said(into)[-1].endswith("Meanwhile")
    telegram.outbox += waiting
    settled(parley, telegram, times=2, seed=3)
    telegram.say(ANN, "Still here", into)
    settled(parley, telegram)
    answered(tenant, room, "After")
    settled(parley, telegram)
    assert telegram.said(into)[-1].endswith("After")
    assert texts(tenant, room) == ["Before", "Meanwhile", "Still here", "After"]
    (bridge,) = [each for each in tenant.api.get(f"/v1/rooms/{room}/bridges").json["items"] if each["conversation"]]
    assert bridge["conversation"] == str(into)
    before = len(telegram.messages)
    tenant.api.patch(f"/v1/rooms/{room}/messages/{answer['id']}", {"text": "Changed"})
    settled(parley, telegram)
    ((state, reason),) = rows(tenant, room, "edit")
    assert state == "skipped"
    assert "supergroup" in reason
    assert len(telegram.messages) == before


def test_who_is_put_out_pauses_and_goes_on_when_back(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    telegram.remove()
    settled(parley, telegram)
    bridge = f"/v1/rooms/{room}/bridges"
    assert "removed" in tenant.api.get(bridge).json["items"][0]["paused"]
    answered(tenant, room, "Missed")
    settled(parley, telegram)
    telegram.remove(status="member")
    settled(parley, telegram)
    assert tenant.api.get(bridge).json["items"][0]["paused"] in ("", None)
    found = tenant.api.get(bridge).json["items"][0]["id"]
    tenant.api.post(f"{bridge}/{found}/replay")
    settled(parley, telegram)
    assert telegram.said()[-1].endswith("Missed")


def test_a_403_pauses_the_bridge_and_a_401_the_install(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    telegram.out[GROUP] = "bot was kicked from the supergroup chat"
    answered(tenant, room, "To nobody")
    settled(parley, telegram)
    assert "kicked" in tenant.api.get(f"/v1/rooms/{room}/bridges").json["items"][0]["paused"]
    telegram.out.clear()
    other = bound(parley, tenant, telegram, FORUM, "beta")
    telegram.limited += [telegram.refuse(401, "Unauthorized")]
    answered(tenant, other, "By whom")
    settled(parley, telegram)
    assert tenant.api.get(f"/v1/installs/{telegram.install}").json["state"] == "paused"


def test_too_many_requests_wait_as_long_as_is_asked(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    telegram.slow(40)
    answered(tenant, room, "Not yet")
    parley.settle()
    asked = len(telegram.log)
    parley.clock.at += 30_000
    parley.due()
    parley.settle()
    assert len(telegram.log) == asked
    parley.clock.at += 15_000
    settled(parley, telegram)
    assert telegram.said()[-1].endswith("Not yet")
    assert [state for state, _ in rows(tenant, room, "post")] == ["sent"]


def test_an_answer_that_is_lost_may_come_twice_and_loses_nothing(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    telegram.lost_answers.append("sendMessage")
    answered(tenant, room, "Once at least")
    settled(parley, telegram)
    parley.clock.at += 400_000
    settled(parley, telegram)
    found = [said for said in telegram.said() if said.endswith("Once at least")]
    assert 1 <= len(found) <= 2
    assert rows(tenant, room, "post")[0][0] == "sent"


def test_what_is_too_old_to_be_deleted_is_emptied(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    answer = answered(tenant, room, "Private words")
    settled(parley, telegram)
    telegram.old |= set(telegram.messages)
    tenant.api.delete(f"/v1/rooms/{room}/messages/{answer['id']}")
    settled(parley, telegram)
    assert telegram.said()[-1] == "(deleted)"


def test_what_is_not_ours_is_told_in_words(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    telegram.say(ANN, "Typo")
    settled(parley, telegram)
    (asked,) = messages(tenant, room)
    ann = next(each for each in tenant.api.get("/v1/customers/acme/users").json["items"])
    here = f"/v1/rooms/{room}/messages/{asked['id']}"
    assert tenant.user("acme", ann["external_id"]).patch(here, {"text": "No typo"}).status == 200
    settled(parley, telegram)
    assert telegram.said()[-1] == "Ann Lee:\n(edited) No typo"


def test_a_topic_that_is_gone_pauses_its_room_alone(parley, tenant, telegram):
    whole = bound(parley, tenant, telegram, FORUM)
    billing = bound(parley, tenant, telegram, FORUM, "beta", topic=7)
    del telegram.topics[FORUM, 7]
    answered(tenant, billing, "Lost")
    answered(tenant, whole, "Not lost")
    settled(parley, telegram)
    assert "thread not found" in tenant.api.get(f"/v1/rooms/{billing}/bridges").json["items"][0]["paused"]
    assert telegram.said(FORUM)[-1].endswith("Not lost")


def test_outages_pass(parley, tenant, telegram):
    room = bound(parley, tenant, telegram)
    telegram.limited += [Refused(502, b"<html>Bad Gateway</html>"), Refused(500, {"ok": False, "error_code": 500})]
    answered(tenant, room, "At last")
    for _ in range(3):
        settled(parley, telegram)
        parley.clock.at += 400_000
    settled(parley, telegram)
    assert telegram.said()[-1].endswith("At last")
