"""What is said, edited and deleted in Slack, and our own messages come back.

A message's id is its channel and ts (`C1/1700000000.000100`): one mention comes as `message` and as `app_mention`, one
thread broadcast may come twice, a shared channel's message once for each workspace, each time with another event id.
"""

import re
from typing import Any, Literal

from ...desk.arrivals import Arrival, Commanded, Deleted, Echoed, Edited, File, Ignored, Said, Speaker, Unsupported
from ...desk.note_marks import unmarked
from ...desk.workspaces import Install
from ...wire.reading import items, named, part
from ...wire.reading import words as text
from .emoji import emoji_in
from .ids import CARD, ID, MARK, TS, milliseconds, revision
from .ignored import SILENT
from .origin import account, ours, vendors
from .text import to_markdown

ORDER = re.compile(r"!(assign|resolve|reopen|fork|issue)\b([^\n]*)", re.IGNORECASE)
MAX_FILES, MAX_FORWARDED = 20, 20
# Subtypes that somebody said something with; `bot_message` is a bot's.
SPOKEN = frozenset({"", "file_share", "me_message", "thread_broadcast", "reply_broadcast", "bot_message"})


def message(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
    """What a `message` event of any subtype says."""
    subtype = text(event, "subtype")
    if subtype in SILENT:
        return Ignored(reason=SILENT[subtype])
    if subtype == "message_changed":
        return _changed(event, body, install)
    if subtype == "message_deleted":
        return _deleted(text(event, "channel"), text(event, "deleted_ts"), part(event, "previous_message"), event)
    if subtype not in SPOKEN:
        return Unsupported(what=named(f"message/{subtype}"))
    channel, ts = text(event, "channel"), text(event, "ts")
    if not (ID.match(channel) and TS.match(ts)):
        return Ignored(reason="message-without-channel-or-time")
    if ours(event, body):
        return _echo(event, channel)
    user, bot = text(event, "user"), text(event, "bot_id")
    if not ID.match(user) and not ID.match(bot):
        return Ignored(reason="nobody-spoke")
    return _said(event, body, install, channel, ts, user)


def _said(event: dict[str, Any], body: dict[str, Any], install: Install, channel: str, ts: str, user: str) -> Arrival:
    root = text(event, "thread_ts")
    inside = bool(TS.match(root)) and root != ts
    conversation = f"{channel}/{root}" if inside else channel
    vendor = vendors(channel, install)
    speaker = _speaker(event, body, install, user, vendor=vendor)
    words, internal = text(event, "text"), False
    if vendor and not speaker.machine:
        order = ORDER.fullmatch(words.strip())
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
        words, internal = unmarked(words, install.config.get("answers", ""))
    markdown, mentions = _markdown(words or _alert(event), event)
    if text(event, "subtype") == "me_message" and markdown:
        markdown = f"_{markdown}_"
    files = _files(event)
    if not (markdown.strip() or files):
        return Ignored(reason="no-text")
    return Said(
        id=f"{channel}/{ts}",
        speaker=speaker,
        text=markdown,
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


def _speaker(event: dict[str, Any], body: dict[str, Any], install: Install, user: str, *, vendor: bool) -> Speaker:
    """A person, also through an app (`user` and `bot_id`: whether that is a bot's own, Slack is asked). A bot without
    a user is a machine."""
    side: Literal["customer", "vendor"] = "vendor" if vendor else "customer"
    if ID.match(user):
        return Speaker(outside=user, account=account(body, install), side=side)
    name = text(event, "username") or text(event, "bot_profile", "name")
    return Speaker(outside=text(event, "bot_id"), account=account(body, install), side=side, name=name, machine=True)


def _alert(event: dict[str, Any]) -> str:
    """What a bot says in attachments alone, as alerts do."""
    parts = [part(each) for each in items(event, "attachments")[:MAX_FORWARDED]] if event.get("bot_id") else []
    lines = [text(each, name) for each in parts for name in ("pretext", "title", "text")]
    lines = [line for line in lines if line]
    return "\n".join(lines) or "\n".join(filter(None, (text(each, "fallback") for each in parts)))


def _markdown(words: str, message: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The words as ours, under them as quotes what was forwarded from elsewhere in Slack; and the people in both."""
    emoji = emoji_in(message.get("blocks"))
    markdown, mentions = to_markdown(words, emoji)
    for each in _forwarded(message):
        quoted, people = to_markdown(text(each, "text") or text(each, "fallback"), emoji)
        if quoted.strip():
            head = f"Forwarded from {text(each, 'author_name') or 'elsewhere'}:"
            markdown += "\n\n" * bool(markdown) + "\n".join(
                f"> {line}".rstrip() for line in [head, *quoted.split("\n")]
            )
            mentions |= people
    return markdown, mentions


def _forwarded(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Messages that somebody forwarded: Slack tells them as attachments. The others are previews of links."""
    return [part(each) for each in items(message, "attachments")[:MAX_FORWARDED] if part(each).get("is_share") is True]


def _files(event: dict[str, Any]) -> tuple[File, ...]:
    found = [file for each in (event, *_forwarded(event)) for file in items(each, "files")]
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
        id=f"{channel}/{ts}", mark=mark[:200], thread=thread, conversation=f"{channel}/{ts}" if kind == CARD else ""
    )


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
        return _deleted(channel, ts, before, event)
    edited = text(now, "edited", "ts")
    if not TS.match(edited) or text(now, "text") == text(before, "text") and before:
        return Ignored(reason="text-unchanged")
    words, _ = (
        unmarked(text(now, "text"), install.config.get("answers", ""))
        if vendors(channel, install)
        else (text(now, "text"), False)
    )
    markdown, mentions = _markdown(words, now)
    if not markdown.strip():
        return Ignored(reason="no-text")
    return Edited(
        id=f"{channel}/{ts}",
        text=markdown,
        at=milliseconds(edited),
        revision=revision(edited),
        conversation=_conversation(channel, ts, now),
        mentions=mentions,
    )


def _deleted(channel: str, ts: str, before: dict[str, Any], event: dict[str, Any]) -> Arrival:
    if not (ID.match(channel) and TS.match(ts)):
        return Ignored(reason="message-without-channel-or-time")
    at = text(event, "event_ts") or text(event, "ts")
    conversation = _conversation(channel, ts, before)
    return Deleted(id=f"{channel}/{ts}", at=milliseconds(at if TS.match(at) else ts), conversation=conversation)


def _conversation(channel: str, ts: str, message: dict[str, Any]) -> str:
    root = text(message, "thread_ts")
    return f"{channel}/{root}" if TS.match(root) and root != ts else channel
