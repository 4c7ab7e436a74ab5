"""Signing in, as it goes over the wire: requests and answers."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from ...desk.permissions import Principal
from ...desk.workspaces import Agent, Workspace
from .answers import Body, Name, PersonName, Time, View, time_of
from .workspace import AgentView, agent_view

Address = Annotated[str, Meta(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$(?!\n)")]


class WaysView(View, frozen=True):
    """How one may sign in here. `provider` is what the workspace calls its identity provider, `demo` whom a laptop's
    stack lets in without any proof."""

    mail: bool
    provider: str | None
    demo: list[str]


class AskLink(Body, frozen=True):
    """Mail a link that signs in, to whoever has this address."""

    email: Address


class UseLink(Body, frozen=True):
    """The token of a mailed link."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]


class DemoSignIn(Body, frozen=True):
    """One of the demo's agents, where somebody is an agent in several workspaces: in the named one."""

    email: Address
    workspace: str | None = None


class Came(View, frozen=True):
    """Who is signed in now, by a cookie."""

    workspace: str
    agent: str


class ChangeMe(Body, frozen=True):
    """How one is called."""

    name: PersonName


class OwnWorkspace(View, frozen=True):
    """Where one is signed in, and whether machines draft there: `off`, `shadow` or `on`."""

    id: str
    name: str
    drafting: str


class SessionView(View, frozen=True):
    """Whom the credential belongs to. `may` is what it grants: read, write, admin, own."""

    agent: AgentView
    may: list[str]
    workspace: OwnWorkspace
    expires_at: Time | None


class ProviderView(View, frozen=True):
    """The workspace's identity provider. Its client secret is never shown."""

    name: str
    issuer: str
    client_id: str
    domains: list[str]
    trusted: bool
    claim: str
    roles: dict[str, str]
    otherwise: str


Granted = Literal["admin", "agent", "reader"]
Given = Annotated[str, Meta(min_length=1, max_length=500)]


class PutProvider(Body, frozen=True):
    """An OpenID provider. `claim` names where roles are read (`groups`, `realm_access.roles`), `roles` what its values
    mean; with a claim, whoever has none of them is `otherwise`, or is not let in. Without one, agents keep their roles,
    and newcomers are `otherwise`. `trusted`: its addresses are right even where it does not say that they are verified.
    A `client_secret` that is not told stays."""

    name: Name
    issuer: Annotated[str, Meta(max_length=500)]
    client_id: Given
    domains: Annotated[list[Annotated[str, Meta(max_length=253)]], Meta(min_length=1, max_length=40)]
    client_secret: Given | UnsetType = UNSET
    trusted: bool = False
    claim: Annotated[str, Meta(max_length=200)] = ""
    roles: Annotated[dict[str, Granted], Meta(max_length=100)] = {}
    otherwise: Literal["", "admin", "agent", "reader"] = ""


class SocketTicketView(View, frozen=True):
    """`token` authenticates one WebSocket at `url`, within a minute."""

    url: str
    token: str
    expires_at: Time


def session_view(who: Principal, agent: Agent, workspace: Workspace) -> SessionView:
    """The caller."""
    return SessionView(
        agent=agent_view(agent),
        may=[need for need in ("read", "write", "admin", "own") if who.may(need)],
        workspace=OwnWorkspace(id=workspace.id, name=workspace.name, drafting=workspace.drafting.mode),
        expires_at=time_of(who.expires_at),
    )
