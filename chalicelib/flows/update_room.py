"""Change a room itself: its name, its state and outcome, who is on it."""

from typing import Any

from ..desk.errors import NotFound, Stale
from ..desk.people import Principal
from ..desk.rooms import Room
from ..desk.saying import room_changed
from ..ports import World, new, over, ref
from .audit import audit
from .once import again


def update_room(
    world: World, who: Principal, room_id: str, fields: dict[str, Any], if_version: int | None = None
) -> Room:
    """The room after the change; the same room if nothing differs."""

    def attempt(_: int) -> Room:
        room = world.store.one(ref(Room, room_id))
        if room is None:
            raise NotFound("no such room")
        if if_version is not None and room.version != if_version:
            raise Stale("the room has changed since", "If-Match")
        differing = {name: value for name, value in fields.items() if getattr(room, name) != value}
        if differing.get("state") == "open":
            differing["outcome"] = ""
        if not differing:
            return room
        moved, change = room_changed(room, world.clock.now(), who.id, differing)
        world.store.commit(over(moved, room), new(change), *audit(world, who, "room.changed", room.id, differing))
        return moved

    return again(world, attempt)
