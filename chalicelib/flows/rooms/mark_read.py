"""Remember how far a person has read a room: the mark moves forward (high-water mark), and back where an agent wants to
find the room unread."""

from ...desk.errors import Invalid
from ...desk.messages import Message
from ...desk.room_transitions import read_before, read_up_to
from ...desk.rooms import Room, Seen
from ...ports import Drop, Listing, Put, World, Write, ref
from ..optimistic_retry import again


def mark_read(world: World, person: str, room: Room, *, message: Message | None) -> Seen:
    """The mark after reading up to `message`, or everything there is."""
    if message is None:
        wanted = Seen(version=room.n, person=person, room=room.id, n=room.n, posts=room.posts, notes=room.notes)
    elif message.room != room.id:
        raise Invalid("the message is not of this room", "message")
    else:
        wanted = read_up_to(person, message)

    def attempt(_: int) -> Seen:
        seen = world.store.one(ref(Seen, person, room.id))
        if seen and seen.n >= wanted.n:
            return seen
        if wanted.n:
            world.store.commit(Put(wanted, seen.version if seen else 0))
        return wanted

    return again(world, attempt)


def mark_unread(world: World, agent: str, room: Room, *, message: Message | None) -> Seen:
    """The mark before `message`, or before the last thing that was said. Invalid where nothing was. Nothing but reading
    or speaking moves it forward again."""
    first = message or _last(world, room)
    if first is None:
        raise Invalid("nothing was said here that could be unread", "unread")
    if first.room != room.id:
        raise Invalid("the message is not of this room", "message")
    wanted = read_before(agent, first)

    def attempt(_: int) -> Seen:
        seen = world.store.one(ref(Seen, agent, room.id))
        if seen is None:
            return Seen(version=0, person=agent, room=room.id, n=0, posts=0, notes=0)
        if seen.n <= wanted.n:
            return seen
        world.store.commit(Put(wanted, seen.version) if wanted.n else Drop(ref(Seen, agent, room.id)))
        return wanted

    return again(world, attempt)


def _last(world: World, room: Room) -> Message | None:
    """What was said last, be it a note."""
    listings: list[Listing[Message]] = [Listing(name, (room.id,), newest_first=True) for name in ("posts", "notes")]
    found = [message for listing in listings for message in world.store.page(listing, 1).items]
    return max(found, key=lambda message: message.n, default=None)


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
