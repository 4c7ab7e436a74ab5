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

A message's id is its channel and ts (`C1/1700000000.000100`): one mention comes as `message` and as `app_mention`, one
thread broadcast may come twice, a shared channel's message once for each workspace, each time with another event id.
"""

import re
from collections.abc import Callable
from typing import Any

from ...desk.arrivals import (
    AccountLost,
    Arrival,
    Deleted,
    Echoed,
    Edited,
    File,
    Ignored,
    Ordered,
    Reacted,
    Renamed,
    Said,
    Shut,
    Speaker,
    Unsupported,
)
from ...desk.messages import MAX_CHARACTERS
from ...desk.workspaces import Install
from .body import part, text
from .emoji import emoji_of
from .text import to_markdown

TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}\Z")
ID = re.compile(r"[A-Z][A-Z0-9]{1,30}\Z")
MARK, CARD = "parley_message", "parley_card"
NOTE = re.compile(r"\s*(note:|🔒|:lock:)\s*", re.IGNORECASE)
REPLY = re.compile(r"\s*reply:\s*", re.IGNORECASE)
ORDER = re.compile(r"\s*!(assign|resolve|reopen|fork|issue)\b[ \t]*([^\n]*)\s*\Z", re.IGNORECASE)
MAX_FILES = 20


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
        return [Unsupported(what=_word(kind if isinstance(kind, str) else ""))]
    if type_ in IDLE:
        return [Ignored(reason=IDLE[type_])]
    read = EVENTS.get(type_.partition(".")[0] if type_.startswith("message.") else type_)
    return [read(event, body, install)] if read else [Unsupported(what=_word(type_))]


def _word(what: str) -> str:
    """A name of Slack's is repeated only where it looks like one."""
    return what if re.fullmatch(r"[A-Za-z0-9_.:/-]{1,64}", what) else "other"


def account(body: dict[str, Any], install: Install) -> str:
    """The workspace that the app was installed in and whose copy of the event this is; "" for the install's own. Of an
    organisation-wide install there may be no team (`team_id` null): then it is the organisation."""
    first = next(iter(body["authorizations"]), None) if isinstance(body.get("authorizations"), list) else None
    names = (text(first, "team_id"), text(body, "team_id"), text(first, "enterprise_id"), text(body, "enterprise_id"))
    found = next((name for name in names if ID.match(name)), "")
    return "" if found == install.config.get("team") else found


def vendors(channel: str, install: Install) -> bool:
    """Whether this is the vendor's own side."""
    own = {install.config.get("agent_channel"), *install.config.get("agent_channels", {}).values()}
    return bool(channel) and channel in own


def _ours(event: dict[str, Any], body: dict[str, Any]) -> bool:
    """Said by our own app: never taken for anybody's words, whatever else it looks like."""
    app = text(body, "api_app_id")
    if app and app in (text(event, "app_id"), text(event, "bot_profile", "app_id")):
        return True
    known = body.get("authorizations")
    bots = {text(each, "user_id") for each in known if part(each).get("is_bot")} if isinstance(known, list) else set()
    return bool(event.get("user")) and event.get("user") in bots


def _message(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
    subtype = text(event, "subtype")
    if subtype in SILENT:
        return Ignored(reason=SILENT[subtype])
    if subtype == "message_changed":
        return _changed(event, body, install)
    if subtype == "message_deleted":
        return _deleted(text(event, "channel"), text(event, "deleted_ts"), part(event, "previous_message"), event)
    if subtype not in SPOKEN:
        return Unsupported(what=_word(f"message/{subtype}"))
    channel, ts = text(event, "channel"), text(event, "ts")
    if not (ID.match(channel) and TS.match(ts)):
        return Ignored(reason="message-without-channel-or-time")
    if _ours(event, body):
        return _echo(event, channel)
    if event.get("bot_id") or subtype == "bot_message":
        return Ignored(reason="another-bot")
    user = text(event, "user")
    if not ID.match(user):
        return Ignored(reason="nobody-spoke")
    return _said(event, body, install, channel, ts, user)


def _said(event: dict[str, Any], body: dict[str, Any], install: Install, channel: str, ts: str, user: str) -> Arrival:
    root = text(event, "thread_ts")
    inside = bool(TS.match(root)) and root != ts
    conversation = f"{channel}/{root}" if inside else channel
    vendor = vendors(channel, install)
    speaker = Speaker(outside=user, account=account(body, install), side="vendor" if vendor else "customer")
    words, internal = text(event, "text"), False
    if vendor:
        order = ORDER.match(words)
        if order:
            where = f"{channel} {root} {user}"
            verb = order[1].lower()
            return Ordered(
                id=f"{channel}/{ts}",
                verb=verb,
                speaker=speaker,
                conversation=conversation,
                argument=order[2].strip(),
                answer=where,
            )
        words, internal = _unmarked(words, install)
    told, mentions = to_markdown(words)
    if text(event, "subtype") == "me_message" and told:
        told = f"_{told}_"
    files = _files(event)
    if not (told.strip() or files):
        return Ignored(reason="no-text")
    return Said(
        id=f"{channel}/{ts}",
        speaker=speaker,
        text=told[:MAX_CHARACTERS],
        at=_ms(ts),
        conversation=conversation,
        thread=f"{channel}/{root if inside else ts}",
        reply_to=f"{channel}/{root}" if inside else "",
        revision=_revision(text(event, "edited", "ts")),
        files=files,
        internal=internal,
        mentions=mentions,
        tied=True,
        thread_room=inside and not vendor and install.config.get("threads") == "rooms",
    )


def _unmarked(words: str, install: Install) -> tuple[str, bool]:
    """What an agent wrote, and whether it stays inside."""
    note, reply = NOTE.match(words), REPLY.match(words)
    if note:
        return words[note.end() :], True
    if reply:
        return words[reply.end() :], False
    return words, install.config.get("answers") == "inside"


def _files(event: dict[str, Any]) -> tuple[File, ...]:
    told = event.get("files")
    files = [part(each) for each in told[:MAX_FILES]] if isinstance(told, list) else []
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


def _marked(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
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
    if _ours(now, body):
        return Ignored(reason="own-message")
    if text(now, "subtype") == "tombstone":
        return _deleted(channel, ts, before, event)
    if now.get("bot_id"):
        return Ignored(reason="another-bot")
    edited = text(now, "edited", "ts")
    if not edited or text(now, "text") == text(before, "text") and before:
        return Ignored(reason="text-unchanged")
    words, _ = _unmarked(text(now, "text"), install) if vendors(channel, install) else (text(now, "text"), False)
    told, mentions = to_markdown(words)
    if not told.strip():
        return Ignored(reason="no-text")
    return Edited(
        id=f"{channel}/{ts}",
        text=told[:MAX_CHARACTERS],
        at=_ms(edited),
        revision=_revision(edited),
        conversation=_conversation(channel, ts, now),
        mentions=mentions,
    )


def _deleted(channel: str, ts: str, before: dict[str, Any], event: dict[str, Any]) -> Arrival:
    if not (ID.match(channel) and TS.match(ts)):
        return Ignored(reason="message-without-channel-or-time")
    at = text(event, "event_ts") or text(event, "ts")
    conversation = _conversation(channel, ts, before)
    return Deleted(id=f"{channel}/{ts}", at=_ms(at if TS.match(at) else ts), conversation=conversation)


def _conversation(channel: str, ts: str, message: dict[str, Any]) -> str:
    root = text(message, "thread_ts")
    return f"{channel}/{root}" if TS.match(root) and root != ts else channel


def _reaction(on: bool) -> Callable[[dict[str, Any], dict[str, Any], Install], Arrival]:
    def read(event: dict[str, Any], body: dict[str, Any], install: Install) -> Arrival:
        item, user, name = part(event, "item"), text(event, "user"), text(event, "reaction")
        channel, ts, at = text(item, "channel"), text(item, "ts"), text(event, "event_ts")
        if text(item, "type") != "message" or not (ID.match(channel) and TS.match(ts)):
            return Ignored(reason="reaction-to-no-message")
        if not (ID.match(user) and TS.match(at) and re.fullmatch(r"[^\s:]{1,100}(::[a-z0-9-]{1,40})?", name)):
            return Ignored(reason="reaction-of-nobody")
        if _ours(event, body):
            return Ignored(reason="own-reaction")
        vendor = vendors(channel, install)
        return Reacted(
            id=f"{channel}/{ts}",
            speaker=Speaker(outside=user, account=account(body, install), side="vendor" if vendor else "customer"),
            emoji=emoji_of(name)[:32],
            on=on,
            at=_ms(at),
            revision=_revision(at),
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
        if not _ours(event, body):
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


def _ms(ts: str) -> int:
    """Milliseconds of a ts, which is never a float: its digits are an id."""
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1000 + int(rest[:3].ljust(3, "0"))


def _revision(ts: str) -> int:
    """A number that grows with the ts: its microseconds."""
    if not TS.match(ts):
        return 0
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int(rest[:6].ljust(6, "0"))


EVENTS: dict[str, Callable[[dict[str, Any], dict[str, Any], Install], Arrival]] = {
    "message": _message,
    "message_metadata_posted": _marked,
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
# Subtypes that somebody said something with; `bot_message` only to be known as a bot's.
SPOKEN = frozenset({"", "file_share", "me_message", "thread_broadcast", "reply_broadcast", "bot_message"})
# The other subtypes of the documentation, and why each says nothing to us.
SILENT = {
    **dict.fromkeys(
        ("channel_join", "channel_leave", "group_join", "group_leave", "joiner_notification"), "membership"
    ),
    **dict.fromkeys(
        ("channel_archive", "channel_unarchive", "group_archive", "group_unarchive"), "told-by-its-own-event"
    ),
    **dict.fromkeys(("channel_name", "group_name"), "told-by-its-own-event"),
    **dict.fromkeys(("channel_topic", "channel_purpose", "group_topic", "group_purpose"), "topic-of-a-channel"),
    **dict.fromkeys(
        ("channel_posting_permissions", "channel_convert_to_private", "channel_convert_to_public"), "channel-settings"
    ),
    **dict.fromkeys(("channel_canvas_updated", "tabbed_canvas_updated", "document_mention"), "canvas"),
    **dict.fromkeys(("pinned_item", "unpinned_item"), "pin"),
    **dict.fromkeys(("bot_add", "bot_remove", "bot_enable", "bot_disable", "app_conversation_leave"), "bot-membership"),
    **dict.fromkeys(("file_comment", "file_mention"), "file-comment"),
    **dict.fromkeys(("huddle_thread", "sh_room_created", "sh_room_shared"), "huddle"),
    **dict.fromkeys(("reminder_add", "slackbot_response", "assistant_app_thread"), "slack-itself"),
    "message_replied": "told-by-the-reply",
    "tombstone": "told-by-its-own-event",
    "ekm_access_denied": "words-withheld-by-their-keys",
}
# The other events of the documentation, and why each says nothing to us.
IDLE = {
    "app_mention": "told-as-a-message",
    **dict.fromkeys(("message_metadata_updated", "message_metadata_deleted"), "own-message"),
    **dict.fromkeys(
        (
            "app_deleted",
            "app_home_opened",
            "app_installed",
            "app_requested",
            "app_uninstalled_team",
            "call_rejected",
            "accounts_changed",
            "bot_added",
            "bot_changed",
            "commands_changed",
            "apps_changed",
            "apps_installed",
            "apps_uninstalled",
        ),
        "apps",
    ),
    **dict.fromkeys(
        ("assistant_thread_started", "assistant_thread_context_changed", "app_context_changed"), "assistant"
    ),
    **dict.fromkeys(
        (
            "channel_created",
            "channel_history_changed",
            "channel_id_changed",
            "channel_joined",
            "channel_shared",
            "channel_unshared",
            "channel_converted_to_private",
            "channel_marked",
            "group_close",
            "group_open",
            "group_joined",
            "group_marked",
            "group_history_changed",
            "im_close",
            "im_created",
            "im_history_changed",
            "im_open",
            "im_marked",
            "mpim_open",
            "mpim_close",
        ),
        "channel-list",
    ),
    **dict.fromkeys(
        (
            "dnd_updated",
            "dnd_updated_user",
            "presence_change",
            "manual_presence_change",
            "user_typing",
            "user_connection",
            "user_huddle_changed",
            "user_status_changed",
            "pref_change",
        ),
        "presence",
    ),
    **dict.fromkeys(("user_change", "user_profile_changed", "team_join"), "people-are-asked-about-when-they-speak"),
    **dict.fromkeys(
        (
            "email_domain_changed",
            "emoji_changed",
            "team_domain_change",
            "team_rename",
            "team_access_granted",
            "team_access_revoked",
            "team_migration_started",
            "team_plan_change",
            "team_pref_change",
            "team_profile_change",
            "team_profile_delete",
            "team_profile_reorder",
            "grid_migration_started",
            "grid_migration_finished",
            "external_org_migration_started",
            "external_org_migration_finished",
        ),
        "workspace-settings",
    ),
    **dict.fromkeys(
        (
            "file_change",
            "file_comment_added",
            "file_comment_deleted",
            "file_comment_edited",
            "file_created",
            "file_deleted",
            "file_public",
            "file_shared",
            "file_unshared",
        ),
        "files-come-with-their-message",
    ),
    **dict.fromkeys(
        (
            "function_executed",
            "workflow_deleted",
            "workflow_published",
            "workflow_unpublished",
            "workflow_step_deleted",
            "workflow_step_execute",
        ),
        "workflows",
    ),
    **dict.fromkeys(
        (
            "invite_requested",
            "shared_channel_invite_accepted",
            "shared_channel_invite_approved",
            "shared_channel_invite_declined",
            "shared_channel_invite_received",
            "shared_channel_invite_requested",
        ),
        "invitations",
    ),
    **dict.fromkeys(("link_shared", "entity_details_requested"), "links"),
    **dict.fromkeys(("pin_added", "pin_removed", "star_added", "star_removed"), "pin"),
    **dict.fromkeys(("scope_denied", "scope_granted", "resources_added", "resources_removed"), "scopes"),
    **dict.fromkeys(
        ("subteam_created", "subteam_members_changed", "subteam_self_added", "subteam_self_removed", "subteam_updated"),
        "user-groups",
    ),
    **dict.fromkeys(
        ("hello", "goodbye", "reconnect_url", "user_resource_denied", "user_resource_granted", "user_resource_removed"),
        "connection",
    ),
}
