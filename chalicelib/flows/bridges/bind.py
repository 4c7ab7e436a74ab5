"""Bind outside conversations to rooms: by an agent, or by a one-time code typed in the conversation itself. What lives
there from then on is the room's; what came before is not (ADR 50)."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.ids import ALPHABET, slot_of
from ...desk.outside_people import CODE_LIFE_MS, ConnectCode
from ...desk.permissions import Principal
from ...desk.rooms import Binding, Bridge, Room
from ...desk.workspaces import Install
from ...ports import Drop, World, Write, new, over, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again

CODE = 10  # characters: 50 bits, for a day, behind a signed sender


@dataclass(frozen=True)
class BindRequest:
    """A conversation that is to be bound, and how its bridge shall be (names of Bridge's fields)."""

    room: Room
    install: Install
    conversation: str
    settings: dict[str, Any] = field(default_factory=dict)
    rebind: bool = False


def bind(world: World, who: Principal, request: BindRequest, *, once: Once = KEYLESS) -> Bridge:
    """The bridge. Conflict if the conversation is another room's, unless it shall be taken from it."""

    def attempt(_: int) -> Bridge:
        bridge, writes = _bound(world, request)
        entry = audit(world, who, "bridge.bound", subject=request.room.id, fields=[request.install.id])
        world.store.commit(*writes, *entry, *once.writes(bridge, world.clock.now()))
        return bridge

    return again(world, attempt, once)


def _bound(world: World, request: BindRequest) -> tuple[Bridge, list[Write]]:
    room, install, conversation = request.room, request.install, request.conversation
    _check_shared(room)
    # Where the other side is one address, not many conversations, a room has one bridge with it.
    slot, now = slot_of(conversation) if world.asking(install.kind) else "", world.clock.now()
    binding, mine = world.store.many([ref(Binding, install.id, conversation), ref(Bridge, room.id, install.id, slot)])
    if mine and (binding is None or binding.room == room.id):
        raise Conflict("this conversation is bound to this room already", "conversation")
    if binding and not request.rebind:
        raise Conflict(f"this conversation is bound to {binding.room}; `rebind` takes it from there", "conversation")
    bridge = Bridge(
        version=mine.version + 1 if mine else 1,
        room=room.id,
        install=install.id,
        channel=install.kind,
        workspace=room.workspace,
        bound_at=now,
        conversation=conversation,
        slot=slot,
        **request.settings,
    )
    home = Binding(
        version=binding.version + 1 if binding else 1,
        install=install.id,
        conversation=conversation,
        workspace=room.workspace,
        room=room.id,
        bound_at=now,
        slot=slot,
    )
    taken: list[Write] = [Drop(ref(Bridge, binding.room, install.id, binding.slot))] if binding else []
    return bridge, [over(bridge, mine) if mine else new(bridge), over(home, binding) if binding else new(home), *taken]


def _check_shared(room: Room) -> None:
    if room.kind == "internal":
        raise Invalid("internal rooms are the vendor's alone: nothing is bridged with them", "room")


def unbind(world: World, who: Principal, bridge: Bridge) -> None:
    """Take the bridge away. What is still on its way over it is skipped, with that reason."""

    def attempt(_: int) -> None:
        binding = world.store.one(ref(Binding, bridge.install, bridge.conversation)) if bridge.conversation else None
        ours: list[Write] = (
            [Drop(ref(Binding, binding.install, binding.conversation))]
            if binding and (binding.room, binding.slot) == (bridge.room, bridge.slot)
            else []
        )
        gone = Drop(ref(Bridge, bridge.room, bridge.install, bridge.slot))
        world.store.commit(
            gone, *ours, *audit(world, who, "bridge.unbound", subject=bridge.room, fields=[bridge.install])
        )

    again(world, attempt)


def change_bridge(world: World, who: Principal, bridge: Bridge, *, fields: dict[str, Any]) -> Bridge:
    """The bridge after its settings changed."""

    def attempt(_: int) -> Bridge:
        old = world.store.one(ref(Bridge, bridge.room, bridge.install, bridge.slot))
        if old is None:
            raise NotFound("no such bridge")
        changed = old.changed(**fields)
        world.store.commit(over(changed, old), *audit(world, who, "bridge.changed", subject=bridge.room, fields=fields))
        return changed

    return again(world, attempt)


def code_hash(code: str) -> str:
    """By which a code is found; however it was typed."""
    return hashlib.sha256("".join(code.lower().split()).replace("-", "").encode()).hexdigest()


def connect_code(world: World, who: Principal, room: Room, *, once: Once = KEYLESS) -> tuple[str, ConnectCode]:
    """A code that ties the conversation in which it is typed within a day to the room, once."""
    _check_shared(room)

    def attempt(_: int) -> tuple[str, ConnectCode]:
        plain = "".join(ALPHABET[byte % 32] for byte in world.clock.entropy(CODE))
        now = world.clock.now()
        code = ConnectCode(
            hash=code_hash(plain),
            workspace=room.workspace,
            room=room.id,
            by=who.id,
            created_at=now,
            expires_at=now + CODE_LIFE_MS,
        )
        made = (f"{plain[:5]}-{plain[5:]}", code)
        world.store.commit(new(code), *audit(world, who, "code.made", subject=room.id), *once.writes(made, now))
        return made

    return again(world, attempt, once)


def redeem(world: World, install: Install, code: str, *, conversation: str, account: str, name: str) -> Room | None:
    """The room that the conversation is tied to now; None for a code that is not good. Conflict where the conversation
    is another room's: a code alone takes none away."""
    place = ref(ConnectCode, code_hash(code))

    def attempt(_: int) -> Room | None:
        found = world.store.one(place)
        now = world.clock.now()
        if found is None or found.workspace != install.workspace or found.expires_at <= now:
            return None
        room = world.store.one(ref(Room, found.room))
        if room and found.used_at:  # the same command, come again
            binding = world.store.one(ref(Binding, install.id, conversation))
            return room if binding and binding.room == room.id else None
        if room is None:
            return None
        writes = _bound(world, BindRequest(room, install, conversation, {"account": account, "name": name}))[1]
        world.store.commit(*writes, over(found.changed(used_at=now), found))
        return room

    return again(world, attempt)
