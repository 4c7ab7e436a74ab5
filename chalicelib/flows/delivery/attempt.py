"""One attempt to send what a delivery owes, and its outcome written down."""

from typing import Any

import msgspec

from ...desk.customers import Customer
from ...desk.deliveries import (
    Delivery,
    Gone,
    Lost,
    Notice,
    Parcel,
    Receipt,
    Retry,
    Sent,
    Skipped,
    wait,
)
from ...desk.errors import Clash
from ...desk.ids import bridge_parts
from ...desk.messages import Author, Change, Message, Source
from ...desk.rooms import Bridge, Room
from ...desk.segments import Segment
from ...desk.workspaces import Install
from ...ports import Announcing, AwsAway, Call, Ref, World, over, ref
from ..bridges.id_map import addressed, map_conversation, map_sent
from ..bridges.stop_install import stop_install
from ..secrets import Opened
from .lanes import hold_lane, turn_in_lane

SOON_S = 900  # seconds for which a queue can hold a wake-up back; what is later is left to the clock
PATIENCE_MS = 3 * 24 * 60 * 60 * 1000  # ms for which a provider may ask to wait without that being a failed attempt


def attempt(world: World, row: Delivery) -> Delivery:
    """One attempt, and its outcome written down."""
    if row.segment:
        return _announce(world, row)
    slot = bridge_parts(row.bridge)[2]
    bound = ref(Bridge, row.room, row.install, slot) if slot or world.asking(row.channel) else None
    said = ref(Message, row.room, row.message, False) if row.message else None
    wanted: list[Ref[Any] | None] = [ref(Install, row.install), ref(Room, row.room), said, bound]
    install, room, *found = world.store.many([each for each in wanted if each])
    message = found.pop(0) if said else _silence(row)
    bridge: Bridge | None = found.pop() if bound else None
    try:
        receipt = _reason_to_skip(row, install, room, message, bridge)
        if receipt is None:
            parcel = _parcel(world, row, room, message, bridge)
            turn = _turn(world, row, install, parcel)
            if turn > world.clock.now():
                return _wait_for(world, row, turn)
            if row.channel == "email":
                from ..mail.send import send_mails

                receipt = send_mails(world, row, install, room, message)
            else:
                receipt = _send(world, parcel, install)
    except AwsAway:
        raise
    except Exception as error:  # our own fault: the row says so and comes again, so that it holds nobody up for ever
        _write_down(world, row, Retry(reason=f"Parley failed: {type(error).__name__}"))
        raise
    if isinstance(receipt, Gone):
        stop_install(world, install, "disabled", receipt.reason)
    if isinstance(receipt, Lost):
        _pause(world, install, bridge, receipt)
    if isinstance(receipt, Sent | Retry) and receipt.conversation:
        map_conversation(world, row, receipt.conversation)
    if isinstance(receipt, Retry) and receipt.after and _in_lane(world, row, install, parcel, receipt.after):
        return _wait_for(world, row, world.clock.now() + receipt.after * 1000, receipt.reason)
    if isinstance(receipt, Sent) and receipt.thread:
        map_sent(world, row, receipt.provider_id, receipt.thread)
    return _write_down(world, row, receipt)


def _announce(world: World, row: Delivery) -> Delivery:
    """One attempt to tell that a customer entered or left a segment."""
    install, customer, segment = world.store.many(
        [ref(Install, row.install), ref(Customer, row.room), ref(Segment, row.segment)]
    )
    channel = world.outbound(row.channel)
    if install is None or install.state != "active" or not isinstance(channel, Announcing):
        return _write_down(world, row, Skipped(reason="the install is disabled" if install else "the install is gone"))
    if customer is None or segment is None:
        return _write_down(world, row, Skipped(reason="the segment is gone"))
    notice = Notice(
        delivery=row,
        segment_name=segment.name,
        customer_external_id=customer.external_id,
        customer_name=customer.name,
    )
    receipt = channel.announce(notice, install, Opened(world, install), world.outside, world.clock.now())
    if isinstance(receipt, Gone):
        stop_install(world, install, "disabled", receipt.reason)
    return _write_down(world, row, receipt)


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
    lane = channel.lane(parcel, install) if channel else None
    return lane[0] if lane else ""


def _turn(world: World, row: Delivery, install: Install, parcel: Parcel) -> int:
    """When its lane has room (ms); a turn that was given is kept. Mails wait for what is said soon after them."""
    if row.channel == "email":
        from ..mail.send import leaves_at

        return leaves_at(row, install)
    channel = world.outbound(row.channel)
    lane = channel.lane(parcel, install) if channel else None
    if lane is None:
        return 0
    return turn_in_lane(world, row, *lane)


def _in_lane(world: World, row: Delivery, install: Install, parcel: Parcel, after: int) -> bool:
    """Whether the other side asked its lane to pause: then all of it does, at no cost to anybody's attempts."""
    lane = _lane(world, install, parcel)
    if not lane or world.clock.now() - row.created_at > PATIENCE_MS:
        return False
    hold_lane(world, row.install, lane, after)
    return True


def _wait_for(world: World, row: Delivery, turn: int, reason: str = "") -> Delivery:
    """Not its turn yet: that is no attempt. What was refused for now takes a new turn when that comes."""
    waiting = row.changed(turn_at=0 if reason else turn, next_at=turn, reason=reason or row.reason)
    try:
        world.store.commit(over(waiting, row))
    except Clash:
        return world.store.one(ref(Delivery, row.bridge, row.n)) or waiting
    _wake_again(world, waiting)
    return waiting


def _wake_again(world: World, row: Delivery) -> None:
    """Sooner than the clock's worker would: it looks once a minute."""
    seconds = -(-(row.next_at - world.clock.now()) // 1000)
    if row.state == "queued" and 0 <= seconds <= SOON_S:
        world.queues.wake_later(Call(row.bridge, row.n, f"again:{row.version}"), seconds)


def _write_down(world: World, row: Delivery, receipt: Receipt) -> Delivery:
    done = _outcome(row, receipt, world.clock.now(), world.clock.chance())
    try:
        world.store.commit(over(done, row))
    except Clash:  # a replay reset the row meanwhile, or an echo has completed it
        return world.store.one(ref(Delivery, row.bridge, row.n)) or done
    _wake_again(world, done)
    return done


def _reason_to_skip(
    row: Delivery, install: Install | None, room: Room | None, message: Message | None, bridge: Bridge | None
) -> Receipt | None:
    if install is None or install.state == "disabled":
        return Skipped(reason="the install is disabled" if install else "the install is gone")
    if install.state == "paused":
        return Lost(reason=install.disabled_because)
    if room is None or message is None:
        return Skipped(reason="the message is gone")
    if message.deleted and row.what != "delete":
        return Skipped(reason="the message was deleted before it was sent")
    if bridge is None:
        return Skipped(reason="the bridge was taken away") if bridge_parts(row.bridge)[2] else None
    if bridge.paused:
        return Lost(reason=bridge.paused, bridge_only=True)
    return None


def _parcel(world: World, row: Delivery, room: Room, message: Message, bridge: Bridge | None) -> Parcel:
    """All that the channel may need. Files that do not cross are told as links."""
    links = {file.id: world.link(file.id, file.secret) for file in message.attachments} if world.public_url else {}
    parcel = Parcel(
        delivery=row,
        message=message,
        room_name=room.name,
        room_state=room.state,
        customer_external_id=room.customer_external_id,
        bridge=bridge,
        room=room,
        links=links,
        content=lambda id_: world.files.get(f"files/{row.workspace}/{id_}"),
        change=world.store.one(ref(Change, row.room, row.n, False)) if row.what == "promise" else None,
    )
    return addressed(world, parcel)


def _send(world: World, parcel: Parcel, install: Install) -> Receipt:
    channel = world.outbound(parcel.delivery.channel)
    if channel is None:
        return Skipped(reason=f"nothing can be sent to a {parcel.delivery.channel}")
    return channel.deliver(parcel, install, Opened(world, install), world.outside, world.clock.now())


def _outcome(row: Delivery, receipt: Receipt, now: int, chance: float) -> Delivery:
    attempts = row.attempts + 1
    if isinstance(receipt, Sent):
        return row.changed(
            state="sent",
            attempts=attempts,
            last_at=now,
            next_at=0,
            turn_at=0,
            provider_id=receipt.provider_id,
            reason="",
            missed=False,
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


def _pause(world: World, install: Install, bridge: Bridge | None, lost: Lost) -> None:
    """The account of one bridge, or the whole install's."""
    from ..bridges.pause_bridge import pause_bridge

    if not lost.bridge_only:
        stop_install(world, install, "paused", lost.reason)
    elif bridge:
        pause_bridge(world, bridge, lost.reason)
