"""Notices, and what rooms were told, as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Literal

from msgspec import UNSET, UnsetType

from ...desk.ids import message_id
from ...desk.issues import MAX_TEXT, Notice, NoticeReceipt
from .answers import Body, Time, View, time_of
from .issues import Said
from .texts import Written


class NewNotice(Written, frozen=True):
    """A draft of what the issue's rooms are to be told. Takes {{customer.name}}, {{issue.title}} and their like."""

    templates = True
    most = MAX_TEXT

    text: Said
    resolve: bool = False


class ChangeNotice(Written, frozen=True):
    """Change a draft."""

    templates = True
    most = MAX_TEXT

    text: Said | UnsetType = UNSET
    resolve: bool | UnsetType = UNSET


class WordMeans(Body, frozen=True):
    """What the word of a notice means; without it, what it was guessed to."""

    means: Literal["done", "declined"] | None = None


class ToldView(View, frozen=True):
    """What a room was told, by whom and when; `message` is null where it could not be said, and `reason` tells why. One
    that `waits` was told, and still waits for an answer: it was not resolved by the notice."""

    notice: str
    room: str
    at: Time
    by: str
    message: str | None
    reason: str | None
    waits: bool


class NoticeView(View, frozen=True):
    """What the rooms of an issue are told. `names` are customers whose name is in a text that others would read,
    `files` the names of what goes along. One
    that `amends` another edits the messages that told it or, if it `withdraws`, deletes them. `speaker` is who wrote
    the comment in the tracker that it tells. A draft with a `word` waits for somebody to say what that means,
    with which the ticket was closed; `becomes` is what it was guessed to mean."""

    id: str
    issue: str
    about: str
    text: str
    state: str
    becomes: str | None
    install: str | None
    written_by: str | None
    speaker: str | None
    word: str | None
    approved_by: str | None
    held_because: str | None
    resolve: bool
    amends: str | None
    withdraws: bool
    told: int
    at: Time
    names: list[str]
    files: list[str]


def told_view(receipt: NoticeReceipt) -> ToldView:
    """What a room was told."""
    return ToldView(
        notice=receipt.notice,
        room=receipt.room,
        at=time_of(receipt.at) or "",
        by=receipt.by,
        message=message_id(receipt.room, receipt.n) if receipt.n else None,
        reason=receipt.skipped or None,
        waits=receipt.waits,
    )


def notice_view(notice: Notice) -> NoticeView:
    """A notice, with the customers that its text names."""
    return NoticeView(
        id=notice.id,
        issue=notice.issue,
        about=notice.about,
        text=notice.text,
        state=notice.state,
        becomes=notice.becomes or None,
        install=notice.install or None,
        written_by=notice.author.id or None,
        speaker=notice.speaker or None,
        word=notice.word.name if notice.word else None,
        approved_by=notice.approved_by or None,
        held_because=notice.held_because or None,
        resolve=notice.resolve,
        amends=notice.amends or None,
        withdraws=notice.withdraws,
        told=notice.told,
        at=time_of(notice.at) or "",
        names=list(notice.names),
        files=[file.name for file in notice.files],
    )
