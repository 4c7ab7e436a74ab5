"""Found a workspace: with its owner, the owner's first API key and the secret that user tokens are signed with."""

from dataclasses import dataclass

from ...desk.names import given_name
from ...desk.workspaces import Agent, Audit, Workspace
from ...ports import World, new
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..secrets import made
from .issue_key import key_record


@dataclass(frozen=True)
class Founded:
    """The workspace, and what is shown this once."""

    workspace: Workspace
    owner: Agent
    api_key: str
    token_secret: str


def found_workspace(world: World, name: str, owner_name: str, *, owner_email: str, once: Once = KEYLESS) -> Founded:
    """All of it in one transaction."""

    def attempt(_: int) -> Founded:
        now = world.clock.now()
        id_ = world.fresh_id("wsp")
        token_secret, secret = made(world, id_, "tokens", prefix="uts_")
        workspace = Workspace(
            version=1,
            id=id_,
            name=name,
            created_at=now,
            token_secrets=(secret,),
            customers_by_id=True,
            waits_counted=False,
            listening={},
        )
        owner = Agent(
            version=1,
            id=world.fresh_id("agt"),
            workspace=id_,
            name=given_name(owner_name, "owner.name"),
            role="owner",
            email=owner_email,
            created_at=now,
        )
        api_key, record = key_record(world, owner, "First key", scopes=("read", "write", "admin"), expires_at=0)
        founded = Founded(workspace, owner, api_key, token_secret)
        entry = Audit(
            version=1,
            id=world.fresh_id("aud"),
            workspace=id_,
            at=now,
            actor="bootstrap",
            credential="bootstrap",
            verb="workspace.founded",
            subject=id_,
        )
        world.store.commit(new(workspace), new(owner), new(record), new(entry), *once.writes(founded, now))
        return founded

    return again(world, attempt, once)
