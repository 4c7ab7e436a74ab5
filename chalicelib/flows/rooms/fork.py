"""Fork: a range of messages of a room becomes a new topic room, which shows where it came from, as the old one shows
where it went. The outside threads of those messages live in the new room from then on (ADR 8)."""

import msgspec

from ...desk.deliveries import Delivery
from ...desk.errors import Conflict, Invalid
from ...desk.ids import slot_of
from ...desk.messages import Draft, ForkedFrom, Mapped, Message, Pending, Reply
from ...desk.permissions import Principal
from ...desk.room_transitions import base_of, bearing, marked, room_changed, said
from ...desk.rooms import Binding, Bridge, Fork, Origin, Room
from ...ports import Listing, World, Write, new, over, ref
from ..audit import audit
from ..fence import within
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..paging import every

MAX_FORKED = 40  # a transaction takes 100 writes: two a message, and a handful for the rooms
MAX_BYTES = 3_000_000  # and 4 MB
MAX_WRITTEN = 80  # copies, and what names them in the id map
MAX_THREADS = 5  # outside threads that move along
MAX_OF_THREADS = 14  # writes for them: three for each, and some need fewer


def fork(
    world: World,
    who: Principal,
    room_id: str,
    *,
    first: int,
    last: int,
    name: str,
    into: str = "",
    once: Once = KEYLESS,
) -> Room:
    """The new room, with copies of the public messages `first` to `last` (change numbers) in their order. It has a
    fresh id, or goes `into` one that is given, once, as long as the room is adopted."""

    def attempt(_: int) -> Room:
        made = world.store.one(ref(Room, into)) if into else None
        if made:
            return made
        old = within(world.store.one(ref(Room, room_id)), who.customer)
        if into and old.adoption is None:
            raise Conflict("the room is its visitor's again by now")
        chosen = _chosen(world, old, first, last=last)
        now = world.clock.now()
        room = Room(
            version=1,
            id=into or world.fresh_id("room"),
            workspace=old.workspace,
            kind=old.kind if old.vendor_only else "topic",
            name=name,
            created_at=now,
            customer=old.customer,
            customer_external_id=old.customer_external_id,
            visitor=old.visitor,
            origin=Origin(room=old.id, first=first, last=last),
        )
        room, copies = _copied(old, room, chosen)
        asks = [message.n for message in chosen if bearing(message) == "ask"]
        moved, change = room_changed(old, now, who.id, fields={}, type_="forked", without=asks, other_room=room.id)
        world.store.commit(
            new(room),
            over(moved, old),
            new(change),
            new(Fork(room=old.id, into=room.id, workspace=old.workspace, first=first, last=last)),
            *[new(copy) for copy in copies],
            *_repointed(world, old, room, chosen=chosen, copies=copies),
            *audit(world, who, "room.forked", subject=old.id, fields=[room.id]),
            *once.writes(room, now),
        )
        return room

    return again(world, attempt, once)


def _chosen(world: World, room: Room, first: int, *, last: int) -> list[Message]:
    listing: Listing[Message] = Listing("posts", (room.id,), after=first - 1, before=last + 1)
    page = world.store.page(listing, MAX_FORKED + 1)
    if not page.items:
        raise Invalid("there are no messages in this range", "from")
    if len(page.items) > MAX_FORKED:
        raise Invalid(f"a fork takes at most {MAX_FORKED} messages", "to")
    if sum(len(msgspec.json.encode(message)) for message in page.items) > MAX_BYTES:
        raise Invalid(f"a fork takes at most {MAX_BYTES} bytes of messages", "to")
    return page.items


def _copied(old: Room, room: Room, chosen: list[Message]) -> tuple[Room, list[Message]]:
    """The copies, numbered anew from 1, as said when they were said. Replies within the range follow. What was no
    answer in the old room, because it never got through, is none in the new one."""
    settled = base_of(old).n
    left = {mark.message for mark in old.trail}
    copies: list[Message] = []
    for message in chosen:
        draft = Draft(
            author=message.author,
            text=message.text,
            source=message.source,
            attachments=message.attachments,
            rest=message.rest,
            mentions=message.mentions,
            revision=message.revision,
            forked_from=ForkedFrom(room=message.room, n=message.n),
            broadcast=message.broadcast,
            taken_as=message.taken_as,
        )
        gone = Pending(deleted=True) if message.deleted else None
        room, copy = said(room, draft, message.created_at, pending=gone)
        if message.n > settled and message.n not in left:
            room = msgspec.structs.replace(room, **marked(room, None, without=[copy.n]))
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


def _repointed(world: World, old: Room, room: Room, *, chosen: list[Message], copies: list[Message]) -> list[Write]:
    """The id map's entries of the messages, and of what we sent of them, naming the copies, and the threads that they
    are in: later edits, reactions and answers from outside reach the new room."""
    places = {(m.source.install, m.source.id): c for m, c in zip(chosen, copies, strict=True) if m.source.id}
    copy_of = {m.n: c for m, c in zip(chosen, copies, strict=True)}
    for row in _sent(world, old, chosen):
        if row.message in copy_of:
            places |= dict.fromkeys(((row.install, id_) for id_ in (row.provider_id, *row.parts)), copy_of[row.message])
    if not places:
        return []
    known = [entry for entry in world.store.many([ref(Mapped, *place) for place in places]) if entry]
    if len(known) + len(copies) > MAX_WRITTEN:
        raise Invalid("a fork takes fewer messages where several bridges know them: choose a smaller range", "to")
    homes = [over(entry.changed(room=room.id, n=places[entry.source, entry.id].n), entry) for entry in known]
    return [*homes, *_threads(world, room, dict.fromkeys((e.source, e.thread) for e in known if e.thread))]


def _sent(world: World, old: Room, chosen: list[Message]) -> list[Delivery]:
    """What bridges call the messages, where they call them anything."""
    if not world.store.page(Listing("bridges", (old.id,)), 1).items:
        return []
    listing: Listing[Delivery] = Listing("deliveries", (old.id,), after=chosen[0].n - 1, before=chosen[-1].n + 1)
    rows = every(world.store, listing)
    return [row for row in rows if row.what == "post" and row.state == "sent" and row.provider_id]


def _threads(world: World, room: Room, threads: dict[tuple[str, str], None]) -> list[Write]:
    """The outside threads of the messages live in the new room from now on, which answers in the last of each
    conversation: a late event of theirs can land nowhere else. What an install has begun for the old room stays."""
    writes: list[Write] = []
    answered: set[tuple[str, str]] = set()
    for install, thread in list(reversed(threads))[:MAX_THREADS]:
        wider = thread.partition("/")[0]
        own, whole = world.store.many([ref(Binding, install, thread), ref(Binding, install, wider)])
        binding = own or whole
        if binding is None or not binding.slot:
            continue
        if len(writes) + 3 > MAX_OF_THREADS:
            break
        bridge = world.store.one(ref(Bridge, binding.room, install, binding.slot))
        slot = slot_of(thread)
        moved = Binding(
            version=own.version + 1 if own else 1,
            install=install,
            conversation=thread,
            workspace=room.workspace,
            room=room.id,
            bound_at=binding.bound_at,
            slot=slot,
        )
        writes.append(over(moved, own) if own else new(moved))
        if bridge and own:
            writes.append(over(bridge.changed(direction="out"), bridge))
        if bridge and (install, wider) not in answered:
            answered.add((install, wider))
            like = {"room": room.id, "conversation": thread, "slot": slot, "paused": "", "direction": "both"}
            writes.append(new(msgspec.structs.replace(bridge, version=1, since=0, **like)))
    return writes
