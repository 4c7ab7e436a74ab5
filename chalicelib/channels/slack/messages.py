"""What is said, edited and deleted in Slack, and our own messages come back.

A message's id is its channel and ts (`C1/1700000000.000100`): one mention comes as `message` and as `app_mention`, one
thread broadcast may come twice, a shared channel's message once for each workspace, each time with another event id.
"""

import re
from typing import Any, Literal

import msgspec

from ...desk.arrivals import Arrival, Commanded, Deleted, Echoed, Edited, File, Ignored, Said, Speaker, Unsupported
from ...desk.note_marks import unmarked
from ...desk.workspaces import Install
from ...wire.reading import items, named, part
from ...wire.reading import words as text
from .blocks import forwarded, shown
from .ids import CARD, ID, MARK, MAX_PARTS, TS, milliseconds, revision
from .ignored import SILENT
from .origin import account, ours, vendors

ORDER = re.compile(r"!(assign|resolve|reopen|fork|issue)\b([^\n]*)", re.IGNORECASE)
MAX_FILES = 20
NO_TEXT = "(no text)"
# Subtypes that somebody said something with; `bot_message` is a bot's.
SPOKEN = frozenset(
    {"", "file_share", "file_comment", "me_message", "thread_broadcast", "reply_broadcast", "bot_message"}
)


def message(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
    """What a `message` event of any subtype says."""
    subtype = text(event, "subtype")
    if subtype in SILENT:
        return Ignored(reason=SILENT[subtype])
    if subtype == "message_changed":
        return _changed(event, body, install)
    if subtype == "message_deleted":
        return _deleted(text(event, "channel"), text(event, "deleted_ts"), part(event, "previous_message"), event=event)
    if subtype == "file_comment":  # its own text tells of the comment
        event = event | {"user": text(event, "comment", "user"), "text": text(event, "comment", "comment")}
    channel, ts = text(event, "channel"), text(event, "ts")
    if not (ID.match(channel) and TS.match(ts)):
        return Ignored(reason="message-without-channel-or-time") if subtype in SPOKEN else _unknown(subtype)
    if ours(event, body):
        return _echo(event, channel)
    user, bot = text(event, "user"), text(event, "bot_id")
    found = _said(event, body, install, channel=channel, ts=ts, user=user)
    if not isinstance(found, Said):
        return found
    if subtype not in SPOKEN:
        return msgspec.structs.replace(_unknown(subtype), said=found)
    if not ID.match(user) and not ID.match(bot):
        return Ignored(reason="nobody-spoke", said=found)
    if found.text == NO_TEXT and not found.files:
        return Ignored(reason="no-text", said=found)
    return found


def _unknown(subtype: str) -> Unsupported:
    return Unsupported(what=named(f"message/{subtype}"))


def _said(
    event: dict[str, Any], body: dict[str, Any], install: Install, *, channel: str, ts: str, user: str
) -> Arrival:
    root = text(event, "thread_ts")
    inside = bool(TS.match(root)) and root != ts
    conversation = f"{channel}/{root}" if inside else channel
    vendor = vendors(channel, install)
    speaker = _speaker(event, body, install, user=user, vendor=vendor)
    markdown, mentions = shown(event)
    internal = False
    if vendor and not speaker.machine:
        order = ORDER.fullmatch(text(event, "text").strip())
        if order:
            where = f"{channel} {root} {user}"
            verb = order[1].lower()
            return Commanded(
                id=f"{channel}/{ts}",
                verb=verb,
                speaker=speaker,
                conversation=conversation,
                argument=order[2].strip(),
                answer=where,
            )
        markdown, internal = unmarked(markdown, install.config.get("answers", ""))
    files = _files(event)
    return Said(
        id=f"{channel}/{ts}",
        speaker=speaker,
        text=markdown if markdown.strip() or files else NO_TEXT,
        at=milliseconds(ts),
        conversation=conversation,
        thread=f"{channel}/{root if inside else ts}",
        reply_to=f"{channel}/{root}" if inside else "",
        revision=revision(text(event, "edited", "ts")),
        files=files,
        internal=internal,
        mentions=mentions,
        tied=True,
        thread_room=inside and not vendor and install.config.get("threads") == "rooms",
    )


def _speaker(event: dict[str, Any], body: dict[str, Any], install: Install, *, user: str, vendor: bool) -> Speaker:
    """A person, also through an app (`user` and `bot_id`: whether that is a bot's own, Slack is asked). A bot without
    a user is a machine."""
    side: Literal["customer", "vendor"] = "vendor" if vendor else "customer"
    if ID.match(user):
        return Speaker(outside=user, account=account(body, install), side=side)
    name = text(event, "username") or text(event, "bot_profile", "name")
    return Speaker(outside=text(event, "bot_id"), account=account(body, install), side=side, name=name, machine=True)


def _files(event: dict[str, Any]) -> tuple[File, ...]:
    found = [file for each in (event, *forwarded(event)) for file in items(each, "files")]
    files = [part(each) for each in found[:MAX_FILES]]
    return tuple(
        File(
            name=text(file, "name") or text(file, "title") or "file",
            type=text(file, "mimetype") or "application/octet-stream",
            url=_url(file),
            link=text(file, "permalink") if text(file, "permalink").startswith("https://") else "",
        )
        for file in files
        if file.get("mode") != "tombstone" and file.get("file_access") != "access_denied"
    )


def _url(file: dict[str, Any]) -> str:
    """Where it is fetched; of a shared channel's file only its id may be told, to be asked about."""
    if file.get("file_access") == "check_file_info":
        return f"slack:{text(file, 'id')}"
    return text(file, "url_private_download") or text(file, "url_private") or f"slack:{text(file, 'id')}"


def _echo(event: dict[str, Any], channel: str) -> Arrival:
    """Our own message come back: the mark names its delivery."""
    mark = text(event, "metadata", "event_payload", "delivery")
    ts, root = text(event, "ts"), text(event, "thread_ts")
    kind = text(event, "metadata", "event_type")
    if not mark or kind not in (MARK, CARD):
        return Ignored(reason="own-message")
    thread = f"{channel}/{root if TS.match(root) else ts}"
    return Echoed(
        id=f"{channel}/{ts}",
        mark=mark[:200],
        part=_part(event),
        thread=thread,
        conversation=f"{channel}/{ts}" if kind == CARD else "",
    )


def _part(event: dict[str, Any]) -> int:
    """The number of a part of a long text, in its mark; 0 for what is whole."""
    number = part(event, "metadata", "event_payload").get("part")
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 < number <= MAX_PARTS else 0


def marked(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
    """`message_metadata_posted`: sent for our own types of marks."""
    channel, ts = text(event, "channel_id"), text(event, "message_ts")
    if text(event, "app_id") != text(body, "api_app_id") or not (ID.match(channel) and TS.match(ts)):
        return Ignored(reason="mark-of-another-app")
    if text(event, "metadata", "event_type") == MARK:
        return Ignored(reason="own-message")  # it does not tell the thread: the message itself does
    return _echo({"metadata": event.get("metadata"), "ts": ts}, channel)


def _changed(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
    """An edit. Slack tells it also for unfurled links, first answers, and our own chat.update."""
    now, before = part(event, "message"), part(event, "previous_message")
    channel, ts = text(event, "channel"), text(now, "ts")
    if not (ID.match(channel) and TS.match(ts)):
        return Ignored(reason="message-without-channel-or-time")
    if ours(now, body):
        return Ignored(reason="own-message")
    if text(now, "subtype") == "tombstone":
        return _deleted(channel, ts, before, event=event)
    edited = _edited_at(now, before, event)
    markdown, mentions = shown(now)
    if not TS.match(edited) or before and markdown == shown(before)[0]:
        return Ignored(reason="text-unchanged")
    if vendors(channel, install):
        markdown, _ = unmarked(markdown, install.config.get("answers", ""))
    return Edited(
        id=f"{channel}/{ts}",
        text=markdown if markdown.strip() else "",
        at=milliseconds(edited),
        revision=revision(edited),
        conversation=_conversation(channel, ts, now),
        mentions=mentions,
        files=_files(now),
    )


def _edited_at(now: dict[str, Any], before: dict[str, Any], event: dict[str, Any]) -> str:
    """When; "" if nobody edited it. Of what an app changes in its blocks or attachments alone Slack tells no more than
    the event's own time, as of the previews that it adds itself."""
    edited = text(now, "edited", "ts")
    if edited and edited != text(before, "edited", "ts") or not before:
        return edited
    if not items(before, "attachments") and _alone(now) == _alone(before):
        return edited
    return text(event, "event_ts") or text(event, "ts")


def _alone(message: dict[str, Any]) -> str:
    return shown(message | {"attachments": []})[0]


def _deleted(channel: str, ts: str, before: dict[str, Any], *, event: dict[str, Any]) -> Arrival:
    if not (ID.match(channel) and TS.match(ts)):
        return Ignored(reason="message-without-channel-or-time")
    at = text(event, "event_ts") or text(event, "ts")
    conversation = _conversation(channel, ts, before)
    return Deleted(id=f"{channel}/{ts}", at=milliseconds(at if TS.match(at) else ts), conversation=conversation)


def _conversation(channel: str, ts: str, message: dict[str, Any]) -> str:
    root = text(message, "thread_ts")
    return f"{channel}/{root}" if TS.match(root) and root != ts else channel
