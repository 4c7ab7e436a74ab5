"""Agent keys: made by a customer's people for their own coding agents, and whether these may speak (ADR 171)."""

from typing import Any

from ...desk.agent_keys import AgentKey
from ...desk.customers import Customer, User
from ...desk.errors import Forbidden, NotFound
from ...desk.workspaces import Workspace
from ...flows.access.issue_agent_key import issue_agent_key, revoke_agent_key
from ...flows.access.mute_agents import mute_agents
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import agent_keys as shapes
from ..shapes.answers import PAGED
from .customers import customer_of


def _own_customer(call: Call) -> Ref[Any]:
    return ref(Customer, call.who.customer)


def _check_user(call: Call) -> None:
    if call.who.is_agent:
        raise Forbidden("agent keys are made by customers' people for themselves")


@route("GET", "/v1/agent-keys", gives=list[shapes.AgentKeyView], query=PAGED)
def agent_keys(call: Call) -> Page[Any]:
    """List one's own agent keys that are not revoked; what they are is never shown again."""
    _check_user(call)
    return _page(call, call.who.customer, call.who.id)


@route(
    "POST",
    "/v1/agent-keys",
    need="write",
    body=shapes.NewAgentKey,
    gives=shapes.AgentKeyView,
    status=201,
    sealed=True,
)
def new_agent_key(call: Call, body: shapes.NewAgentKey) -> Any:
    """Make an agent key for one's own coding agent, shown this once: it reads what its user may; with `speak` it asks
    and answers in their rooms, as their agent and never as they themselves. It is dead when they are gone."""
    _check_user(call)
    user = call.world.store.one(ref(User, call.who.customer, call.who.id))
    scopes = tuple(scope for scope in ("read", "speak") if scope in {"read", *body.scopes})
    return call.answering(
        lambda once: issue_agent_key(call.world, call.who, body.name, scopes=scopes, once=once),
        lambda issued: shapes.agent_key_view(issued[1], user, issued[0]),
    )


@route("DELETE", "/v1/agent-keys/{agent_key}", need="write", status=204)
def delete_agent_key(call: Call) -> None:
    """Revoke an agent key, at once: a user one of their own, an agent any."""
    revoke_agent_key(call.world, call.who, call.params["agent_key"])


@route("GET", "/v1/customers/{customer}/agent-keys", who="agent", gives=list[shapes.AgentKeyView], query=PAGED)
def customers_agent_keys(call: Call) -> Page[Any]:
    """List the agent keys of a customer's people that are not revoked."""
    return _page(call, customer_of(call, call.params["customer"]).id)


def _page(call: Call, customer: str, user: str = "") -> Page[Any]:
    listing: Listing[AgentKey] = Listing("agent-keys", (customer, user))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    ids = list(dict.fromkeys(key.user for key in page.items))
    users = call.world.store.many([ref(User, customer, id_) for id_ in ids]) if ids else []
    whose = dict(zip(ids, users, strict=True))
    return Page([shapes.agent_key_view(key, whose[key.user]) for key in page.items], page.next)


@route("GET", "/v1/agent-speaking", tagged=_own_customer, gives=shapes.SpeakingView)
def speaking(call: Call) -> shapes.SpeakingView:
    """Tell whether the coding agents of one's own customer may speak."""
    _check_user(call)
    return _speaking(call)


@route(
    "PUT",
    "/v1/agent-speaking",
    tagged=_own_customer,
    need="write",
    body=shapes.SetSpeaking,
    gives=shapes.SpeakingView,
)
def set_speaking(call: Call, body: shapes.SetSpeaking) -> shapes.SpeakingView:
    """Switch the speaking of one's own customer's coding agents off, or on again: their keys read alone meanwhile. The
    vendor does it by `agents_muted` of a customer, or of the workspace."""
    _check_user(call)
    mute_agents(call.world, call.who, off=not body.allowed)
    return _speaking(call)


def _speaking(call: Call) -> shapes.SpeakingView:
    customer, workspace = call.world.store.many([_own_customer(call), ref(Workspace, call.who.workspace)])
    if customer is None or workspace is None:
        raise NotFound("no such customer")
    return shapes.speaking_view(customer, workspace)
