"""Say something in a room: one transaction moves it from n to n+1 and stores the message, once (deduplication)."""

from collections.abc import Callable, Iterable

from ...desk.errors import NotFound
from ...desk.messages import Draft, Mapped, Message, check_text
from ...desk.room_transitions import said
from ...desk.rooms import Room
from ...desk.workspaces import Workspace
from ...ports import Put, World, Write, new, over, ref
from ..fence import spoken_by
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .agents_pace import hold_to_saying, said_already
from .amend import apply_waiting
from .mark_read import author_has_read

Along = Callable[[Room, Message], Iterable[Write]]


def _nothing(room: Room, message: Message) -> Iterable[Write]:
    return ()


def post(
    world: World,
    room_id: str,
    draft: Draft,
    *,
    once: Once = KEYLESS,
    room: Room | None = None,
    opens: Room | None = None,
    along: Along = _nothing,
    from_afar: bool = False,
) -> Message:
    """The stored message. `room` saves the first read where the caller has just made it; a room that is not there yet
    `opens` with the message. A draft whose source has an id is said once: a repeat gives the message that is there.
    What is written `along` with it is there as soon as anybody can answer. Who speaks `from_afar`, as by mail, has not
    the room before them.

    In this order: room and id map are read together, and the repeat is found before anything is decided, because it has
    to give what is there even where it could not be said any more. Pending words are folded in before the turn is
    decided: thanks whose edit came first are what the edit says. Message, room, id map, read mark and claim are one
    transaction, so that none is ever there without the others. What else waits (reactions) is applied after it, as
    changes of their own, since bridges are owed them; who dies in between is finished by the repeat."""
    check_text(draft.text, needed=not draft.attachments)
    place = ref(Mapped, draft.source.install, draft.source.id) if draft.source.id else None

    if draft.author.of:
        hold_to_saying(world, draft.author)

    def attempt(tries: int) -> tuple[Message, Mapped | None]:
        now = world.clock.now()
        if room is not None and tries == 0 and place is None:
            current, known = room, None
        else:
            current, known = [*world.store.many([ref(Room, room_id), *([place] if place else [])]), None][:2]
        if known and known.n:
            return _as_stored(world, known), known
        base = spoken_by(world, current or opens, draft.author)
        if draft.author.of and (same := said_already(world, current, draft)):
            if claim := once.writes(same, now):
                world.store.commit(*claim)
            return same, None
        pending = known.pending if known else None
        moved, message = said(base, draft, now, pending=pending, thanks=True)
        if message.taken_as == "thanks" != draft.taken_as and not _takes_thanks(world, base):
            moved, message = said(base, draft, now, pending=pending)
        home = _known(draft, known, message)
        moved, marks = author_has_read(world, moved, message, from_afar=from_afar)
        world.store.commit(
            over(moved, current) if current else new(moved),
            new(message),
            *along(moved, message),
            *([Put(home, known.version if known else 0)] if home else []),
            *marks,
            *once.writes(message, now),
        )
        return message, home

    message, home = again(world, attempt, once)
    if home and home.pending:
        apply_waiting(world, home, draft.source.channel)
    return message


def _takes_thanks(world: World, room: Room) -> bool:
    """Whether the workspace wants thanks to be taken as such."""
    tenant = world.store.one(ref(Workspace, room.workspace))
    return tenant is not None and tenant.thanks


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
