"""What a sender of the generic webhook says, in our words.

| `type` | arrival | needs |
|---|---|---|
| `message` (default) | Said | `customer.external_id`, `user.external_id`, `text`; else `id` is webhook-id |
| `message.edited` | Edited | `id`, `text` |
| `message.deleted` | Deleted | `id` |
| `reaction.added`, `reaction.removed` | Reacted | `id`, `emoji`, customer and user as above |
| `ping`, `heartbeat`, `test` | Ignored | |
| any other | Unsupported | |

Fields that we do not know are left alone: senders add some. `revision` orders edits and reactions; without
one the event's own time (`at`, RFC 3339 or ms) does.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from ...desk.arrivals import Arrival, Deleted, Edited, Ignored, Reacted, Said, Speaker, Unsupported
from ...desk.errors import Invalid
from ...desk.markdown_writer import escaped
from ...desk.messages import check_text
from ...desk.names import check_id, shown_name
from ...desk.strict_json import shaped
from ...desk.times import LAST_MS, from_rfc3339

S = TypeVar("S", bound="Saying")
IDLE = ("ping", "heartbeat", "test")

Format = Literal["markdown", "plain"]
Id = Annotated[str, Meta(min_length=1, max_length=200)]
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class Company(msgspec.Struct, frozen=True):
    """The customer, by the vendor's own id."""

    external_id: Id
    name: str | None = None


class Person(msgspec.Struct, frozen=True):
    """The user, by the vendor's own id."""

    external_id: Id
    name: str | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """What every event may carry."""

    id: Id | None = None
    revision: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    at: int | str | None = None


class Message(Saying, frozen=True, kw_only=True):
    """`type: message`. The text is CommonMark, or the characters themselves (`plain`)."""

    customer: Company
    user: Person
    text: str
    format: Format = "markdown"
    room: Annotated[str, Meta(max_length=200)] | None = None
    reply_to: Id | None = None


class Edit(Saying, frozen=True, kw_only=True):
    """`type: message.edited`."""

    id: Id
    text: str
    format: Format = "markdown"


class Delete(Saying, frozen=True, kw_only=True):
    """`type: message.deleted`."""

    id: Id


class Reaction(Saying, frozen=True, kw_only=True):
    """`type: reaction.added` and `reaction.removed`."""

    id: Id
    customer: Company
    user: Person
    emoji: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S+$")]


def arrival(body: Any, delivered_as: str, received_at: int) -> Arrival:
    """The arrival of a parsed body. Invalid or TooLarge, naming the field, for what nobody could handle."""
    if not isinstance(body, dict):
        raise Invalid("the body must be an object")
    kind = body.get("type", "message")
    if not isinstance(kind, str):
        raise Invalid("type must be a string", "type")
    if kind in IDLE:
        return Ignored(reason="heartbeat")
    read = KINDS.get(kind)
    if read is None:
        # The type is the sender's own words: only what looks like one is repeated.
        return Unsupported(what=kind if re.fullmatch(r"[A-Za-z0-9_.:/-]{1,64}", kind) else "other")
    return read(body, delivered_as, received_at)


def _text(event: Message | Edit) -> str:
    return check_text(escaped(event.text) if event.format == "plain" else event.text)


def _message(body: dict[str, Any], delivered_as: str, received_at: int) -> Arrival:
    event = _event(body, Message)
    return Said(
        id=event.id or delivered_as,
        speaker=_speaker(event.customer, event.user),
        text=_text(event),
        at=_at(event, received_at),
        conversation=event.room or "",
        revision=event.revision or 0,
        reply_to=event.reply_to or "",
    )


def _edit(body: dict[str, Any], _: str, received_at: int) -> Arrival:
    event = _event(body, Edit)
    at = _at(event, received_at)
    return Edited(id=event.id, text=_text(event), at=at, revision=_revision(event, at))


def _delete(body: dict[str, Any], _: str, received_at: int) -> Arrival:
    event = _event(body, Delete)
    return Deleted(id=event.id, at=_at(event, received_at))


def _reaction(on: bool) -> Callable[[dict[str, Any], str, int], Arrival]:
    def read(body: dict[str, Any], _: str, received_at: int) -> Arrival:
        event = _event(body, Reaction)
        at = _at(event, received_at)
        speaker = _speaker(event.customer, event.user)
        return Reacted(id=event.id, speaker=speaker, emoji=event.emoji, on=on, at=at, revision=_revision(event, at))

    return read


KINDS: dict[str, Callable[[dict[str, Any], str, int], Arrival]] = {
    "message": _message,
    "message.edited": _edit,
    "message.deleted": _delete,
    "reaction.added": _reaction(on=True),
    "reaction.removed": _reaction(on=False),
}


def _event(body: dict[str, Any], shape: type[S]) -> S:
    event = shaped(body, shape)
    _check_printable(msgspec.to_builtins(event))
    return event


def _check_printable(fields: dict[str, Any], place: str = "") -> None:
    """Ids become keys: no control characters in them, and the vendor's own have their rule. So have texts and names."""
    for name, value in fields.items():
        if isinstance(value, dict):
            _check_printable(value, f"{name}.")
        elif name == "external_id":
            check_id(value, place + name)
        elif isinstance(value, str) and name not in ("text", "name") and _CONTROL.search(value):
            raise Invalid(f"{place}{name} must not contain control characters", place + name)


def _speaker(customer: Company, user: Person) -> Speaker:
    if user.email and not re.fullmatch(r"[^\s@]+@[^\s@]+", user.email):
        raise Invalid("user.email is not an e-mail address", "user.email")
    return Speaker(
        customer=customer.external_id,
        customer_name=shown_name(customer.name or ""),
        user=user.external_id,
        name=shown_name(user.name or ""),
        email=user.email or "",
    )


def _revision(event: Saying, at: int) -> int:
    return at if event.revision is None else event.revision


def _at(event: Saying, received_at: int) -> int:
    """The event's own time in ms."""
    if event.at is None:
        return received_at
    at = event.at if isinstance(event.at, int) else from_rfc3339(event.at)
    if at is None:
        raise Invalid("at must be an RFC 3339 time, with its offset from UTC, or milliseconds since 1970", "at")
    if not 0 <= at <= LAST_MS:
        raise Invalid("at must lie between the years 1970 and 9999", "at")
    return at
