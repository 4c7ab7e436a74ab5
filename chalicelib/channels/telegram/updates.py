"""The kinds of updates (https://core.telegram.org/bots/api#update), and who reads each.

| update | ends as |
|---|---|
| message, channel_post | see `message.py`; of a group that became a supergroup a move |
| edited_message, edited_channel_post | an edit |
| message_reaction | reactions put and taken back |
| my_chat_member | the conversation is shut, or open again |
| message_reaction_count, chat_member, polls, inline queries, payments, boosts, … | ignored, see IGNORED |
| those of business accounts | unsupported: a bot there speaks as somebody's own account |
| any other | unsupported |
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from ...desk.arrivals import Arrival, Ignored, Reacted, Shut, Unsupported
from ...wire.reading import items, named, part, words
from .config import Config
from .message import Message, chat_of, speaker_of
from .reactions import shown

# Known, and nothing to us. What they are about is the reason.
IGNORED = {
    "message_reaction_count": "anonymous-reactions",
    "inline_query": "inline-query",
    "chosen_inline_result": "inline-query",
    "callback_query": "button",
    "shipping_query": "payment",
    "pre_checkout_query": "payment",
    "purchased_paid_media": "payment",
    "poll": "poll",
    "poll_answer": "poll",
    "chat_member": "members-changed",
    "chat_join_request": "join-request",
    "chat_boost": "boost",
    "removed_chat_boost": "boost",
    "managed_bot": "managed-bot",
}
BUSINESS = ("business_connection", "business_message", "edited_business_message", "deleted_business_messages")
# What a bot is in a chat that it hears no more of (https://core.telegram.org/bots/api#chatmember).
OUT = {"left": "the bot is no longer in it", "kicked": "the bot was removed, or blocked"}


class Came(NamedTuple):
    """When an update came (ms), and its place (1 to 999) among those of its second."""

    at: int
    place: int


def arrivals(update: dict[str, Any], config: Config, received_at: int) -> list[Arrival]:
    """All that an update says."""
    for kind, reader in READERS.items():
        body = update.get(kind)
        if isinstance(body, dict):
            return reader(body, config, Came(received_at, _place_in_second(update)))
    found = next((each for each in update if each != "update_id"), "")
    if found in IGNORED:
        return [Ignored(reason=IGNORED[found])]
    return [Unsupported(what=named(found) if found else "update")]


def name_of(update: dict[str, Any]) -> str:
    """What an update is called in the log: the message that it is about, else its own number."""
    for body in update.values():
        if isinstance(body, dict) and chat_of(body) and isinstance(body.get("message_id"), int):
            return f"{chat_of(body)}/{body['message_id']}"
    return str(update.get("update_id", ""))[:40]


def _place_in_second(update: dict[str, Any]) -> int:
    """Telegram tells times in seconds, and updates have numbers that grow: 1 to 999, for what is later within one."""
    number = update.get("update_id")
    return 1 + number % 999 if isinstance(number, int) else 1


def _message(body: dict[str, Any], config: Config, came: Came) -> list[Arrival]:
    return Message(body, config, came.at).said()


def _edit(body: dict[str, Any], config: Config, came: Came) -> list[Arrival]:
    return Message(body, config, came.at).edited(came.place)


def _reaction(body: dict[str, Any], config: Config, came: Came) -> list[Arrival]:
    """What one person has put on a message now, and had before. Who is anonymous is their group."""
    message = Message(body, config, came.at)
    speaker = speaker_of({"from": body.get("user"), "sender_chat": body.get("actor_chat")}, message.place, config)
    if not message.id or not speaker.outside:
        return [Ignored(reason="nobody-s-reaction")]
    before, now = (_emoji(items(body, f"{which}_reaction")) for which in ("old", "new"))
    turned = [(emoji, False) for emoji in before if emoji not in now]
    turned += [(emoji, True) for emoji in now if emoji not in before]
    found: list[Arrival] = [
        Reacted(
            id=message.id,
            speaker=speaker,
            emoji=emoji,
            on=on,
            at=message.at,
            revision=message.at + came.place,
            conversation=message.place,
        )
        for emoji, on in turned
    ]
    return found or [Ignored(reason="no-emoji")]


def _emoji(reactions: list[Any]) -> list[str]:
    """Those that are emoji: one of somebody's own, and a paid one, is none."""
    return [
        shown(words(each, "emoji")) for each in reactions if words(each, "type") == "emoji" and words(each, "emoji")
    ]


def _membership(body: dict[str, Any], config: Config, came: Came) -> list[Arrival]:
    """What the bot is in a chat now."""
    chat, member = chat_of(body), part(body, "new_chat_member")
    status = words(member, "status")
    if not chat or not status:
        return [Ignored(reason="members-changed")]
    reason = OUT.get(status, "")
    if status == "restricted" and member.get("can_send_messages") is not True:
        reason = "the bot may not write there"
    return [Shut(conversation=chat, reason=reason)]


def _business(body: dict[str, Any], config: Config, came: Came) -> list[Arrival]:
    return [Unsupported(what="business-account")]


Reader = Callable[[dict[str, Any], Config, Came], list[Arrival]]
READERS: dict[str, Reader] = {
    "message": _message,
    "channel_post": _message,
    "edited_message": _edit,
    "edited_channel_post": _edit,
    "message_reaction": _reaction,
    "my_chat_member": _membership,
    **dict.fromkeys(BUSINESS, _business),
}
