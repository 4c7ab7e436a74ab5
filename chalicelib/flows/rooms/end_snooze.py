"""Bring a room that was snoozed back into the inboxes, once its time has come."""

from ...desk.room_transitions import room_changed
from ...desk.rooms import Room
from ...ports import World, new, over, ref
from ..optimistic_retry import again


def end_snooze(world: World, room_id: str) -> None:
    """One change of the room, whoever looks how often."""

    def attempt(_: int) -> None:
        room, now = world.store.one(ref(Room, room_id)), world.clock.now()
        if room is None or not 0 < room.snoozed_until <= now:
            return
        moved, change = room_changed(room, now, "", fields={"snoozed_until": 0})
        world.store.commit(over(moved, room), new(change))

    again(world, attempt)
