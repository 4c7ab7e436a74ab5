"""Ratings: how somebody who asked says it was, once it ended. Who says nothing has said nothing (ADR 145)."""

from .outcomes import Outcome
from .record import Record
from .times import DAY_MS

ASKED_MS = 30 * DAY_MS  # ms in which a person is asked once
MAX_WHY = 2000
RATED: frozenset[Outcome] = frozenset({"solved", "workaround", "declined"})  # the outcomes that are asked about


class Rating(Record, frozen=True):
    """What a `person` was asked about the end that message `n` of a room told, and what they say of it: at first, and
    for good where they are silent, nothing (`happy` None). Carries the person's id, for erasure."""

    room: str
    n: int
    workspace: str
    person: str
    name: str
    outcome: str
    asked_at: int
    customer: str = ""
    happy: bool | None = None
    why: str = ""
    at: int = 0

    @property
    def id(self) -> str:
        """Room and message, as one word."""
        return f"{self.room}:{self.n}"


class RatingAsked(Record, frozen=True):
    """When a person was asked last (ms)."""

    person: str
    workspace: str
    at: int


def may_ask(asked: RatingAsked | None, now: int) -> bool:
    """Whether a person may be asked again."""
    return asked is None or now - asked.at >= ASKED_MS
