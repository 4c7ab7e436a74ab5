"""Pains: the three open issues that hurt customers most, week by week."""

from typing import Any

from ...desk.domains import sendable
from ...desk.errors import Invalid
from ...desk.pains import Chat, Pains, PainsPlan
from ...flows.clocks.weekly_pains import answer_for, plan_pains, weighed
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import pains as shapes
from ..shapes.answers import PAGED


def _plan(call: Call) -> Ref[Any]:
    return ref(PainsPlan, call.who.workspace)


@route("GET", "/v1/pains", who="agent", gives=list[shapes.PainsView], query=PAGED)
def pains(call: Call) -> Page[Any]:
    """List the three of each week, the latest first: who answers for them, and what became of those before."""
    listing: Listing[Pains] = Listing("pains", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.pains_view(each) for each in page.items], page.next)


@route("GET", "/v1/pains/now", who="agent", gives=shapes.PainsView)
def pains_now(call: Call) -> shapes.PainsView:
    """Weigh what hurts most at this moment, as it would be told; nothing is written."""
    return shapes.pains_view(weighed(call.world, call.who.workspace, call.world.clock.now()))


@route("GET", "/v1/pains-plan", tagged=_plan, who="agent", gives=shapes.PainsPlanView)
def pains_plan(call: Call) -> shapes.PainsPlanView:
    """Show who is told, and when next."""
    plan = call.world.store.one(ref(PainsPlan, call.who.workspace))
    return shapes.plan_view(plan or PainsPlan(workspace=call.who.workspace))


@route(
    "PUT",
    "/v1/pains-plan",
    tagged=_plan,
    who="agent",
    need="admin",
    body=shapes.PlanPains,
    gives=shapes.PainsPlanView,
)
def put_pains_plan(call: Call, body: shapes.PlanPains) -> shapes.PainsPlanView:
    """Say which addresses and conversations are told each Monday morning; nobody ends it."""
    mails = tuple(dict.fromkeys(map(sendable, body.mails)))
    if "" in mails:
        raise Invalid("an address that a mail can be sent to", f"mails[{[*map(sendable, body.mails)].index('')}]")
    chats = tuple(dict.fromkeys(Chat(install=each.install, conversation=each.conversation) for each in body.chats))
    return shapes.plan_view(plan_pains(call.world, call.who.workspace, mails, chats=chats))


@route("PUT", "/v1/pains/{issue}", who="agent", need="write", body=shapes.AnswerFor, gives=shapes.PainsView)
def put_answer_for(call: Call, body: shapes.AnswerFor) -> shapes.PainsView:
    """Name who answers for one of the latest three."""
    return shapes.pains_view(answer_for(call.world, call.who.workspace, call.params["issue"], agent_id=body.agent))
