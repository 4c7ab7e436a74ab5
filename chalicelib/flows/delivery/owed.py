"""What is owed for one change of a room (transactional outbox): a row of deliveries for each bridge that it crosses."""

from collections.abc import Iterable
from contextlib import suppress

from ...desk.deliveries import Delivery, Owing, What
from ...desk.errors import Clash
from ...desk.held_back import held_delivery
from ...desk.ids import bridge_parts
from ...desk.messages import Message
from ...desk.rooms import Bridge, came_over
from ...ports import Call, Put, World, new
from ..standing_still import is_older
from .batch_reads import BatchReads, Happening

WHAT: dict[str, What] = {"edited": "edit", "deleted": "delete", "reaction": "reaction", "room": "card"}
WHAT |= {"undelivered": "card", "delivered": "card", "taken": "card"}
CROSSES = {"edit": "edits", "delete": "deletes", "reaction": "reactions"}


def owed(world: World, happening: Happening, reads: BatchReads) -> list[Call]:
    """Write what is owed for one change; the wake-ups that it asks for. Doing it again writes nothing twice."""
    what = _what(happening)
    if happening.internal or what is None:
        return []
    calls = []
    for bridge in reads.of(happening.room, reads.workspace_of(happening)):
        if _crosses(world, happening, what, bridge=bridge):
            row = _row(happening, what, bridge, now=world.clock.now())
            row, held = held_if_older(world, row, _at(happening))
            with suppress(Clash):  # an earlier run of this very change wrote it
                world.store.commit(new(row), *held)
            if row.state == "queued":
                calls.append(Call(row.bridge, row.n))
    return calls


def _what(happening: Happening) -> What | None:
    """What a bridge is owed for it, if anything. The copies that a fork makes were sent where they were said."""
    if isinstance(happening, Message):
        return None if happening.forked_from or happening.author.kind == "system" else "post"
    if happening.fields == ("promise",):  # is no news to a card; who asks for promises is told by `announce`
        return None
    return WHAT.get(happening.type)


def _crosses(world: World, happening: Happening, what: What, *, bridge: Bridge) -> bool:
    """Nothing goes back to where it came from, and nothing from before the bridge was there. Only a conversation that
    an install heads by a card of its own is told of the room itself."""
    if _before(happening, bridge) or bridge.direction == "in":
        return False
    if what == "card":
        heads = bool(bridge.conversation) and not bridge.slot
        channel = world.outbound(bridge.channel) if heads else None
        return channel is not None and channel.CARDS
    return not (happening.source and came_over(happening.source, bridge))


def held_if_older(world: World, row: Delivery, at: int) -> tuple[Delivery, list[Put]]:
    """What is owed for something of before the table was restored may have been sent then: it stands still."""
    if row.state != "queued" or not is_older(world, at):
        return row, []
    still, held = held_delivery(row)
    return still, [Put(held, None)]


def _at(happening: Happening) -> int:
    return happening.created_at if isinstance(happening, Message) else happening.at


def _before(happening: Happening, bridge: Bridge) -> bool:
    if bridge.since:
        return happening.n < bridge.since
    return _at(happening) < bridge.bound_at


def _row(happening: Happening, what: What, bridge: Bridge, *, now: int) -> Delivery:
    """What does not cross is written down too, as skipped."""
    crosses = what not in CROSSES or getattr(bridge, CROSSES[what])
    return Delivery(
        state="queued" if crosses else "skipped",
        reason="" if crosses else f"{CROSSES[what]} do not cross this bridge",
        bridge=bridge.id,
        n=happening.n,
        room=happening.room,
        install=bridge.install,
        channel=bridge.channel,
        workspace=bridge.workspace,
        message=happening.n if isinstance(happening, Message) else 0 if what == "card" else happening.message,
        what=what,
        created_at=now,
    )


def wake(world: World, calls: Iterable[Call]) -> None:
    """A wake-up for each change, and a note of it for the clock. What was derived late may lie behind its bridge's
    mark, where nobody looks who is woken for a newer one; and the worker may move the mark at any moment."""
    each, now = list(dict.fromkeys(calls)), world.clock.now()
    if each:
        changes = dict.fromkeys((bridge_parts(call.bridge)[0], call.n) for call in each)
        world.store.spread(*(Put(Owing(at=now, room=room, n=n), None) for room, n in changes))
        world.queues.wake(each)
