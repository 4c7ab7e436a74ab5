"""Change a room itself: its name, its state and outcome, who is on it, what it is promised."""

from typing import Any

from ...desk.errors import Conflict, Invalid, Stale
from ...desk.outcomes import ending_of
from ...desk.permissions import Principal
from ...desk.promises import pledged
from ...desk.room_transitions import room_changed, standing_of
from ...desk.rooms import Room
from ...desk.turn_table import Act, Who
from ...ports import World, new, over, ref
from ..audit import audit
from ..fence import within
from ..optimistic_retry import again
from .tell_end import ended, hearing_of

STANDS = ("state", "outcome", "turn")  # what follows from a room's marks


def update_room(
    world: World,
    who: Principal,
    room_id: str,
    *,
    fields: dict[str, Any],
    if_version: int | None = None,
    tell: bool = False,
) -> Room:
    """The room after the change; the same room if nothing differs. Of a promise `fields` hold what is said of it, or
    None to withdraw it. Where an agent resolves, the customer is told how it ended if the caller wants to `tell`."""

    def attempt(_: int) -> Room:
        room = within(world.store.one(ref(Room, room_id)), who.customer)
        if if_version is not None and room.version != if_version:
            raise Stale("the room has changed since", "If-Match")
        now = world.clock.now()
        wanted = fields | _promise(room, fields, who, now=now) if "promise" in fields else fields
        act = _act(room, fields, who)
        if tell and fields.get("state", room.state) == "resolved" and who.is_agent:
            return _resolved(world, who, room, wanted=wanted, now=now)
        kept = _kept(room, wanted)
        if not kept and not act:
            return room
        moved, change = room_changed(room, now, who.id, fields=kept, **act)
        world.store.commit(
            over(moved, room), new(change), *audit(world, who, "room.changed", subject=room.id, fields=change.fields)
        )
        return moved

    return again(world, attempt)


def _kept(room: Room, wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if name not in STANDS and getattr(room, name) != value}


def _resolved(world: World, who: Principal, room: Room, *, wanted: dict[str, Any], now: int) -> Room:
    """Resolved, and its customer knows how it ended, as far as there is anybody to know it."""
    ending = ending_of(wanted.get("outcome") or room.outcome)
    if not ending.outcome:
        raise Invalid("whoever is told that it ended is told how: an outcome", "outcome")
    hearing = hearing_of(world, room, ending)
    kept = _kept(room, wanted)
    if not kept and not hearing.draft and room.state == "resolved" and room.outcome == ending.text:
        return room
    act: tuple[Who, Act] = ("vendor", "resolve" if hearing.draft or hearing.know else "close")
    moved, writes = ended(room, hearing, ending, act=act, by=who.id, now=now, kept=kept)
    changed = ("outcome", "state", *kept)
    world.store.commit(over(moved, room), *writes, *audit(world, who, "room.changed", subject=room.id, fields=changed))
    return moved


def _act(room: Room, fields: dict[str, Any], who: Principal) -> dict[str, Any]:
    """What is done to where the room stands: resolve it with an outcome, reopen it, or say by hand whose turn it is."""
    state, turn = fields.get("state", room.state), fields.get("turn", room.turn)
    side: Who = "vendor" if who.is_agent else "customer"
    if "turn" in fields and turn != room.turn:
        return _by_hand(room, turn, state)
    if state == "open":
        if fields.get("outcome"):
            raise Conflict("a room that is open has no outcome", "outcome")
        return {"act": (side, "reopen")} if room.state == "resolved" else {}
    outcome = fields.get("outcome", room.outcome if room.state == "resolved" else "")
    if room.state == "resolved" and outcome == room.outcome:
        return {}
    if side == "customer":
        return {"act": (side, "resolve"), "word": outcome or "solved"}
    return {"act": (side, "close"), "word": outcome}


def _by_hand(room: Room, turn: str, state: str) -> dict[str, Any]:
    """“Needs no answer” takes the vendor off the hook; “waits for us” puts it back on: as if it had never been off,
    where that was by hand; else since the customer spoke last."""
    if room.kind == "internal":
        raise Conflict("nobody waits for anybody in an internal room", "turn")
    if turn != "vendor":
        if room.turn != "vendor" or state == "resolved":
            raise Conflict("nobody waits for an answer", "turn")
        return {"act": ("vendor", "none needed")}
    stands, last = standing_of(room), room.trail[-1] if room.trail else None
    if last and last.kind == "none needed":
        return {"without": [last.n]}
    since = stands.spoke_at if stands.spoke == "customer" else stands.asked_at
    return {"act": ("vendor", "waits"), "since": since}


def _promise(room: Room, fields: dict[str, Any], who: Principal, *, now: int) -> dict[str, Any]:
    wanted = fields["promise"]
    promise = pledged(room.promise, wanted, who.id, now=now) if wanted is not None else None
    if promise and promise.open:
        if room.kind == "internal":
            raise Conflict("nobody is promised anything in an internal room", "promise")
        if fields.get("state", room.state) == "resolved":
            raise Conflict("nothing is owed any more in a room that is resolved", "promise")
    return {"promise": promise}
