"""Microsoft Teams, going out: the Bot Connector's calls for each kind of change, and what their answers mean.

| what | call |
|---|---|
| post | a reply in its thread, a message in a chat, or a new thread |
| edit | the activity, changed |
| delete | the activity, deleted |
| reaction | none: bots cannot react |

A new room of the agents' channel begins with a card that says whose it is; its thread is the room's from then on.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...desk.commonmark import Block, Paragraph, Run, read
from ...desk.deliveries import CONVERSATION, Parcel, Receipt, Refused, Sent, Skipped, What
from ...desk.outcomes import CHANNEL, NOT_SOLVED, in_language
from ...desk.text_parts import parts
from ...desk.workspaces import Install
from ...ports import Outside, Secrets
from ...wire.parts import send_missing, sent_by_steps
from ...wire.rest import Absent
from ...wire.sending import sent_by
from . import config
from .client import Connector
from .messages import PRESSED, UNSOLVED
from .text import shown

# At most 60 messages in 30 seconds go into one conversation:
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
APART_MS = 500  # ms
CARDS = False
MARKS: frozenset[What] = frozenset()  # an activity takes none that could be looked for
UNMARKED: frozenset[What] = frozenset({"post"})
MAX_BYTES = 80_000  # of a text, escaped; an activity may be 100 KB in all, in UTF-16


def lane(parcel: Parcel, install: Install) -> tuple[str, int] | None:
    """One message at a time into each channel or chat."""
    place = _place(parcel, install)
    return (place, APART_MS) if place else None


def deliver(parcel: Parcel, install: Install, secrets: Secrets, *, outside: Outside, now: int) -> Receipt:
    """Send one change over, once. Never raises for what the other side did."""
    if parcel.message.internal:
        return Refused(reason="internal notes never leave")
    settings, password = config.of(install), next(iter(secrets.get("app_password", ())), "")
    if not (settings.app_id and password):
        return Skipped(reason="no bot is configured: an outgoing webhook only takes in")
    connector = Connector(settings, password, outside, now=lambda: now)
    return sent_by(SENDERS, parcel, parcel, settings, connector)


def _place(parcel: Parcel, install: Install) -> str:
    """The channel or chat that it goes to."""
    bridge = parcel.bridge
    if bridge and bridge.conversation:
        return bridge.conversation.partition("/")[0]
    return config.agents_channel(config.of(install), parcel.customer_external_id)


def _post(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    whole = parcel.bridge.conversation if parcel.bridge else ""
    if not whole:
        return _first(parcel, settings, connector)
    place, _, root = (whole if "/" in whole else parcel.thread or whole).partition("/")
    return _said(parcel, connector, place, root=root)


def _said(parcel: Parcel, connector: Connector, place: str, *, root: str) -> Receipt:
    """Every part of a message, in its thread, in a chat, or in the thread that the first one begins."""
    known, threaded = sent_by_steps(parcel), place.endswith(("@thread.tacv2", "@thread.skype"))

    def send(activity: dict[str, Any], number: int) -> str:
        there = root or (known.get(1, "") if threaded else "")
        if there or not threaded:
            return connector.say(f"{place};messageid={there}" if there else place, activity)
        known[1] = connector.begin(place, activity)[1]
        return known[1]

    first, *others = send_missing(parcel, _activities(parcel), known, send=send)
    thread = f"{place}/{root or first}" if root or threaded else place
    return Sent(provider_id=f"{place}/{first}", parts=tuple(f"{place}/{each}" for each in others), thread=thread)


def _first(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    """The room's thread, and its first message in it. Should that fail, the thread is not begun twice."""
    channel = config.agents_channel(settings, parcel.customer_external_id)
    if not channel:
        return Skipped(reason="no conversation is bound")
    _, root = connector.begin(channel, _card(parcel))
    parcel.keep(CONVERSATION, f"{channel}/{root}")
    return _said(parcel, connector, channel, root=root)


def _edit(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    """Each part is changed; one more is said, one less deleted."""
    if not parcel.there:
        return Skipped(reason="the message is not there")
    place, there, activities = _conversation(parcel), _ids(parcel), _activities(parcel)
    try:
        for id_, activity in zip(there, activities, strict=False):
            connector.change(place, id_, activity)
    except Absent:
        return Skipped(reason="the message is not there any more")
    for id_ in there[len(activities) :]:
        connector.withdraw(place, id_)
    root = parcel.thread.partition("/")[2]
    where = f"{place};messageid={root}" if root else place
    known = sent_by_steps(parcel) | dict(enumerate(there[: len(activities)], 1))
    sent = send_missing(parcel, activities, known, send=lambda activity, number: connector.say(where, activity))
    others = tuple(f"{place}/{id_}" for id_ in sent[1:])
    return Sent(provider_id=parcel.there, parts=others, thread=f"{place}/{root}" if root else place)


def _delete(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    if not parcel.there:
        return Skipped(reason="the message is not there")
    for id_ in _ids(parcel):
        connector.withdraw(_conversation(parcel), id_)
    return Sent(provider_id=parcel.there)


def _reaction(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    return Skipped(reason="a bot cannot react in Teams")


def _nothing(parcel: Parcel, settings: config.Config, connector: Connector) -> Receipt:
    return Skipped(reason="Teams shows the room's state in its first message alone")


SENDERS: dict[What, Callable[[Parcel, config.Config, Connector], Receipt]] = {
    "post": _post,
    "edit": _edit,
    "delete": _delete,
    "reaction": _reaction,
    "card": _nothing,
}


def _conversation(parcel: Parcel) -> str:
    """An activity may be named by its channel or chat alone."""
    return parcel.there.partition("/")[0]


def _ids(parcel: Parcel) -> list[str]:
    """The message's own, and those of its further parts."""
    return [each.partition("/")[2] for each in (parcel.there, *parcel.parts)]


def _activities(parcel: Parcel) -> list[dict[str, Any]]:
    """The message, with its speaker before it and its files as links, in as many parts as Teams takes."""
    message = parcel.message
    speaker = "" if parcel.bridge and parcel.bridge.speaker == "none" else f"{message.author.label}:"
    head = [Paragraph(((Run(speaker, frozenset({"strong"})),),))] if speaker else []
    whole = (*head, *read(message.text), *_links(parcel))
    found = [_activity(piece, parcel.people) for piece in parts(whole, lambda some: _size(some, parcel) <= MAX_BYTES)]
    if message.source.channel == CHANNEL and parcel.delivery.what == "post" and parcel.bridge and parcel.bridge.slot:
        found[0] |= {"attachments": [_button(parcel.language)]}
    return found


def _button(language: str) -> dict[str, Any]:
    """A card under what tells a customer how it ended: one click says that it is not solved."""
    action = {"type": "Action.Submit", "title": in_language(NOT_SOLVED, language), "data": {PRESSED: UNSOLVED}}
    card = {"type": "AdaptiveCard", "version": "1.4", "actions": [action]}
    return {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}


def _activity(blocks: Iterable[Block], people: Mapping[str, str]) -> dict[str, Any]:
    text, entities = shown(blocks, people)
    activity: dict[str, Any] = {"type": "message", "textFormat": "markdown", "text": text}
    return activity | {"entities": entities} if entities else activity


def _size(blocks: Iterable[Block], parcel: Parcel) -> int:
    """What a text takes, as JSON or in UTF-16, whichever is more."""
    text, _ = shown(blocks, parcel.people)
    return max(len(json.dumps(text)), 2 * len(text))


def _links(parcel: Parcel) -> Iterator[Block]:
    """The files, and where to read what a mail quoted."""
    message, links, rest = parcel.message, parcel.links, parcel.message.rest
    for file in message.attachments:
        yield Paragraph(((Run("📎 "), Run(file.name, href=links.get(file.id, ""))),))
    if rest:
        yield Paragraph(((Run(f"… {rest.words}", href=links.get(rest.file.id, "")),),))


def _card(parcel: Parcel) -> dict[str, Any]:
    """What heads the room's thread."""
    who = parcel.customer_external_id or "a visitor"
    note = Run("note:", frozenset({"code"}))
    head = (Run(parcel.room_name, frozenset({"strong"})), Run(f" · {who}"))
    hint = (Run("Answer in this thread. "), note, Run(" stays among agents."))
    return _activity([Paragraph((head,)), Paragraph((hint,))], {})
