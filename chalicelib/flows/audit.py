"""Write down in the audit log what an agent or a key changed, in the transaction that changes it."""

from collections.abc import Iterable

from ..desk.permissions import Principal
from ..desk.workspaces import Audit
from ..ports import Put, World, new


def audit(world: World, who: Principal, verb: str, *, subject: str, fields: Iterable[str] = ()) -> list[Put]:
    """The entry for an agent's change; users' own changes are the rooms' history."""
    if not who.is_agent:
        return []
    return [entry(world, who.workspace, verb, subject=subject, by=who.id, credential=who.credential, fields=fields)]


def note_call(world: World, who: Principal, verb: str, *, subject: str, fields: Iterable[str] = ()) -> None:
    """Write down by itself what anybody asked, whether it changes something or not (ADR 170)."""
    world.store.commit(
        entry(world, who.workspace, verb, subject=subject, by=who.id, credential=who.credential, fields=fields)
    )


def entry(
    world: World,
    workspace: str,
    verb: str,
    *,
    subject: str,
    by: str = "",
    credential: str = "",
    fields: Iterable[str] = (),
) -> Put:
    """The entry of what nobody asked for: Parley itself did it, or what somebody proved."""
    made = Audit(
        version=1,
        id=world.fresh_id("aud"),
        workspace=workspace,
        at=world.clock.now(),
        actor=by,
        credential=credential,
        verb=verb,
        subject=subject,
        fields=tuple(sorted(fields)),
    )
    return new(made)
