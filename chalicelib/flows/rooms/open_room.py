"""Open a topic room of a customer, or an internal one of the vendor's own."""

from ...desk.customers import Customer
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...ports import World, new
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again


def open_room(
    world: World, who: Principal, name: str, *, customer: Customer | None, internal: bool, once: Once = KEYLESS
) -> Room:
    """The new room."""

    def attempt(_: int) -> Room:
        room = Room(
            version=1,
            id=world.fresh_id("room"),
            workspace=who.workspace,
            kind="internal" if internal else "topic",
            name=name,
            created_at=world.clock.now(),
            customer=customer.id if customer else "",
            customer_external_id=customer.external_id if customer else "",
        )
        world.store.commit(
            new(room), *audit(world, who, "room.opened", subject=room.id), *once.writes(room, world.clock.now())
        )
        return room

    return again(world, attempt, once)
