"""Remember how far a person has read a room: the mark only moves forward (high-water mark)."""

from ...desk.errors import Invalid
from ...desk.messages import Message
from ...desk.rooms import Room, Seen
from ...ports import Put, World, ref
from ..once import again


def mark_read(world: World, person: str, room: Room, message: Message | None) -> Seen:
    """The mark after reading up to `message`, or everything there is."""
    if message is None:
        wanted = Seen(version=room.n, person=person, room=room.id, n=room.n, posts=room.posts, notes=room.notes)
    elif message.room != room.id:
        raise Invalid("the message is not of this room", "message")
    else:
        wanted = Seen(
            version=message.n, person=person, room=room.id, n=message.n, posts=message.posts, notes=message.notes
        )

    def attempt(_: int) -> Seen:
        seen = world.store.one(ref(Seen, person, room.id))
        if seen and seen.n >= wanted.n:
            return seen
        if wanted.n:
            world.store.commit(Put(wanted, seen.version if seen else 0))
        return wanted

    return again(world, attempt)
