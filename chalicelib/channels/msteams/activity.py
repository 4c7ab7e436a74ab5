"""What a Bot Framework activity says, in our words.

https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md and
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events

A conversation is `<channel or chat>` and a thread in it `<channel>/<id of its first message>`; a message is
`<channel or chat>/<its id>`, since ids are unique in their conversation alone.
"""

import re
from datetime import UTC, datetime
from typing import Any

from ...desk.arrivals import (
    Arrival,
    Connected,
    Deleted,
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
from .config import Config
from .emoji import emoji
from .text import from_html, from_plain

MAX_ID = 400
CONNECT = re.compile(r"(?:/?parley\s+)?connect\s+([0-9a-zA-Z-]{4,40})", re.IGNORECASE)
ORDER = re.compile(r"/?(assign|resolve|reopen|fork)(?:\s+(.{1,200}))?", re.IGNORECASE)
NOTE = re.compile(r"\s*(?:note:|🔒|:lock:)\s*", re.IGNORECASE)
ANSWER = re.compile(r"\s*(?:reply:|answer:)\s*", re.IGNORECASE)
HTML = "text/html"
DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
KNOWN_INVOKES = re.compile(
    r"(actionableMessage|adaptiveCard|application|composeExtension|config|fileConsent|handoff|message|signin|tab|task)/"
    r"[A-Za-z/]+"
)
SILENT = frozenset(
    {
        "command",
        "commandResult",
        "contactRelationUpdate",
        "delay",
        "deleteUserData",
        "endOfConversation",
        "handoff",
        "invokeResponse",
        "ping",
        "suggestion",
        "trace",
        "typing",
    }
)
# What Teams tells by a conversationUpdate of each eventType, and what we make of it.
UPDATES = {
    "channelCreated": Ignored(reason="channel-created"),
    "channelMemberAdded": Ignored(reason="members-changed"),
    "channelMemberRemoved": Ignored(reason="members-changed"),
    "channelShared": Ignored(reason="channel-shared"),
    "channelUnshared": Ignored(reason="channel-shared"),
    "meetingParticipantJoin": Ignored(reason="meeting"),
    "meetingParticipantLeave": Ignored(reason="meeting"),
    "teamHardDeleted": Ignored(reason="team-deleted"),
    "teamRenamed": Ignored(reason="team-renamed"),
    "topicUpdated": Ignored(reason="topic-updated"),
}
CLOSES = {
    "channelDeleted": "the channel was deleted in Teams",
    "teamArchived": "the team was archived in Teams",
    "teamDeleted": "the team was deleted in Teams",
}
OPENS = frozenset({"channelRestored", "teamRestored", "teamUnarchived"})
EVENTS = frozenset(
    {
        "application/vnd.microsoft.meetingEnd",
        "application/vnd.microsoft.meetingParticipantJoin",
        "application/vnd.microsoft.meetingParticipantLeave",
        "application/vnd.microsoft.meetingStart",
        "application/vnd.microsoft.readReceipt",
    }
)

Told = dict[str, Any]


class Activity:
    """One activity: what may be missing, null or of another type is "" or {} here."""

    def __init__(self, told: Told, config: Config, received_at: int) -> None:
        self.told, self.config = told, config
        self.type, self.id = words(told.get("type")), words(told.get("id"))
        self.sender, self.data = part(told, "from"), part(told, "channelData")
        whole = words(part(told, "conversation").get("id"))
        self.place, _, root = whole.partition(";messageid=")
        self.root = root if root != self.id else ""
        self.at = moment(words(told.get("timestamp"))) or received_at

    @property
    def event(self) -> str:
        """What Teams calls it more closely."""
        return words(self.data.get("eventType"))

    @property
    def account(self) -> str:
        """The tenant that it comes from, and where in it its people can be asked about."""
        tenant = words(part(self.data, "tenant").get("id")) or words(part(self.told, "conversation").get("tenantId"))
        return f"{tenant}|{self.place}"

    @property
    def conversation(self) -> str:
        """The thread that it is in, or the channel or chat."""
        return f"{self.place}/{self.root}" if self.root else self.place

    @property
    def vendors(self) -> bool:
        """Whether it was said where the vendor's agents are."""
        return bool(self.place) and self.place in (self.config.agent_channel, *self.config.agent_channels.values())

    @property
    def speaker(self) -> Speaker:
        """Who did it."""
        return Speaker(
            outside=words(self.sender.get("id")),
            name=words(self.sender.get("name")),
            account=self.account,
            side="vendor" if self.vendors else "customer",
        )

    def message(self, id_: str) -> str:
        """The id of a message here, as the id map has it."""
        return f"{self.place}/{id_}"

    @property
    def text(self) -> str:
        """Its words as Markdown, without the bot's own name before them."""
        ours = words(part(self.told, "recipient").get("name"))
        for each in self.attachments:
            content = each.get("content")
            if words(each.get("contentType")) == HTML and isinstance(content, str):
                return from_html(content, ours)
        source = words(self.told.get("text"))
        return from_html(source, ours) if self.told.get("textFormat") == "xml" else from_plain(source, ours)

    @property
    def attachments(self) -> list[Told]:
        """Those that are ones."""
        told = self.told.get("attachments")
        return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []

    @property
    def files(self) -> tuple[File, ...]:
        """What came along: files of a chat, and pictures."""
        return tuple(found for each in self.attachments if (found := _file(each)))

    @property
    def ours(self) -> bool:
        """Whether the bot itself did it."""
        own = words(part(self.told, "recipient").get("id"))
        sender = words(self.sender.get("id"))
        return bool(sender) and sender in {own, f"28:{self.config.app_id}"} or self.sender.get("role") == "bot"


def arrivals(told: Any, config: Config, received_at: int) -> list[Arrival]:
    """All that an activity says. What is none is Ignored."""
    if not isinstance(told, dict) or not words(told.get("type")):
        return [Ignored(reason="no-activity")]
    activity = Activity(told, config, received_at)
    if words(told.get("channelId")) not in ("msteams", ""):
        return [Ignored(reason="other-channel")]
    if activity.type in SILENT:
        return [Ignored(reason=activity.type.lower())]
    reader = READERS.get(activity.type)
    if reader is None:
        return [_unsupported(activity.type)]
    if not 0 < len(activity.place) <= MAX_ID:
        return [Ignored(reason="no-conversation")]
    return reader(activity)


def _message(activity: Activity) -> list[Arrival]:
    if activity.ours:
        return [Ignored(reason="own-message")]
    if not activity.id or not activity.sender.get("id"):
        return [Ignored(reason="nobody-s-message")]
    text, files = activity.text, activity.files
    code = CONNECT.fullmatch(text)
    if code:
        return [_connected(activity, code[1])]
    ordered = ORDER.fullmatch(text) if activity.vendors and activity.root else None
    if ordered:
        return [_ordered(activity, ordered[1].lower(), ordered[2] or "")]
    if not text and not files:
        return [Ignored(reason="card-action" if activity.told.get("value") is not None else "empty-message")]
    internal = False
    if activity.vendors:
        text, internal = _for_whom(activity, text)
    return [
        Said(
            id=activity.message(activity.id),
            speaker=activity.speaker,
            text=text,
            at=activity.at,
            conversation=activity.conversation,
            thread=activity.message(activity.root or activity.id) if _threaded(activity.place) else "",
            reply_to=activity.message(activity.root) if activity.root else "",
            files=files,
            revision=activity.at,
            internal=internal,
            tied=True,
            thread_room=activity.config.threads == "rooms" and not activity.vendors,
        )
    ]


def _for_whom(activity: Activity, text: str) -> tuple[str, bool]:
    """An agent's words without the mark before them, and whether they stay among agents."""
    note, answer = NOTE.match(text), ANSWER.match(text)
    if note:
        return text[note.end() :], True
    if answer:
        return text[answer.end() :], False
    return text, activity.config.answers == "inside"


def _connected(activity: Activity, code: str) -> Connected:
    """A chat or a channel is connected as a whole, in whichever thread the code was typed."""
    channel = words(part(activity.data, "channel").get("name")) or words(
        part(activity.told, "conversation").get("name")
    )
    team = words(part(activity.data, "team").get("name"))
    return Connected(
        code=code,
        conversation=activity.place,
        account=activity.account.partition("|")[0],
        name=" › ".join(filter(None, (team, channel))),
        answer=_here(activity),
    )


def _ordered(activity: Activity, verb: str, argument: str) -> Ordered:
    return Ordered(
        id=activity.message(activity.id),
        verb=verb,
        speaker=activity.speaker,
        conversation=activity.conversation,
        argument=argument.strip(),
        answer=_here(activity),
    )


def _here(activity: Activity) -> str:
    """Where an answer goes: the thread, or the chat."""
    return f"{activity.place};messageid={activity.root or activity.id}" if _threaded(activity.place) else activity.place


def _threaded(place: str) -> bool:
    return place.endswith(("@thread.tacv2", "@thread.skype"))


def _update(activity: Activity) -> list[Arrival]:
    if activity.ours:
        return [Ignored(reason="own-edit")]
    if not activity.id:
        return [Ignored(reason="no-message")]
    if activity.event == "undeleteMessage":  # a delete is final here
        return [Ignored(reason="undelete")]
    text = activity.text
    if activity.vendors:
        text, _ = _for_whom(activity, text)
    edited = Edited(
        id=activity.message(activity.id),
        text=text,
        at=activity.at,
        revision=activity.at,
        conversation=activity.conversation,
    )
    return [edited]


def _delete(activity: Activity) -> list[Arrival]:
    if not activity.id:
        return [Ignored(reason="no-message")]
    return [Deleted(id=activity.message(activity.id), at=activity.at, conversation=activity.conversation)]


def _reaction(activity: Activity) -> list[Arrival]:
    target = words(activity.told.get("replyToId"))
    if activity.ours or not target or not activity.sender.get("id"):
        return [Ignored(reason="nobody-s-reaction")]
    marks = [
        (emoji(name), on)
        for field, on in (("reactionsAdded", True), ("reactionsRemoved", False))
        for each in _list(activity.told, field)
        if (name := words(each.get("type")))
    ]
    found: list[Arrival] = [
        Reacted(
            id=activity.message(target),
            speaker=activity.speaker,
            emoji=mark,
            on=on,
            at=activity.at,
            revision=activity.at,
            conversation=activity.conversation,
        )
        for mark, on in marks
    ]
    return found or [Ignored(reason="no-reaction")]


def _conversation(activity: Activity) -> list[Arrival]:
    event = activity.event
    place = words(part(activity.data, "channel").get("id")) or words(part(activity.data, "team").get("id"))
    place = place or activity.place
    name = words(part(activity.data, "channel").get("name"))
    if event == "channelRenamed" and name:
        return [Renamed(conversation=place, name=name)]
    if event in CLOSES:
        return [Shut(conversation=place, reason=CLOSES[event])]
    if event in OPENS:
        return [Shut(conversation=place)]
    own = words(part(activity.told, "recipient").get("id"))
    if own and any(words(each.get("id")) == own for each in _list(activity.told, "membersRemoved")):
        return [Shut(conversation=place, reason="the app was removed from it in Teams")]
    if own and any(words(each.get("id")) == own for each in _list(activity.told, "membersAdded")):
        return [Shut(conversation=place)]
    if event in UPDATES:
        return [UPDATES[event]]
    if _list(activity.told, "membersAdded") or _list(activity.told, "membersRemoved"):
        return [Ignored(reason="members-changed")]
    if event:
        return [_unsupported(f"conversationUpdate/{event}")]
    return [Ignored(reason="conversation-changed")]


def _installation(activity: Activity) -> list[Arrival]:
    action = words(activity.told.get("action"))
    if action.startswith("remove"):
        return [Shut(conversation=activity.place, reason="the app was removed in Teams")]
    if action.startswith("add"):
        return [Shut(conversation=activity.place)]
    return [Ignored(reason="installation-update")]


def _event(activity: Activity) -> list[Arrival]:
    name = words(activity.told.get("name"))
    if name in EVENTS:
        return [Ignored(reason="meeting" if "meeting" in name else "read-receipt")]
    return [_unsupported(f"event/{name}")]


def _invoke(activity: Activity) -> list[Arrival]:
    name = words(activity.told.get("name"))
    return [Ignored(reason="invoke")] if KNOWN_INVOKES.fullmatch(name) else [_unsupported(f"invoke/{name}")]


READERS = {
    "message": _message,
    "messageUpdate": _update,
    "messageDelete": _delete,
    "messageReaction": _reaction,
    "conversationUpdate": _conversation,
    "installationUpdate": _installation,
    "event": _event,
    "invoke": _invoke,
}


def _unsupported(what: str) -> Unsupported:
    """A kind of event that we know nothing of, as a metric may name it."""
    return Unsupported(what=re.sub(r"[^\w.:/-]+", "-", what)[:60])


def _file(attachment: Told) -> File | None:
    type_, name = words(attachment.get("contentType")), words(attachment.get("name"))
    if type_ == DOWNLOAD:
        content = part(attachment, "content")
        url = words(content.get("downloadUrl"))
        kind = words(content.get("fileType"))
        link = words(attachment.get("contentUrl"))
        return File(name=name or f"file.{kind or 'bin'}", type="application/octet-stream", url=url, link=link)
    url = words(attachment.get("contentUrl"))
    if type_.startswith(("image/", "audio/", "video/")) and url.startswith(("https://", "http://")):
        kind = "" if type_.endswith("*") else type_
        return File(name=name or f"picture.{kind.partition('/')[2] or 'png'}", type=kind or "image/png", url=url)
    return None


def part(told: Told, name: str) -> Told:
    """A member that is an object, or {}."""
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def words(told: Any) -> str:
    """A text, or ""."""
    return told if isinstance(told, str) else ""


def _list(told: Told, name: str) -> list[Told]:
    found = told.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def moment(told: str) -> int:
    """A time of Teams' in ms: its fractions have up to seven digits; 0 for what is none."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?", told)
    if not found:
        return 0
    try:
        at = datetime.fromisoformat(found[1] + (found[3] or "+00:00").replace("Z", "+00:00"))
    except ValueError:
        return 0
    return int(at.astimezone(UTC).timestamp()) * 1000 + int((found[2] or "0").ljust(3, "0")[:3])
