"""Direct a broadcast: draft it, approve it, send, pause, resume, cancel, undo it. What follows is its workers'
(ADR 100)."""

from ...desk.broadcasts import WORKING, Audience, Broadcast, Rules, Verb, moved
from ...desk.errors import Clash, Conflict, Forbidden
from ...desk.held_back import held_id
from ...desk.permissions import Principal
from ...ports import Errand, World, new, over, ref
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..standing_still import check_free

GRACE_MS = 2 * 60_000  # ms after which the clock looks after a broadcast whose wake-up was lost


def draft_broadcast(
    world: World, who: Principal, broadcast: Broadcast, *, audience: Audience, once: Once = KEYLESS
) -> Broadcast:
    """The draft, stored with whom it names."""

    def attempt(_: int) -> Broadcast:
        entry = audit(world, who, "broadcast.drafted", subject=broadcast.id)
        world.store.commit(new(broadcast), new(audience), *entry, *once.writes(broadcast, world.clock.now()))
        return broadcast

    return again(world, attempt, once)


def approve_broadcast(world: World, who: Principal, id_: str, *, once: Once = KEYLESS) -> Broadcast:
    """The broadcast, approved by an agent who did not write it."""

    def attempt(_: int) -> Broadcast:
        old = _own(world, who, id_)
        if old.author.id == who.id:
            raise Forbidden("another agent has to approve a broadcast")
        if old.state != "draft":
            raise Conflict(f"a broadcast that is {old.state} cannot be approved")
        approved = old.changed(approved_by=who.id)
        entry = audit(world, who, "broadcast.approved", subject=id_)
        world.store.commit(over(approved, old), *entry, *once.writes(approved, world.clock.now()))
        return approved

    return again(world, attempt, once)


def control_broadcast(
    world: World, who: Principal, id_: str, *, verb: Verb, at: int = 0, once: Once = KEYLESS
) -> Broadcast:
    """The broadcast after `verb`, with its workers woken."""

    def attempt(_: int) -> Broadcast:
        old = _own(world, who, id_)
        if verb in ("send", "resume"):
            check_free(old.reason, held_id("broadcast", id_))
        rules = world.store.one(ref(Rules, who.workspace)) if verb == "send" else None
        if rules and rules.approval and not old.approved_by:
            raise Conflict("a second agent has to approve it first")
        now = world.clock.now()
        broadcast = moved(old, verb, now, grace=GRACE_MS, at=at)
        entry = audit(world, who, f"broadcast.{verb}", subject=id_)
        world.store.commit(over(broadcast, old), *entry, *once.writes(broadcast, now))
        return broadcast

    broadcast = again(world, attempt, once)
    if broadcast.state in WORKING:
        world.queues.broadcast([Errand(broadcast.id)])
    return broadcast


def _own(world: World, who: Principal, id_: str) -> Broadcast:
    return own(world, who.workspace, ref(Broadcast, id_))


def look_after(world: World, broadcast: Broadcast) -> None:
    """The clock's: begin what is scheduled for now; wake the workers of what is still being worked on. `told` comes
    off an index, and may be old."""
    current, now = world.store.one(ref(Broadcast, broadcast.id)), world.clock.now()
    if current is None or not 0 < current.due <= now:
        return
    fields = {"state": "planning"} if current.state == "scheduled" else {}
    tended = current.changed(due=now + GRACE_MS if fields or current.state in WORKING else 0, **fields)
    try:
        world.store.commit(over(tended, current))
    except Clash:
        return  # somebody directs it at this moment; what is due stays so
    if tended.due:
        world.queues.broadcast([Errand(tended.id)])
