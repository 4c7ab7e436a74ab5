"""Fork: a range of messages of a room becomes a new topic room, which shows where it came from, as the old one shows
where it went. The outside threads of those messages live in the new room from then on."""

import msgspec

from ..desk.errors import Invalid, NotFound
from ..desk.messages import Draft, ForkedFrom, Known, Message, Reply
from ..desk.people import Principal
from ..desk.rooms import Origin, Room
from ..desk.saying import room_changed, said
from ..ports import Listing, World, Write, new, over, ref
from .audit import audit
from .once import KEYLESS, Once, again

MAX_FORKED = 40  # a transaction takes 100 writes: two a message, and a handful for the rooms
MAX_BYTES = 3_000_000  # and 4 MB


def fork(world: World, who: Principal, room_id: str, first: int, last: int, name: str, once: Once = KEYLESS) -> Room:
    """The new room, with copies of the public messages `first` to `last` (change numbers) in their order."""

    def attempt(_: int) -> Room:
        old = world.store.one(ref(Room, room_id))
        if old is None:
            raise NotFound("no such room")
        chosen = _chosen(world, old, first, last)
        now = world.clock.now()
        room = Room(
            version=1,
            id=world.fresh_id("room"),
            workspace=old.workspace,
            kind=old.kind if old.vendor_only else "topic",
            name=name,
            created_at=now,
            customer=old.customer,
            customer_external_id=old.customer_external_id,
            visitor=old.visitor,
            origin=Origin(room=old.id, first=first, last=last),
        )
        room, copies = _copied(room, chosen)
        moved, change = room_changed(old, now, who.id, {}, "forked", room.id)
        world.store.commit(
            new(room),
            over(moved, old),
            new(change),
            *[new(copy) for copy in copies],
            *_repointed(world, chosen, copies),
            *audit(world, who, "room.forked", old.id, [room.id]),
            *once.writes(room, now),
        )
        return room

    return again(world, attempt, once)


def _chosen(world: World, room: Room, first: int, last: int) -> list[Message]:
    listing: Listing[Message] = Listing("posts", (room.id,), after=first - 1, before=last + 1)
    page = world.store.page(listing, MAX_FORKED + 1)
    if not page.items:
        raise Invalid("there are no messages in this range", "from")
    if len(page.items) > MAX_FORKED:
        raise Invalid(f"a fork takes at most {MAX_FORKED} messages", "to")
    if sum(len(msgspec.json.encode(message)) for message in page.items) > MAX_BYTES:
        raise Invalid(f"a fork takes at most {MAX_BYTES} bytes of messages", "to")
    return page.items


def _copied(room: Room, chosen: list[Message]) -> tuple[Room, list[Message]]:
    """The copies, numbered anew from 1, as said when they were said. Replies within the range follow."""
    copies: list[Message] = []
    for message in chosen:
        draft = Draft(
            author=message.author,
            text=message.text,
            source=message.source,
            attachments=message.attachments,
            mentions=message.mentions,
            revision=message.revision,
            forked_from=ForkedFrom(room=message.room, n=message.n),
        )
        room, copy = said(room, draft, message.created_at)
        copies.append(
            msgspec.structs.replace(
                copy,
                edited_at=message.edited_at,
                deleted=message.deleted,
                reactions=message.reactions,
                reply_to=_reply(message, chosen, copies),
            )
        )
    return room, copies


def _reply(message: Message, chosen: list[Message], copies: list[Message]) -> Reply | None:
    if message.reply_to is None:
        return None
    for original, copy in zip(chosen, copies, strict=False):
        if original.id == message.reply_to.message:
            return msgspec.structs.replace(message.reply_to, message=copy.id)
    return message.reply_to


def _repointed(world: World, chosen: list[Message], copies: list[Message]) -> list[Write]:
    """The id map's entries of the messages, naming the copies: later edits from outside reach the new room."""
    sourced = [(m, c) for m, c in zip(chosen, copies, strict=True) if m.source.id]
    if not sourced:
        return []
    known = world.store.many([ref(Known, m.source.install, m.source.id) for m, _ in sourced])
    return [
        over(entry.changed(room=copy.room, n=copy.n), entry)
        for entry, (_, copy) in zip(known, sourced, strict=True)
        if entry is not None
    ]
