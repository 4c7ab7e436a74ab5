"""Write again to an address that no mail went to."""

from ...desk.errors import NotFound
from ...desk.mails import Suppression
from ...desk.permissions import Principal
from ...ports import Drop, World, ref
from ..audit import audit
from ..optimistic_retry import again


def lift_suppression(world: World, who: Principal, address: str) -> None:
    """NotFound where mail goes there."""
    place = ref(Suppression, who.workspace, address)

    def attempt(_: int) -> None:
        if world.store.one(place) is None:
            raise NotFound("mail goes to that address")
        world.store.commit(Drop(place), *audit(world, who, "suppression.lifted", subject=address))

    again(world, attempt)
