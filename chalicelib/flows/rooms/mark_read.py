"""Remember how far a person has read a room: the mark moves forward (high-water mark), and back where an agent wants to
find the room unread."""

from msgspec.structs import replace

from ...desk.errors import Invalid
from ...desk.messages import Message
from ...desk.room_transitions import read_before, read_up_to, speaks
from ...desk.rooms import Room, Seen, read_mark
from ...ports import Listing, Put, World, Write, new, ref
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
        mark = read_mark(room, person, seen)
        if mark and mark.n >= wanted.n:
            return mark
        if wanted.n:
            back = seen.taken_back if seen else 0
            world.store.commit(Put(replace(wanted, taken_back=back), seen.version if seen else 0))
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
        mark = read_mark(room, agent, seen)
        if mark is None:
            return Seen(version=0, person=agent, room=room.id, n=0, posts=0, notes=0)
        if mark.n <= wanted.n:
            return mark
        own = room.own_words.get(agent)
        back = replace(wanted, taken_back=max(own.n if own else 0, seen.taken_back if seen else 0))
        world.store.commit(Put(back, seen.version if seen else 0))
        return back

    return again(world, attempt)


def _last(world: World, room: Room) -> Message | None:
    """What was said last, be it a note."""
    listings: list[Listing[Message]] = [Listing(name, (room.id,), newest_first=True) for name in ("posts", "notes")]
    found = [message for listing in listings for message in world.store.page(listing, 1).items]
    return max(found, key=lambda message: message.n, default=None)


def author_has_read(world: World, room: Room, message: Message, *, from_afar: bool) -> tuple[Room, list[Write]]:
    """Who speaks has read what was said before: their mark moves in the same breath, with the room itself (ADR 159).
    Who speaks `from_afar` has seen no more of the room than they were told: their mark moves only over their own words.

    The room remembers a few speakers. What it forgets is written down, unless more is; and so is the mark of who speaks
    there first, by which one finds the rooms of a person."""
    author = message.author
    if not author.id or author.of or author.kind not in ("agent", "user") and message.source.channel != "widget":
        return room, []
    moved, forgotten = speaks(room, message)
    known, afar = author.id in room.own_words, from_afar and message.posts > 1
    if known and not afar:
        return moved, []
    people = [author.id, *([forgotten] if forgotten else [])]
    found = dict(zip(people, world.store.many([ref(Seen, each, room.id) for each in people]), strict=True))
    mark = read_mark(room, author.id, found[author.id])
    if afar and (mark is None or mark.posts < message.posts - 1):
        return room, []
    writes: list[Write] = [] if known or found[author.id] else [new(read_up_to(author.id, message))]
    if forgotten:
        writes += _kept(room, forgotten, found[forgotten])
    return moved, writes


def _kept(room: Room, person: str, seen: Seen | None) -> list[Write]:
    mark = read_mark(room, person, seen)
    if mark is None or mark == seen:
        return []
    return [Put(replace(mark, taken_back=seen.taken_back if seen else 0), seen.version if seen else 0)]
