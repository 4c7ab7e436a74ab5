"""Secrets of workspaces and installs: made, sealed, opened; two may be live."""

import base64
from collections.abc import Sequence

from ..desk.workspaces import MAX_LIVE_SECRETS, Secret
from ..ports import World


def context(workspace: str, owner: str) -> dict[str, str]:
    """What a sealed secret is bound to."""
    return {"workspace": workspace, "owner": owner}


def made(world: World, workspace: str, owner: str, prefix: str = "whsec_") -> tuple[str, Secret]:
    """A new secret in the Standard Webhooks form (`whsec_` + base64 of 32 bytes), plain and sealed."""
    plain = prefix + base64.b64encode(world.clock.entropy(32)).decode()
    sealed = world.sealer.seal(plain, context(workspace, owner))
    return plain, Secret(id=world.fresh_id("sec"), sealed=sealed, created_at=world.clock.now())


def rolled(secrets: Sequence[Secret], fresh: Secret) -> tuple[Secret, ...]:
    """The live secrets after a new one: newest first, the oldest falls out."""
    return (fresh, *secrets)[:MAX_LIVE_SECRETS]


def opened(world: World, secrets: Sequence[Secret], workspace: str, owner: str) -> list[str]:
    """The plain secrets, newest first."""
    return [world.sealer.open(secret.sealed, context(workspace, owner)) for secret in secrets]
