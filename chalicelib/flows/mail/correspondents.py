"""Remember whom to write to about a room, with the way in that each of them answers to, and the room's own; mute and
unmute."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from ...desk.errors import NotFound
from ...desk.mails import TOKEN, Correspondent, ReturnAddress, RoomAddress, tokened
from ...desk.messages import Author
from ...desk.workspaces import Install
from ...ports import World, Write, new, over, ref
from ..optimistic_retry import again

LATELY = 20  # messages that are remembered as had


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody: their address, the last mail between us, whether the address is proven, and the
    number of a message that they have got without us (0 for none)."""

    who: Author
    address: str
    last_id: str = ""
    proven: bool = False
    had: int = 0


def correspond(world: World, install: Install, room: str, *, known: Known) -> Correspondent:
    """The correspondent, made if need be; the address is kept up to date."""

    def attempt(_: int) -> Correspondent:
        old = world.store.one(ref(Correspondent, room, install.id, known.who.id))
        now, writes = _corresponding(world, install, room, known=known, old=old)
        if writes:
            world.store.commit(*writes)
        return now

    return again(world, attempt)


def corresponding(world: World, install: Install, room: str, *, people: Sequence[Known]) -> list[Write]:
    """What is written of people with whom a room corresponds, each made if need be."""
    there = world.store.many([ref(Correspondent, room, install.id, each.who.id) for each in people]) if people else []
    each_of = [
        _corresponding(world, install, room, known=known, old=old) for known, old in zip(people, there, strict=True)
    ]
    return [write for _, writes in each_of for write in writes]


def _corresponding(
    world: World, install: Install, room: str, *, known: Known, old: Correspondent | None
) -> tuple[Correspondent, list[Write]]:
    """The correspondent as they are now, and what has to be written of that."""
    found = old or _made(world, install, room, who=known.who, address=known.address)
    changed = found.changed(
        address=known.address,
        name=known.who.name or found.name,
        proven=known.proven or found.proven,
        last_id=known.last_id or found.last_id,
        had=tuple(dict.fromkeys([*found.had, known.had]))[-LATELY:] if known.had else found.had,
    )
    if old is None:
        way = ReturnAddress(
            token=found.token, workspace=found.workspace, install=install.id, room=room, person=known.who.id
        )
        return changed, [new(changed), new(way)]
    if msgspec.structs.replace(changed, version=old.version) == old:
        return old, []
    return changed, [over(changed, old)]


def _made(world: World, install: Install, room: str, *, who: Author, address: str) -> Correspondent:
    kind: Literal["user", "visitor"] = "user" if who.kind == "user" else "visitor"
    return Correspondent(
        room=room,
        install=install.id,
        person=who.id,
        workspace=install.workspace,
        kind=kind,
        address=address,
        token=token_of_chance(world),
        created_at=world.clock.now(),
        name=who.name,
    )


def token_of_chance(world: World) -> str:
    """A token that nobody guesses, as it stands in an address."""
    return base64.b32encode(world.clock.entropy(TOKEN)).decode().rstrip("=").lower()


def address_of_room(world: World, install: Install, room: str) -> str:
    """The address that belongs to a room, made when it is first asked for. Nobody guesses it, and who writes to it
    still has to be one who may speak there."""

    def attempt(_: int) -> RoomAddress:
        old = world.store.one(ref(RoomAddress, room, install.id))
        if old:
            return old
        made = RoomAddress(room=room, install=install.id, workspace=install.workspace, token=token_of_chance(world))
        way = ReturnAddress(token=made.token, workspace=install.workspace, install=install.id, room=room, person="")
        world.store.commit(new(made), new(way))
        return made

    return tokened(str(install.config["address"]), again(world, attempt).token)


def by_token(world: World, token: str) -> Correspondent:
    """Whose way in it is. NotFound for a token that is none."""
    way = (
        world.store.one(ref(ReturnAddress, token)) if token.isascii() and token.isalnum() and len(token) < 64 else None
    )
    found = world.store.one(ref(Correspondent, way.room, way.install, way.person)) if way else None
    if found is None:
        raise NotFound("no such conversation")
    return found


def mute(world: World, token: str, muted: bool) -> Correspondent:
    """No more mails about that room to that person; or mails again."""

    def attempt(_: int) -> Correspondent:
        old = by_token(world, token)
        if old.muted == muted:
            return old
        changed = old.changed(muted=muted)
        world.store.commit(over(changed, old))
        return changed

    return again(world, attempt)
