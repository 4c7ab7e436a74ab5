"""What Teams tells of channels, teams and the app in them.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
"""

from ...desk.arrivals import Arrival, Ignored, Renamed, Shut
from ...wire.reading import items, words
from .activity import Activity, unsupported

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


def conversation(activity: Activity) -> list[Arrival]:
    """A channel, a team, or who is in it, has changed."""
    event = activity.event
    place = words(activity.data, "channel", "id") or words(activity.data, "team", "id")
    place = place or activity.place
    name = words(activity.data, "channel", "name")
    if event == "channelRenamed" and name:
        return [Renamed(conversation=place, name=name)]
    if event in CLOSES:
        return [Shut(conversation=place, reason=CLOSES[event])]
    if event in OPENS:
        return [Shut(conversation=place)]
    own = words(activity.body, "recipient", "id")
    if own and any(words(each, "id") == own for each in items(activity.body, "membersRemoved")):
        return [Shut(conversation=place, reason="the app was removed from it in Teams")]
    if own and any(words(each, "id") == own for each in items(activity.body, "membersAdded")):
        return [Shut(conversation=place)]
    if event in UPDATES:
        return [UPDATES[event]]
    if items(activity.body, "membersAdded") or items(activity.body, "membersRemoved"):
        return [Ignored(reason="members-changed")]
    if event:
        return [unsupported(f"conversationUpdate/{event}")]
    return [Ignored(reason="conversation-changed")]


def installation(activity: Activity) -> list[Arrival]:
    """The app was added or removed."""
    action = words(activity.body, "action")
    if action.startswith("remove"):
        return [Shut(conversation=activity.place, reason="the app was removed in Teams")]
    if action.startswith("add"):
        return [Shut(conversation=activity.place)]
    return [Ignored(reason="installation-update")]
