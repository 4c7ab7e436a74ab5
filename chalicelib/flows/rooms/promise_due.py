"""Mark a room whose promise has come due and is not kept, and bring it up to who is on it."""

from msgspec.structs import replace

from ...desk.room_transitions import room_changed
from ...desk.rooms import Room, naming
from ...ports import World, new, over, ref
from ..optimistic_retry import again


def mark_overdue(world: World, room_id: str) -> None:
    """One change of the room, whoever looks how often. Its assignees (without any, the agent who gave their word) find
    themselves named in it."""

    def attempt(_: int) -> None:
        room, now = world.store.one(ref(Room, room_id)), world.clock.now()
        if room is None or room.promise is None or not room.promise.open:
            return
        if room.promise.overdue or room.promise.due > now:
            return
        moved, change = room_changed(room, now, "", fields={"promise": replace(room.promise, overdue=True)})
        named = naming(moved, room.assignees or (room.promise.by,), change.n)
        world.store.commit(over(replace(moved, mentioned=named), room), new(change))

    again(world, attempt)
