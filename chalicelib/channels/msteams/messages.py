"""What is said, edited, deleted and reacted to in Teams."""

import re

from ...desk.arrivals import Arrival, Commanded, Connected, Deleted, Edited, Ignored, Reacted, Said, Unsolved
from ...desk.note_marks import unmarked
from ...wire.reading import items, words
from .activity import Activity
from .emoji import emoji

PRESSED, UNSOLVED = "parley", "unsolved"  # what the button under a message that tells of an end sends back
CONNECT = re.compile(r"(?:/?parley\s+)?connect\s+([0-9a-zA-Z-]{4,40})", re.IGNORECASE)
ORDER = re.compile(r"/?(assign|resolve|reopen|fork)(?:\s+(.{1,200}))?", re.IGNORECASE)


def message(activity: Activity) -> list[Arrival]:
    """Somebody speaks, types a code, or orders something."""
    if activity.ours:
        return [Ignored(reason="own-message")]
    if not activity.id or not activity.sender.get("id"):
        return [Ignored(reason="nobody-s-message")]
    text, files = activity.text, activity.files
    asked = None if activity.machine else _asked(activity, text)
    if asked:
        return [asked]
    empty = not text and not files
    if empty and activity.body.get("value") is not None:
        return [_pressed(activity)]
    internal = False
    if activity.vendors and not activity.machine:
        text, internal = unmarked(text, activity.config.answers)
    said = Said(
        id=activity.message(activity.id),
        speaker=activity.speaker,
        text="(no text)" if empty else text,
        at=activity.at,
        conversation=activity.conversation,
        thread=activity.message(activity.root or activity.id) if activity.threaded else "",
        reply_to=activity.message(activity.root) if activity.root else "",
        files=files,
        revision=activity.at,
        internal=internal,
        tied=True,
        thread_room=activity.config.threads == "rooms" and not activity.vendors,
    )
    return [Ignored(reason="empty-message", said=said) if empty else said]


def _pressed(activity: Activity) -> Arrival:
    """The button of a card, which names the message that it stands under: of ours there is one."""
    under = words(activity.body, "replyToId")
    if activity.machine or not under or words(activity.body, "value", PRESSED) != UNSOLVED:
        return Ignored(reason="card-action")
    return Unsolved(id=activity.message(under), speaker=activity.speaker, answer=_here(activity))


def _asked(activity: Activity, text: str) -> Arrival | None:
    """What a person asks for by their words: a connection, or an order."""
    code = CONNECT.fullmatch(text)
    if code:
        return _connected(activity, code[1])
    command = ORDER.fullmatch(text) if activity.vendors and activity.root else None
    return _commanded(activity, command[1].lower(), command[2] or "") if command else None


def _connected(activity: Activity, code: str) -> Connected:
    """A chat or a channel is connected as a whole, in whichever thread the code was typed."""
    channel = words(activity.data, "channel", "name") or words(activity.body, "conversation", "name")
    team = words(activity.data, "team", "name")
    return Connected(
        code=code,
        conversation=activity.place,
        account=activity.account.partition("|")[0],
        name=" › ".join(filter(None, (team, channel))),
        answer=_here(activity),
    )


def _commanded(activity: Activity, verb: str, argument: str) -> Commanded:
    return Commanded(
        id=activity.message(activity.id),
        verb=verb,
        speaker=activity.speaker,
        conversation=activity.conversation,
        argument=argument.strip(),
        answer=_here(activity),
    )


def _here(activity: Activity) -> str:
    """Where an answer goes: the thread, or the chat."""
    return f"{activity.place};messageid={activity.root or activity.id}" if activity.threaded else activity.place


def update(activity: Activity) -> list[Arrival]:
    """An edit; an undelete is none, since a delete is final here."""
    if activity.ours:
        return [Ignored(reason="own-edit")]
    if not activity.id:
        return [Ignored(reason="no-message")]
    if activity.event == "undeleteMessage":  # a delete is final here
        return [Ignored(reason="undelete")]
    text = activity.text
    if activity.vendors and not activity.machine:
        text, _ = unmarked(text, activity.config.answers)
    edited = Edited(
        id=activity.message(activity.id),
        text=text,
        at=activity.at,
        revision=activity.at,
        conversation=activity.conversation,
        files=activity.files,
    )
    return [edited]


def delete(activity: Activity) -> list[Arrival]:
    """A delete."""
    if not activity.id:
        return [Ignored(reason="no-message")]
    return [Deleted(id=activity.message(activity.id), at=activity.at, conversation=activity.conversation)]


def reaction(activity: Activity) -> list[Arrival]:
    """Emoji put and taken back."""
    target = words(activity.body, "replyToId")
    if activity.ours or not target or not activity.sender.get("id"):
        return [Ignored(reason="nobody-s-reaction")]
    marks = [
        (emoji(name), on)
        for field, on in (("reactionsAdded", True), ("reactionsRemoved", False))
        for each in items(activity.body, field)
        if (name := words(each, "type"))
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
