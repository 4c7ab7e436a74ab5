"""What Slack's Events API says, in our words (https://docs.slack.dev/reference/events).

| event | |
|---|---|
| `message` without a subtype, `file_share`, `me_message`, `thread_broadcast`, `reply_broadcast` | Said |
| `message_changed` with another text | Edited; as `tombstone` Deleted |
| `message_deleted` | Deleted |
| a message of our own, `message_metadata_posted` | Echoed by its mark, else ignored |
| `reaction_added`, `reaction_removed` | Reacted |
| `channel_archive`, `_deleted`, `_left`, `_unarchive`, our own `member_left_channel`, `member_joined_channel` | Shut |
| `channel_rename` | Renamed |
| `app_uninstalled`, `tokens_revoked` (of a bot) | AccountLost |
| all others of the documentation | Ignored, by the tables below |
| what is not in the documentation | Unsupported |
"""

import re
from collections.abc import Callable
from typing import Any

from ...desk.arrivals import AccountLost, Arrival, Ignored, Reacted, Renamed, Shut, Speaker, Unsupported
from ...desk.workspaces import Install
from ...wire.reading import named, part
from ...wire.reading import words as text
from .emoji import emoji_of
from .ids import ID, TS, milliseconds, revision
from .ignored import IDLE
from .messages import marked, message
from .origin import account, ours, vendors


def arrivals(body: dict[str, Any], install: Install, received_at: int) -> list[Arrival]:
    """The arrivals of a parsed body."""
    kind = body.get("type")
    if kind == "url_verification":
        return [Ignored(reason="url-verification")]
    if kind == "app_rate_limited":
        return [Ignored(reason="slack-limits-our-events")]
    event = part(body, "event")
    type_ = text(event, "type")
    if kind != "event_callback" or not type_:
        return [Unsupported(what=named(kind if isinstance(kind, str) else ""))]
    if type_ in IDLE:
        return [Ignored(reason=IDLE[type_])]
    read = EVENTS.get(type_.partition(".")[0] if type_.startswith("message.") else type_)
    return [read(event, body, install)] if read else [Unsupported(what=named(type_))]


def _reaction(on: bool) -> Callable[[dict[str, Any], dict[str, Any], Install], Arrival]:
    def read(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
        item, user, name = part(event, "item"), text(event, "user"), text(event, "reaction")
        channel, ts, at = text(item, "channel"), text(item, "ts"), text(event, "event_ts")
        if text(item, "type") != "message" or not (ID.match(channel) and TS.match(ts)):
            return Ignored(reason="reaction-to-no-message")
        if not (ID.match(user) and TS.match(at) and re.fullmatch(r"[^\s:]{1,100}(::[a-z0-9-]{1,40})?", name)):
            return Ignored(reason="reaction-of-nobody")
        if ours(event, body):
            return Ignored(reason="own-reaction")
        vendor = vendors(channel, install)
        return Reacted(
            id=f"{channel}/{ts}",
            speaker=Speaker(outside=user, account=account(body, install), side="vendor" if vendor else "customer"),
            emoji=emoji_of(name)[:32],
            on=on,
            at=milliseconds(at),
            revision=revision(at),
            conversation=channel,
        )

    return read


def _shut(reason: str) -> Callable[[dict[str, Any], dict[str, Any], Install], Arrival]:
    def read(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
        channel = text(event, "channel")
        return Shut(conversation=channel, reason=reason) if ID.match(channel) else Ignored(reason="no-channel")

    return read


def _member(reason: str) -> Callable[[dict[str, Any], dict[str, Any], Install], Arrival]:
    """Only our own coming and going matters: who else is there is told by who speaks."""

    def read(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
        if not ours(event, body):
            return Ignored(reason="membership")
        channel = text(event, "channel")
        return Shut(conversation=channel, reason=reason) if ID.match(channel) else Ignored(reason="no-channel")

    return read


def _renamed(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
    channel = part(event, "channel")
    if not ID.match(text(channel, "id")) or not text(channel, "name"):
        return Ignored(reason="no-channel")
    return Renamed(conversation=text(channel, "id"), name=f"#{text(channel, 'name')}")


def _uninstalled(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
    return AccountLost(reason="the app was removed from Slack", account=account(body, install))


def _revoked(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
    """Its order with app_uninstalled is not fixed. Tokens of people are none of ours."""
    if not part(event, "tokens").get("bot"):
        return Ignored(reason="token-of-a-person")
    return AccountLost(reason="Slack has revoked the app's token", account=account(body, install))


EVENTS: dict[str, Callable[[dict[str, Any], dict[str, Any], Install], Arrival]] = {
    "message": message,
    "message_metadata_posted": marked,
    "reaction_added": _reaction(on=True),
    "reaction_removed": _reaction(on=False),
    "channel_archive": _shut("the channel is archived"),
    "group_archive": _shut("the channel is archived"),
    "channel_deleted": _shut("the channel was deleted"),
    "group_deleted": _shut("the channel was deleted"),
    "channel_left": _shut("Parley was removed from the channel"),
    "group_left": _shut("Parley was removed from the channel"),
    "channel_unarchive": _shut(""),
    "group_unarchive": _shut(""),
    "member_left_channel": _member("Parley was removed from the channel"),
    "member_joined_channel": _member(""),
    "channel_rename": _renamed,
    "group_rename": _renamed,
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
}
