"""Change a room itself: its name, its state and outcome, who is on it, what it is promised."""

from typing import Any

from ...desk.errors import Conflict, NotFound, Stale
from ...desk.permissions import Principal
from ...desk.promises import pledged
from ...desk.room_transitions import room_changed
from ...desk.rooms import Room
from ...ports import World, new, over, ref
from ..audit import audit
from ..optimistic_retry import again


def update_room(
    world: World, who: Principal, room_id: str, fields: dict[str, Any], if_version: int | None = None
) -> Room:
    """The room after the change; the same room if nothing differs. Of a promise `fields` hold what is said of it, or
    None to withdraw it."""

    def attempt(_: int) -> Room:
        room = world.store.one(ref(Room, room_id))
        if room is None:
            raise NotFound("no such room")
        if if_version is not None and room.version != if_version:
            raise Stale("the room has changed since", "If-Match")
        wanted = fields | _promise(room, fields, who, world.clock.now()) if "promise" in fields else fields
        differing = {name: value for name, value in wanted.items() if getattr(room, name) != value}
        if differing.get("state") == "open":
            differing["outcome"] = ""
        if not differing:
            return room
        moved, change = room_changed(room, world.clock.now(), who.id, differing)
        world.store.commit(over(moved, room), new(change), *audit(world, who, "room.changed", room.id, differing))
        return moved

    return again(world, attempt)


def _promise(room: Room, fields: dict[str, Any], who: Principal, now: int) -> dict[str, Any]:
    wanted = fields["promise"]
    promise = pledged(room.promise, wanted, who.id, now) if wanted is not None else None
    if promise and promise.open:
        if room.kind == "internal":
            raise Conflict("nobody is promised anything in an internal room", "promise")
        if fields.get("state", room.state) == "resolved":
            raise Conflict("nothing is owed any more in a room that is resolved", "promise")
    return {"promise": promise}
