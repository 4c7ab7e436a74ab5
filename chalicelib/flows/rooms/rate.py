"""Take what somebody says of how it was, where they were asked."""

from ...desk.errors import Conflict
from ...desk.messages import Author
from ...desk.ratings import Rating
from ...desk.rooms import Room
from ...ports import World, over, ref
from ..optimistic_retry import again


def rate(world: World, room: Room, author: Author, *, happy: bool, why: str) -> Rating:
    """The rating; said again, it is what was said last. Conflict for whoever was not asked about the last end."""

    def attempt(_: int) -> Rating:
        old = rating_of(world, room)
        if old is None or old.person != author.id:
            raise Conflict("nobody has asked you how it was", "happy")
        if (old.happy, old.why) == (happy, why):
            return old
        rated = old.changed(happy=happy, why=why, at=world.clock.now())
        world.store.commit(over(rated, old))
        return rated

    return again(world, attempt)


def rating_of(world: World, room: Room) -> Rating | None:
    """What was asked about the end that the room's customer was told last, if anybody was."""
    if room.closing is None or not room.closing.asked:
        return None
    return world.store.one(ref(Rating, room.id, room.closing.n))
