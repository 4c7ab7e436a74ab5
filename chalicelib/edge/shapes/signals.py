"""Signals of usage, reasons and questions, as they go over the wire."""

from typing import Annotated

from msgspec import Meta, field

from ...desk.customers import Customer
from ...desk.usage_reasons import MAX_REASON, AskedBy, Cause, Question, Reason
from ...desk.usage_signals import FACTOR, FLOOR, PERIOD_DAYS, Finding, Signal, SignalKind, SignalRule, explained
from .answers import Body, CustomerRef, Time, View, time_of
from .customers import customer_ref

DayWord = Annotated[str, Meta(max_length=10, description="A day, in UTC", examples=["2026-11-30"])]
Id = Annotated[str, Meta(max_length=100)]


class SignalBody(Body, frozen=True):
    """What a segment's customers are watched for, and whom it is told (`owner`, an agent) by which `sentence`. Of days
    of fewer than `floor` events nothing is said; a surge has `factor` times the usual. One is said a customer and
    `period_days`; `never_started` after them."""

    kind: SignalKind
    owner: Id
    sentence: Annotated[str, Meta(min_length=1, max_length=500)]
    floor: Annotated[int, Meta(ge=1, le=10**12)] = FLOOR
    factor: Annotated[float, Meta(gt=1, le=1000)] = FACTOR
    period_days: Annotated[int, Meta(ge=1, le=366)] = PERIOD_DAYS
    on: bool = False


class SignalRuleView(View, frozen=True):
    """What a segment's customers are watched for."""

    kind: SignalKind
    owner: str
    sentence: str
    floor: int
    factor: float
    period_days: int
    on: bool


class FindingView(View, frozen=True):
    """What was found on a day, in words and by its numbers: `usual` is the median of `weeks` weeks, which lay between
    `low` and `high`. Of a storm these are errors, of `calls`; of what happens once `count` are days."""

    day: DayWord
    words: str
    count: int
    usual: float
    low: int
    high: int
    weeks: int
    calls: int | None


class SignalView(View, frozen=True):
    """A signal that was raised: the customer's `name`, the internal `room` in which it stands, the `reason` that
    explains it (without a room it did beforehand: nobody was asked), and the message in which the customer was
    `asked`."""

    id: str
    customer: CustomerRef
    name: str
    segment: str
    kind: SignalKind
    owner: str
    found: FindingView
    room: str | None
    reason: str | None
    asked: str | None
    at: Time


class SignalForeseenView(View, frozen=True):
    """What would have been said of a customer, their `name`, and the reason that would have silenced it."""

    customer: CustomerRef
    name: str
    found: FindingView
    reason: str | None


class SignalPreviewView(View, frozen=True):
    """What a signal would have said from the first day to the last. Usage is `recomputed` from the meters of these
    days; all else is `as_today`. `next` where there are more customers to look at."""

    first: DayWord
    last: DayWord
    recomputed: list[str]
    as_today: list[str]
    looked_at: int
    raised: list[SignalForeseenView]
    next: str | None


class PreviewSignal(SignalBody, frozen=True):
    """A signal to try. `cursor` is `next` of the answer before."""

    cursor: str | None = None


class NewReason(Body, frozen=True):
    """Why usage moved, until when: the kind, the first day and the text are those of the `signal` and of the `message`
    (an id), where they are not told."""

    cause: Cause
    until: DayWord
    kind: SignalKind | None = None
    from_: DayWord = field(name="from", default="")
    text: Annotated[str, Meta(max_length=MAX_REASON)] = ""
    message: Id = ""
    signal: Id = ""


class UsageReasonView(View, frozen=True):
    """Why usage moved: while it lasts nobody is asked about this kind again; that of a season holds each year."""

    id: str
    kind: SignalKind
    from_: DayWord = field(name="from")
    until: DayWord
    cause: Cause
    text: str
    by: str
    message: str | None
    signal: str | None
    at: Time


class NewQuestion(Body, frozen=True):
    """What a customer is asked in their triage room."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]


class QuestionView(View, frozen=True):
    """What a customer was asked, by whom, and why: because of a signal or by a broadcast (`about`), or by an agent of
    their own accord."""

    message: str
    room: str
    text: str
    by: str
    why: AskedBy
    about: str | None
    at: Time


def rule_of(body: SignalBody) -> SignalRule:
    """The rule that a body says."""
    return SignalRule(
        kind=body.kind,
        owner=body.owner,
        sentence=body.sentence,
        floor=body.floor,
        factor=body.factor,
        period_days=body.period_days,
        on=body.on,
    )


def rule_view(rule: SignalRule | None) -> SignalRuleView | None:
    """What a segment watches for, if for anything."""
    if rule is None:
        return None
    return SignalRuleView(
        kind=rule.kind,
        owner=rule.owner,
        sentence=rule.sentence,
        floor=rule.floor,
        factor=rule.factor,
        period_days=rule.period_days,
        on=rule.on,
    )


def finding_view(found: Finding) -> FindingView:
    """What was found."""
    return FindingView(
        day=found.day,
        words=explained(found),
        count=found.count,
        usual=found.usual,
        low=found.low,
        high=found.high,
        weeks=found.weeks,
        calls=found.calls if found.kind == "error_storm" else None,
    )


def signal_view(signal: Signal, customer: Customer) -> SignalView:
    """A signal."""
    return SignalView(
        id=signal.id,
        customer=customer_ref(customer),
        name=customer.name,
        segment=signal.segment,
        kind=signal.kind,
        owner=signal.owner,
        found=finding_view(signal.found),
        room=signal.room or None,
        reason=signal.reason or None,
        asked=signal.asked or None,
        at=time_of(signal.at) or "",
    )


def reason_view(reason: Reason) -> UsageReasonView:
    """A reason."""
    return UsageReasonView(
        id=reason.id,
        kind=reason.kind,
        from_=reason.from_day,
        until=reason.until_day,
        cause=reason.cause,
        text=reason.text,
        by=reason.by,
        message=reason.message or None,
        signal=reason.signal or None,
        at=time_of(reason.at) or "",
    )


def question_view(question: Question) -> QuestionView:
    """What was asked."""
    return QuestionView(
        message=question.message,
        room=question.room,
        text=question.text,
        by=question.by,
        why=question.why,
        about=question.about or None,
        at=time_of(question.at) or "",
    )
