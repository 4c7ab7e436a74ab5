"""Let in whom a workspace's identity provider has sent: who of its agents it is, with which role."""

import re
from collections.abc import Iterator
from typing import Any

from ...desk.domains import domain_name
from ...desk.errors import Conflict, Forbidden
from ...desk.ids import derived
from ...desk.names import shown_name
from ...desk.sessions import Provider
from ...desk.workspaces import Agent, Role
from ...ports import Listing, World, Write, new, over, ref
from ..optimistic_retry import again
from ..paging import every
from .sign_in import agents_by_mail, opened_session

STRENGTH: tuple[Role, ...] = ("admin", "agent", "reader")


def come_in(world: World, provider: Provider, claims: dict[str, Any]) -> str:
    """The token of a new session, of whoever the provider's claims are: known by its own name for them, which nobody
    else ever has, else by an address that the workspace trusts."""
    subject = f"{provider.issuer} {claims['sub']}"
    email = _address(provider, claims)
    role = _role(provider, claims)
    name = shown_name(str(claims.get("name") or ""))

    def attempt(_: int) -> str:
        known = agent_of(world, provider, str(claims["sub"]))
        agent = known or _by_mail(world, provider.workspace, email)
        writes: list[Write]
        if agent is None:
            wanted = role or provider.otherwise
            if not wanted:
                raise Forbidden("nobody has let you into this workspace yet")
            now = world.clock.now()
            agent = Agent(
                version=1,
                id=derived("agt", provider.workspace, subject),
                workspace=provider.workspace,
                name=name or email,
                role=wanted,
                email=email,
                created_at=now,
                subject=subject,
            )
            writes = [new(agent)]
        else:
            free = known is None or not _by_mail(world, provider.workspace, email)
            agent, writes = _as_now(
                provider, agent, subject, role=role, name=name, email=email if free else agent.email
            )
        token, session = opened_session(world, agent, "oidc", sid=str(claims.get("sid") or ""))
        world.store.commit(*writes, *session)
        return token

    return again(world, attempt)


def agent_of(world: World, provider: Provider, sub: str) -> Agent | None:
    """The agent who has come from the provider as `sub` before; None if nobody has."""
    subject = f"{provider.issuer} {sub}"
    made = world.store.one(ref(Agent, provider.workspace, derived("agt", provider.workspace, subject)))
    agents: Listing[Agent] = Listing("agents", (provider.workspace,))
    invited = (each for each in every(world.store, agents) if each.subject == subject)
    return made or next(invited, None)


def _as_now(
    provider: Provider, agent: Agent, subject: str, *, role: Role | None, name: str, email: str
) -> tuple[Agent, list[Write]]:
    """The agent as the provider tells of them now. What owns the workspace, no claim makes or takes away."""
    if agent.state != "active":
        raise Forbidden("you are no longer an agent of this workspace")
    if agent.subject not in ("", subject):
        raise Conflict("this address is another person's at the identity provider")
    if provider.claim and agent.role != "owner":
        wanted = role or provider.otherwise
        if not wanted:
            raise Forbidden("the identity provider gives you no role here")
    else:
        wanted = agent.role
    fields = {"subject": subject, "role": wanted, "name": name or agent.name, "email": email}
    if all(getattr(agent, field) == value for field, value in fields.items()):
        return agent, []
    changed = agent.changed(**fields)
    return changed, [over(changed, agent)]


def _by_mail(world: World, workspace: str, email: str) -> Agent | None:
    """The workspace's agent with this address: who is blocked does not come in as somebody new."""
    found = [agent for agent in agents_by_mail(world, email) if agent.workspace == workspace]
    return next((agent for agent in found if agent.state != "active"), found[0] if found else None)


def _address(provider: Provider, claims: dict[str, Any]) -> str:
    email = str(claims.get("email") or "").strip().lower()
    name, _, domain = email.rpartition("@")
    if not name or "@" in name or len(email) > 254 or not email.isprintable() or " " in email:
        raise Forbidden("the identity provider does not tell your address")
    if claims.get("email_verified") not in (True, "true") and not (
        provider.trusted and claims.get("email_verified") is None
    ):
        raise Forbidden("the identity provider has not verified your address")
    if domain_name(domain) not in provider.domains:
        raise Forbidden("addresses of this domain are not let in")
    return email


def _role(provider: Provider, claims: dict[str, Any]) -> Role | None:
    """The strongest role that the claim's values stand for."""
    claimed = claim_of(claims, provider.claim) if provider.claim else None
    values = set(_values(claimed))
    held = {role for value, role in provider.roles.items() if value in values}
    return next((role for role in STRENGTH if role in held), None)


def _values(claimed: Any) -> Iterator[str]:
    """What a claim holds: of a list each, of an object (Zitadel's roles) its names, of a text it and its words (as
    scopes are told)."""
    if isinstance(claimed, dict):
        yield from (str(name) for name, held in claimed.items() if held)
    elif isinstance(claimed, list):
        yield from (str(each) for each in claimed)
    elif isinstance(claimed, str):
        yield from (claimed, *re.split(r"[\s,]+", claimed))


def claim_of(claims: dict[str, Any], name: str) -> Any:
    """A claim by its name, or by its path (`realm_access.roles`)."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
