"""Say something in a room: one transaction moves it from n to n+1 and stores the message, once (deduplication)."""

from ...desk.errors import NotFound
from ...desk.messages import Draft, Mapped, Message, check_text
from ...desk.room_changes import read_up_to, said
from ...desk.rooms import Room, Seen
from ...ports import Put, World, Write, new, over, ref
from ..once import KEYLESS, Once, again
from .amend import apply_waiting


def post(world: World, room_id: str, draft: Draft, once: Once = KEYLESS, *, room: Room | None = None) -> Message:
    """The stored message. `room` saves the first read where the caller has just made it. A draft whose source has an
    id is said once: a repeat gives the message that is there."""
    check_text(draft.text, needed=not draft.attachments)
    place = ref(Mapped, draft.source.install, draft.source.id) if draft.source.id else None

    def attempt(tries: int) -> tuple[Message, Mapped | None]:
        now = world.clock.now()
        if room is not None and tries == 0 and place is None:
            current, known = room, None
        else:
            current, known = [*world.store.many([ref(Room, room_id), *([place] if place else [])]), None][:2]
        if known and known.n:
            return _as_stored(world, known), known
        if current is None:
            raise NotFound("no such room")
        moved, message = said(current, draft, now, known.pending if known else None)
        home = _known(draft, known, message)
        world.store.commit(
            over(moved, current),
            new(message),
            *([Put(home, known.version if known else 0)] if home else []),
            *_author_has_read(world, message),
            *once.writes(message, now),
        )
        return message, home

    message, home = again(world, attempt, once)
    if home and home.pending:
        apply_waiting(world, home, draft.source.channel)
    return message


def _as_stored(world: World, known: Mapped) -> Message:
    message = world.store.one(ref(Message, known.room, known.n, known.internal))
    if message is None:
        raise NotFound("no such message")
    return message


def _known(draft: Draft, known: Mapped | None, message: Message) -> Mapped | None:
    """The id map's entry. Reactions that came before stay with it until they are done."""
    if not draft.source.id:
        return None
    if known is None:
        return Mapped(
            version=1,
            source=draft.source.install,
            id=draft.source.id,
            workspace=message.workspace,
            room=message.room,
            n=message.n,
            internal=draft.internal,
            thread=draft.source.thread,
        )
    fields = {"room": message.room, "n": message.n, "internal": draft.internal, "thread": draft.source.thread}
    waiting = known.pending if known.pending and known.pending.reactions and not message.deleted else None
    return known.changed(**fields, pending=waiting, expires_at=0)


def _author_has_read(world: World, message: Message) -> list[Write]:
    """Who speaks has read what was said before: their mark moves in the same breath. Not so by mail, whose writer has
    seen no more of the room than mails told: the mark moves only over their own words."""
    author = message.author
    if not author.id or author.kind not in ("agent", "user") and message.source.channel != "widget":
        return []
    if message.source.channel == "email" and message.posts > 1:
        seen = world.store.one(ref(Seen, author.id, message.room))
        if seen is None or seen.posts < message.posts - 1:
            return []
    return [Put(read_up_to(author.id, message), None)]
