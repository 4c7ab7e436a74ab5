"""The types of activities, and who reads each."""

import re
from typing import Any

from ...desk.arrivals import Arrival, Ignored
from ...wire.reading import words
from . import messages, places
from .activity import Activity, unsupported
from .config import Config

MAX_ID = 400
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
EVENTS = frozenset(
    {
        "application/vnd.microsoft.meetingEnd",
        "application/vnd.microsoft.meetingParticipantJoin",
        "application/vnd.microsoft.meetingParticipantLeave",
        "application/vnd.microsoft.meetingStart",
        "application/vnd.microsoft.readReceipt",
    }
)


def arrivals(body: Any, config: Config, received_at: int) -> list[Arrival]:
    """All that an activity says. What is none is Ignored."""
    if not isinstance(body, dict) or not words(body, "type"):
        return [Ignored(reason="no-activity")]
    activity = Activity(body, config, received_at)
    if words(body, "channelId") not in ("msteams", ""):
        return [Ignored(reason="other-channel")]
    if activity.type in SILENT:
        return [Ignored(reason=activity.type.lower())]
    reader = READERS.get(activity.type)
    if reader is None:
        return [unsupported(activity.type)]
    if not 0 < len(activity.place) <= MAX_ID:
        return [Ignored(reason="no-conversation")]
    return reader(activity)


def _event(activity: Activity) -> list[Arrival]:
    name = words(activity.body, "name")
    if name in EVENTS:
        return [Ignored(reason="meeting" if "meeting" in name else "read-receipt")]
    return [unsupported(f"event/{name}")]


def _invoke(activity: Activity) -> list[Arrival]:
    name = words(activity.body, "name")
    return [Ignored(reason="invoke")] if KNOWN_INVOKES.fullmatch(name) else [unsupported(f"invoke/{name}")]


READERS = {
    "message": messages.message,
    "messageUpdate": messages.update,
    "messageDelete": messages.delete,
    "messageReaction": messages.reaction,
    "conversationUpdate": places.conversation,
    "installationUpdate": places.installation,
    "event": _event,
    "invoke": _invoke,
}
