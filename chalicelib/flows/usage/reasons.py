"""Write down why a customer's usage moved, and ask them, once (ADR 189)."""

from collections.abc import Iterator

from ...desk.customers import Customer
from ...desk.errors import Conflict, Invalid
from ...desk.ids import message_place, triage_room_id
from ...desk.messages import Draft, Message, Source
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...desk.times import DAY_MS, from_date, rfc3339
from ...desk.usage_meters import Usage
from ...desk.usage_reasons import MAX_REASON, MAX_REASON_DAYS, Cause, Question, Reason
from ...desk.usage_signals import EXPLAINABLE, Signal, SignalKind
from ...ports import Drop, Listing, Put, World, Write, new, over, ref
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..paging import every
from ..rooms.post import post

PAGE = 1000


def give_reason(
    world: World,
    who: Principal,
    customer: Customer,
    *,
    kind: SignalKind | None,
    cause: Cause,
    from_day: str,
    until_day: str,
    text: str,
    message: str = "",
    signal: str = "",
    once: Once = KEYLESS,
) -> Reason:
    """The reason. What is not told (kind, first day, text) is the signal's, and what the message says."""
    there = signal_of(world, who.workspace, signal, field="signal") if signal else None
    if there and there.customer != customer.id:
        raise Invalid("a signal of another customer", "signal")
    words = text or _words(world, customer, message)
    kind = kind or (there.kind if there else None)
    first = from_day or (there.found.day if there else rfc3339(world.clock.now())[:10])
    if kind not in EXPLAINABLE:
        raise Invalid(f"one of: {', '.join(EXPLAINABLE)}", "kind")
    if not words:
        raise Invalid("what was the reason?", "text")
    check_days(first, until_day)

    def attempt(_: int) -> Reason:
        current = signal_of(world, who.workspace, signal) if signal else None
        made = Reason(
            version=1,
            id=world.fresh_id("rsn"),
            workspace=who.workspace,
            customer=customer.id,
            kind=kind,
            from_day=first,
            until_day=until_day,
            cause=cause,
            text=words[:MAX_REASON],
            by=who.id,
            at=world.clock.now(),
            message=message,
            signal=signal,
        )
        world.store.commit(*reason_writes(world, who, made, signal=current), *once.writes(made, made.at))
        return made

    return again(world, attempt, once)


def reason_writes(world: World, who: Principal, made: Reason, *, signal: Signal | None) -> list[Write]:
    """What writes a reason down: for a signal, which it explains from then on, if for one."""
    explained = [over(signal.changed(reason=made.id), signal)] if signal else []
    return [new(made), *explained, *_trend(world, made), *audit(world, who, "reason.given", subject=made.id)]


def take_back_reason(world: World, who: Principal, customer: Customer, *, id_: str) -> None:
    """It explains nothing any more."""
    place = ref(Reason, customer.id, id_)

    def attempt(_: int) -> None:
        reason = own(world, who.workspace, place)
        entry = audit(world, who, "reason.taken-back", subject=id_)
        world.store.commit(Drop(place), *_trend(world, reason), *entry)

    again(world, attempt)


def reasons_of(world: World, customer: str) -> list[Reason]:
    """What is known of why a customer's usage moved."""
    listing: Listing[Reason] = Listing("reasons", (customer,))
    return list(every(world.store, listing, PAGE))


def ask(
    world: World, who: Principal, customer: Customer, *, text: str, signal: str = "", once: Once = KEYLESS
) -> Message:
    """Ask a customer in their triage room, because of a signal or of one's own accord. Conflict where they were asked
    because of it already."""

    def along(room: Room, message: Message) -> Iterator[Write]:
        current = signal_of(world, who.workspace, signal) if signal else None
        if current and current.asked:
            raise Conflict("they were asked already, in a message of their room", "signal")
        if current:
            yield over(current.changed(asked=message.id), current)
        yield new(
            Question(
                version=1,
                customer=customer.id,
                message=message.id,
                workspace=who.workspace,
                room=room.id,
                at=message.created_at,
                by=who.id,
                why="signal" if signal else "person",
                text=text[:MAX_REASON],
                about=signal,
            )
        )
        yield from audit(world, who, "customer.asked", subject=customer.id)

    draft = Draft(author=who.author, taken_as=who.taken_as, text=text, source=Source(channel="api"))
    return post(world, triage_room_id(customer.id), draft, once=once, along=along)


def note_question(world: World, message: Message, customer: str) -> None:
    """That a broadcast asked a customer something; or, where it was undone, that it did not."""
    if message.broadcast is None or not message.broadcast.asks or not customer:
        return
    made = Question(
        version=1,
        customer=customer,
        message=message.id,
        workspace=message.workspace,
        room=message.room,
        at=message.created_at,
        by=message.author.id,
        why="broadcast",
        text=message.text[:MAX_REASON],
        about=message.broadcast.broadcast,
    )
    place = ref(Question, customer, made.at, made.message)
    world.store.commit(Drop(place) if message.deleted else Put(made, None))


def signal_of(world: World, workspace: str, id_: str, *, field: str = "") -> Signal:
    """The workspace's signal; NotFound or, for what a `field` names, Invalid."""
    return own(world, workspace, ref(Signal, id_), field=field)


def customer_of_signal(world: World, signal: Signal) -> Customer:
    """Whose usage it is."""
    return own(world, signal.workspace, ref(Customer, signal.customer))


def _trend(world: World, reason: Reason) -> list[Write]:
    """What a one-off brought counts in no trend: the customer's facts are due."""
    usage = world.store.one(ref(Usage, reason.customer)) if reason.cause == "one_off" else None
    return [over(usage.changed(due=world.clock.now()), usage)] if usage else []


def _words(world: World, customer: Customer, message: str) -> str:
    """What a message of one of the customer's rooms says."""
    if not message:
        return ""
    place = message_place(message)
    room, found = world.store.many([ref(Room, place[0]), ref(Message, *place, False)]) if place[0] else (None, None)
    if room is None or room.customer != customer.id or found is None or found.deleted:
        raise Invalid("no such message of a room of this customer", "message")
    return str(found.text)


def check_days(first: str, last: str) -> None:
    """Raise Invalid unless a reason may hold from the one day to the other."""
    begins, ends = from_date(first), from_date(last)
    for day, field in ((begins, "from"), (ends, "until")):
        if day is None:
            raise Invalid("a day, as 2026-11-30", field)
    if not 0 <= (ends or 0) - (begins or 0) <= MAX_REASON_DAYS * DAY_MS:
        raise Invalid(f"a day from the first on, at most {MAX_REASON_DAYS} days later", "until")
