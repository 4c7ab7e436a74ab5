"""Every activity type, event, invoke and surprise of Teams ends as handled, ignored with a reason, or unsupported."""

import json
import pathlib

import pytest

from chalicelib.channels.msteams import inbound
from chalicelib.channels.msteams.kinds import READERS, SILENT
from chalicelib.desk.arrivals import (
    Commanded,
    Connected,
    Deleted,
    Edited,
    File,
    Ignored,
    Reacted,
    Renamed,
    Said,
    Shut,
    Unsupported,
)

FOLDER = pathlib.Path(__file__).parent / "payloads"
CHANNEL = "19:253b1f341670408fb6fe51050b6e5ceb@thread.tacv2"
ROOT = f"{CHANNEL}/1485983194839"
REPLY = f"{CHANNEL}/1485983408511"
AT = 1485983407123
GONE = "the app was removed from it in Teams"

ENDS = {
    "conversation.bot-added": Shut(conversation=CHANNEL),
    "conversation.bot-removed": Shut(conversation=CHANNEL, reason=GONE),
    "conversation.channelCreated": Ignored(reason="channel-created"),
    "conversation.channelDeleted": Shut(conversation=CHANNEL, reason="the channel was deleted in Teams"),
    "conversation.channelMemberAdded": Ignored(reason="members-changed"),
    "conversation.channelMemberRemoved": Ignored(reason="members-changed"),
    "conversation.channelRenamed": Renamed(conversation=CHANNEL, name="Support"),
    "conversation.channelRestored": Shut(conversation=CHANNEL),
    "conversation.channelShared": Ignored(reason="channel-shared"),
    "conversation.channelUnshared": Ignored(reason="channel-shared"),
    "conversation.meetingParticipantJoin": Ignored(reason="meeting"),
    "conversation.members-added": Ignored(reason="members-changed"),
    "conversation.members-removed": Ignored(reason="members-changed"),
    "conversation.teamArchived": Shut(conversation=CHANNEL, reason="the team was archived in Teams"),
    "conversation.teamDeleted": Shut(conversation=CHANNEL, reason="the team was deleted in Teams"),
    "conversation.teamHardDeleted": Ignored(reason="team-deleted"),
    "conversation.teamRenamed": Ignored(reason="team-renamed"),
    "conversation.teamRestored": Shut(conversation=CHANNEL),
    "conversation.teamUnarchived": Shut(conversation=CHANNEL),
    "conversation.topic": Ignored(reason="conversation-changed"),
    "conversation.topicUpdated": Ignored(reason="topic-updated"),
    "conversation.unknown": Unsupported(what="conversationUpdate/channelPainted"),
    "event.meetingEnd": Ignored(reason="meeting"),
    "event.meetingParticipantJoin": Ignored(reason="meeting"),
    "event.meetingParticipantLeave": Ignored(reason="meeting"),
    "event.meetingStart": Ignored(reason="meeting"),
    "event.readReceipt": Ignored(reason="read-receipt"),
    "event.somethingNew": Unsupported(what="event/application/vnd.microsoft.somethingNew"),
    "installation.add": Shut(conversation=CHANNEL),
    "installation.add-upgrade": Shut(conversation=CHANNEL),
    "installation.other": Ignored(reason="installation-update"),
    "installation.remove": Shut(conversation=CHANNEL, reason="the app was removed in Teams"),
    "installation.remove-upgrade": Shut(conversation=CHANNEL, reason="the app was removed in Teams"),
    "message.card": Ignored(reason="card-action"),
    "message.card-attachment": Ignored(reason="empty-message"),
    "message.emulator": Ignored(reason="other-channel"),
    "message.empty": Ignored(reason="empty-message"),
    "message.no-conversation": Ignored(reason="no-conversation"),
    "message.no-from": Ignored(reason="nobody-s-message"),
    "message.null-text": Ignored(reason="empty-message"),
    "message.own": Ignored(reason="own-message"),
    "message.undelete": Ignored(reason="undelete"),
    "not-an-activity": Ignored(reason="no-activity"),
    "reaction.none": Ignored(reason="no-reaction"),
    "type.dreaming": Unsupported(what="dreaming"),
    "invoke.teleport.now": Unsupported(what="invoke/teleport/now"),
}
# What is said, and where: text, conversation, reply to.
SAID = {
    "message.bad-timestamp": ("when", ROOT, ROOT),
    "message.channel": ("our webhooks <stopped>", CHANNEL, ""),
    "message.cut-emoji": ("cut off \ufffd", ROOT, ROOT),
    "message.cyrillic": ("Привет, вебхуки не приходят", ROOT, ROOT),
    "message.file": ("", "a:1pL6", ""),
    "message.giphy": ("Cat GIF", ROOT, ROOT),
    "message.groupchat": ("Hello all", "19:9d2f@thread.v2", ""),
    "message.html": (
        'see **this** and [that](https://acme.example/x):\n\n- one\n- two\n\n```json\n{"a": 1}\n```\n\n'
        "> said\n> before\n\n🎉\n\nclick",
        ROOT,
        ROOT,
    ),
    "message.mention-of-others": ("@Ann Lee knows", ROOT, ROOT),
    "message.no-aad-object-id": ("guest", ROOT, ROOT),
    "message.no-conversation-type": ("old client", ROOT, ROOT),
    "message.personal": ("Hello", "a:1pL6i0oY3C0K8oAjK3Fq3r0jsF", ""),
    "message.picture": ("look", ROOT, ROOT),
    "message.quoted-reply": ("> **Grace**\n>\n> the question\n\nanswer", ROOT, ROOT),
    "message.reply": ("it works again", ROOT, ROOT),
    "message.table": ("https://acme.example/a_b\n\n| plan | calls |\n| --- | --- |\n| free | 10 |", ROOT, ROOT),
    "message.xml": ("**bold** and &", ROOT, ROOT),
    "outgoing-webhook": ("@Help it is broken", ROOT, ROOT),
}

# What other bots say, in words or in a card alone.
BOTS = {
    "message.other-bot": "from another bot",
    "message.bot-card": "Disk full\non db-1\nSeverity: critical",
    "message.bot-connector-card": "Build 4 failed\nacme/api\nBranch: main",
    "message.bot-hero-card": "Incident 7\nopen\nThe API is slow",
}


@pytest.fixture
def parsed(envelope, install, payload):
    def parse(name, **config):
        settings_ = install("msteams", **inbound.check(config))
        return inbound.parse(envelope("msteams", payload(f"msteams/{name}.json")), settings_)

    return parse


def test_every_file_is_told_of():
    names = {path.name.removesuffix(".json") for path in FOLDER.glob("*.json")}
    others = {"message.connect", "message.update", "message.delete", "reaction.added", "reaction.removed"}
    others |= {"reaction.new-kind", "message.bot-update", *BOTS}
    general = {name for name in names if name.startswith(("type.", "invoke."))}
    assert names == set(ENDS) | set(SAID) | others | general


# https://learn.microsoft.com/dotnet/api/microsoft.bot.schema.activitytypes, and those of microsoft.agents
ACTIVITY_TYPES = """
command commandResult contactRelationUpdate conversationUpdate delay deleteUserData endOfConversation event handoff
installationUpdate invoke invokeResponse message messageDelete messageReaction messageUpdate suggestion trace typing
"""
# …/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
TEAMS_EVENTS = """
channelCreated channelDeleted channelMemberAdded channelMemberRemoved channelRenamed channelRestored channelShared
channelUnshared editMessage softDeleteMessage teamArchived teamDeleted teamHardDeleted teamRenamed teamRestored
teamUnarchived undeleteMessage
"""


def test_every_activity_type_of_the_documentation_has_its_file():
    body = [json.loads(path.read_bytes()) for path in FOLDER.glob("*.json")]
    activities = [each for each in body if isinstance(each, dict)]
    assert set(ACTIVITY_TYPES.split()) <= {each.get("type") for each in activities}
    assert set(ACTIVITY_TYPES.split()) <= set(READERS) | SILENT
    events = {(each.get("channelData") or {}).get("eventType") for each in activities}
    assert set(TEAMS_EVENTS.split()) <= events


@pytest.mark.parametrize("name", ENDS)
def test_it_ends(parsed, name):
    assert parsed(name) == [ENDS[name]]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("type.*.json")) + sorted(FOLDER.glob("invoke.*.json")), ids=str)
def test_what_has_no_effect_is_ignored_with_a_reason(parsed, path):
    name = path.name.removesuffix(".json")
    assert isinstance(parsed(name)[0], Unsupported if name in ENDS else Ignored)


@pytest.mark.parametrize("name", SAID)
def test_it_is_said(parsed, name):
    (said,) = parsed(name)
    assert isinstance(said, Said)
    assert (said.text, said.conversation, said.reply_to) == SAID[name]
    assert said.tied
    assert said.speaker.side == "customer"


@pytest.mark.parametrize("name", BOTS)
def test_another_bot_is_a_machine(parsed, name):
    (said,) = parsed(name)
    assert isinstance(said, Said)
    assert (said.text, said.conversation) == (BOTS[name], ROOT)
    assert said.speaker.machine
    assert said.speaker.outside.startswith("28:")
    assert not parsed("message.reply")[0].speaker.machine


def test_our_own_bot_is_none_whatever_it_is_called(envelope, install, payload):
    own = "12345678-1234-1234-1234-123456789012"
    body = json.loads(payload("msteams/message.other-bot.json"))
    body |= {"from": {"id": f"28:{own.upper()}", "name": "Other"}, "recipient": None}
    settings = install("msteams", **inbound.check({"app_id": own}))
    for kind in ("message", "messageUpdate", "messageReaction"):
        (found,) = inbound.parse(envelope("msteams", json.dumps(body | {"type": kind}).encode()), settings)
        assert isinstance(found, Ignored)


def test_a_bot_orders_nothing_and_connects_nothing(envelope, install, payload):
    settings = install("msteams", **inbound.check(AGENTS))
    for text in ("fork Rate limits", "connect abcde-fghjk", "note: between us"):
        body = json.loads(payload("msteams/message.other-bot.json")) | {"text": text}
        (found,) = inbound.parse(envelope("msteams", json.dumps(body).encode()), settings)
        assert (type(found), found.text, found.internal) == (Said, text, False)


def test_what_a_bot_changes_is_changed(parsed):
    assert parsed("message.bot-update") == parsed("message.update")


def test_ids_times_people_and_files(parsed):
    (said,) = parsed("message.reply")
    assert (said.id, said.at, said.thread) == (REPLY, AT, ROOT)
    assert said.speaker.account == f"72f988bf-86f1-41af-91ab-2d7cd011db47|{CHANNEL}"
    assert (said.speaker.outside[:5], said.speaker.name) == ("29:1X", "Ann Lee")
    assert parsed("message.personal")[0].thread == ""
    file = File(
        name="log.txt",
        type="application/octet-stream",
        url="https://download.link/abc",
        link="https://contoso.sharepoint.com/personal/a/Documents/log.txt",
    )
    assert parsed("message.file")[0].files == (file,)
    assert parsed("message.picture")[0].files[0].type == "image/png"


def test_edits_deletes_and_reactions(parsed):
    edited = Edited(id=ROOT, text="our webhooks are back", at=AT, revision=AT, conversation=CHANNEL)
    assert parsed("message.update") == [edited]
    assert parsed("message.delete") == [Deleted(id=ROOT, at=AT, conversation=CHANNEL)]
    found = parsed("reaction.added") + parsed("reaction.removed") + parsed("reaction.new-kind")
    assert [(each.id, each.emoji, each.on) for each in found if isinstance(each, Reacted)] == [
        (f"{CHANNEL}/1485983408000", "👍", True),
        (f"{CHANNEL}/1485983408000", "❤️", True),
        (f"{CHANNEL}/1485983408000", "🙁", False),
        (f"{CHANNEL}/1485983408000", "👋", True),
    ]


def test_a_code_connects_the_channel(parsed):
    (connected,) = parsed("message.connect")
    assert isinstance(connected, Connected)
    assert (connected.code, connected.conversation) == ("abcde-fghjk", CHANNEL)
    assert (connected.name, connected.answer) == ("Acme & Acorn › Support", f"{CHANNEL};messageid=1485983194839")


AGENTS = {"agent_channel": CHANNEL, "agent_tenant": "72f988bf-86f1-41af-91ab-2d7cd011db47"}


@pytest.mark.parametrize(
    ("text", "answers", "said", "internal"),
    [
        ("I am on it", "out", "I am on it", False),
        ("note: who knows this?", "out", "who knows this?", True),
        ("🔒 between us", "out", "between us", True),
        ("I am on it", "inside", "I am on it", True),
        ("reply: I am on it", "inside", "I am on it", False),
    ],
)
def test_in_the_agents_channel_a_mark_says_for_whom_it_is(envelope, install, payload, text, answers, said, internal):
    body = json.loads(payload("msteams/message.reply.json")) | {"text": text}
    settings = install("msteams", **inbound.check(AGENTS | {"answers": answers}))
    (found,) = inbound.parse(envelope("msteams", json.dumps(body).encode()), settings)
    assert (found.text, found.internal, found.speaker.side) == (said, internal, "vendor")


def test_agents_order_in_a_room_s_thread(envelope, install, payload):
    body = json.loads(payload("msteams/message.reply.json")) | {"text": "<at>Parley</at> fork Rate limits"}
    settings = install("msteams", **inbound.check(AGENTS))
    (ordered,) = inbound.parse(envelope("msteams", json.dumps(body).encode()), settings)
    assert isinstance(ordered, Commanded)
    assert (ordered.verb, ordered.argument, ordered.conversation) == ("fork", "Rate limits", ROOT)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("invoke.*.json")), ids=str)
def test_an_invoke_is_answered_in_the_same_breath(envelope, install, path):
    greeting = inbound.greet(envelope("msteams", path.read_bytes()), install("msteams", **inbound.check({})))
    assert greeting.status == 200
    assert isinstance(json.loads(greeting.body), dict)


def test_an_outgoing_webhook_is_answered_by_a_message(envelope, install, payload):
    came = envelope("msteams", payload("msteams/outgoing-webhook.json"), authorization="HMAC abc")
    body = json.loads(inbound.greet(came, install("msteams", **inbound.check({}))).body)
    assert body["type"] == "message"
