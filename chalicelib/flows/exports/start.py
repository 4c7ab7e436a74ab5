"""Begin to collect somebody's data, and fetch what was collected."""

from ...desk.erasures import Of
from ...desk.errors import Conflict
from ...desk.exports import FETCHING_MS, WAKE_AFTER_MS, Export
from ...desk.permissions import Principal
from ...ports import World, new, over, ref
from ..audit import audit
from ..erasures.start import PLACES
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again


def next_piece(export: Export) -> dict[str, object]:
    """What its worker is told."""
    return {"export": export.id, "workspace": export.workspace, "piece": export.piece}


def export(world: World, who: Principal, *, of: Of, id_: str, customer: str = "", once: Once = KEYLESS) -> Export:
    """The export of a user of a customer, a visitor, a person or a customer, by our ids. NotFound for nobody of the
    workspace."""
    own(world, who.workspace, PLACES[of](who.workspace, id_, customer))

    def attempt(_: int) -> Export:
        now = world.clock.now()
        made = Export(
            version=1,
            id=world.fresh_id("exp"),
            workspace=who.workspace,
            of=of,
            target=id_,
            customer=customer,
            by=who.id,
            created_at=now,
            next_at=now + WAKE_AFTER_MS,
        )
        noted = audit(world, who, "export.begun", subject=made.id, fields=[of])
        world.store.commit(new(made), *noted, *once.writes(made, now))
        return made

    made = again(world, attempt, once)
    world.queues.jobs([next_piece(made)])
    return made


def fetch(world: World, who: Principal, id_: str, *, once: Once = KEYLESS) -> Export:
    """Take an archive, which is there for this once. Conflict while it is being collected, and once it was fetched, or
    was not for a week."""
    place = ref(Export, who.workspace, id_)

    def attempt(_: int) -> Export:
        there = own(world, who.workspace, place)
        if there.state in ("fetched", "ended"):
            raise Conflict("it was fetched, or not for a week: what was collected is gone")
        if there.state != "ready":
            raise Conflict("it is still being collected")
        now = world.clock.now()
        taken = there.changed(state="fetched", next_at=now + FETCHING_MS)
        noted = audit(world, who, "export.fetched", subject=id_, fields=[there.of])
        world.store.commit(over(taken, there), *noted, *once.writes(taken, now))
        return taken

    return again(world, attempt, once)


def links(world: World, export: Export) -> list[str]:
    """Where the volumes of its archive are downloaded, for some minutes."""
    found = []
    for number in range(1, export.volumes + 1):
        name = f"{export.id}.zip" if export.volumes == 1 else f"{export.id}-{number}.zip"
        found.append(world.files.link(export.volume(number), name, "application/zip"))
    return found
