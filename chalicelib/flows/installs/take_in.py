"""Take in what did not get in: asked for by an agent, done once by the worker of the inbound queue."""

from ...desk.errors import NotFound
from ...desk.permissions import Principal
from ...desk.unheard import KEPT_MS, Unheard
from ...desk.workspaces import Install
from ...ports import World, over, ref
from ..audit import audit
from ..optimistic_retry import again


def take_in(world: World, who: Principal, install: Install, *, id_: str) -> Unheard:
    """Have it come in again with its rule lifted. Who asks for one that is asked for already only wakes its worker; of
    one that is in nothing more comes."""
    place = ref(Unheard, install.id, id_)

    def attempt(_: int) -> Unheard:
        row = world.store.one(place)
        if row is None or row.at + KEPT_MS < world.clock.now():
            raise NotFound("it is not there, or not any more")
        if row.taken_at or row.asked_at:
            return row
        asked = row.changed(asked_at=world.clock.now(), lifted=tuple(dict.fromkeys((*row.lifted, row.reason))))
        world.store.commit(over(asked, row), *audit(world, who, "ignored.taken-in", subject=f"{install.id}/{id_}"))
        return asked

    asked = again(world, attempt)
    if not asked.taken_at:
        world.queues.inbound_again(asked.kept, asked.lifted, str(asked.asked_at))
    return asked
