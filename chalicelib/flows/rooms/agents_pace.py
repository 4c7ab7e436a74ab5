"""How often a customer's coding agent asks (ADR 172): an agent in a loop opens one room.

The same question of one key within a day is the room that it opened, since the room's id follows from both. Whatever is
asked in other words is limited, by key and by customer, and so is what is said.
"""

from ...desk.agent_keys import ASKED_MS, OPENS_PER_HOUR, SAYS_PER_HOUR
from ...desk.ids import derived
from ...desk.messages import Author, Draft, Message
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...desk.text_normalization import words_of
from ...desk.times import HOUR_MS
from ...ports import World, ref
from ..pace import hold_to


def asked_room(world: World, who: Principal, name: str) -> tuple[str, Room | None]:
    """The id that the room of a question gets now, and the room that the same question has opened within a day."""
    question = " ".join(words_of(name)) or name.strip().casefold()
    now = world.clock.now()
    ids = [derived("room", who.credential, question, str(now // ASKED_MS - back)) for back in (0, 1)]
    found = world.store.many([ref(Room, id_) for id_ in ids])
    return ids[0], next((room for room in found if room and room.created_at > now - ASKED_MS), None)


def hold_to_opening(world: World, who: Principal) -> None:
    """Count a room. Raises Limited, which says when the next hour begins, for one too many of key or customer."""
    for name, of in (("key", who.credential), ("customer", who.customer)):
        most = OPENS_PER_HOUR[name]
        words = f"coding agents open at most {most} rooms an hour by one {name}: ask on in a room that is open"
        hold_to(world, f"agent rooms:{of}", HOUR_MS, most=most, words=words)


def hold_to_saying(world: World, author: Author) -> None:
    """Count a message. Raises Limited for one too many of a key."""
    words = f"coding agents say at most {SAYS_PER_HOUR} things an hour by one key"
    hold_to(world, f"agent messages:{author.id}", HOUR_MS, most=SAYS_PER_HOUR, words=words)


def said_already(world: World, room: Room | None, draft: Draft) -> Message | None:
    """What a coding agent has just said in the same words, where nobody has said anything since."""
    last = room.last_message if room else None
    if room is None or last is None or last.author != draft.author.id:
        return None
    message = world.store.one(ref(Message, room.id, last.n, False))
    same = message and not message.deleted and (message.text, message.attachments) == (draft.text, draft.attachments)
    return message if same else None
