"""Signing in to the console and out of it; who one is."""

from typing import Any

from ...desk.errors import NotFound, Unauthenticated
from ...desk.sessions import DEMO_AGENTS, SESSION_LIFE_MS, Provider
from ...desk.workspaces import Agent, Workspace
from ...flows.access.sign_in import (
    PER_PLACE,
    agents_of,
    end_session,
    enter,
    give_ticket,
    hold_off,
    use_link,
)
from ...ports import Ref, ref
from ...settings import settings
from ..door.auth import check_own_page, session_cookie, set_cookie
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes import sign_in as shapes
from ..shapes.answers import time_of
from ..shapes.workspace import AgentView, agent_view


def socket_url(base_url: str) -> str:
    """The WebSocket's address: the stack's own, or on a laptop beside the API."""
    return settings().socket_url or f"ws{base_url.removeprefix('http')}/socket"


def signed_in(call: Call, token: str) -> dict[str, str]:
    """The header that hands a browser its session."""
    return set_cookie(session_cookie(call.incoming), token, SESSION_LIFE_MS // 1000)


def _own(call: Call) -> Ref[Any]:
    return ref(Agent, call.who.workspace, call.who.id)


@route("GET", "/v1/sign-in", who="anyone", gives=shapes.WaysView, query=("workspace",))
def ways(call: Call) -> shapes.WaysView:
    """Tell how one may sign in here, and in a workspace."""
    named = call.world.store.one(ref(Provider, call.query("workspace") or ""))
    return shapes.WaysView(
        mail=bool(call.world.mailer.sender),
        provider=named.name if named else None,
        demo=list(DEMO_AGENTS) if settings().local else [],
    )


@route("POST", "/v1/sign-in/links", who="anyone", body=shapes.AskLink, status=202)
def ask_link(call: Call, body: shapes.AskLink) -> None:
    """Mail a link that signs in once, if an agent has the address; the answer does not tell."""
    check_own_page(call.incoming)
    # Limited by who asks: otherwise anybody could keep anybody else out.
    hold_off(call.world, f"sign-in:from:{call.incoming.network}", PER_PLACE)
    # By the worker, so that an address that nobody has takes as long as any.
    call.world.queues.jobs([{"sign_in": body.email.strip().lower(), "base": call.incoming.base_url}])


@route("POST", "/v1/sign-in/links/use", who="anyone", body=shapes.UseLink, gives=shapes.Came)
def follow_link(call: Call, body: shapes.UseLink) -> Reply:
    """Sign in with a mailed link."""
    check_own_page(call.incoming)
    hold_off(call.world, f"sign-in:use:{call.incoming.network}", PER_PLACE)
    token, agent = use_link(call.world, body.token)
    return Reply(shapes.Came(workspace=agent.workspace, agent=agent.id), headers=signed_in(call, token))


@route("POST", "/v1/sign-in/demo", who="anyone", body=shapes.DemoSignIn, gives=shapes.Came)
def demo(call: Call, body: shapes.DemoSignIn) -> Reply:
    """Sign in as a demo's agent, on a laptop alone: every other stage knows of no such thing."""
    if not settings().local or body.email not in DEMO_AGENTS:
        raise NotFound("there is no demo sign-in here")
    check_own_page(call.incoming)
    agents = agents_of(call.world, body.email)
    if not agents:
        raise Unauthenticated("nobody has this address")
    agent = next((each for each in agents if each.workspace == body.workspace), agents[-1])
    token = enter(call.world, agent, "demo")
    return Reply(shapes.Came(workspace=agent.workspace, agent=agent.id), headers=signed_in(call, token))


@route("DELETE", "/v1/session", who="agent", status=204)
def sign_out(call: Call) -> Reply:
    """Sign out: this browser's session is dead at once."""
    end_session(call.world, call.who)
    return Reply(headers=set_cookie(session_cookie(call.incoming), "", 0))


@route("GET", "/v1/session", who="agent", gives=shapes.SessionView)
def session(call: Call) -> shapes.SessionView:
    """Show the agent whom the credential belongs to, and what it grants."""
    agent, workspace = call.world.store.many(
        [ref(Agent, call.who.workspace, call.who.id), ref(Workspace, call.who.workspace)]
    )
    return shapes.session_view(call.who, agent, workspace)


@route("PATCH", "/v1/me", tagged=_own, who="agent", need="write", body=shapes.ChangeMe, gives=AgentView)
def change_me(call: Call, body: shapes.ChangeMe) -> AgentView:
    """Change one's own name."""
    from ...flows.access.change_agent import rename_oneself

    return agent_view(rename_oneself(call.world, call.who, body.name))


@route("POST", "/v1/socket-tickets", who="agent", gives=shapes.SocketTicketView, status=201, sealed=True)
def socket_ticket(call: Call) -> Any:
    """Give a token that opens one WebSocket, for a page whose session no script can read."""
    return call.answering(
        lambda once: give_ticket(call.world, call.who, once),
        lambda given: shapes.SocketTicketView(
            url=socket_url(call.incoming.base_url), token=given[0], expires_at=time_of(given[1].expires_at) or ""
        ),
    )
