"""Remember how far a person has read a room: the mark only moves forward (high-water mark)."""

from ...desk.errors import Invalid
from ...desk.messages import Message
from ...desk.room_transitions import read_up_to
from ...desk.rooms import Room, Seen
from ...ports import Put, World, Write, ref
from ..optimistic_retry import again


def mark_read(world: World, person: str, room: Room, *, message: Message | None) -> Seen:
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


def author_has_read(world: World, message: Message, *, from_afar: bool) -> list[Write]:
    """Who speaks has read what was said before: their mark moves in the same breath. Who speaks `from_afar` has seen no
    more of the room than they were told: their mark moves only over their own words."""
    author = message.author
    if not author.id or author.kind not in ("agent", "user") and message.source.channel != "widget":
        return []
    if from_afar and message.posts > 1:
        seen = world.store.one(ref(Seen, author.id, message.room))
        if seen is None or seen.posts < message.posts - 1:
            return []
    return [Put(read_up_to(author.id, message), None)]
