"""Workspaces, agents, API keys, installs and the audit log: the vendor's own side."""

from typing import Any

import msgspec

from ...desk.errors import Forbidden, Invalid
from ...desk.segments import Segment
from ...desk.workspaces import Agent, ApiKey, Audit, Drafting, Install, Workspace
from ...flows.access.issue_key import issue_key, revoke
from ...flows.fence import fenced, own
from ...ports import Listing, Page, Ref, ref
from ...wiring import KINDS
from ..door.calls import Call
from ..door.router import route
from ..shapes import workspace as shapes
from ..shapes.answers import PAGED, named, named_fields, time_of
from ..shapes.installs import (
    ChangeInstall,
    InstallKindView,
    InstallView,
    NewInstall,
    TriedView,
    install_view,
    kind_view,
    tried_view,
)


def _tenant(call: Call) -> Ref[Any]:
    return ref(Workspace, call.who.workspace)


def _agents_place(call: Call) -> Ref[Any]:
    return ref(Agent, call.who.workspace, call.params["agent"])


def _installs_place(call: Call) -> Ref[Any]:
    return ref(Install, call.params["install"])


@route(
    "POST",
    "/v1/workspaces",
    who="bootstrap",
    need="own",
    body=shapes.FoundWorkspace,
    gives=shapes.FoundedView,
    status=201,
    sealed=True,
)
def found(call: Call, body: shapes.FoundWorkspace) -> shapes.FoundedView:
    """Found a workspace, with its owner and first API key."""
    from ...flows.access.found_workspace import found_workspace

    return call.answering(
        lambda once: found_workspace(call.world, body.name, body.owner.name, owner_email=body.owner.email, once=once),
        lambda founded: shapes.FoundedView(
            id=founded.workspace.id,
            name=founded.workspace.name,
            created_at=time_of(founded.workspace.created_at) or "",
            owner=shapes.agent_view(founded.owner),
            api_key=founded.api_key,
            token_secret=founded.token_secret,
        ),
    )


@route("GET", "/v1/workspace", tagged=_tenant, who="agent", gives=shapes.WorkspaceView)
def workspace(call: Call) -> shapes.WorkspaceView:
    """Show the credential's workspace."""
    from ...flows.access import change_workspace as workspaces

    return shapes.workspace_view(workspaces.workspace_of(call.world, call.who))


@route(
    "PATCH",
    "/v1/workspace",
    tagged=_tenant,
    who="agent",
    need="admin",
    body=shapes.ChangeWorkspace,
    gives=shapes.WorkspaceView,
)
def change_workspace(call: Call, body: shapes.ChangeWorkspace) -> shapes.WorkspaceView:
    """Rename the workspace, say which sites may call from a browser, let visitors in."""
    from ...flows.access import change_workspace as workspaces

    fields = named_fields(body)
    if "allowed_origins" in fields:
        fields["origins"] = tuple(dict.fromkeys(fields.pop("allowed_origins")))
    if "drafting" in fields:
        fields["drafting"] = _drafting(call, body)
    return shapes.workspace_view(workspaces.change_workspace(call.world, call.who, fields))


def _drafting(call: Call, body: shapes.ChangeWorkspace) -> Drafting:
    """Where machines draft, for customers in segments that are there."""
    given = body.drafting
    assert not isinstance(given, msgspec.UnsetType)
    places: list[Ref[Segment]] = [ref(Segment, each) for each in given.segments]
    for place, found in enumerate(call.world.store.many(places) if places else []):
        if fenced(found, call.who.workspace) is None:
            raise Invalid("no such segment", f"drafting.segments[{place}]")
    return Drafting(mode=given.mode, segments=tuple(dict.fromkeys(given.segments)), shown=given.shown)


@route(
    "POST",
    "/v1/workspace/token-secrets",
    who="agent",
    need="own",
    gives=shapes.TokenSecretView,
    status=201,
    sealed=True,
)
def roll_token_secret(call: Call) -> shapes.TokenSecretView:
    """Make a new secret for user tokens; the one before it stays live."""
    from ...flows.access import change_workspace as workspaces

    return call.answering(
        lambda once: workspaces.roll_token_secret(call.world, call.who, once),
        lambda result: shapes.TokenSecretView(id=result[0], token_secret=result[1]),
    )


# --- agents -------------------------------------------------------------------------------------------------------


@route("GET", "/v1/agents", who="agent", gives=list[shapes.AgentView], query=PAGED)
def agents(call: Call) -> Page[Any]:
    """List the agents."""
    listing: Listing[Agent] = Listing("agents", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.agent_view(agent) for agent in page.items], page.next)


@route("POST", "/v1/agents", who="agent", need="admin", body=shapes.NewAgent, gives=shapes.AgentView, status=201)
def new_agent(call: Call, body: shapes.NewAgent) -> shapes.AgentView:
    """Let a colleague in."""
    from ...flows.access import change_agent as people

    return call.answering(
        lambda once: people.add_agent(call.world, call.who, body.name, role=body.role, email=body.email, once=once),
        shapes.agent_view,
    )


@route("GET", "/v1/agents/{agent}", tagged=_agents_place, who="agent", gives=shapes.AgentView)
def agent(call: Call) -> shapes.AgentView:
    """Show an agent."""
    from ...flows.access import change_agent as people

    return shapes.agent_view(people.agent_of(call.world, call.who, call.params["agent"]))


@route(
    "PATCH",
    "/v1/agents/{agent}",
    tagged=_agents_place,
    who="agent",
    need="admin",
    body=shapes.ChangeAgent,
    gives=shapes.AgentView,
)
def change_agent(call: Call, body: shapes.ChangeAgent) -> shapes.AgentView:
    """Change an agent; block them or let them go, and their keys die at once."""
    from ...flows.access import change_agent as people

    return shapes.agent_view(people.change_agent(call.world, call.who, call.params["agent"], fields=named(body)))


# --- API keys -----------------------------------------------------------------------------------------------------


@route("GET", "/v1/api-keys", who="agent", need="admin", gives=list[shapes.KeyView], query=PAGED)
def keys(call: Call) -> Page[Any]:
    """List the API keys; what they are is never shown again."""
    listing: Listing[ApiKey] = Listing("keys", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.key_view(key) for key in page.items], page.next)


@route(
    "POST",
    "/v1/api-keys",
    who="agent",
    need="admin",
    body=shapes.NewKey,
    gives=shapes.KeyView,
    status=201,
    sealed=True,
)
def new_key(call: Call, body: shapes.NewKey) -> shapes.KeyView:
    """Issue an API key, shown this once. Who speaks by it, a person or a machine, is fixed with it."""
    from ...flows.access import change_agent as people

    holder = people.agent_of(call.world, call.who, body.agent or call.who.id)
    people.check_may_give(call.who, holder.role)
    wide = [scope for scope in body.scopes if not call.who.has(scope)]
    if wide:
        raise Forbidden(f"a key cannot give a scope that it does not have: {wide[0]}")
    days = body.expires_in_days
    expires = call.world.clock.now() + days * 24 * 60 * 60 * 1000 if days else 0
    scopes = tuple(sorted(set(body.scopes)))
    if (body.asks or body.answers) and body.kind == "person":
        raise Invalid("what a person says asks or answers by itself", "asks" if body.asks else "answers")
    if body.asks and body.answers:
        raise Invalid("what a machine says is an ask or an answer", "answers")
    kind = {"kind": body.kind, "asks": body.asks, "answers": body.answers}
    return call.answering(
        lambda once: issue_key(
            call.world, call.who, holder, name=body.name, scopes=scopes, expires_at=expires, once=once, **kind
        ),
        lambda issued: shapes.key_view(issued[1], issued[0]),
    )


@route("DELETE", "/v1/api-keys/{key}", who="agent", need="admin", status=204)
def revoke_key(call: Call) -> None:
    """Revoke an API key, at once."""
    revoke(call.world, call.who, call.params["key"])


# --- installs -----------------------------------------------------------------------------------------------------


@route("GET", "/v1/installs", who="agent", gives=list[InstallView], query=PAGED)
def installs(call: Call) -> Page[Any]:
    """List the installs."""
    listing: Listing[Install] = Listing("installs", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([install_view(install, call.incoming.base_url) for install in page.items], page.next)


@route(
    "POST",
    "/v1/installs",
    who="agent",
    need="admin",
    body=NewInstall,
    gives=InstallView,
    status=201,
    sealed=True,
)
def new_install(call: Call, body: NewInstall) -> InstallView:
    """Connect a channel or a tracker; its secret is shown this once."""
    from ...flows.installs.connect import connect_install

    return call.answering(
        lambda once: connect_install(
            call.world, call.who, body.kind, name=body.name, config=body.config, credentials=body.credentials, once=once
        ),
        lambda connected: install_view(connected[0], call.incoming.base_url, connected[1]),
    )


@route("GET", "/v1/installs/{install}", tagged=_installs_place, who="agent", gives=InstallView)
def install(call: Call) -> InstallView:
    """Show an install."""
    return install_view(own(call.world, call.who.workspace, _installs_place(call)), call.incoming.base_url)


@route(
    "PATCH",
    "/v1/installs/{install}",
    tagged=_installs_place,
    who="agent",
    need="admin",
    body=ChangeInstall,
    gives=InstallView,
)
def patch_install(call: Call, body: ChangeInstall) -> InstallView:
    """Change an install."""
    from ...flows.installs.connect import change_install

    changed = change_install(call.world, call.who, call.params["install"], fields=named_fields(body))
    return install_view(changed, call.incoming.base_url)


@route("DELETE", "/v1/installs/{install}", tagged=_installs_place, who="agent", need="admin", status=204)
def delete_install(call: Call) -> None:
    """Take an install away."""
    from ...flows.installs.connect import remove_install

    remove_install(call.world, call.who, call.params["install"])


@route(
    "POST",
    "/v1/installs/{install}/secrets",
    who="agent",
    need="admin",
    gives=InstallView,
    status=201,
    sealed=True,
)
def roll_install_secret(call: Call) -> InstallView:
    """Make a new secret for an install; the one before it stays live."""
    from ...flows.installs.connect import roll_secret

    return call.answering(
        lambda once: roll_secret(call.world, call.who, call.params["install"], once=once),
        lambda made_: install_view(made_[0], call.incoming.base_url, made_[1]),
    )


@route("GET", "/v1/install-kinds", who="agent", gives=list[InstallKindView])
def install_kinds(call: Call) -> Page[Any]:
    """List what can be connected: how, and what crosses."""
    return Page([kind_view(name, known) for name in KINDS if (known := call.world.kind(name))])


@route("POST", "/v1/installs/{install}/try", who="agent", need="admin", gives=TriedView)
def try_(call: Call) -> TriedView:
    """Try an install: who we are at its other side, what is right there, and what is missing."""
    from ...flows.installs.try_install import try_install

    id_ = call.params["install"]
    return call.answering(
        lambda once: try_install(call.world, call.who, id_, once=once), lambda found: tried_view(*found)
    )


@route("GET", "/v1/audit", who="agent", need="admin", gives=list[shapes.AuditView], query=PAGED)
def audit_log(call: Call) -> Page[Any]:
    """List what agents and keys changed, newest first."""
    listing: Listing[Audit] = Listing("audit", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.audit_view(entry) for entry in page.items], page.next)
