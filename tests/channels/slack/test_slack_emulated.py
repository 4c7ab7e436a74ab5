"""Slack both ways against a stateful emulator, whose people use Slack's own client: a customer's channel, the vendor's
own with a thread for each room, and what crosses between them."""

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.deliveries import Delivery
from chalicelib.store.rows import from_row
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.emulators import emulators
from tests.fakes import Parley
from tests.slack import AGENT, ANN, BOT, SEED, SIGNING, EmulatedSlack


@pytest.fixture(scope="module")
def base():
    with emulators("slack", seed=SEED) as at:
        yield at["slack"]


@pytest.fixture
def scene(base):
    """A vendor with an agent, whose Slack has a channel for Acme and one for its agents."""
    with in_memory(Parley()) as parley:
        from dataclasses import replace

        parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        yield Scene(parley, tenant, base)


class Scene:
    def __init__(self, parley, tenant, base):
        self.parley, self.api = parley, tenant.api
        parley.clock.at -= 5_000  # the emulator's timestamps are whole seconds: none shall be from before the binding
        self.slack = EmulatedSlack(base, self.post, times=3)
        ids = self.slack.channels
        fresh = self.slack.client(AGENT).conversations_create(name=f"acme-{parley.clock.entropy(4).hex()}-{id(self)}")
        self.acme, self.support = fresh["channel"]["id"], ids["support"]
        self.agent = self.api.post(
            "/v1/agents", {"name": "Agent Smith", "role": "agent", "email": "agent@vendor.example"}
        ).json["id"]
        body = {
            "kind": "slack",
            "name": "Slack",
            "config": {"base_url": base, "team": self.slack.team, "agent_channel": self.support},
            "credentials": {"signing": SIGNING, "bot": BOT},
        }
        got = self.api.post("/v1/installs", body)
        assert got.status == 201, got.text
        self.install = got.json["id"]
        self.room = tenant.triage()
        got = self.api.post(f"/v1/rooms/{self.room}/bridges", {"install": self.install, "conversation": self.acme})
        assert got.status == 201, got.text

    def post(self, raw, headers):
        got = Client().post(f"/in/slack/{self.install}", raw=raw.decode(), headers=headers)
        assert got.status == 200, got.text
        return got

    def go(self, rounds=6):
        for _ in range(rounds):
            self.parley.settle()
            self.parley.clock.at += 1_100
            self.parley.due()
            self.parley.settle()

    def thread(self):
        """The texts of the room's thread in the vendor's channel."""
        bridges = self.api.get(f"/v1/rooms/{self.room}/bridges").json["items"]
        bridge = next((b for b in bridges if b["conversation"] and b["conversation"].startswith(self.support)), None)
        self.card = bridge["conversation"].partition("/")[2] if bridge else ""
        return [m["text"] for m in self.slack.replies(self.support, self.card)] if bridge else None

    def rows(self):
        return [row for row in map(from_row, self.parley.table.rows.values()) if isinstance(row, Delivery)]

    def messages(self):
        return self.api.get(f"/v1/rooms/{self.room}/messages", after="0").json["items"]


def test_a_conversation_crosses_and_nothing_echoes(scene):
    slack = scene.slack
    root = slack.say(ANN, scene.acme, "It is *broken* &amp; sad")
    scene.go()
    (said,) = scene.messages()
    assert (said["text"], said["author"]["name"], said["author"]["kind"]) == ("It is **broken** & sad", "ann", "user")
    assert scene.thread() == ["It is *broken* &amp; sad"]
    card = next(m for m in slack.history(scene.support) if m["ts"] == scene.card)
    assert card["blocks"][0]["text"]["text"] == "acme: Triage"
    copy = slack.replies(scene.support, scene.card)[0]
    assert copy["username"] == "ann (acme)"

    slack.echo(scene.support)
    slack.echo(scene.support, scene.card)
    answer = slack.say(AGENT, scene.support, "We are on it, <@" + slack.ids["ann"] + ">", thread=scene.card)
    slack.say(AGENT, scene.support, "note: they are on the free plan", thread=scene.card)
    scene.go()
    assert slack.texts(scene.acme) == ["It is *broken* &amp; sad", f"We are on it, <@{slack.ids['ann']}>"]
    out = slack.history(scene.acme)[1]
    assert out["username"] == "Agent Smith"
    assert [m["author"]["name"] for m in scene.messages()] == ["ann", "Agent Smith", "Agent Smith"]
    assert [m["internal"] for m in scene.messages()] == [False, False, True]

    slack.edit(ANN, scene.acme, root, "It is broken, again")
    slack.edit(AGENT, scene.support, answer, "We will look")
    slack.react(ANN, scene.acme, out["ts"], "tada")
    slack.react(AGENT, scene.support, copy["ts"], "eyes")
    slack.echo(scene.acme)
    scene.go()
    assert slack.texts(scene.acme) == ["It is broken, again", "We will look"]
    assert scene.thread()[:2] == ["It is broken, again", "We will look"]
    reactions = {m["ts"]: m.get("reactions", []) for m in slack.history(scene.acme)}
    assert [r["name"] for r in reactions[root]] == ["eyes"]
    mirrored = slack.client(BOT).reactions_get(channel=scene.support, timestamp=answer)["message"]["reactions"]
    assert [r["name"] for r in mirrored] == ["tada"]

    slack.react(AGENT, scene.support, copy["ts"], "eyes", on=False)
    slack.remove(AGENT, scene.support, answer)
    scene.go()
    assert slack.texts(scene.acme) == ["It is broken, again"]
    assert not slack.history(scene.acme)[0].get("reactions")
    assert {row.state for row in scene.rows()} == {"sent"}, [(r.what, r.state, r.reason) for r in scene.rows()]
    assert len(scene.messages()) == 3


def test_threads_stay_threads_and_files_cross(scene):
    slack = scene.slack
    root = slack.say(ANN, scene.acme, "One")
    slack.say(ANN, scene.acme, "Two")
    slack.say(ANN, scene.acme, "More of one", thread=root)
    slack.share(ANN, scene.acme, "log.txt", b"lines of a log", "With a file")
    scene.go(10)
    one, _, more, filed = scene.messages()
    assert more["reply_to"]["message"] == one["id"]
    assert (filed["attachments"][0]["name"], filed["text"]) == ("log.txt", "With a file")
    key = next(key for key in scene.parley.files.content if filed["attachments"][0]["id"] in key)
    assert scene.parley.files.content[key] == b"lines of a log"
    said = scene.thread()
    assert said[:4] == ["One", "Two", "More of one", "With a file"]
    shared = [m for m in slack.replies(scene.support, scene.card) if m.get("files")]
    assert [m["files"][0]["name"] for m in shared] == ["log.txt"]
    scene.api.post(f"/v1/rooms/{scene.room}/messages", {"text": "To the first", "reply_to": more["id"]})
    scene.go()
    assert [m["text"] for m in slack.replies(scene.acme, root)] == ["More of one", "To the first"]


def test_with_a_message_its_files_are_deleted(scene):
    slack = scene.slack
    file = scene.api.post("/v1/attachments", {"name": "fix.txt", "type": "text/plain", "size": 6}).json
    scene.parley.files.content[file["upload"]["fields"]["key"]] = b"how to"
    body = {"text": "With a file", "attachments": [file["id"]]}
    slack.say(ANN, scene.acme, "Hello")
    scene.go()
    scene.thread()
    made = scene.api.post(f"/v1/rooms/{scene.room}/messages", body).json
    scene.go()
    assert [m for m in slack.replies(scene.support, scene.card) if m.get("files")]
    assert scene.api.delete(f"/v1/rooms/{scene.room}/messages/{made['id']}").status == 200
    scene.go()
    print([(row.what, row.state, row.reason, row.steps) for row in scene.rows()])
    assert not [m for m in slack.replies(scene.support, scene.card) if m.get("files")]
    assert {row.state for row in scene.rows() if row.what == "delete"} == {"sent"}


def test_a_card_shows_the_rooms_state_and_its_buttons_order(scene):
    import json
    from urllib.parse import urlencode

    slack = scene.slack
    slack.say(ANN, scene.acme, "Hello")
    scene.go()
    scene.thread()
    action = {
        "type": "block_actions",
        "user": {"id": slack.ids["agent"]},
        "team": {"id": slack.team},
        "actions": [{"action_id": "parley_resolve", "value": scene.room}],
    }
    for who, wanted in (("ann", "open"), ("agent", "resolved")):
        raw = urlencode({"payload": json.dumps(action | {"user": {"id": slack.ids[who]}})}).encode()
        scene.post(raw, slack.headers(raw, "application/x-www-form-urlencoded"))
        scene.go(2)
        assert scene.api.get(f"/v1/rooms/{scene.room}").json["state"] == wanted
    card = next(m for m in slack.history(scene.support) if m["ts"] == scene.card)
    assert "resolved" in card["blocks"][1]["elements"][0]["text"]
    assert card["blocks"][2]["elements"][1]["action_id"] == "parley_reopen"
    slack.say(AGENT, scene.support, "!assign", thread=scene.card)
    slack.say(AGENT, scene.support, "!issue Greetings go unanswered", thread=scene.card)
    scene.go(2)
    (issue,) = scene.api.get(f"/v1/rooms/{scene.room}/issues").json["items"]
    assert "Greetings go unanswered" in str(issue)
    assert scene.api.get(f"/v1/rooms/{scene.room}").json["assignees"] == [scene.agent]
    assert len(scene.messages()) == 2  # what was said, and how it ended


def test_what_a_machine_drafted_stands_under_the_card_and_is_sent_by_a_click(scene):
    import json
    from urllib.parse import urlencode

    slack, room = scene.slack, f"/v1/rooms/{scene.room}"
    scene.api.patch("/v1/workspace", {"drafting": {"mode": "on"}})
    key = {"name": "Drafter", "kind": "machine", "scopes": ["read", "draft"]}
    machine = Client(scene.api.post("/v1/api-keys", key).json["key"])
    slack.say(ANN, scene.acme, "Hello")
    scene.go()
    scene.thread()

    def card():
        return next(m for m in slack.history(scene.support) if m["ts"] == scene.card)["blocks"]

    def drafted(text):
        sources = [{"title": "A|B>", "url": "https://docs.example/a|b"}]
        made = machine.post(f"{room}/proposals", {"text": text, "sources": sources})
        assert made.status == 201, made.text
        scene.go(2)
        return made.json["id"]

    def pressed(who, **action):
        body = {"type": "block_actions", "user": {"id": slack.ids[who]}, "team": {"id": slack.team}}
        raw = urlencode({"payload": json.dumps(body | {"actions": [action]})}).encode()
        scene.post(raw, slack.headers(raw, "application/x-www-form-urlencoded"))
        scene.go(2)

    first = drafted("Rotate the **key**")
    *_, about, text, acts = card()
    assert about["elements"][0]["text"] == "🔒 *Drafted by Drafter* · <https://docs.example/a%7Cb|A/B&gt;>"
    assert text["text"]["text"] == "Rotate the *key*"
    send, discard = acts["elements"]
    for who in ("ann", "agent", "agent"):
        pressed(who, action_id=send["action_id"], value=send["value"])
    assert slack.texts(scene.acme) == ["Hello", "Rotate the *key*"]
    assert slack.history(scene.acme)[1]["username"] == "Agent Smith"
    assert scene.api.get(f"{room}/proposals/{first}").json["settled_by"] == scene.agent
    assert "Drafted" not in str(card())
    second = drafted("x" * 4_000)
    *_, text, acts = card()
    assert text["text"]["text"].endswith("x …")
    assert [each["type"] for each in acts["elements"]] == ["static_select"]
    chosen = next(each for each in acts["elements"][0]["options"] if each["value"].endswith("/tone"))
    pressed("agent", action_id=discard["action_id"], selected_option=chosen)
    found = scene.api.get(f"{room}/proposals/{second}").json
    assert (found["state"], found["reason"], found["settled_by"]) == ("discarded", "tone", scene.agent)
    assert "Drafted" not in str(card())
    assert "Drafted" not in str(slack.history(scene.acme))


def test_a_channel_is_connected_by_a_code(scene):
    from urllib.parse import urlencode

    slack, beta = scene.slack, scene.api.put("/v1/customers/beta", {}).json["triage_room"]
    code = scene.api.post(f"/v1/rooms/{beta}/connect-codes").json["code"]
    command = {
        "command": "/parley",
        "text": f"connect {code}",
        "team_id": slack.team,
        "channel_id": slack.channels["beta-help"],
        "channel_name": "beta-help",
        "user_id": slack.ids["ann"],
        "response_url": f"{slack.base}/nowhere",
    }
    raw = urlencode(command).encode()
    got = scene.post(raw, slack.headers(raw, "application/x-www-form-urlencoded"))
    assert "One moment" in got.text
    scene.go(1)
    (bridge,) = scene.api.get(f"/v1/rooms/{beta}/bridges").json["items"]
    assert (bridge["conversation"], bridge["name"]) == (slack.channels["beta-help"], "#beta-help")


def test_a_message_that_got_through_unheard_is_found_by_its_mark(scene):
    """The answer to our call is lost, and no echo comes either: the second try finds what the first one did."""
    slack, real = scene.slack, scene.parley.world.outside
    from dataclasses import replace

    from chalicelib.ports import Unreachable

    lost = []

    class Lossy:
        def send(self, request):
            answer = real.send(request)
            if request.url.endswith("chat.postMessage") and len(lost) < 2:
                lost.append(request.url)
                raise Unreachable("it did not answer in time")
            return answer

    scene.parley.world = replace(scene.parley.world, outside=Lossy())
    scene.api.post(f"/v1/rooms/{scene.room}/messages", {"text": "Once"})
    for _ in range(4):
        scene.go(1)
        scene.parley.clock.at += 400_000
    scene.go()
    assert len(lost) == 2
    assert slack.texts(scene.acme) == ["Once"]
    assert scene.thread() == ["Once"]
    assert len([m for m in slack.history(scene.support) if m["ts"] == scene.card]) == 1


def test_a_revoked_token_pauses_the_install_and_what_it_missed_follows(scene):
    slack = scene.slack
    slack.tell({"type": "tokens_revoked", "tokens": {"bot": ["U0"]}})
    scene.api.post(f"/v1/rooms/{scene.room}/messages", {"text": "Missed"})
    scene.go(2)
    install = scene.api.get(f"/v1/installs/{scene.install}").json
    assert (install["state"], install["disabled_because"]) == ("paused", "Slack has revoked the app's token")
    assert slack.texts(scene.acme) == []
    scene.api.patch(f"/v1/installs/{scene.install}", {"state": "active", "credentials": {"bot": BOT}})
    assert scene.api.post(f"/v1/installs/{scene.install}/replay").json["replayed"] == 2
    scene.go()
    assert slack.texts(scene.acme) == ["Missed"]


def test_a_thread_becomes_a_room_with_its_first_answer_where_that_is_set(scene):
    slack = scene.slack
    config = {"base_url": slack.base, "team": slack.team, "agent_channel": scene.support, "threads": "rooms"}
    assert scene.api.patch(f"/v1/installs/{scene.install}", {"config": config}).status == 200
    root = slack.say(ANN, scene.acme, "A question\nwith two lines")
    slack.say(ANN, scene.acme, "Another one")
    scene.go()
    slack.say(ANN, scene.acme, "more of the first", thread=root)
    slack.edit(ANN, scene.acme, root, "A question, edited late")
    scene.go()
    (topic,) = [room for room in scene.api.get("/v1/rooms").json["items"] if room["kind"] == "topic"]
    assert topic["name"] == "A question"
    said = scene.api.get(f"/v1/rooms/{topic['id']}/messages", after="0").json["items"]
    assert [message["text"] for message in said] == ["A question, edited late", "more of the first"]
    assert [message["text"] for message in scene.messages()] == ["A question\nwith two lines", "Another one"]
    scene.api.post(f"/v1/rooms/{topic['id']}/messages", {"text": "Answered there"})
    scene.go()
    assert [m["text"] for m in slack.replies(scene.acme, root)] == ["more of the first", "Answered there"]
    cards = [m["text"] for m in slack.history(scene.support)]
    assert cards.count("acme: A question") == 1


def test_a_message_forked_by_its_shortcut_takes_its_thread_along(scene):
    import json
    from urllib.parse import urlencode

    slack = scene.slack
    slack.say(ANN, scene.acme, "First")
    second = slack.say(ANN, scene.acme, "Second question")
    scene.go()
    shortcut = {
        "type": "message_action",
        "trigger_id": "1.2.abc",
        "callback_id": "parley_fork",
        "user": {"id": slack.ids["agent"]},
        "team": {"id": slack.team},
        "channel": {"id": scene.acme},
        "message": {"ts": second, "text": "Second question"},
    }
    raw = urlencode({"payload": json.dumps(shortcut)}).encode()
    for _ in range(2):
        scene.post(raw, slack.headers(raw, "application/x-www-form-urlencoded"))
    slack.say(ANN, scene.acme, "more of the second", thread=second)
    scene.go()
    (topic,) = [room for room in scene.api.get("/v1/rooms").json["items"] if room["kind"] == "topic"]
    said = scene.api.get(f"/v1/rooms/{topic['id']}/messages", after="0").json["items"]
    assert [message["text"] for message in said] == ["Second question", "more of the second"]


def test_a_copy_that_is_gone_fails_nothing(scene):
    """Somebody took it away over there, and we have not heard of it yet."""
    slack = scene.slack
    root = slack.say(ANN, scene.acme, "It is broken")
    scene.go()
    copy = scene.thread() and slack.replies(scene.support, scene.card)[0]["ts"]
    slack.client(BOT).chat_delete(channel=scene.support, ts=copy)
    slack.edit(ANN, scene.acme, root, "It is quite broken")
    slack.react(ANN, scene.acme, root, "eyes")
    scene.go()
    fields = {row.what: (row.state, row.reason) for row in scene.rows() if row.n > 1 and row.what != "card"}
    assert fields == dict.fromkeys(("edit", "reaction"), ("skipped", "the message is not there any more"))


def test_a_single_customer_may_have_a_channel_of_the_agents(scene):
    config = {"base_url": scene.slack.base, "team": scene.slack.team, "agent_channels": {"acme": scene.support}}
    assert scene.api.patch(f"/v1/installs/{scene.install}", {"config": config}).status == 200
    other = scene.api.put("/v1/customers/globex", {}).json["triage_room"]
    for room in (scene.room, other):
        assert scene.api.post(f"/v1/rooms/{room}/messages", {"text": "Hello"}).status == 201
    scene.go()
    assert scene.thread() == ["Hello"]
    (row,) = scene.api.get(f"/v1/rooms/{other}/deliveries").json["items"]
    assert (row["state"], row["reason"]) == ("skipped", "no channel is configured for this room")


def test_a_customer_says_by_a_button_that_it_is_not_solved(scene):
    import json

    slack, path = scene.slack, f"/v1/rooms/{scene.room}"
    slack.say(ANN, scene.acme, "Hello")
    scene.go()
    assert scene.api.patch(path, {"state": "resolved", "outcome": "solved", "tell": True}).status == 200
    scene.go(2)
    end = next(each for each in slack.history(scene.acme) if "solved" in each["text"])
    (button,) = end["blocks"][1]["elements"]
    assert (button["action_id"], button["text"]["text"]) == ("parley_unsolved", "Not solved?")
    assert all("parley_unsolved" not in json.dumps(each.get("blocks")) for each in slack.history(scene.support))
    for ts, wanted in (("1.1", "resolved"), (end["ts"], "open")):
        slack.press("ann", scene.acme, end | {"ts": ts}, "parley_unsolved")
        scene.go(2)
        assert scene.api.get(path).json["state"] == wanted
    assert scene.api.get(path).json["turn"] == "vendor"
