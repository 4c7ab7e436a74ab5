"""Send an install anew what it was told between two moments (replay by range; ADR 167): by a bridge of its own, so that
nothing new waits for it, a page at a time."""

from contextlib import suppress
from typing import Any

from ...desk.deliveries import Delivery
from ...desk.errors import Clash
from ...desk.ids import bridge_id
from ...desk.permissions import Principal
from ...desk.record import Part
from ...desk.workspaces import Install
from ...ports import Call, World, new
from ..audit import audit
from ..once import KEYLESS, Once
from .event_log import sent
from .owed import wake

SLOT = "again"
PACE_S = 10  # between two pages: some five events a second, whatever else the install is sent


class Resending(Part, frozen=True):
    """What is sent anew: all from `since` to `until` (ms), of some types or (none) all."""

    id: str
    since: int
    until: int
    types: tuple[str, ...]


def resend(
    world: World,
    who: Principal,
    install: Install,
    *,
    since: int,
    until: int,
    types: tuple[str, ...],
    once: Once = KEYLESS,
) -> Resending:
    """It begins at once."""
    asked = Resending(id=world.fresh_id("rsd"), since=since, until=until, types=types)
    entry = audit(world, who, "install.resent", subject=install.id)
    world.store.commit(*entry, *once.writes(asked, world.clock.now()))
    task = {"resend": install.id, "workspace": install.workspace, "kind": install.kind, "n": 0, "cursor": ""}
    world.queues.jobs([task | {"id": asked.id, "since": since, "until": until, "types": list(types)}])
    return asked


def resend_page(world: World, task: dict[str, Any]) -> None:
    """A page, and the next in a while. A page that is worked off again writes nothing twice."""
    install, n = task["resend"], task["n"]
    bridge = bridge_id(task["id"], install, SLOT)
    found, rest = sent(
        world,
        task["workspace"],
        install,
        since=task["since"],
        until=task["until"],
        types=frozenset(task["types"]),
        cursor=task["cursor"],
    )
    rows = [
        Delivery(
            bridge=bridge,
            n=n + place,
            room=task["id"],
            install=install,
            channel=task["kind"],
            workspace=task["workspace"],
            message=0,
            what="again",
            about=row.id,
            events=(event.type,),
            told_at=event.at,
            created_at=world.clock.now(),
        )
        for place, (event, row) in enumerate((pair for pair in found if pair[1].state != "skipped"), start=1)
    ]
    if rows:
        with suppress(Clash):  # an earlier run of this very page wrote them
            world.store.commit(*map(new, rows))
        wake(world, [Call(bridge, rows[-1].n)])
    if rest:
        world.queues.jobs([task | {"n": n + len(rows), "cursor": rest}], PACE_S if rows else 0)
