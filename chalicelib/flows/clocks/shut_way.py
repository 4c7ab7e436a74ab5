"""Why an answer could not reach who asked last: the reason of a miss that is our own failure."""

from ...desk.ids import slot_of
from ...desk.messages import Message
from ...desk.room_transitions import standing_of
from ...desk.rooms import Bridge, Room
from ...desk.workspaces import Install
from ...ports import World, ref
from ..rooms.answered import NEVER_DECIDE

MOST = 300  # characters of a reason


def why_shut(world: World, room: Room, since: int) -> str:
    """What shuts the way by which the last ask came, as agents may read it: its install or its bridge is stopped, or an
    answer `since` the clock began (ms) was not delivered over it. "" for a way that is open."""
    asked = standing_of(room).asked
    ask = world.store.one(ref(Message, room.id, asked, False)) if asked else None
    if ask is None or not ask.source.install or ask.source.channel in NEVER_DECIDE:
        return ""
    install = world.store.one(ref(Install, ask.source.install))
    if install is None:
        return "the install is gone"
    if install.state != "active":
        return f"the install is {install.state}: {install.disabled_because}".removesuffix(": ")[:MOST]
    bridge = _bridge(world, ask)
    if bridge and bridge.paused:
        return f"the bridge is paused: {bridge.paused}"[:MOST]
    lost = any(mark.kind == "undelivered" and mark.at >= since for mark in room.trail)
    return "the answer was not delivered" if lost else ""


def _bridge(world: World, ask: Message) -> Bridge | None:
    """The bridge over which its answer goes: of the thread, or of the conversation; else of the install alone."""
    came = ask.source.thread or ask.source.conversation
    slots = dict.fromkeys(slot_of(each) for each in (came, came.partition("/")[0], ""))
    found = world.store.many([ref(Bridge, ask.room, ask.source.install, slot) for slot in slots])
    return next(filter(None, found), None)
