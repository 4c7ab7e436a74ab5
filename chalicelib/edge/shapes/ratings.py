"""Ratings as they go over the wire: the question's answer, and what was said."""

from typing import Annotated

from msgspec import Meta

from ...desk.ratings import MAX_WHY, Rating
from .answers import Body, PersonView, Time, View, time_of


class Rate(Body, frozen=True):
    """How it was, and why."""

    happy: bool
    why: Annotated[str, Meta(max_length=MAX_WHY)] = ""


class RatingView(View, frozen=True):
    """What a person was asked about how a room ended (`outcome`), and what they said; `happy` is null for whoever has
    said nothing, which is no word of happiness."""

    room: str
    person: PersonView
    outcome: str
    asked_at: Time
    happy: bool | None
    why: str
    at: Time | None


def rating_view(rating: Rating) -> RatingView:
    """One rating."""
    kind = "visitor" if rating.person.startswith("vis_") else "user"
    return RatingView(
        room=rating.room,
        person=PersonView(kind=kind, id=rating.person, name=rating.name),
        outcome=rating.outcome,
        asked_at=time_of(rating.asked_at) or "",
        happy=rating.happy,
        why=rating.why,
        at=time_of(rating.at),
    )
