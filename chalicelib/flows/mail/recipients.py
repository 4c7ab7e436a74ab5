"""Who of a room is written to by mail, and why somebody is not."""

from typing import Any

import msgspec

from ...desk.customers import Customer, User
from ...desk.domains import same_mailbox
from ...desk.mails import Correspondent, Mailbox, Suppression
from ...desk.messages import Author, Message
from ...desk.rooms import Room, Seen
from ...desk.workspaces import Install
from ...ports import Listing, Ref, World, ref
from .address import mail_address
from .correspondents import Known, correspond

LATELY = 50  # messages whose authors are written to, and the most that one mail says


def said_since(world: World, room: Room, after: int) -> list[Message]:
    """What was said after the delivery's own message."""
    listing: Listing[Message] = Listing("posts", (room.id,), after=after)
    return world.store.page(listing, LATELY).items


def people_to_write_to(
    world: World, install: Install, room: Room, *, lately: list[Message]
) -> tuple[list[Correspondent], list[str]]:
    """Who is written to over this install, and which others write to the rest. Everybody who wrote by mail is; with
    `away`, the customer's users who spoke here in any way, too. One person gets one mail, over their home: every
    install's worker reads the same facts, until the first message of `lately`, and so finds the same home."""
    homes = _Homes(world, room, lately)
    found, others = [], []
    for person in homes.people():
        home = homes.of(person)
        if home is None:
            continue
        if home.id != install.id:
            others.append(f"{home.name} writes to them")
        elif known := homes.correspondent(install, person):
            found.append(as_now(world, room, known))
    return found, others


class _Homes:
    """Over which install each person of a room is written to: where they wrote last in this room; else where they ever
    wrote, or were written to; else by the workspace's first. One that is disabled gives way to the next."""

    def __init__(self, world: World, room: Room, lately: list[Message]) -> None:
        self.world, self.room = world, room
        installs: Listing[Install] = Listing("installs", (room.workspace,))
        mail = [each for each in world.store.page(installs, 100).items if mail_address(each)]
        self.installs = sorted(mail, key=lambda each: (each.created_at, each.id))
        self.mail = {each.id for each in self.installs}
        self.live = {each.id: each for each in self.installs if each.state != "disabled"}
        self.away = [each.id for each in self.installs if each.config.get("away")]
        listing: Listing[Correspondent] = Listing("correspondents", (room.id,))
        self.known = world.store.page(listing, 100).items
        before: Listing[Message] = Listing("posts", (room.id,), before=lately[0].n + 1, newest_first=True)
        self.said = world.store.page(before, LATELY).items
        spoke = [*self.said, *lately] if self.away and room.customer else []
        self.users = {each.author.id: each.author for each in spoke if each.author.kind == "user"}

    def people(self) -> list[str]:
        """The ids of everybody who may be written to."""
        return list(dict.fromkeys([*(each.person for each in self.known), *self.users]))

    def of(self, person: str) -> Install | None:
        """The install over which they are written to; None if there is none."""
        wrote = [each.source.install for each in self.said if each.author.id == person]
        wrote = [each for each in wrote if each in self.mail]
        rows = sorted(self._rows(person), key=lambda each: (not each.proven, each.created_at, each.install))
        wanted = [*wrote[:1], *(each.install for each in rows if each.proven), *self._elsewhere(person, rows)]
        wanted += [*(each.install for each in rows), *self.away, *((each.id for each in self.installs) if rows else ())]
        return next((self.live[each] for each in wanted if each in self.live), None)

    def _rows(self, person: str) -> list[Correspondent]:
        return [each for each in self.known if each.person == person]

    def _elsewhere(self, person: str, rows: list[Correspondent]) -> list[str]:
        """Where a user wrote to in other rooms, if they never wrote in this one."""
        if not self.room.customer or any(each.proven for each in rows) or len(self.live) < 2:
            return []
        user = self.world.store.one(ref(User, self.room.customer, person))
        address = same_mailbox(user.email) if user else ""
        box = ref(Mailbox, self.room.workspace, address, self.room.customer, person) if address else None
        found = self.world.store.one(box) if box else None
        return [found.install] if found and found.install else []

    def correspondent(self, install: Install, person: str) -> Correspondent | None:
        """They, as this install knows them. What was heard over another, or muted there, is so here, too."""
        rows = self._rows(person)
        own = next((each for each in rows if each.install == install.id), None)
        if own is None and rows:
            who = Author(kind=rows[0].kind, id=person, name=rows[0].name)
            known = Known(who, rows[0].address, proven=any(each.proven for each in rows))
            own = correspond(self.world, install, self.room.id, known=known)
        elif own is None:
            user = self.world.store.one(ref(User, self.room.customer, person))
            if user and user.email and user.state == "active":
                known = Known(self.users[person], same_mailbox(user.email))
                own = correspond(self.world, install, self.room.id, known=known)
        if own is None or not rows:
            return own
        muted, sent_n = any(each.muted for each in rows), max(each.sent_n for each in rows)
        return msgspec.structs.replace(own, muted=muted, sent_n=sent_n)


def as_now(world: World, room: Room, person: Correspondent) -> Correspondent:
    """A user's address may have changed since."""
    if person.kind != "user" or not room.customer:
        return person
    owner, user = world.store.many([ref(Customer, room.customer), ref(User, room.customer, person.person)])
    active = owner and user and owner.state == user.state == "active"
    author = Author(kind="user", id=person.person, name=user.name if user else person.name)
    address = same_mailbox(user.email) if active and user else ""
    if address == person.address:
        return person
    now = correspond(world, _install_of(person), room.id, known=Known(author, address))
    return msgspec.structs.replace(now, muted=person.muted, sent_n=person.sent_n)


def _install_of(person: Correspondent) -> Install:
    return Install(id=person.install, workspace=person.workspace, kind="", name="", created_at=0)


def why_not(world: World, person: Correspondent, room: Room, *, message: Message) -> str:
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
    unheard = [each for each in unheard if each.n not in person.had and not by_machines_mail(world, each)]
    return [each for each in unheard if each.author.kind != "system" and not each.forked_from]


def by_machines_mail(world: World, message: Message) -> bool:
    """Whether a machine wrote it by mail: nobody is written to for that, as two machines would answer each other."""
    return message.author.kind == "machine" and world.reach(message.source.channel) == "people"


def read_until(world: World, person: Correspondent) -> int:
    """The last change of the room that they have read."""
    wanted: Ref[Any] = ref(Seen, person.person, person.room)
    seen = world.store.one(wanted)
    return seen.n if seen else 0
