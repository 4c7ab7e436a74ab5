"""Change what was said: edit, delete, react. Events of outside may come before their message: they wait for it
(ADR 9)."""

from collections.abc import Callable

import msgspec

from ...desk import messages
from ...desk.errors import Conflict, Forbidden, NotFound, Stale
from ...desk.messages import ChangeType, Mapped, Message, Pending, Rest, Source, TakenAs
from ...desk.room_transitions import touched, who_said
from ...desk.rooms import Room
from ...ports import World, new, over, ref
from ..optimistic_retry import again

PENDING_LIFE_MS = 30 * 24 * 60 * 60 * 1000  # ms for which an edit waits for its message

Step = Callable[[Message], Message | None]


def amend(
    world: World,
    room_id: str,
    n: int,
    *,
    internal: bool,
    step: Step,
    type_: ChangeType,
    by: str,
    source: Source | None = None,
    if_version: int | None = None,
    customer: str | None = None,
) -> Message:
    """Apply `step` to message `n`; None from it means that nothing changes. `if_version` is what If-Match named;
    `customer` is whose people alone may do this, where that is not known by the room already (Forbidden)."""

    def attempt(_: int) -> Message:
        room: Room | None
        old: Message | None
        room, old = world.store.many([ref(Room, room_id), ref(Message, room_id, n, internal)])
        if room is None or old is None:
            raise NotFound("no such message")
        if if_version is not None and old.version != if_version:
            raise Stale("the message has changed since", "If-Match")
        if customer is not None and room.customer != customer:
            raise Forbidden("the room is another customer's")
        now = step(old)
        if now is None:
            return old
        moved, now, change = touched(room, old, now, type_=type_, by=by, at=world.clock.now(), source=source)
        world.store.commit(over(moved, room), over(now, old), new(change))
        return now

    return again(world, attempt)


def amend_known(
    world: World,
    source: Source,
    workspace: str,
    *,
    step: Step,
    wait: Callable[[Pending], Pending | None],
    type_: ChangeType,
    by: str,
    customer: str | None = None,
) -> Message | None:
    """Apply `step` to the message of an outside id or, if it has not come yet, let it wait (then None is returned)."""
    place = ref(Mapped, source.install, source.id)

    def attempt(_: int) -> Message | None:
        known = world.store.one(place)
        while known and known.n:
            message = amend(
                world,
                known.room,
                known.n,
                internal=known.internal,
                step=step,
                type_=type_,
                by=by,
                source=source,
                customer=customer,
            )
            home = world.store.one(place)
            if home is None or (home.room, home.n) == (known.room, known.n):
                return message
            known = home  # a fork has moved it meanwhile, and its copy may be from before this step
        pending = wait(known.pending or Pending() if known else Pending())
        if pending is not None:
            expires = world.clock.now() + PENDING_LIFE_MS
            if known:
                world.store.commit(over(known.changed(pending=pending, expires_at=expires), known))
            else:
                waiting = Mapped(source=source.install, id=source.id, workspace=workspace, pending=pending)
                world.store.commit(new(msgspec.structs.replace(waiting, expires_at=expires)))
        return None

    return again(world, attempt)


def apply_waiting(world: World, known: Mapped, channel: str) -> None:
    """Do what came for a message before it was known: the reactions of whoever has a say in its room. They are kept
    with the outside id until all are done."""
    for emoji, people in known.pending.reactions.items() if known.pending else ():
        for person, mark in people.items():
            conversation = known.thread or mark.via.partition("/")[2]
            source = Source(channel=channel, install=known.source, id=known.id, conversation=conversation)
            via = f"{known.source}/{conversation}" if mark.via else ""
            step = react_step(person, emoji, mark.on, revision=mark.revision, via=via)
            whose = known.pending.customers.get(person) if known.pending else None
            try:
                amend(
                    world,
                    known.room,
                    known.n,
                    internal=known.internal,
                    step=step,
                    type_="reaction",
                    by=person,
                    source=source,
                    customer=whose,
                )
            except Forbidden:
                continue

    def attempt(_: int) -> None:
        there = world.store.one(ref(Mapped, known.source, known.id))
        if there and there.pending:
            world.store.commit(over(there.changed(pending=None, expires_at=0), there))

    again(world, attempt)


def edit_step(text: str, revision: int | None, at: int, *, rest: Rest | None = None, bare: bool = False) -> Step:
    """An edit, with the `rest` of a text that was too long. Without a revision of its own (the API's) it is the next
    one. A `bare` one may take all words from beside a file."""
    messages.check_text(text, needed=not bare)

    def step(message: Message) -> Message | None:
        if message.deleted or (revision is None and text == message.text):
            return None
        messages.check_text(text, needed=not message.attachments)
        return messages.edited(message, text, message.revision + 1 if revision is None else revision, at=at, rest=rest)

    return step


def edit_wait(text: str, revision: int, at: int) -> Callable[[Pending], Pending | None]:
    """An edit that came before its message."""

    def wait(pending: Pending) -> Pending | None:
        if pending.text is not None and not messages.newer(revision, text, pending):
            return None
        return msgspec.structs.replace(pending, text=text, revision=revision, edited_at=at)

    return wait


def taken_step(taken_as: TakenAs) -> Step:
    """What a message is to whose turn it is, where its author does not tell: what a customer says asks, or is thanks; a
    machine's words may ask or answer, a notice may answer. A person of the vendor's answers. What a user's coding agent
    says is the customer's, and an ask where nobody says otherwise."""

    def step(message: Message) -> Message | None:
        theirs = bool(message.author.of)
        taken: TakenAs = taken_as or ("ask" if theirs else "")
        if message.deleted or message.taken_as == taken:
            return None
        who = "customer" if theirs else who_said(message)
        allowed = {"customer": ("", "ask", "thanks"), "notice": ("", "answer"), "machine": ("", "ask", "answer")}
        if taken_as not in allowed.get(who, ()):
            raise Conflict(f"what a {who} says is no {taken_as or 'more'}", "as")
        return msgspec.structs.replace(message, taken_as=taken)

    return step


def delete_step(message: Message) -> Message | None:
    """A delete."""
    return messages.deleted(message)


def delete_wait(pending: Pending) -> Pending | None:
    """A delete that came before its message."""
    return None if pending.deleted else Pending(deleted=True)


def react_step(person: str, emoji: str, on: bool, *, revision: int | None, via: str = "") -> Step:
    """A reaction. Without a revision of its own it is the next one."""

    def step(message: Message) -> Message | None:
        if message.deleted:
            return None
        old = message.reactions.get(emoji, {}).get(person)
        if revision is None and (old.on if old else False) == on:
            return None
        number = (old.revision + 1 if old else 1) if revision is None else revision
        marks = messages.marked(message.reactions, person, emoji, on=on, revision=number, via=via)
        return msgspec.structs.replace(message, reactions=marks) if marks is not None else None

    return step


def react_wait(
    person: str, emoji: str, on: bool, *, revision: int, customer: str | None, via: str = ""
) -> Callable[[Pending], Pending | None]:
    """A reaction that came before its message, and so before anybody knows whose room it is about. `customer` is None
    for who may react in any."""

    def wait(pending: Pending) -> Pending | None:
        marks = messages.marked(pending.reactions, person, emoji, on=on, revision=revision, via=via)
        customers = pending.customers if customer is None else {**pending.customers, person: customer}
        return msgspec.structs.replace(pending, reactions=marks, customers=customers) if marks is not None else None

    return wait
