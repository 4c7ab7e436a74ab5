"""Promises as they go over the wire: a part of what is asked and told of a room."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from ...desk.promises import MAX_PROMISE, Promise
from .answers import Body, Time, View, time_of

Owed = Annotated[str, Meta(min_length=1, max_length=MAX_PROMISE, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")]


class PromiseBody(Body, frozen=True):
    """What the vendor owes the room, and by when; the customer reads it. A new promise has a `text` and is `due`; an
    open one may be changed, is `kept` or `broken`, and one that was settled may be `open` again."""

    text: Owed | UnsetType = UNSET
    due: Time | UnsetType = UNSET
    state: Literal["open", "kept", "broken"] | UnsetType = UNSET


class PromiseView(View, frozen=True):
    """What the vendor owes a room, or owed it last. `by` is the agent who gave their word; one that came due while it
    was open is `overdue`, and stays so when it is settled."""

    text: str
    due: Time
    by: str
    made_at: Time
    state: Literal["open", "kept", "broken"]
    overdue: bool
    settled_at: Time | None


def promise_view(promise: Promise | None) -> PromiseView | None:
    """What a room is promised."""
    if promise is None:
        return None
    return PromiseView(
        text=promise.text,
        due=time_of(promise.due) or "",
        by=promise.by,
        made_at=time_of(promise.made_at) or "",
        state=promise.state,
        overdue=promise.overdue,
        settled_at=time_of(promise.settled_at),
    )
