"""Workspaces, agents, keys and the audit log as they go over the wire: requests, answers, and records as shown."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ...desk.outcomes import Outcome
from ...desk.workspaces import Agent, ApiKey, Audit, Workspace
from .answers import Body, Email, Name, PersonName, Time, View, time_of


class Owner(Body, frozen=True):
    """The first agent of a workspace."""

    name: PersonName = "Owner"
    email: Email = ""


class FoundWorkspace(Body, frozen=True):
    """Found a workspace."""

    name: Name
    owner: Owner = Owner()


class DraftingView(View, frozen=True):
    """Where machines draft, and whether customers are told."""

    mode: str
    segments: list[str]
    shown: bool


class WorkspaceView(View, frozen=True):
    """The workspace of the credential."""

    id: str
    name: str
    created_at: Time
    allowed_origins: list[str]
    visitors: bool
    thanks: bool
    acknowledgement: str
    outcomes: dict[str, str]
    subdomains: bool
    drafting: DraftingView
    agents_muted: bool
    raw_days: int
    share_usage: bool
    token_secrets: list[dict[str, str]]


class FoundedView(View, frozen=True):
    """A new workspace. `api_key` and `token_secret` are shown this once."""

    id: str
    name: str
    created_at: Time
    owner: "AgentView"
    api_key: str
    token_secret: str


Origin = Annotated[
    str, Meta(max_length=300, pattern=r"^https?://[a-z0-9.:\[\]-]+$(?!\n)", examples=["https://app.example.com"])
]


class DraftingBody(Body, frozen=True):
    """Where machines draft: nowhere (`off`), in `shadow` for admins to look at, or `on`, for agents to send; of
    customers in these `segments` alone (none: of everybody). With `shown`, customers see that a message was drafted by
    whom."""

    mode: Literal["off", "shadow", "on"] = "off"
    segments: Annotated[list[str], Meta(max_length=20)] = []
    shown: bool = False


class ChangeWorkspace(Body, frozen=True):
    """Change the workspace: what is not named stays. `allowed_origins` are the sites whose pages may call as a user or
    a visitor (none: all of them); with `visitors`, people without a token may open a room of their own.
    With `thanks`, what a customer says in thanks puts nobody on the hook (the default). `acknowledgement` is what a
    room is told when somebody is aware of what waits in it; empty for our own words. `outcomes` is what one is told of
    its end, whole: for an outcome that is not named, our own words. With `subdomains`, whoever writes from below a
    domain that a customer has proven is placed there, too. `drafting` says where machines draft answers, whole. With
    `agents_muted` no customer's coding agents speak. The raw log of usage is kept for `raw_days`. With
    `share_usage` each customer's people see their own curve in the support button, with its reasons."""

    name: Name | UnsetType = UNSET
    allowed_origins: Annotated[list[Origin], Meta(max_length=100)] | UnsetType = UNSET
    visitors: bool | UnsetType = UNSET
    thanks: bool | UnsetType = UNSET
    acknowledgement: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    outcomes: dict[Outcome, Annotated[str, Meta(max_length=500)]] | UnsetType = UNSET
    subdomains: bool | UnsetType = UNSET
    drafting: DraftingBody | UnsetType = UNSET
    agents_muted: bool | UnsetType = UNSET
    raw_days: Annotated[int, Meta(ge=1, le=400)] | UnsetType = UNSET
    share_usage: bool | UnsetType = UNSET


class TokenSecretView(View, frozen=True):
    """A new secret for user tokens, shown this once. The one before it stays live until the next is made."""

    id: str
    token_secret: str


class NewAgent(Body, frozen=True):
    """A person on the vendor's side."""

    name: PersonName
    role: Literal["owner", "admin", "agent", "reader"] = "agent"
    email: Email = ""


class ChangeAgent(Body, frozen=True):
    """`blocked` and `gone` end the agent's keys at once."""

    name: PersonName | UnsetType = UNSET
    role: Literal["owner", "admin", "agent", "reader"] | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    state: Literal["active", "blocked", "gone"] | UnsetType = UNSET


class AgentView(View, frozen=True):
    """An agent."""

    id: str
    name: str
    role: str
    email: str
    state: str
    created_at: Time


class NewKey(Body, frozen=True):
    """An API key of an agent (by default of the one who asks), narrowed to scopes. What is said by a `machine` is shown
    as its own, moves nobody's read mark, and nobody's turn either unless what it says `asks`, or `answers`. One that
    may `draft` and not `write` proposes answers, which an agent sends."""

    name: Name
    agent: str = ""
    kind: Literal["person", "machine"] = "person"
    asks: bool = False
    answers: bool = False
    scopes: Annotated[list[Literal["read", "draft", "write", "admin"]], Meta(min_length=1, max_length=4)] = (
        msgspec.field(default_factory=lambda: ["read", "write"])
    )
    expires_in_days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class KeyView(View, frozen=True):
    """An API key. `key` is shown once, when it is issued."""

    id: str
    name: str
    agent: str
    kind: str
    asks: bool
    answers: bool
    scopes: list[str]
    created_at: Time
    expires_at: Time | None
    revoked_at: Time | None
    key: str | None = None


class AuditView(View, frozen=True):
    """What an agent or key changed."""

    id: str
    at: Time
    actor: str
    credential: str
    verb: str
    subject: str
    fields: list[str]


def workspace_view(workspace: Workspace) -> WorkspaceView:
    """A workspace; of its secrets only which there are."""
    secrets = [{"id": secret.id, "created_at": time_of(secret.created_at) or ""} for secret in workspace.token_secrets]
    return WorkspaceView(
        id=workspace.id,
        name=workspace.name,
        created_at=time_of(workspace.created_at) or "",
        allowed_origins=list(workspace.origins),
        visitors=workspace.visitors,
        thanks=workspace.thanks,
        acknowledgement=workspace.acknowledgement,
        outcomes=workspace.outcomes,
        subdomains=workspace.subdomains,
        drafting=DraftingView(
            mode=workspace.drafting.mode, segments=list(workspace.drafting.segments), shown=workspace.drafting.shown
        ),
        agents_muted=workspace.agents_muted,
        raw_days=workspace.raw_days,
        share_usage=workspace.share_usage,
        token_secrets=secrets,
    )


def agent_view(agent: Agent) -> AgentView:
    """An agent."""
    return AgentView(
        id=agent.id,
        name=agent.name,
        role=agent.role,
        email=agent.email,
        state=agent.state,
        created_at=time_of(agent.created_at) or "",
    )


def key_view(key: ApiKey, plain: str | None = None) -> KeyView:
    """A key; its plain text only when it is issued."""
    return KeyView(
        id=key.id,
        name=key.name,
        agent=key.agent,
        kind=key.kind,
        asks=key.asks,
        answers=key.answers,
        scopes=list(key.scopes),
        created_at=time_of(key.created_at) or "",
        expires_at=time_of(key.expires_at),
        revoked_at=time_of(key.revoked_at),
        key=plain,
    )


def audit_view(entry: Audit) -> AuditView:
    """An entry of the audit log."""
    return AuditView(
        id=entry.id,
        at=time_of(entry.at) or "",
        actor=entry.actor,
        credential=entry.credential,
        verb=entry.verb,
        subject=entry.subject,
        fields=list(entry.fields),
    )
