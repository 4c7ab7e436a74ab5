"""Write down in the audit log what an agent or a key changed, in the transaction that changes it."""

from collections.abc import Iterable

from ..desk.permissions import Principal
from ..desk.workspaces import Audit
from ..ports import Put, World, new


def audit(world: World, who: Principal, verb: str, *, subject: str, fields: Iterable[str] = ()) -> list[Put]:
    """The entry for an agent's change; users' own changes are the rooms' history."""
    if not who.is_agent:
        return []
    entry = Audit(
        version=1,
        id=world.fresh_id("aud"),
        workspace=who.workspace,
        at=world.clock.now(),
        actor=who.id,
        credential=who.credential,
        verb=verb,
        subject=subject,
        fields=tuple(sorted(fields)),
    )
    return [new(entry)]
