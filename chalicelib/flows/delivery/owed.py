"""Derive from a change of a room what is owed: deliveries over its bridges, and the push. Only table and queues."""

from collections.abc import Iterable
from typing import Any

from ...desk.deliveries import Delivery, What
from ...desk.errors import Clash
from ...desk.inbox_views import RoomViews
from ...desk.messages import Change, Message
from ...desk.rooms import Bridge, Room, came_over
from ...desk.workspaces import Workspace
from ...ports import Call, Listing, Ref, Store, World, new, ref
from ..broadcasts.results import mark_reaction, mark_replied
from ..rooms.refresh_views import refresh_views

WHAT: dict[str, What] = {"edited": "edit", "deleted": "delete", "reaction": "reaction", "room": "card"}
CROSSES = {"edit": "edits", "delete": "deletes", "reaction": "reactions"}

Happening = Message | Change


class BatchReads:
    """What the changes of a batch are about, each read once: the bridges that each room has, the rooms themselves, the
    messages. Read after the changes were made, nothing is older than they are."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rooms: dict[str, Room | None] = {}
        self.bridges: dict[str, list[Bridge]] = {}
        self.workspaces: dict[str, Workspace | None] = {}
        self.shelves: dict[str, RoomViews | None] = {}
        self.messages: dict[tuple[str, int, bool], Message | None] = {}

    def of(self, room_id: str, workspace: str) -> list[Bridge]:
        """Every bridge of a room, and one for each feed of its workspace that the room has no conversation with yet."""
        self.read(room_id, workspace)
        room = self.rooms[room_id]
        if room is None or room.kind == "internal":
            return []
        if room_id not in self.bridges:
            bridges: Listing[Bridge] = Listing("bridges", (room_id,))
            self.bridges[room_id] = self.store.page(bridges, 100).items
        found = list(self.bridges[room_id])
        tenant, told = self.workspaces.get(workspace), {bridge.install for bridge in found if not bridge.slot}
        for install, since in tenant.feeds.items() if tenant else ():
            if tenant and install not in told:
                channel = tenant.feed_channels.get(install, "webhook")
                found.append(
                    Bridge(room=room_id, install=install, channel=channel, workspace=workspace, bound_at=since)
                )
        return found

    def room(self, room_id: str) -> Room | None:
        """The room."""
        self.read(room_id, "")
        return self.rooms[room_id]

    def watched(self, workspace: str, now: int) -> bool:
        """Whether somebody may be looking at the workspace's inbox."""
        if workspace not in self.workspaces:
            self.workspaces[workspace] = self.store.one(ref(Workspace, workspace))
        tenant = self.workspaces[workspace]
        return tenant is not None and tenant.watched_until > now

    def message(self, happening: "Happening") -> Message | None:
        """The message that a change is about, as it is now; the message itself where it has just been said."""
        if isinstance(happening, Message) or not happening.message:
            return happening if isinstance(happening, Message) else None
        place = (happening.room, happening.message, happening.internal)
        if place not in self.messages:
            self.messages[place] = self.store.one(ref(Message, *place))
        return self.messages[place]

    def read(self, room_id: str, workspace: str) -> None:
        """Read the room with its shelf, and its workspace, where they are not known."""
        refs: list[Ref[Any]] = [ref(Room, room_id), ref(RoomViews, room_id)] if room_id not in self.rooms else []
        wanted = bool(workspace) and workspace not in self.workspaces
        found = self.store.many([*refs, *([ref(Workspace, workspace)] if wanted else [])]) if refs or wanted else []
        if wanted:
            self.workspaces[workspace] = found.pop()
        if refs:
            self.rooms[room_id], self.shelves[room_id] = found


def react(world: World, happening: Happening, ties: BatchReads) -> list[Call]:
    """Write what is owed for one change; the wake-ups that it asks for. Doing it again writes nothing twice."""
    if isinstance(happening, Message):
        mark_replied(world, happening)
    if happening.internal:
        return []
    what = _what(happening)
    message = ties.message(happening)
    workspace = message.workspace if message else ""
    if what == "card":
        room = ties.room(happening.room)
        workspace = room.workspace if room else ""
    elif what == "reaction" and message:
        mark_reaction(world, message, happening)  # type: ignore[arg-type]
    _shelve(world, happening, workspace, ties)
    if what is None:
        return []
    calls = []
    for bridge in ties.of(happening.room, workspace):
        if _owed(world, happening, what, bridge):
            row = _row(happening, what, bridge, world.clock.now())
            _put(world.store, row)
            if row.state == "queued":
                calls.append(Call(row.bridge, row.n))
    return calls


def _shelve(world: World, happening: Happening, workspace: str, ties: BatchReads) -> None:
    """Only what is said, and what changes the room itself, moves it between the inbox's views."""
    if isinstance(happening, Message) or happening.type == "room":
        ties.read(happening.room, workspace)
        room = ties.rooms[happening.room]
        if room:
            ties.shelves[room.id] = refresh_views(world.store, room, ties.shelves[room.id], world.clock.now())


def _what(happening: Happening) -> What | None:
    """What a bridge is owed for it, if anything. The copies that a fork makes were sent where they were said."""
    if isinstance(happening, Message):
        return None if happening.forked_from or happening.author.kind == "system" else "post"
    if happening.fields == ("promise",):  # is no news to a card; who asks for promises is told by `announce`
        return None
    return WHAT.get(happening.type)


def _owed(world: World, happening: Happening, what: What, bridge: Bridge) -> bool:
    """Nothing goes back to where it came from, and nothing from before the bridge was there. Only a conversation that
    an install heads by a card of its own is told of the room itself."""
    at = happening.created_at if isinstance(happening, Message) else happening.at
    if at < bridge.bound_at or bridge.direction == "in":
        return False
    if what == "card":
        heads = bool(bridge.conversation) and not bridge.slot
        channel = world.outbound(bridge.channel) if heads else None
        return channel is not None and channel.CARDS
    return not (happening.source and came_over(happening.source, bridge))


def _row(happening: Happening, what: What, bridge: Bridge, now: int) -> Delivery:
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
        message=happening.n if isinstance(happening, Message) else happening.message,
        what=what,
        created_at=now,
    )


def _put(store: Store, row: Delivery) -> None:
    try:
        store.commit(new(row))
    except Clash:
        return  # an earlier run of this very change wrote it


def wake(world: World, calls: Iterable[Call]) -> None:
    """One wake-up per bridge, for its newest change (the queue forgets none of those as a repeat): its worker takes
    the rows in order anyway."""
    newest: dict[str, Call] = {}
    for call in calls:
        newest[call.bridge] = max(call, newest.get(call.bridge, call), key=lambda each: each.n)
    if newest:
        world.queues.wake(newest.values())
