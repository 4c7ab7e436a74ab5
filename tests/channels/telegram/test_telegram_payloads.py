"""Each kind of update, and of message, as Telegram's documents show it, and what it says to us."""

import json

import pytest

from chalicelib.channels.telegram.updates import IGNORED, READERS
from chalicelib.desk.arrivals import (
    Commanded,
    Connected,
    Edited,
    Ignored,
    Moved,
    Reacted,
    Renamed,
    Said,
    Shut,
    Speaker,
    Unsupported,
)
from chalicelib.desk.envelopes import Envelope
from tests.contracts.test_channels import arrivals, posted
from tests.senders import folder

GROUP, FORUM, AGENTS, NEWS = "-1001000000001", "-1001000000002", "-1001000000003", "-1001000000004"
PAYLOADS = {path.stem: path for path in sorted(folder("telegram").glob("*.json"))}
ANN = Speaker(outside="7001", name="Ann Lee", account=GROUP)
IGNORED_MESSAGES = {
    "joined": "new-chat-members",
    "left": "left-chat-member",
    "pinned": "pinned-message",
    "topic-created": "forum-topic-created",
    "topic-closed": "forum-topic-closed",
    "video-chat": "video-chat-ended",
    "start": "start",
}


def read(name: str) -> list:
    """What it says, to an install whose agents are in AGENTS."""
    from chalicelib.channels.telegram import inbound
    from chalicelib.desk.workspaces import Install

    config = inbound.check({"agent_channel": AGENTS, "threads": "rooms"})
    install = Install(id="ins_1", workspace="wks_1", kind="telegram", name="T", created_at=1, config=config)
    return inbound.parse(posted("telegram", PAYLOADS[name]), install)


def said(name: str) -> Said:
    (found,) = read(name)
    assert isinstance(found, Said), found
    return found


def test_every_kind_of_update_has_a_payload() -> None:
    """Of each that the documents list, and of what is none yet."""
    found = {next(key for key in json.loads(path.read_text()) if key != "update_id") for path in PAYLOADS.values()}
    assert found >= {*READERS, *IGNORED}


def test_words_are_said_by_whoever_wrote_them() -> None:
    message = said("message.text")
    assert (message.text, message.speaker, message.conversation) == ("Our webhooks stopped", ANN, GROUP)
    assert (message.at, message.tied, message.thread, message.reply_to) == (1_770_000_000_999, True, "", "")
    assert message.id.startswith(f"{GROUP}/")


def test_entities_are_read_by_their_utf_16_offsets() -> None:
    message = said("message.entities")
    assert message.text == (
        "😀 **Bold** and `code`, see [docs](https://acme.example/docs) or ask \ue0027009\ue003\n"
        "```python\nx = 1\n```\n> said before"
    )
    assert message.mentions == {"\ue0027009\ue003": "7009"}


def test_an_answer_names_what_it_answers_and_shows_what_it_quotes() -> None:
    message = said("message.reply")
    assert message.text == "> Which?\n\nThat one"
    assert message.reply_to.startswith(f"{GROUP}/")


def test_a_topic_is_a_thread_and_a_chain_of_answers_is_none() -> None:
    topic = said("message.topic")
    assert (topic.conversation, topic.thread, topic.reply_to) == (f"{FORUM}/7", f"{FORUM}/7", "")
    assert topic.thread_room
    chain = said("message.chain-in-a-group")
    assert (chain.conversation, chain.thread, chain.thread_room) == (GROUP, "", False)


def test_agents_write_notes_and_order() -> None:
    note = said("message.agents-note")
    assert (note.text, note.internal, note.speaker.side) == ("they are on the old plan", True, "vendor")
    (order,) = read("message.agents-order")
    assert isinstance(order, Commanded)
    assert (order.verb, order.conversation, order.answer) == ("assign", f"{AGENTS}/31", f"{AGENTS}/31")


def test_a_code_connects_the_chat_in_which_it_is_typed() -> None:
    (found,) = read("message.connect")
    assert found == Connected(code="abcde-12345", conversation=GROUP, account="", name="Acme × Acorn", answer=GROUP)


@pytest.mark.parametrize(
    ("name", "file", "type_", "id_"),
    [
        ("photo", "picture-", "image/jpeg", "large"),
        ("album", "picture-", "image/jpeg", "second"),
        ("document", "trace.log", "text/plain", "doc1"),
        ("animation", "animation-", "video/mp4", "gif"),
        ("video", "video-", "video/mp4", "vid"),
        ("voice", "voice-", "audio/ogg", "voi"),
        ("audio", "call.mp3", "audio/mpeg", "aud"),
        ("video-note", "video-", "video/mp4", "note"),
    ],
)
def test_a_file_comes_along(name: str, file: str, type_: str, id_: str) -> None:
    message = said(f"message.{name}")
    (found,) = message.files
    assert found.name.startswith(file)
    assert (found.type, found.url) == (type_, f"telegram:{id_}")
    assert found.link.startswith("https://t.me/c/1000000001/")
    assert message.text == ("_Look_" if name == "photo" else "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sticker", "👍"),
        ("location", "[52.520008,13.404954](https://www.openstreetmap.org/?mlat=52.520008&mlon=13.404954)"),
        ("venue", "[Office, Main St 1](https://www.openstreetmap.org/?mlat=52.500000&mlon=13.400000)"),
        ("contact", "👤 Bob, +15550100"),
        ("poll", "📊 When?\n\n- Now\n- Later"),
        ("dice", "🎲 6"),
        ("checklist", "☑️ Before launch\n\n- Keys\n- Webhooks"),
        ("story", "(a story)"),
        ("forwarded", "_Forwarded from Mia:_\n\nIt broke"),
    ],
)
def test_what_is_no_words_is_told_in_words(name: str, text: str) -> None:
    assert said(f"message.{name}").text.removeprefix("📍 ") == text


def test_who_speaks_in_the_name_of_a_chat_is_that_chat() -> None:
    assert said("message.anonymous-admin").speaker == Speaker(
        outside=f"chat:{GROUP}", name="Acme × Acorn · Lead", account=GROUP
    )
    assert said("message.from-linked-channel").speaker.outside == f"chat:{NEWS}"
    post = said("channel_post")
    assert (post.speaker.name, post.conversation) == ("Acme news · Ed", NEWS)
    assert said("message.of-another-bot").speaker.machine


def test_what_nobody_knows_yet_is_told_so_and_can_be_taken_in() -> None:
    (found,) = read("message.unknown-content")
    assert isinstance(found, Unsupported)
    assert (found.what, found.said and found.said.text) == ("message/hologram", "(no text)")
    assert read("of-tomorrow") == [Unsupported(what="hologram_query")]


@pytest.mark.parametrize("name", IGNORED_MESSAGES)
def test_what_happens_to_a_chat_is_ignored_with_its_reason(name: str) -> None:
    assert read(f"message.{name}") == [Ignored(reason=IGNORED_MESSAGES[name])]


@pytest.mark.parametrize("name", IGNORED)
def test_what_is_nothing_to_us_is_ignored_with_its_reason(name: str) -> None:
    assert read(name) == [Ignored(reason=IGNORED[name])]


@pytest.mark.parametrize("name", [name for name in READERS if "business" in name])
def test_a_business_account_is_not_supported(name: str) -> None:
    assert read(name) == [Unsupported(what="business-account")]


def test_a_group_that_becomes_a_supergroup_moves_in_both_words() -> None:
    moved = Moved(conversation="-555001", into="-1001000000009")
    assert read("message.migrated-to") == read("message.migrated-from") == [moved]


def test_names_and_openings() -> None:
    assert read("message.title") == [Renamed(conversation=GROUP, name="Acme and Acorn")]
    assert read("message.topic-edited") == [Renamed(conversation=f"{FORUM}/7", name="Invoices")]
    assert read("message.topic-reopened") == [Shut(conversation=f"{FORUM}/7")]
    assert read("my_chat_member.added") == [Shut(conversation=GROUP)]
    assert read("my_chat_member.removed") == [Shut(conversation=GROUP, reason="the bot was removed, or blocked")]
    assert read("my_chat_member.blocked") == [Shut(conversation="7001", reason="the bot was removed, or blocked")]
    assert read("my_chat_member.muted") == [Shut(conversation=GROUP, reason="the bot may not write there")]


def test_an_edit_is_later_than_what_it_edits() -> None:
    (edited,) = read("edited_message")
    assert isinstance(edited, Edited)
    assert (edited.text, edited.at) == ("Our webhooks stopped at noon", 1_770_000_060_999)
    assert 0 < edited.revision - edited.at < 1000
    assert isinstance(read("edited_channel_post")[0], Edited)


def test_reactions_are_what_was_put_and_taken_back() -> None:
    found = [(each.emoji, each.on) for each in read("message_reaction") if isinstance(each, Reacted)]
    assert found == [("👍", False), ("❤️", True), ("👀", True)]
    (anonymous,) = read("message_reaction.anonymous")
    assert isinstance(anonymous, Reacted)
    assert anonymous.speaker.outside == f"chat:{GROUP}"
    assert read("message_reaction.custom") == [Ignored(reason="no-emoji")]


def test_one_order_for_each_chat() -> None:
    from chalicelib.channels.telegram.inbound import group

    def of(body: dict) -> str:
        raw = json.dumps(body).encode()
        return group(Envelope("env_1", "wks_1", "ins_1", "telegram", 1, {}, raw))

    one = of({"update_id": 1, "message": {"chat": {"id": -1}}})
    assert one == of({"update_id": 2, "message_reaction": {"chat": {"id": -1}}})
    assert one != of({"update_id": 3, "message": {"chat": {"id": -2}}})
    assert of({"update_id": 4, "poll": {}}) == "ins_1"


def test_all_of_them_end_as_something() -> None:
    assert all(arrivals(posted("telegram", path)) for path in PAYLOADS.values())
