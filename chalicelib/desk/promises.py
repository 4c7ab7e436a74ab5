"""Promises: what the vendor owes a room, and by when. A room has one at most; its customer reads it (ADR 44)."""

from typing import Any, Literal

from msgspec.structs import replace

from .errors import Conflict, Invalid
from .record import Part

State = Literal["open", "kept", "broken"]
Fact = Literal["made", "overdue", "kept", "broken", "withdrawn"]

MAX_PROMISE = 300
MAX_AHEAD_MS = 366 * 24 * 60 * 60 * 1000  # ms


class Promise(Part, frozen=True):
    """What is owed by `due` (ms). `by` is the agent who gave their word last. One that came due while it was open is
    `overdue`, and stays marked so when it is settled: it was late. `settled_by` is a person's id, or the notice's by
    which the customer was told."""

    text: str
    due: int
    by: str
    made_at: int
    state: State = "open"
    overdue: bool = False
    settled_at: int = 0
    settled_by: str = ""

    @property
    def open(self) -> bool:
        """Whether it is still owed."""
        return self.state == "open"


def pledged(old: Promise | None, fields: dict[str, Any], by: str, *, now: int) -> Promise:
    """The promise after an agent has said `fields` of it (`text`, `due`, `state`): a new one, another word, or its end.
    Saying the same again changes nothing. Raises Invalid naming the field, Conflict where none is open."""
    state: State = fields.get("state", "open")
    if old and old.state == state and state != "open":
        return old
    if state != "open" and not (old and old.open):
        raise Conflict("no promise is open")
    word = {
        name: fields[name] for name in ("text", "due") if name in fields and fields[name] != getattr(old, name, None)
    }
    if "due" in word and not now < word["due"] <= now + MAX_AHEAD_MS:
        raise Invalid("a promise is due in the future, within a year", "promise.due")
    if old is None or not old.open and "state" not in fields:
        return _made(fields, by, now)
    if word:
        old = replace(old, by=by, overdue=old.overdue and "due" not in word, **word)
    return reopened(old) if state == "open" else settled(old, state, by, now=now)


def _made(fields: dict[str, Any], by: str, now: int) -> Promise:
    missing = next((name for name in ("text", "due") if name not in fields), "")
    if missing:
        raise Invalid("a new promise has a text and is due by a time", f"promise.{missing}")
    return Promise(text=fields["text"], due=fields["due"], by=by, made_at=now)


def settled(promise: Promise, state: State, by: str, *, now: int) -> Promise:
    """It is owed no more."""
    return replace(promise, state=state, settled_at=now, settled_by=by)


def reopened(promise: Promise) -> Promise:
    """It is owed again."""
    return replace(promise, state="open", settled_at=0, settled_by="")


def fact(promise: Promise | None) -> Fact:
    """What became of a promise, by what it is now; one that is not there any more was withdrawn."""
    if promise is None:
        return "withdrawn"
    if promise.state != "open":
        return promise.state
    return "overdue" if promise.overdue else "made"
