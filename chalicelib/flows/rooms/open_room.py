"""Open a topic room of a customer, or an internal one of the vendor's own."""

from ...desk.customers import Customer
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...ports import World, new, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .agents_pace import asked_room, hold_to_opening


def open_room(
    world: World, who: Principal, name: str, *, customer: Customer | None, internal: bool, once: Once = KEYLESS
) -> Room:
    """The new room. A coding agent that asks the same again has the one that it opened."""
    id_, asked = asked_room(world, who, name) if who.is_coding_agent else ("", None)
    if who.is_coding_agent and asked is None:
        hold_to_opening(world, who)

    def attempt(tries: int) -> Room:
        known = asked or (world.store.one(ref(Room, id_)) if id_ and tries else None)
        if known:
            if claim := once.writes(known, world.clock.now()):
                world.store.commit(*claim)
            return known
        room = Room(
            version=1,
            id=id_ or world.fresh_id("room"),
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
