"""Follow a room: an agent is told of it as if they were on it (watch, subscribe)."""

from ...desk.errors import Conflict, NotFound
from ...desk.permissions import Principal
from ...desk.room_transitions import room_changed
from ...desk.rooms import MAX_FOLLOWERS, Room
from ...ports import World, new, over, ref
from ..audit import audit
from ..optimistic_retry import again


def follow(world: World, who: Principal, room_id: str, *, on: bool) -> Room:
    """The room with the caller among its followers, or without; the same room if that is so already."""

    def attempt(_: int) -> Room:
        room = world.store.one(ref(Room, room_id))
        if room is None:
            raise NotFound("no such room")
        if (who.id in room.followers) is on:
            return room
        others = tuple(each for each in room.followers if each != who.id)
        if on and len(others) >= MAX_FOLLOWERS:
            raise Conflict(f"at most {MAX_FOLLOWERS} agents follow a room")
        followers = (*others, who.id) if on else others
        moved, change = room_changed(room, world.clock.now(), who.id, fields={"followers": followers})
        world.store.commit(
            over(moved, room), new(change), *audit(world, who, "room.changed", subject=room.id, fields=change.fields)
        )
        return moved

    return again(world, attempt)
