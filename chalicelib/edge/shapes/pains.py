"""The week's pains as they go over the wire."""

from typing import Annotated

from msgspec import Meta

from ...desk.pains import MAX_CHATS, MAX_MAILS, Pains, PainsPlan
from .answers import Body, Email, Time, View, time_of


class ChatBody(Body, frozen=True):
    """A conversation of Slack or Teams by its id there (`C0123456789`), and the install that writes into it."""

    install: str
    conversation: Annotated[str, Meta(min_length=1, max_length=300)]


class ChatView(View, frozen=True):
    """A conversation that is told."""

    install: str
    conversation: str


class PlanPains(Body, frozen=True):
    """Who is told of them each Monday; nobody ends it."""

    mails: Annotated[list[Email], Meta(max_length=MAX_MAILS)] = []
    chats: Annotated[list[ChatBody], Meta(max_length=MAX_CHATS)] = []


class AnswerFor(Body, frozen=True):
    """The agent who answers for it."""

    agent: str


class PainView(View, frozen=True):
    """One of the three: how many rooms and customers stand behind the issue, what these pay, since when it is known,
    how many clocks of its rooms were missed within the week. `only` is its customer's name, if it has but one; `agent`
    answers for it."""

    issue: str
    title: str
    rooms: int
    customers: int
    arr: float
    since: Time
    missed: int
    only: str | None
    agent: str | None


class BecameView(View, frozen=True):
    """What became of one of the last week's three."""

    issue: str
    title: str
    state: str
    rooms: int
    rooms_before: int
    still: bool


class PainsView(View, frozen=True):
    """The three of a week (its Monday), the worst first, and what became of the last ones."""

    week: str
    at: Time
    top: list[PainView]
    before: list[BecameView]


class PainsPlanView(View, frozen=True):
    """Who is told, and when next; null: never."""

    mails: list[str]
    chats: list[ChatView]
    due: Time | None


def pains_view(pains: Pains) -> PainsView:
    """Those of a week."""
    top = [
        PainView(
            issue=each.issue,
            title=each.title,
            rooms=each.rooms,
            customers=each.customers,
            arr=each.arr,
            since=time_of(each.since) or "",
            missed=each.missed,
            only=each.only or None,
            agent=each.agent or None,
        )
        for each in pains.top
    ]
    before = [
        BecameView(
            issue=each.issue,
            title=each.title,
            state=each.state,
            rooms=each.rooms,
            rooms_before=each.rooms_before,
            still=each.still,
        )
        for each in pains.before
    ]
    return PainsView(week=pains.week, at=time_of(pains.at) or "", top=top, before=before)


def plan_view(plan: PainsPlan) -> PainsPlanView:
    """The plan."""
    chats = [ChatView(install=each.install, conversation=each.conversation) for each in plan.chats]
    return PainsPlanView(mails=list(plan.mails), chats=chats, due=time_of(plan.due))
