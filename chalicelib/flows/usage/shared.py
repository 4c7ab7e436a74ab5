"""What a customer's own people see of its usage, and their answer to why it moved (ADR 194).

Of a reason they see when it held and what kind it is; its words are those that one of their own people said in a room,
as the message says them now: what an agent wrote down is the vendor's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...desk.errors import Conflict, Forbidden, NotFound
from ...desk.ids import message_place
from ...desk.messages import Draft, Message, Reply, Source
from ...desk.permissions import Principal, may_see
from ...desk.rooms import Room
from ...desk.usage_reasons import MAX_REASON, Cause, Question, Reason, spans_within
from ...desk.usage_signals import EXPLAINABLE, Signal
from ...desk.workspaces import Workspace
from ...ports import Listing, Ref, World, Write, ref
from ..once import KEYLESS, Once
from ..rooms.post import post
from .reasons import check_days, reason_writes, reasons_of, signal_of

ASKED_LAST = 10  # questions among which those are looked for that nobody has answered


@dataclass(frozen=True, slots=True)
class Given:
    """A reason, the days for which it stands, and the message in which one of their own people said it, if one did."""

    reason: Reason
    spans: list[tuple[str, str]]
    said: Message | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question because of a signal that no reason explains, and the message in which it stands."""

    signal: Signal
    message: Message


def check_shared(who: Principal, tenant: Workspace | None) -> None:
    """Raise Forbidden unless usage is shared with whoever asks: with people of a customer, where their vendor says
    so."""
    if who.kind != "user":
        raise Forbidden("this is for customers' own people")
    if tenant is None or not tenant.share_usage:
        raise Forbidden("the workspace keeps its customers' usage to itself")


def reasons_shown(world: World, who: Principal, *, first: str, last: str) -> list[Given]:
    """The reasons that stand for days (from the first to the last), the one that was given first, first."""
    found = [
        (reason, spans) for reason in reasons_of(world, who.customer) if (spans := spans_within(reason, first, last))
    ]
    seen = _seen(world, who, (reason.message for reason, _ in found))
    said = {id_: message for id_, (_, message) in seen.items() if message.author.asks and message.text}
    return [Given(reason, spans, said.get(reason.message)) for reason, spans in found]


def open_questions(world: World, who: Principal) -> list[Asked]:
    """Of what their team was asked last, what was because of a signal that nobody has explained yet."""
    listing: Listing[Question] = Listing("questions", (who.customer,), newest_first=True)
    asked = [each for each in world.store.page(listing, ASKED_LAST).items if each.why == "signal"]
    places: list[Ref[Signal]] = [ref(Signal, each.about) for each in asked]
    signals = world.store.many(places) if places else []
    seen = _seen(world, who, (each.message for each in asked))
    return [
        Asked(signal, seen[each.message][1])
        for each, signal in zip(asked, signals, strict=True)
        if signal and not signal.reason and signal.kind in EXPLAINABLE and each.message in seen
    ]


def answer(
    world: World,
    who: Principal,
    tenant: Workspace | None,
    *,
    question: str,
    cause: Cause,
    until_day: str,
    text: str,
    once: Once = KEYLESS,
) -> Message:
    """Answer a question (the id of its message) in its room, and write the reason down, at once. NotFound; Conflict
    where somebody has said why already."""
    asked, about = _question(world, who, question)
    check_shared(who, tenant)
    check_days(about.found.day, until_day)

    def along(room: Room, message: Message) -> Iterator[Write]:
        signal = signal_of(world, who.workspace, about.id)
        if signal.reason:
            raise Conflict("somebody has said why already", "question")
        made = Reason(
            version=1,
            id=world.fresh_id("rsn"),
            workspace=who.workspace,
            customer=asked.customer,
            kind=signal.kind,
            from_day=signal.found.day,
            until_day=until_day,
            cause=cause,
            text=message.text[:MAX_REASON],
            by=who.id,
            at=message.created_at,
            message=message.id,
            signal=signal.id,
        )
        yield from reason_writes(world, who, made, signal=signal)

    source = Source(channel="widget")
    draft = Draft(author=who.author, text=text, source=source, reply_to=Reply(message=asked.message))
    return post(world, asked.room, draft, once=once, along=along)


def _question(world: World, who: Principal, id_: str) -> tuple[Question, Signal]:
    """What a message (its id) asked, in a room that they see, and the signal because of which."""
    room, message = _seen(world, who, [id_]).get(id_, (None, None))
    found = world.store.one(ref(Question, room.customer, message.created_at, id_)) if room and message else None
    signal = world.store.one(ref(Signal, found.about)) if found else None
    if found is None or signal is None or signal.kind not in EXPLAINABLE:
        raise NotFound("no such question")
    return found, signal


def _seen(world: World, who: Principal, ids: Iterable[str]) -> dict[str, tuple[Room, Message]]:
    """Messages (by their ids) that are there, with their rooms, where these are seen by whoever asks."""
    places = [place for each in ids if (place := message_place(each))[0]]
    if not places:
        return {}
    found = world.store.many(
        [*(ref(Room, room) for room, _ in places), *(ref(Message, *each, False) for each in places)]
    )
    return {
        message.id: (room, message)
        for room, message in zip(found[: len(places)], found[len(places) :], strict=True)
        if room and may_see(who, room) and message and not message.deleted
    }
