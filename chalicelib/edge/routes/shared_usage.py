"""Usage that a workspace shares: a customer's own people see their curve and its reasons, and say why it moved."""

from typing import Any

from ...desk.usage_meters import day_of
from ...flows.usage import shared as flows
from ...flows.usage.days import read_actors, read_days
from ..door.calls import Call
from ..door.router import route
from ..shapes import messages
from ..shapes import shared_usage as shapes
from .usage import days_asked


@route("GET", "/v1/me/usage", gives=shapes.OwnUsageView, query=("first_day", "last_day"), tenant=True)
def own_usage(call: Call) -> shapes.OwnUsageView:
    """Show the usage of one's own customer on days (UTC), both included (the last thirty if none are named), with the
    reasons that hold on them, and what one's team is asked about it: for a customer's people, where the workspace
    shares it."""
    flows.check_shared(call.who, call.tenant)
    since, until = days_asked(call, call.world.clock.now())
    days = read_days(call.world, call.who.customer, since=since, until=until)
    actors = read_actors(call.world, call.who.customer, since=since, until=until)
    reasons = flows.reasons_shown(call.world, call.who, first=day_of(since), last=day_of(until - 1))
    return shapes.own_usage_view(days, actors, reasons=reasons, questions=flows.open_questions(call.world, call.who))


@route(
    "POST",
    "/v1/me/usage/questions/{question}/answer",
    need="write",
    body=shapes.AnswerQuestion,
    gives=messages.MessageView,
    status=201,
    tenant=True,
)
def answer_question(call: Call, body: shapes.AnswerQuestion) -> Any:
    """Say why the usage of one's own customer moved, as an answer to the message (`question`, its id) in which one's
    team was asked: it is said in that room, and written down as the reason, once."""
    return call.answering(
        lambda once: flows.answer(
            call.world,
            call.who,
            call.tenant,
            question=call.params["question"],
            cause=body.cause,
            until_day=body.until,
            text=body.text,
            once=once,
        ),
        lambda message: messages.message_view(message, call.incoming.base_url, inside=False),
    )
