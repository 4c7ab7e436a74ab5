"""Let agents in, change them, block them and let them go."""

from typing import Any

from ...desk.errors import Conflict, Forbidden
from ...desk.names import given_name
from ...desk.permissions import Principal, may_change_agent, may_give
from ...desk.workspaces import Agent, Role, outlived
from ...ports import World, new, over, ref
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again


def agent_of(world: World, who: Principal, id_: str) -> Agent:
    """An agent of the caller's workspace."""
    return own(world, who.workspace, ref(Agent, who.workspace, id_))


def check_may_give(who: Principal, role: str) -> None:
    """Forbidden, unless the caller may give somebody this role, or take it away."""
    if not may_give(who, role):
        raise Forbidden("only an owner may make or change an owner")


def add_agent(world: World, who: Principal, name: str, *, role: Role, email: str, once: Once = KEYLESS) -> Agent:
    """A colleague is let in."""
    check_may_give(who, role)

    def attempt(_: int) -> Agent:
        agent = Agent(
            version=1,
            id=world.fresh_id("agt"),
            workspace=who.workspace,
            name=given_name(name),
            role=role,
            email=email,
            created_at=world.clock.now(),
        )
        entry = audit(world, who, "agent.added", subject=agent.id)
        world.store.commit(new(agent), *entry, *once.writes(agent, agent.created_at))
        return agent

    return again(world, attempt, once)


def change_agent(world: World, who: Principal, id_: str, *, fields: dict[str, Any]) -> Agent:
    """The agent with other fields. Of one who is blocked or gone the credentials die at once."""

    def attempt(_: int) -> Agent:
        old = agent_of(world, who, id_)
        role, state = fields.get("role", old.role), fields.get("state", "active")
        check_may_give(who, old.role)
        check_may_give(who, role)
        if not may_change_agent(who, old.id, old.role, role=role, state=state):
            raise Conflict("nobody takes away their own role or standing")
        named = fields | outlived(fields, world.clock.now())
        changed = old.changed(**named)
        world.store.commit(over(changed, old), *audit(world, who, "agent.changed", subject=old.id, fields=named))
        return changed

    return again(world, attempt)


def rename_oneself(world: World, who: Principal, name: str) -> Agent:
    """The caller, by another name."""
    name = given_name(name)

    def attempt(_: int) -> Agent:
        old = agent_of(world, who, who.id)
        changed = old.changed(name=name)
        world.store.commit(over(changed, old), *audit(world, who, "agent.changed", subject=old.id, fields=["name"]))
        return changed

    return again(world, attempt)
