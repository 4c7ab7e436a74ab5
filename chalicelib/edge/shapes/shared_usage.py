"""A customer's usage as its own people see it: the curve, why it moved, and what their team is asked about it."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, field

from ...desk.usage_meters import UsageActor, UsageDay
from ...desk.usage_reasons import MAX_REASON, Cause
from ...desk.usage_signals import SignalKind
from ...flows.usage.shared import Asked, Given
from .answers import Body, Time, View, time_of
from .signals import DayWord
from .usage import UsageDayView, day_views, sdks_of


class DaysView(View, frozen=True):
    """Days, from the first to the last."""

    from_: DayWord = field(name="from")
    until: DayWord


class SaidView(View, frozen=True):
    """The message by which one of one's own team said why, as it stands now."""

    message: str
    room: str
    text: str
    by: str
    at: Time


class OwnReasonView(View, frozen=True):
    """Why usage moved: a cause, for a kind of movement, from a day until a day; `spans` are the days among those that
    were asked for, since that of a season holds each year. Its words are those of one's own team, if one of them
    `said` it."""

    id: str
    kind: SignalKind
    cause: Cause
    from_: DayWord = field(name="from")
    until: DayWord
    spans: list[DaysView]
    said: SaidView | None


class OwnQuestionView(View, frozen=True):
    """A `message` in which one's team was asked why usage moved on a day, and which nobody has answered yet."""

    message: str
    room: str
    text: str
    kind: SignalKind
    day: DayWord
    at: Time


class OwnUsageView(View, frozen=True):
    """The usage of one's own customer: the days that have any, oldest first, as counts; calls by SDK and version; the
    reasons that hold on those days; and what one's team is asked."""

    days: list[UsageDayView]
    sdks: dict[str, int]
    reasons: list[OwnReasonView]
    questions: list[OwnQuestionView]


class AnswerQuestion(Body, frozen=True):
    """Why usage moved, until when, and the words in which that is said in the room, in CommonMark."""

    cause: Cause
    until: DayWord
    text: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]


def own_usage_view(
    days: Sequence[UsageDay], actors: Sequence[UsageActor], *, reasons: Sequence[Given], questions: Sequence[Asked]
) -> OwnUsageView:
    """As the API shows it."""
    return OwnUsageView(
        days=day_views(days, actors),
        sdks=sdks_of(days),
        reasons=[_reason(each) for each in reasons],
        questions=[_question(each) for each in questions],
    )


def _reason(given: Given) -> OwnReasonView:
    reason, said = given.reason, given.said
    return OwnReasonView(
        id=reason.id,
        kind=reason.kind,
        cause=reason.cause,
        from_=reason.from_day,
        until=reason.until_day,
        spans=[DaysView(from_=first, until=last) for first, last in given.spans],
        said=SaidView(
            message=said.id,
            room=said.room,
            text=said.text,
            by=said.author.name,
            at=time_of(said.created_at) or "",
        )
        if said
        else None,
    )


def _question(asked: Asked) -> OwnQuestionView:
    return OwnQuestionView(
        message=asked.message.id,
        room=asked.message.room,
        text=asked.message.text,
        kind=asked.signal.kind,
        day=asked.signal.found.day,
        at=time_of(asked.message.created_at) or "",
    )
