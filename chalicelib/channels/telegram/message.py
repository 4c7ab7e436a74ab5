"""A message of Telegram's (https://core.telegram.org/bots/api#message), read without trusting its shape.

A conversation is a chat (`-1001234567890`), a topic of a forum is below it (`-1001234567890/42`); a message is
`<chat>/<its id>`, since ids are unique in their chat alone. In a group without topics `message_thread_id` names chains
of answers, to which nothing can be sent: there it means nothing.
"""

import re
from collections.abc import Callable
from typing import Any

from ...desk.arrivals import (
    Arrival,
    Commanded,
    Connected,
    Edited,
    File,
    Ignored,
    Moved,
    Renamed,
    Said,
    Shut,
    Speaker,
    Unsupported,
)
from ...desk.commonmark import Block, Paragraph, Quote, Run
from ...desk.markdown_writer import written
from ...desk.note_marks import unmarked
from ...wire.reading import items, named, part, slug, walk, words
from .config import Config, channels_of
from .content import FILES, shown_as
from .entities import blocks_of, mentions_of

CONNECT = re.compile(r"(?:@\w{1,40} )?/?(?:parley |start )?connect(?:@\w{1,40})? ([0-9a-zA-Z-]{4,40})", re.ASCII | re.I)
STARTED = re.compile(r"/start(?:@\w{1,40})?(?: ([0-9a-zA-Z-]{4,40}))?", re.ASCII | re.I)
ORDER = re.compile(r"/(assign|resolve|reopen|fork)(?:@\w{1,40})?(?: ([^\n]{1,200}))?", re.ASCII | re.I)
# Accounts of Telegram's own that stand for a chat where old clients need a person (`sender_chat` says whose words).
STAND_INS = frozenset({1087968824, 136817688, 777000})
MAX_QUIET = 2**53

# Service messages, by the field that they have (https://core.telegram.org/bots/api#message), and what they are about.
SERVICE = """
    new_chat_members left_chat_member new_chat_photo delete_chat_photo group_chat_created supergroup_chat_created
    channel_chat_created message_auto_delete_timer_changed pinned_message invoice successful_payment
    refunded_payment users_shared chat_shared user_shared gift unique_gift gift_upgrade_sent connected_website
    write_access_allowed passport_data proximity_alert_triggered boost_added chat_background_set
    checklist_tasks_done checklist_tasks_added direct_message_price_changed forum_topic_created forum_topic_closed
    general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway giveaway_winners
    giveaway_completed paid_message_price_changed suggested_post_approved suggested_post_approval_failed
    suggested_post_declined suggested_post_paid suggested_post_refunded video_chat_scheduled video_chat_started
    video_chat_ended video_chat_participants_invited voice_chat_scheduled voice_chat_started voice_chat_ended
    voice_chat_participants_invited web_app_data chat_owner_left chat_owner_changed
""".split()  # noqa: SIM905


def chat_of(body: dict[str, Any]) -> str:
    """The id of the chat that something is in; "" for none."""
    id_ = walk(body, "chat", "id")
    return str(id_) if isinstance(id_, int) and not isinstance(id_, bool) and 0 < abs(id_) < MAX_QUIET else ""


def speaker_of(body: dict[str, Any], place: str, config: Config) -> Speaker:
    """Who did it: a person, a bot, or a chat in whose name somebody speaks (an anonymous administrator, a channel)."""
    sender, chat = part(body, "from"), part(body, "sender_chat")
    side = _side(place, config)
    behind = walk(chat, "id")
    if isinstance(behind, int) and (not sender or sender.get("id") in STAND_INS):
        name = " · ".join(filter(None, (words(chat, "title"), words(body, "author_signature"))))
        return Speaker(outside=f"chat:{behind}", name=name, account=place, side=side)
    id_ = sender.get("id")
    if not isinstance(id_, int) or isinstance(id_, bool):
        return Speaker(side=side)
    name = " ".join(filter(None, (words(sender, "first_name"), words(sender, "last_name"))))
    return Speaker(
        outside=str(id_),
        name=name or words(sender, "username"),
        account=place,
        side=side,
        machine=sender.get("is_bot") is True,
    )


def _side(place: str, config: Config) -> Any:
    return "vendor" if place in channels_of(config) else "customer"


class Message:
    """One message: what may be missing, null or of another type is "" or {} here."""

    def __init__(self, body: dict[str, Any], config: Config, received_at: int) -> None:
        self.body, self.config = body, config
        self.place = chat_of(body)
        number = body.get("message_id")
        self.number = number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else 0
        self.at = self._time("date") or received_at

    def _time(self, field: str) -> int:
        """In ms; 0 for none. Telegram tells the second: what was said within it was said by its end, and not before a
        binding of the same second."""
        at = self.body.get(field)
        return at * 1000 + 999 if isinstance(at, int) and 0 < at < 2**33 else 0

    @property
    def id(self) -> str:
        """As the id map has it; "" for what is no message of a chat."""
        return f"{self.place}/{self.number}" if self.place and self.number else ""

    @property
    def topic(self) -> str:
        """The number of its forum's topic; "" in none, and in the general one."""
        topic = self.body.get("message_thread_id")
        return str(topic) if self.body.get("is_topic_message") is True and isinstance(topic, int) else ""

    @property
    def conversation(self) -> str:
        """The topic that it is in, or the chat."""
        return f"{self.place}/{self.topic}" if self.topic else self.place

    @property
    def speaker(self) -> Speaker:
        """Who said it."""
        return speaker_of(self.body, self.place, self.config)

    @property
    def link(self) -> str:
        """Where members find it; "" where a chat's messages have no addresses."""
        name = words(self.body, "chat", "username")
        inner = name or (f"c/{self.place[4:]}" if self.place.startswith("-100") else "")
        return f"https://t.me/{inner}/{self.number}" if inner else ""

    @property
    def answered(self) -> str:
        """The message that it answers. In a topic what answers nothing answers the topic's own beginning."""
        replied = self.body.get("reply_to_message")
        number = replied.get("message_id") if isinstance(replied, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or str(number) == self.topic:
            return ""
        return f"{self.place}/{number}"

    def said(self) -> list[Arrival]:
        """What it says: words, a code, an order, or what happened to the chat."""
        if not self.id:
            return [Ignored(reason="no-message")]
        happened = self._happened()
        if happened:
            return [happened]
        speaker = self.speaker
        if not speaker.outside:
            return [Ignored(reason="nobody-s-message")]
        asked = None if speaker.machine else self._asked(speaker)
        return [asked or self._message(speaker)]

    def _message(self, speaker: Speaker) -> Arrival:
        text, files, internal = self.text, self.files, False
        empty = not text and not files
        if speaker.side == "vendor" and not speaker.machine:
            text, internal = unmarked(text, self.config.answers)
        said = Said(
            id=self.id,
            speaker=speaker,
            text="(no text)" if empty else text,
            at=self.at,
            conversation=self.conversation,
            thread=self.conversation if self.topic else "",
            reply_to=self.answered,
            files=files,
            revision=self.at,
            internal=internal,
            mentions=mentions_of(self.body),
            tied=True,
            thread_room=bool(self.topic) and self.config.threads == "rooms" and speaker.side == "customer",
        )
        return Unsupported(what=f"message/{self._unknown}"[:64], said=said) if empty else said

    @property
    def _unknown(self) -> str:
        """The field that we know nothing of: what is last in a message is what it is about."""
        known = ("message_id", "from", "chat", "date", "sender_chat", "message_thread_id", "is_topic_message")
        return named(next((each for each in reversed(self.body) if each not in known), "empty"))

    def edited(self, place: int) -> list[Arrival]:
        """An edit of its words. `place` tells those of one second apart."""
        if not self.id:
            return [Ignored(reason="no-message")]
        text = self.text
        if self.speaker.side == "vendor" and not self.speaker.machine:
            text, _ = unmarked(text, self.config.answers)
        at = self._time("edit_date") or self.at
        edited = Edited(
            id=self.id,
            text=text,
            at=at,
            revision=at + place,
            conversation=self.conversation,
            mentions=mentions_of(self.body),
            files=self.files,
        )
        return [edited]

    @property
    def text(self) -> str:
        """All that it says, as Markdown: whence it was forwarded, what it quotes of what it answers, its words, and
        what stands in it besides words."""
        blocks: list[Block] = [*self._forwarded(), *self._quoted()]
        for field in ("text", "caption"):
            said = words(self.body, field)
            if said:
                entities = "entities" if field == "text" else "caption_entities"
                blocks += blocks_of(said, items(self.body, entities))
        blocks += shown_as(self.body)
        return written(blocks).strip()

    def _forwarded(self) -> list[Block]:
        origin = part(self.body, "forward_origin")
        user = part(origin, "sender_user")
        name = " ".join(filter(None, (words(user, "first_name"), words(user, "last_name"))))
        name = name or words(origin, "sender_user_name") or words(origin, "sender_chat", "title")
        name = name or words(origin, "chat", "title")
        return [Paragraph(((Run(f"Forwarded from {name}:", frozenset({"em"})),),))] if name else []

    def _quoted(self) -> list[Block]:
        """The words of what it answers that its writer has picked out."""
        quote = part(self.body, "quote")
        said = words(quote, "text") if quote.get("is_manual") is True else ""
        return [Quote(tuple(blocks_of(said, items(quote, "entities"))))] if said else []

    @property
    def files(self) -> tuple[File, ...]:
        """The file that came along; of a picture its largest."""
        for field, reader in FILES.items():
            if self.body.get(field):
                found = reader(self.body[field], self.number)
                return (File(**found, link=self.link),) if found else ()
        return ()

    def _asked(self, speaker: Speaker) -> Arrival | None:
        """What a person asks for by their words: a connection, or an order."""
        typed = " ".join(words(self.body, "text")[:300].split())
        code = CONNECT.fullmatch(typed) or STARTED.fullmatch(typed)
        if code and code[1]:
            name = " › ".join(filter(None, (words(self.body, "chat", "title"), self._topics_name())))
            return Connected(
                code=code[1], conversation=self.conversation, account="", name=name, answer=self.conversation
            )
        if code:
            return Ignored(reason="start")
        order = ORDER.fullmatch(typed) if speaker.side == "vendor" and self.topic else None
        if order is None:
            return None
        return Commanded(
            id=self.id,
            verb=order[1].lower(),
            speaker=speaker,
            conversation=self.conversation,
            argument=(order[2] or "").strip(),
            answer=self.conversation,
        )

    def _topics_name(self) -> str:
        """As the message that began the topic tells it."""
        return words(self.body, "reply_to_message", "forum_topic_created", "name") if self.topic else ""

    def _happened(self) -> Arrival | None:
        """What became of the chat or the topic; None for what somebody says."""
        for field, reader in HAPPENED.items():
            if field in self.body:
                return reader(self)
        found = next((field for field in SERVICE if field in self.body), "")
        return Ignored(reason=slug(found)) if found else None

    def moved_to(self) -> Arrival:
        """Its group is a supergroup now, which has another id."""
        into = chat_of({"chat": {"id": self.body["migrate_to_chat_id"]}})
        return Moved(conversation=self.place, into=into) if into else Ignored(reason="migrate")

    def moved_from(self) -> Arrival:
        """The same, told in the supergroup."""
        before = chat_of({"chat": {"id": self.body["migrate_from_chat_id"]}})
        return Moved(conversation=before, into=self.place) if before else Ignored(reason="migrate")

    def named_anew(self) -> Arrival:
        """The chat has another name."""
        name = words(self.body, "new_chat_title")
        return Renamed(conversation=self.place, name=name) if name else Ignored(reason="new-chat-title")

    def topic_named_anew(self) -> Arrival:
        """The topic has another name, or another icon."""
        name = words(self.body, "forum_topic_edited", "name")
        if not (name and self.topic):
            return Ignored(reason="forum-topic-edited")
        return Renamed(conversation=self.conversation, name=name)

    def reopened(self) -> Arrival:
        """The topic is open again."""
        return Shut(conversation=self.conversation) if self.topic else Ignored(reason="forum-topic-reopened")


HAPPENED: dict[str, Callable[[Message], Arrival]] = {
    "migrate_to_chat_id": Message.moved_to,
    "migrate_from_chat_id": Message.moved_from,
    "new_chat_title": Message.named_anew,
    "forum_topic_edited": Message.topic_named_anew,
    "forum_topic_reopened": Message.reopened,
}
