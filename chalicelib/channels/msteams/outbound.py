"""Microsoft Teams, going out: the Bot Connector's calls for each kind of change, and what their answers mean.

| what | call |
|---|---|
| post | a reply in its thread, a message in a chat, or a new thread |
| edit | the activity, changed |
| delete | the activity, deleted |
| reaction | none: bots cannot react |

A new room of the agents' channel begins with a card that says whose it is; its thread is the room's from then on.
"""

from typing import Any

from ...desk.deliveries import CONVERSATION, Lost, Parcel, Receipt, Refused, Retry, Sent, Skipped, What
from ...desk.workspaces import Install
from ...ports import Outside, ProviderBusy, ProviderRefused, Secrets
from ...wire.rest import Absent
from . import config
from .client import Closed, Connector
from .text import to_teams

# At most 60 messages in 30 seconds go into one conversation:
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
APART_MS = 500  # ms
CROSSES = {
    "message": "under the author's name, in the thread of what it answers",
    "edit": "edited",
    "delete": "deleted",
    "reaction": "not: bots cannot react",
    "file": "a link",
}
CARDS = False
MARKS: frozenset[What] = frozenset()  # an activity takes none that could be looked for
MAX_TEXT = 20_000  # characters; an activity may be 100 KB in all, in UTF-16
CUT = "…\n\n(The rest is in Parley.)"


def lane(parcel: Parcel, install: Install) -> tuple[str, int] | None:
    """One message at a time into each channel or chat."""
    place = _place(parcel, install)
    return (place, APART_MS) if place else None


def deliver(parcel: Parcel, install: Install, secrets: Secrets, outside: Outside, now: int) -> Receipt:
    """Send one change over, once. Never raises for what the other side did."""
    if parcel.message.internal:
        return Refused(reason="internal notes never leave")
    settings, password = config.of(install), next(iter(secrets.get("app_password", ())), "")
    if not (settings.app_id and password):
        return Skipped(reason="no bot is configured: an outgoing webhook only takes in")
    connector = Connector(settings, password, outside, lambda: now)
    try:
        return SENDERS[parcel.delivery.what](parcel, settings, connector)
    except Closed as closed:
        return Lost(reason=closed.reason, bridge_only=True)
    except ProviderRefused as denied:
        return Lost(reason=denied.reason) if denied.lost else Refused(reason=denied.reason)
    except ProviderBusy as busy:
        return Retry(reason=busy.reason, after=busy.after)


def _place(parcel: Parcel, install: Install) -> str:
    """The channel or chat that it goes to."""
    bridge = parcel.bridge
    if bridge and bridge.conversation:
        return bridge.conversation.partition("/")[0]
    return config.agents_channel(config.of(install), parcel.customer_external_id)


def _post(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    whole = parcel.bridge.conversation if parcel.bridge else ""
    activity = _activity(parcel)
    if not whole:
        return _first(parcel, settings, connector, activity)
    place, _, root = (whole if "/" in whole else parcel.thread or whole).partition("/")
    if root:
        id_ = connector.say(f"{place};messageid={root}", activity)
        return Sent(provider_id=f"{place}/{id_}", thread=f"{place}/{root}")
    if place.endswith(("@thread.tacv2", "@thread.skype")):
        _, id_ = connector.begin(place, activity)
        return Sent(provider_id=f"{place}/{id_}", thread=f"{place}/{id_}")
    return Sent(provider_id=f"{place}/{connector.say(place, activity)}", thread=place)


def _first(parcel: Parcel, settings: config.Config, connector: Connector, activity: dict[str, Any]) -> Receipt:
    """The room's thread, and its first message in it. Should that fail, the thread is not begun twice."""
    channel = config.agents_channel(settings, parcel.customer_external_id)
    if not channel:
        return Skipped(reason="no conversation is bound")
    _, root = connector.begin(channel, _card(parcel))
    thread = f"{channel}/{root}"
    parcel.keep(CONVERSATION, thread)
    return Sent(provider_id=f"{channel}/{connector.say(f'{channel};messageid={root}', activity)}", thread=thread)


def _edit(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    if not parcel.there:
        return Skipped(reason="the message is not there")
    try:
        connector.change(_conversation(parcel), _id(parcel), _activity(parcel))
    except Absent:
        return Skipped(reason="the message is not there any more")
    return Sent(provider_id=parcel.there)


def _delete(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    if not parcel.there:
        return Skipped(reason="the message is not there")
    connector.withdraw(_conversation(parcel), _id(parcel))
    return Sent(provider_id=parcel.there)


def _reaction(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    return Skipped(reason="a bot cannot react in Teams")


def _nothing(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    return Skipped(reason="Teams shows the room's state in its first message alone")


SENDERS = {"post": _post, "edit": _edit, "delete": _delete, "reaction": _reaction, "card": _nothing}


def _conversation(parcel: Parcel) -> str:
    """An activity may be named by its channel or chat alone."""
    return parcel.there.partition("/")[0]


def _id(parcel: Parcel) -> str:
    return parcel.there.partition("/")[2]


def _activity(parcel: Parcel) -> dict[str, Any]:
    text, entities = to_teams(_words(parcel), parcel.people)
    activity: dict[str, Any] = {"type": "message", "textFormat": "markdown", "text": text}
    return activity | {"entities": entities} if entities else activity


def _words(parcel: Parcel) -> str:
    """The message, with its speaker before it, and its files as links."""
    message, text = parcel.message, parcel.message.text
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT] + CUT
    files = [
        f"📎 [{file.name}]({parcel.links[file.id]})" if file.id in parcel.links else f"📎 {file.name}"
        for file in message.attachments
    ]
    speaker = "" if parcel.bridge and parcel.bridge.speaker == "none" else f"**{message.author.label}:**"
    return "\n\n".join(filter(None, (speaker, text, *files, _rest(parcel))))


def _rest(parcel: Parcel) -> str:
    """Where to read what a mail quoted."""
    rest = parcel.message.rest
    url = parcel.links.get(rest.file.id, "") if rest else ""
    words = f"… {rest.words}" if rest else ""
    return f"[{words}]({url})" if url else words


def _card(parcel: Parcel) -> dict[str, Any]:
    """What heads the room's thread."""
    who = parcel.customer_external_id or "a visitor"
    text, _ = to_teams(f"**{parcel.room_name}** · {who}\n\nAnswer in this thread. `note:` stays among agents.", {})
    return {"type": "message", "textFormat": "markdown", "text": text}
