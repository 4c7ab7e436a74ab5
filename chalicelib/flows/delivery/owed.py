"""What is owed for one change of a room (transactional outbox): a row of deliveries for each bridge that it crosses,
and for each install that asks for what it tells. What an install is told of one change is one row, so that it is told
of a room in order (ADR 165)."""

from collections.abc import Iterable
from contextlib import suppress

import msgspec

from ...desk.deliveries import Delivery, Owing, What
from ...desk.errors import Clash
from ...desk.events import Event, room_body, types_of
from ...desk.held_back import held_delivery
from ...desk.ids import bridge_id, bridge_parts
from ...desk.messages import Message
from ...desk.rooms import Bridge, Room, came_over
from ...desk.workspaces import Listening
from ...ports import Call, Put, World, new
from ..standing_still import is_older
from .batch_reads import BatchReads, Happening
from .event_log import logged
from .listeners import Listeners

WHAT: dict[str, What] = {"edited": "edit", "deleted": "delete", "reaction": "reaction", "room": "card"}
WHAT |= {"undelivered": "card", "delivered": "card", "taken": "card", "proposal": "card"}
CROSSES = {"edit": "edits", "delete": "deletes", "reaction": "reactions"}


def owed(world: World, happening: Happening, reads: BatchReads) -> list[Call]:
    """Write what is owed for one change; the wake-ups that it asks for. Doing it again writes nothing twice."""
    what, types = _what(happening), types_of(happening)
    noted = happening.internal and what != "card"  # the card that heads a room's thread is for agents
    if noted or what is None and not types:
        return []
    rows = {row.bridge: row for row in _crossing(world, happening, reads, what=what)} if what else {}
    if rows and (listening := reads.listeners.of(next(iter(rows.values())).workspace)):
        world.store.spread(*logged([row for row in rows.values() if row.install in listening], _at(happening)))
    room = reads.room(happening.room) if types else None
    if room and room.kind != "internal" and (asked := _asked(reads.listeners.of(room.workspace), types)):
        return _telling_rows(world, rows, _at(happening), news=_News(happening, room, asked))
    return _written(world, rows, _at(happening), events=[])


def owed_for_opening(world: World, room: Room, listeners: Listeners) -> list[Call]:
    """The same for a room's making, which is no change of it."""
    asked = _asked(listeners.of(room.workspace), types_of(room)) if room.kind != "internal" else {}
    return _telling_rows(world, {}, room.created_at, news=_News(room, room, asked)) if asked else []


def _asked(listening: dict[str, Listening], types: list[str]) -> dict[str, tuple[str, list[str]]]:
    """Whom something is told of what it tells: installs, with their kinds."""
    wanted = {id_: (each.kind, [type_ for type_ in types if type_ in each.events]) for id_, each in listening.items()}
    return {id_: (kind, heard) for id_, (kind, heard) in wanted.items() if heard}


class _News(msgspec.Struct, frozen=True):
    """What tells of a room as it is, and which installs, each with its kind, asked for which of its types."""

    happening: Happening | Room
    room: Room
    asked: dict[str, tuple[str, list[str]]]

    @property
    def n(self) -> int:
        """The number of the change; 0 is the room's making."""
        return 0 if isinstance(self.happening, Room) else self.happening.n


def _telling_rows(world: World, rows: dict[str, Delivery], at: int, *, news: _News) -> list[Call]:
    """What is owed, with what it tells: each install's in the row that it has anyway, if it has one."""
    types: dict[str, None] = {}
    for install, (kind, heard) in news.asked.items():
        bridge = bridge_id(news.room.id, install)
        row = rows.get(bridge)
        if row is None or row.state != "queued":
            promised = heard[0].startswith("promise.")
            row = Delivery(
                bridge=bridge,
                n=news.n,
                room=news.room.id,
                install=install,
                channel=kind,
                workspace=news.room.workspace,
                message=0,
                what="promise" if promised else "event",
                about=heard[0].partition(".")[2] if promised else "",
                created_at=world.clock.now(),
            )
            heard = heard[promised:]
        rows[bridge] = msgspec.structs.replace(row, events=tuple(heard), told_at=at if heard else 0)
        types |= dict.fromkeys(heard)
    events = [
        Event(
            version=1,
            workspace=news.room.workspace,
            at=at,
            subject=news.room.id,
            n=news.n,
            type=type_,
            body=room_body(news.happening, news.room, type_),
        )
        for type_ in types
    ]
    world.store.spread(*logged([row for row in rows.values() if row.what == "promise"], at))
    return _written(world, rows, at, events=events)


def _crossing(world: World, happening: Happening, reads: BatchReads, *, what: What) -> list[Delivery]:
    return [
        _row(happening, what, bridge, now=world.clock.now())
        for bridge in reads.of(happening.room, reads.workspace_of(happening))
        if _crosses(world, happening, what, bridge=bridge)
    ]


def _written(world: World, rows: dict[str, Delivery], at: int, *, events: list[Event]) -> list[Call]:
    """Rows are written each alone; those that tell of events in one transaction with them."""
    calls, telling = [], [Put(event, None) for event in events]
    for row in rows.values():
        row, held = held_if_older(world, row, at)
        if row.events:
            telling += [new(row), *held]
        else:
            with suppress(Clash):  # an earlier run of this very change wrote it
                world.store.commit(new(row), *held)
        if row.state == "queued":
            calls.append(Call(row.bridge, row.n))
    if telling:
        with suppress(Clash):
            world.store.commit(*telling)
    return calls


def _what(happening: Happening) -> What | None:
    """What a bridge is owed for it, if anything. The copies that a fork makes were sent where they were said."""
    if isinstance(happening, Message):
        return None if happening.forked_from or happening.author.kind == "system" else "post"
    if happening.fields == ("promise",):  # is no news to a card; who asks for promises has a row of its own
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
