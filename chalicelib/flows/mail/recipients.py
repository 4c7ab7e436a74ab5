"""Who of a room is written to by mail, and why somebody is not."""

from typing import Any

from ...desk.customers import Customer, User
from ...desk.mails import Correspondent, Suppression
from ...desk.messages import Author, Message
from ...desk.rooms import Room, Seen
from ...desk.workspaces import Install
from ...ports import Listing, Ref, World, ref
from .correspondents import correspond

LATELY = 50  # messages whose authors are written to, and the most that one mail says


def said_since(world: World, room: Room, after: int) -> list[Message]:
    """What was said after the delivery's own message."""
    listing: Listing[Message] = Listing("posts", (room.id,), after=after)
    return world.store.page(listing, LATELY).items


def people_to_write_to(world: World, install: Install, room: Room, lately: list[Message]) -> list[Correspondent]:
    """Who is written to: who wrote by mail; and, with `away`, the customer's users who spoke here in any way."""
    listing: Listing[Correspondent] = Listing("correspondents", (room.id,))
    found = {each.person: each for each in world.store.page(listing, 100).items if each.install == install.id}
    if install.config.get("away") and room.customer:
        before: Listing[Message] = Listing("posts", (room.id,), newest_first=True)
        spoke = [*world.store.page(before, LATELY).items, *lately]
        users = {each.author.id: each.author for each in spoke if each.author.kind == "user"}
        for id_, author in users.items():
            user = world.store.one(ref(User, room.customer, id_)) if id_ not in found else None
            if user and user.email and user.state == "active":
                found[id_] = correspond(world, install, room.id, author, user.email.lower())
    return [as_now(world, room, each) for each in found.values()]


def as_now(world: World, room: Room, person: Correspondent) -> Correspondent:
    """A user's address may have changed since."""
    if person.kind != "user" or not room.customer:
        return person
    owner, user = world.store.many([ref(Customer, room.customer), ref(User, room.customer, person.person)])
    active = owner and user and owner.state == user.state == "active"
    author = Author(kind="user", id=person.person, name=user.name if user else person.name)
    address = user.email.lower() if active and user else ""
    return correspond(world, _install_of(person), room.id, author, address) if address != person.address else person


def _install_of(person: Correspondent) -> Install:
    return Install(id=person.install, workspace=person.workspace, kind="email", name="", created_at=0)


def why_not(world: World, person: Correspondent, room: Room, message: Message) -> str:
    """Why they get no mail at all; "" if they may."""
    if person.muted:
        return "they have muted it"
    if not person.address:
        return "they have no address, or are no longer active"
    if person.kind == "visitor" and not person.proven:
        return "their address is not proven"
    if room.vendor_only and room.visitor and person.kind != "visitor":
        return "the room is a visitor's"
    gone = world.store.one(ref(Suppression, room.workspace, person.address))
    return f"{person.address} gets no mail: {gone.reason}" if gone else ""


def unheard(world: World, person: Correspondent, lately: list[Message]) -> list[Message]:
    """What they did not say themselves and have not read."""
    read = read_until(world, person)
    unheard = [each for each in lately if each.n > read and each.author.id != person.person and not each.deleted]
    unheard = [each for each in unheard if each.n not in person.had]
    return [each for each in unheard if each.author.kind != "system" and not each.forked_from]


def read_until(world: World, person: Correspondent) -> int:
    """The last change of the room that they have read."""
    wanted: Ref[Any] = ref(Seen, person.person, person.room)
    seen = world.store.one(wanted)
    return seen.n if seen else 0
