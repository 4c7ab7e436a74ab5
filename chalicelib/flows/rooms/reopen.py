"""Open a room again because somebody says, in one click, that it is not solved: its clock runs from then on."""

from ...desk.messages import Author
from ...desk.room_transitions import room_changed
from ...desk.rooms import Room
from ...desk.turn_table import Who
from ...ports import World, new, over, ref
from ..fence import within
from ..optimistic_retry import again


def reopen(world: World, room: Room, author: Author) -> Room:
    """The room, open; as it is, where it was."""

    def attempt(_: int) -> Room:
        current = within(world.store.one(ref(Room, room.id)), room.customer if author.kind == "user" else "")
        if current.state == "open":
            return current
        side: Who = "customer" if author.kind in ("user", "visitor") else "vendor"
        moved, change = room_changed(current, world.clock.now(), author.id, fields={}, act=(side, "reopen"))
        world.store.commit(over(moved, current), new(change))
        return moved

    return again(world, attempt)
