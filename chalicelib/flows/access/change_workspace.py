"""Change a workspace: its name and rules, and the secret that its users' tokens are signed with."""

from typing import Any

from ...desk.errors import NotFound
from ...desk.permissions import Principal
from ...desk.workspaces import Workspace
from ...ports import World, over, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..secrets import made, rolled


def workspace_of(world: World, who: Principal) -> Workspace:
    """The caller's workspace."""
    found = world.store.one(ref(Workspace, who.workspace))
    if found is None:
        raise NotFound("no such workspace")
    return found


def change_workspace(world: World, who: Principal, fields: dict[str, Any]) -> Workspace:
    """The workspace with other fields."""

    def attempt(_: int) -> Workspace:
        old = workspace_of(world, who)
        changed = old.changed(**fields)
        world.store.commit(over(changed, old), *audit(world, who, "workspace.changed", subject=old.id, fields=fields))
        return changed

    return again(world, attempt)


def roll_token_secret(world: World, who: Principal, once: Once = KEYLESS) -> tuple[str, str]:
    """(id, secret) of a new one, which is shown this once; the one before it stays live."""

    def attempt(_: int) -> tuple[str, str]:
        old = workspace_of(world, who)
        plain, secret = made(world, old.id, "tokens", prefix="uts_")
        changed = old.changed(token_secrets=rolled(old.token_secrets, secret))
        entry = audit(world, who, "workspace.token-secret-rolled", subject=old.id)
        result = (secret.id, plain)
        world.store.commit(over(changed, old), *entry, *once.writes(result, world.clock.now()))
        return result

    return again(world, attempt, once)
