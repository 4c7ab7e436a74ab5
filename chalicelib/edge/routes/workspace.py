"""Workspaces, agents, API keys, installs and the audit log: the vendor's own side."""

from contextlib import suppress
from typing import Any, get_args, get_type_hints

from ...desk.errors import Conflict, Forbidden, Invalid, NotFound
from ...desk.names import given_name
from ...desk.permissions import may_change_agent, may_give
from ...desk.workspaces import Agent, ApiKey, Audit, Install, Workspace
from ...flows.access.issue_key import issue_key
from ...flows.audit import audit
from ...flows.optimistic_retry import again
from ...flows.secrets import made, rolled
from ...ports import Listing, Page, new, over, ref
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
    tried_view,
)


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
        lambda once: found_workspace(call.world, body.name, body.owner.name, body.owner.email, once),
        lambda founded: shapes.FoundedView(
            id=founded.workspace.id,
            name=founded.workspace.name,
            created_at=time_of(founded.workspace.created_at) or "",
            owner=shapes.agent_view(founded.owner),
            api_key=founded.api_key,
            token_secret=founded.token_secret,
        ),
    )


@route("GET", "/v1/workspace", who="agent", gives=shapes.WorkspaceView)
def workspace(call: Call) -> shapes.WorkspaceView:
    """Show the credential's workspace."""
    return shapes.workspace_view(_workspace(call))


@route("PATCH", "/v1/workspace", who="agent", need="admin", body=shapes.ChangeWorkspace, gives=shapes.WorkspaceView)
def change_workspace(call: Call, body: shapes.ChangeWorkspace) -> shapes.WorkspaceView:
    """Rename the workspace, say which sites may call from a browser, let visitors in."""
    fields = named_fields(body)
    if "allowed_origins" in fields:
        fields["origins"] = tuple(dict.fromkeys(fields.pop("allowed_origins")))

    def attempt(_: int) -> Workspace:
        old = _workspace(call)
        changed = old.changed(**fields)
        call.world.store.commit(over(changed, old), *audit(call.world, call.who, "workspace.changed", old.id, fields))
        return changed

    return shapes.workspace_view(again(call.world, attempt))


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

    def attempt(_: int) -> tuple[str, str]:
        old = _workspace(call)
        plain, secret = made(call.world, old.id, "tokens", "uts_")
        changed = old.changed(token_secrets=rolled(old.token_secrets, secret))
        entry = audit(call.world, call.who, "workspace.token-secret-rolled", old.id)
        result = (secret.id, plain)
        writes = call.once.writes(result, call.world.clock.now())
        call.world.store.commit(over(changed, old), *entry, *writes)
        return result

    return call.answering(
        lambda once: again(call.world, attempt, once),
        lambda result: shapes.TokenSecretView(id=result[0], token_secret=result[1]),
    )


def _workspace(call: Call) -> Workspace:
    found_ = call.world.store.one(ref(Workspace, call.who.workspace))
    if found_ is None:
        raise NotFound("no such workspace")
    return found_


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
    _may_give(call, body.role)

    def attempt(_: int) -> Agent:
        agent = Agent(
            version=1,
            id=call.world.fresh_id("agt"),
            workspace=call.who.workspace,
            name=given_name(body.name),
            role=body.role,
            email=body.email,
            created_at=call.world.clock.now(),
        )
        entry = audit(call.world, call.who, "agent.added", agent.id)
        call.world.store.commit(new(agent), *entry, *call.once.writes(agent, agent.created_at))
        return agent

    return call.answering(lambda once: again(call.world, attempt, once), shapes.agent_view)


@route("GET", "/v1/agents/{agent}", who="agent", gives=shapes.AgentView)
def agent(call: Call) -> shapes.AgentView:
    """Show an agent."""
    return shapes.agent_view(_agent(call, call.params["agent"]))


@route("PATCH", "/v1/agents/{agent}", who="agent", need="admin", body=shapes.ChangeAgent, gives=shapes.AgentView)
def change_agent(call: Call, body: shapes.ChangeAgent) -> shapes.AgentView:
    """Change an agent; block them or let them go, and their keys die at once."""

    def attempt(_: int) -> Agent:
        old = _agent(call, call.params["agent"])
        _may_give(call, old.role)
        fields = named(body)
        _may_give(call, fields.get("role", old.role))
        role, state = fields.get("role", old.role), fields.get("state", "active")
        if not may_change_agent(call.who, old.id, old.role, role, state):
            raise Conflict("nobody takes away their own role or standing")
        fields |= ended(call, fields)
        changed = old.changed(**fields)
        call.world.store.commit(over(changed, old), *audit(call.world, call.who, "agent.changed", old.id, fields))
        return changed

    return shapes.agent_view(again(call.world, attempt))


def ended(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    """What a change of standing brings with it: credentials issued before this moment are dead, for good."""
    return {"valid_after": call.world.clock.now()} if fields.get("state") in ("blocked", "gone") else {}


def _may_give(call: Call, role: str) -> None:
    if not may_give(call.who, role):
        raise Forbidden("only an owner may make or change an owner")


def _agent(call: Call, id_: str) -> Agent:
    found_ = call.world.store.one(ref(Agent, call.who.workspace, id_))
    if found_ is None:
        raise NotFound("no such agent")
    return found_


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
    holder = _agent(call, body.agent or call.who.id)
    _may_give(call, holder.role)
    wide = [scope for scope in body.scopes if scope not in call.who.scopes]
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
        lambda once: issue_key(call.world, call.who, holder, body.name, scopes, expires, once, **kind),
        lambda issued: shapes.key_view(issued[1], issued[0]),
    )


@route("DELETE", "/v1/api-keys/{key}", who="agent", need="admin", status=204)
def revoke_key(call: Call) -> None:
    """Revoke an API key, at once."""

    def attempt(_: int) -> None:
        key = call.world.store.one(ref(ApiKey, call.params["key"]))
        if key is None or key.workspace != call.who.workspace:
            raise NotFound("no such key")
        if not key.revoked_at:
            revoked = key.changed(revoked_at=call.world.clock.now())
            call.world.store.commit(over(revoked, key), *audit(call.world, call.who, "key.revoked", key.id))

    again(call.world, attempt)


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
        lambda once: connect_install(call.world, call.who, body.kind, body.name, body.config, body.credentials, once),
        lambda connected: install_view(connected[0], call.incoming.base_url, connected[1]),
    )


@route("GET", "/v1/installs/{install}", who="agent", gives=InstallView)
def install(call: Call) -> InstallView:
    """Show an install."""
    found_ = call.world.store.one(ref(Install, call.params["install"]))
    if found_ is None or found_.workspace != call.who.workspace:
        raise NotFound("no such install")
    return install_view(found_, call.incoming.base_url)


@route("PATCH", "/v1/installs/{install}", who="agent", need="admin", body=ChangeInstall, gives=InstallView)
def patch_install(call: Call, body: ChangeInstall) -> InstallView:
    """Change an install."""
    from ...flows.installs.connect import change_install

    changed = change_install(call.world, call.who, call.params["install"], named_fields(body))
    return install_view(changed, call.incoming.base_url)


@route("DELETE", "/v1/installs/{install}", who="agent", need="admin", status=204)
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
        lambda once: roll_secret(call.world, call.who, call.params["install"], once),
        lambda made_: install_view(made_[0], call.incoming.base_url, made_[1]),
    )


@route("GET", "/v1/install-kinds", who="agent", gives=list[InstallKindView])
def install_kinds(call: Call) -> Page[Any]:
    """List what can be connected, and which credentials its provider gives for that."""
    found = []
    for kind in get_args(get_type_hints(NewInstall)["kind"]):
        with suppress(KeyError):  # one that this stack is not wired for
            credentials = dict(call.world.way_in(kind).CREDENTIALS)
            found.append(InstallKindView(kind=kind, credentials=credentials))
    return Page(found)


@route("POST", "/v1/installs/{install}/try", who="agent", need="admin", gives=TriedView)
def try_(call: Call) -> TriedView:
    """Try an install: who we are at its other side, what is right there, and what is missing."""
    from ...flows.installs.try_install import try_install

    id_ = call.params["install"]
    return call.answering(lambda once: try_install(call.world, call.who, id_, once), lambda found: tried_view(*found))


@route("GET", "/v1/audit", who="agent", need="admin", gives=list[shapes.AuditView], query=PAGED)
def audit_log(call: Call) -> Page[Any]:
    """List what agents and keys changed, newest first."""
    listing: Listing[Audit] = Listing("audit", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.audit_view(entry) for entry in page.items], page.next)
