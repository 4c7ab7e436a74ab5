"""One attempt to send what a delivery owes, and its outcome written down (ADR 90)."""

from collections.abc import Callable
from typing import Any

import msgspec

from ...desk.clocks import Clock
from ...desk.customers import Customer
from ...desk.deliveries import (
    CONVERSATION,
    DELETED,
    FILES,
    Circuit,
    Delivery,
    Gone,
    Lost,
    Notice,
    Parcel,
    Receipt,
    Retry,
    Sent,
    Skipped,
    Waiting,
    files_beside,
    wait,
)
from ...desk.events import SLOT, Event
from ...desk.ids import bridge_parts, delivery_parts
from ...desk.messages import Author, Change, Message, Source
from ...desk.outcomes import CHANNEL
from ...desk.proposals import Proposal, waits
from ...desk.ratings import Rating
from ...desk.rooms import Bridge, Room
from ...desk.segments import Segment
from ...desk.times import HOUR_MS
from ...desk.workspace_events import given_up
from ...desk.workspaces import Install
from ...ports import Announcing, AwsAway, Call, Corresponding, Outbound, Ref, World, over, ref
from ..bridges.id_map import addressed, keep_parts, map_conversation, map_sent
from ..bridges.stop_install import stop_install
from ..optimistic_retry import again
from ..rooms.answered import keep_outcome
from ..rooms.tell_end import language_of
from ..secrets import Opened
from .attached_files import content_of
from .lanes import hold_lane, turn_in_lane
from .listeners import Listeners
from .owed import wake
from .share import note_call, spend, turn_of_circuit
from .tell import tell

SOON_S = 900  # seconds for which a queue can hold a wake-up back; what is later is left to the clock
PATIENCE_MS = 3 * 24 * 60 * 60 * 1000  # ms for which a provider may ask to wait without that being a failed attempt
HANGS = "the other side does not answer in time: it waits until one call has found out how it is"


def attempt(world: World, row: Delivery) -> Delivery:
    """One attempt: prepare, send, settle. What is known is written down before each step that cannot be undone, so that
    whoever comes after a death finds where it ended: the attempt before the call, what has been sent before the next
    call, the outcome at last.

    In this order: first whether it is to be sent at all, which costs no turn; then its lane, the install's circuit and
    its share, the cheapest first, and none of them counts as an attempt. The attempt is begun in the table before the
    call, because a call whose answer is lost can only be known by the mark that was noted before it; the outcome is
    written before the next row of the bridge is looked at, which may answer this one."""
    if row.what == "again":
        return _again(world, row)
    if _announced(row):
        return _announce(world, row)
    sending = _Sending(world, row)
    try:
        receipt = sending.prepare() or sending.send()
    except AwsAway:
        raise
    except Exception as error:  # our own fault: the row says so and comes again, so that it holds nobody up for ever
        _write_down(world, sending.row, Retry(reason=f"Parley failed: {type(error).__name__}"))
        raise
    return sending.settle(receipt)


class _Sending:
    """A delivery on its way; `row` is the row as it was last written."""

    def __init__(self, world: World, row: Delivery) -> None:
        self.world, self.row = world, row
        self.parcel: Parcel | None = None
        slot = bridge_parts(row.bridge)[2]
        bound = ref(Bridge, row.room, row.install, slot) if slot or world.asking(row.channel) else None
        said = ref(Message, row.room, row.message, False) if row.message else None
        circuit = ref(Circuit, row.install)
        wanted: list[Ref[Any] | None] = [ref(Install, row.install), circuit, ref(Room, row.room), said, bound]
        self.install, self.circuit, self.room, *found = world.store.many([each for each in wanted if each])
        self.message: Message | None = found.pop(0) if said else _silence(row)
        self.bridge: Bridge | None = found.pop() if bound else None

    @property
    def looked_for(self) -> bool:
        """Whether nobody knows if it was sent, and its mark will tell."""
        channel = self.world.outbound(self.row.channel)
        return self.row.what == "post" and bool(self.row.begun) and channel is not None and "post" in channel.MARKS

    def prepare(self) -> Receipt | None:
        """Why it is not sent, or not now; None: it is to be sent now."""
        skipped = _reason_to_skip(self)
        if skipped:
            return skipped
        parcel = _parcel(self.world, self.row, self.room, message=self.message, bridge=self.bridge)  # type: ignore[arg-type]
        turn = _turn(self.world, self.row, self.install, parcel=parcel)
        if turn > self.world.clock.now():
            return Waiting(until=turn)
        held = self._share()
        if held:
            return held
        begun = again(self.world, self._begin)
        if begun is None:
            return Waiting(until=0)
        self.parcel = msgspec.structs.replace(parcel, delivery=begun, keep=self.keep)
        return None

    def _share(self) -> Receipt | None:
        """Why it has to wait for its install's share, if it has to."""
        turn = turn_of_circuit(self.world, self.circuit)
        if turn and self.world.clock.now() - self.row.created_at > PATIENCE_MS:
            return Retry(reason=HANGS)
        if turn:
            return Waiting(until=turn, reason=HANGS)
        later, over = spend(self.world, self.install)
        if over:
            return Lost(reason=over)
        return Waiting(until=later, reason="it waits for its install's share") if later else None

    def _begin(self, tries: int) -> Delivery | None:
        """The row with this attempt begun. It is written down where a repeat can be known by its mark: without that,
        whoever comes next could not know that there is a mark to look for; and where none can, but stays: who removes
        it has to know. None: an echo has told that it is over."""
        if tries:
            self.row = self.world.store.one(ref(Delivery, self.row.bridge, self.row.n)) or self.row
        if self.row.state != "queued":
            return None
        row = self.row.changed(begun=max(self.row.begun, self.row.attempts) + 1)
        channel = self.world.outbound(row.channel)
        if channel and row.what in channel.MARKS | channel.UNMARKED:
            if row.what in channel.MARKS and self._files_cross():
                row = msgspec.structs.replace(row, steps=row.steps | {FILES: ""})
            self.world.store.commit(over(row, self.row))
            self.row = row
        return row

    def _files_cross(self) -> bool:
        return bool(self.message and self.message.attachments and self.bridge and self.bridge.files)

    def send(self) -> Receipt:
        """What the other side says to it."""
        assert self.parcel is not None
        parcel, channel = self.parcel, self.world.outbound(self.row.channel)
        if isinstance(channel, Corresponding):
            from ..mail.send import write_to_people

            return write_to_people(
                self.world, channel, self.row, install=self.install, room=self.room, message=parcel.message
            )
        return _timed(self.world, self.row.install, self.circuit, call=lambda: _send(self.world, parcel, self.install))

    def keep(self, step: str, id_: str) -> None:
        """Write down what has been sent, before the next step."""
        if step == CONVERSATION:
            map_conversation(self.world, self.row, id_)
            return

        def attempt(tries: int) -> Delivery:
            current = self.row if not tries else self.world.store.one(ref(Delivery, self.row.bridge, self.row.n))
            row = (current or self.row).changed(steps=(current or self.row).steps | {step: id_})
            self.world.store.commit(over(row, current or self.row))
            return row

        self.row = again(self.world, attempt)

    def settle(self, receipt: Receipt) -> Delivery:
        """The outcome, and what follows from it for the install, the bridge, the lane and the id map."""
        world, row = self.world, self.row
        if isinstance(receipt, Retry) and receipt.after and self._all_pause(receipt.after):
            receipt = Waiting(until=world.clock.now() + receipt.after * 1000, reason=receipt.reason)
        if isinstance(receipt, Waiting):
            return _wait_for(world, row, receipt, room=self.room)
        if isinstance(receipt, Gone):
            stop_install(world, self.install, "disabled", reason=receipt.reason)
        if isinstance(receipt, Lost):
            _pause(world, self.install, self.bridge, lost=receipt)
        if isinstance(receipt, Sent):
            self._map(receipt)
        return _write_down(world, row, receipt, room=self.room)

    def _map(self, receipt: Sent) -> None:
        """What the other side calls it, and each further part of it; an edit may have changed how many there are."""
        new = (receipt.provider_id, *receipt.parts) if self.row.what == "post" else receipt.parts
        for id_ in new if receipt.thread else ():
            map_sent(self.world, self.row, id_, thread=receipt.thread)
        if self.row.what == "edit" and self.parcel and receipt.parts != self.parcel.parts and self.bridge:
            keep_parts(self.world, self.parcel.message, self.bridge, others=receipt.parts)

    def _all_pause(self, after: int) -> bool:
        """Whether the other side asked its lane to pause: then all of it does, at no cost to anybody's attempts."""
        if self.parcel is None or self.world.clock.now() - self.row.created_at > PATIENCE_MS:
            return False
        lane = _lane(self.world, self.install, self.parcel)
        if lane:
            hold_lane(self.world, self.row.install, lane, seconds=after)
        return bool(lane)


def _announce(world: World, row: Delivery) -> Delivery:
    """One attempt to tell that a customer entered or left a segment, of a clock, a rating, or what is no room's."""
    install, circuit, *found = world.store.many([ref(Install, row.install), ref(Circuit, row.install), *_about(row)])
    channel = world.outbound(row.channel)
    if install is None or install.state == "disabled" or channel is None or not isinstance(channel, Announcing):
        return _write_down(world, row, Skipped(reason="the install is disabled" if install else "the install is gone"))
    if install.state == "paused":
        return _write_down(world, row, Lost(reason=install.disabled_because))
    if None in found:
        return _write_down(world, row, Skipped(reason="what it tells of is gone"))
    notice = _notice(row, *found)
    turn = turn_of_circuit(world, circuit)
    if turn:
        return _wait_for(world, row, Waiting(until=turn, reason=HANGS))
    opened, now = Opened(world, install), world.clock.now()
    receipt = _timed(
        world,
        row.install,
        circuit,
        call=lambda: channel.announce(notice, install, opened, outside=world.outside, now=now),
    )
    if isinstance(receipt, Gone):
        stop_install(world, install, "disabled", reason=receipt.reason)
    return _write_down(world, row, receipt)


def _again(world: World, row: Delivery) -> Delivery:
    """One attempt to send anew what an install was told: the event as it is logged, what is told from a record as that
    is now. It counts in nobody's share."""
    bridge, n = delivery_parts(row.about) or ("", 0)
    first, install, circuit = world.store.many(
        [ref(Delivery, bridge, n), ref(Install, row.install), ref(Circuit, row.install)]
    )
    if first is None or install is None or install.state == "disabled":
        return _write_down(world, row, Skipped(reason="the install is disabled or gone"))
    if install.state == "paused":
        return _write_down(world, row, Lost(reason=install.disabled_because))
    turn = turn_of_circuit(world, circuit)
    if turn:
        return _wait_for(world, row, Waiting(until=turn, reason=HANGS))
    receipt = _timed(world, row.install, circuit, call=lambda: _sent_anew(world, first, row, install=install))
    if isinstance(receipt, Gone):
        stop_install(world, install, "disabled", reason=receipt.reason)
    return _write_down(world, row, receipt)


def _sent_anew(world: World, first: Delivery, row: Delivery, *, install: Install) -> Receipt:
    [type_] = row.events
    if type_ in first.events or _announced(first):
        found = world.store.many([_logged(first, type_)] if type_ in first.events else _about(first))
        if None in found:
            return Skipped(reason="what it tells of is gone")
        channel = world.outbound(row.channel)
        if channel is None or not isinstance(channel, Announcing):
            return Skipped(reason=f"a {row.channel} is told of no events")
        notice, now = _notice(first, *found), world.clock.now()
        return channel.announce(notice, install, Opened(world, install), outside=world.outside, now=now)
    sending = _Sending(world, msgspec.structs.replace(first, events=(), steps={}))
    room, message, bridge = sending.room, sending.message, sending.bridge
    skipped = _reason_to_skip(sending)
    if skipped or room is None or message is None:
        return skipped or Skipped(reason="what it tells of is gone")
    return _send(world, _parcel(world, sending.row, room, message=message, bridge=bridge), install)


def _announced(row: Delivery) -> bool:
    """Whether it tells of what is no message and no change of a room."""
    return bool(row.segment) or row.what in ("clock", "rating") or bridge_parts(row.bridge)[2] == SLOT


def _about(row: Delivery) -> list[Ref[Any]]:
    if row.segment:
        return [ref(Customer, row.room), ref(Segment, row.segment)]
    if row.what == "rating":
        return [ref(Room, row.room), ref(Rating, row.room, row.message)]
    if row.what == "event":
        return [_logged(row, type_) for type_ in row.events]
    _, kind, ask = row.about.split(":")
    return [ref(Room, row.room), ref(Clock, row.room, kind, int(ask))]


def _notice(row: Delivery, whose: Any, what: Any = None) -> Notice:
    if isinstance(whose, Event):
        return Notice(delivery=row, event=whose)
    if isinstance(what, Rating):
        return Notice(delivery=row, room=whose, rating=what)
    if isinstance(whose, Room):
        return Notice(delivery=row, room=whose, clock=what)
    return Notice(
        delivery=row,
        segment_name=what.name,
        customer_external_id=whose.external_id,
        customer_name=whose.name,
    )


def _timed(world: World, install: str, circuit: Circuit | None, *, call: Callable[[], Receipt]) -> Receipt:
    """What the call says, its time noted for the install's circuit."""
    began = world.clock.now()
    receipt = call()
    took = world.clock.now() - began
    note_call(world, install, circuit, took=took, answered=not isinstance(receipt, Retry))
    return receipt


def _silence(row: Delivery) -> Message:
    """What stands for the message where a delivery tells of the room itself."""
    return Message(
        room=row.room,
        n=0,
        workspace=row.workspace,
        author=Author(kind="system", id=""),
        text="",
        created_at=row.created_at,
        source=Source(channel=row.channel),
    )


def _lane(world: World, install: Install, parcel: Parcel) -> str:
    channel = world.outbound(install.kind)
    lane = channel.lane(parcel, install) if isinstance(channel, Outbound) else None
    return lane[0] if lane else ""


def _turn(world: World, row: Delivery, install: Install, *, parcel: Parcel) -> int:
    """When its lane has room (ms); a turn that was given is kept. Letters wait for what is said soon after them."""
    channel = world.outbound(row.channel)
    if isinstance(channel, Corresponding):
        return channel.leaves_at(row, install)
    lane = channel.lane(parcel, install) if channel else None
    return turn_in_lane(world, row, lane[0], apart=lane[1]) if lane else 0


def _wait_for(world: World, row: Delivery, waiting: Waiting, *, room: Room | None = None) -> Delivery:
    """Not its turn yet: that is no attempt. What was refused for now takes a new turn when that comes."""
    if not waiting.until:  # somebody else has changed the row: it is as they left it
        return world.store.one(ref(Delivery, row.bridge, row.n)) or row
    turn = 0 if waiting.reason else waiting.until
    later = row.changed(turn_at=turn, next_at=waiting.until, reason=waiting.reason or row.reason)
    if not keep_outcome(world, later, row, room=room):
        return world.store.one(ref(Delivery, row.bridge, row.n)) or later
    _wake_again(world, later)
    return later


def _wake_again(world: World, row: Delivery) -> None:
    """Sooner than the clock's worker would: it looks once a minute."""
    seconds = -(-(row.next_at - world.clock.now()) // 1000)
    if row.state == "queued" and 0 <= seconds <= SOON_S:
        world.queues.wake_later(Call(row.bridge, row.n, f"again:{row.version}"), seconds)


def _write_down(world: World, row: Delivery, receipt: Receipt, *, room: Room | None = None) -> Delivery:
    done = _outcome(row, receipt, world.clock.now(), chance=world.clock.chance())
    if not keep_outcome(world, done, row, room=room):  # a replay reset the row meanwhile, or an echo has completed it
        return again(world, lambda _: _noted(world, done))
    for failed in given_up(done):
        wake(world, tell(world, failed, Listeners(world.store), but=row.install))
    _wake_again(world, done)
    return done


def _noted(world: World, done: Delivery) -> Delivery:
    """The row as another has it, with what only we know of: what did not go along."""
    there = world.store.one(ref(Delivery, done.bridge, done.n)) or done
    if done.state != "sent" or there.state != "sent" or not done.reason or there.reason:
        return there
    noted = there.changed(reason=done.reason)
    world.store.commit(over(noted, there))
    return noted


def _reason_to_skip(sending: _Sending) -> Receipt | None:
    row, install, room = sending.row, sending.install, sending.room
    message, bridge = sending.message, sending.bridge
    if install is None or install.state == "disabled":
        return Skipped(reason="the install is disabled" if install else "the install is gone")
    if install.state == "paused":
        return Lost(reason=install.disabled_because)
    if room is None or message is None:
        return Skipped(reason="the message is gone")
    if message.deleted and row.what != "delete" and not sending.looked_for and not row.events:
        return Skipped(reason=DELETED)
    if bridge is None:
        return Skipped(reason="the bridge was taken away") if bridge_parts(row.bridge)[2] else None
    if bridge.paused:
        return Lost(reason=bridge.paused, bridge_only=True)
    return None


def _parcel(world: World, row: Delivery, room: Room, *, message: Message, bridge: Bridge | None) -> Parcel:
    """All that the channel may need. Files that do not cross are told as links."""
    files = [*message.attachments, *([message.rest.file] if message.rest else [])]
    links = {file.id: world.link(file.id, file.secret) for file in files} if world.public_url else {}
    logged = [_logged(row, type_) for type_ in row.events]
    parcel = Parcel(
        delivery=row,
        message=message,
        room_name=room.name,
        room_state=room.state,
        customer_external_id=room.customer_external_id,
        bridge=bridge,
        room=room,
        links=links,
        content=lambda id_: content_of(world, row, id_),
        change=world.store.one(ref(Change, row.room, row.n, False)) if row.what == "promise" else None,
        language=language_of(world, room) if message.source.channel == CHANNEL else "",
        events=tuple(event for event in world.store.many(logged) if event) if logged else (),
        proposal=_waiting_proposal(world, room) if row.what == "card" and room.proposed else None,
    )
    return addressed(world, parcel)


def _waiting_proposal(world: World, room: Room) -> Proposal | None:
    found = world.store.one(ref(Proposal, room.id, room.proposed))
    return found if found and waits(found, room) else None


def _logged(row: Delivery, type_: str) -> Ref[Event]:
    """Where the log has what a delivery tells."""
    hour, slot = row.told_at // HOUR_MS, bridge_parts(row.bridge)[2]
    return ref(Event, row.workspace, hour, row.told_at, row.room, slot, row.n, type_)


def _send(world: World, parcel: Parcel, install: Install) -> Receipt:
    channel = world.outbound(parcel.delivery.channel)
    if not isinstance(channel, Outbound):
        return Skipped(reason=f"nothing can be sent to a {parcel.delivery.channel}")
    return channel.deliver(parcel, install, Opened(world, install), outside=world.outside, now=world.clock.now())


def _outcome(row: Delivery, receipt: Receipt, now: int, *, chance: float) -> Delivery:
    attempts = row.attempts + 1
    if isinstance(receipt, Sent):
        return row.changed(
            state="sent",
            attempts=attempts,
            last_at=now,
            next_at=0,
            turn_at=0,
            provider_id=receipt.provider_id,
            parts=receipt.parts if row.what == "post" else (),
            reason=receipt.reason,
            missed=False,
            steps=files_beside(row),
        )
    row = msgspec.structs.replace(row, turn_at=0)
    if isinstance(receipt, Lost):
        return row.changed(state="skipped", last_at=now, next_at=0, reason=receipt.reason, missed=True)
    if isinstance(receipt, Skipped):
        return row.changed(state="skipped", last_at=now, next_at=0, reason=receipt.reason)
    if isinstance(receipt, Retry):
        seconds = wait(attempts, receipt.after, chance)
        if seconds is not None:
            return row.changed(attempts=attempts, last_at=now, next_at=now + seconds * 1000, reason=receipt.reason)
    return row.changed(state="failed", attempts=attempts, last_at=now, next_at=0, reason=receipt.reason)


def _pause(world: World, install: Install, bridge: Bridge | None, *, lost: Lost) -> None:
    """The account of one bridge, or the whole install's."""
    from ..bridges.pause_bridge import pause_bridge

    if not lost.bridge_only:
        stop_install(world, install, "paused", reason=lost.reason)
    elif bridge:
        pause_bridge(world, bridge, lost.reason)
