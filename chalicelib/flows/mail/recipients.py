"""Who of a room is written to by mail, and why somebody is not."""

from typing import Any, NamedTuple

import msgspec

from ...desk.customers import Customer, User, Visitor
from ...desk.domains import same_mailbox
from ...desk.mails import Correspondent, Mailbox, Suppression
from ...desk.messages import Author, Message
from ...desk.people import Member, whose
from ...desk.rooms import Room, Seen, read_mark
from ...desk.workspaces import Install
from ...ports import Listing, Ref, World, ref
from ..same_person import record_ref, selves_of
from .address import mail_address
from .correspondents import Known, correspond

LATELY = 50  # messages whose authors are written to, and the most that one mail says


def said_since(world: World, room: Room, after: int) -> list[Message]:
    """What was said after the delivery's own message."""
    listing: Listing[Message] = Listing("posts", (room.id,), after=after)
    return world.store.page(listing, LATELY).items


class Addressee(NamedTuple):
    """A person who is written to: at which of their addresses, the ids of all whom they are, and of the `person`, ""
    for who is tied to nobody."""

    to: Correspondent
    selves: tuple[str, ...]
    person: str


class People:
    """Some users and visitors of a room (ids, by kind) as they are now, and who of them are one person."""

    def __init__(self, world: World, room: Room, kinds: dict[str, str]) -> None:
        self.world, self.room, self.ids = world, room, list(kinds)
        members = {id_: Member(id=id_, customer=room.customer if kind == "user" else "") for id_, kind in kinds.items()}
        alone = not room.customer and len(members) < 2  # nobody else can be there
        wanted = [] if alone else [each for id_, each in members.items() if each.customer or kinds[id_] != "user"]
        owner: list[Ref[Any]] = [ref(Customer, room.customer)] if room.customer else []
        read = world.store.many([*owner, *map(record_ref, wanted)]) if owner or wanted else []
        self.owner: Customer | None = read[0] if owner else None
        self.records: dict[str, User | Visitor] = {each.id: each for each in read[len(owner) :] if each}
        self.persons = selves_of(world.store, list(self.records.values()))

    def groups(self) -> list[list[str]]:
        """The ids, those who are one person together."""
        found: dict[str, list[str]] = {}
        for id_ in self.ids:
            found.setdefault(whose(self.records[id_]) if id_ in self.records else id_, []).append(id_)
        return list(found.values())

    def addressed(self, to: Correspondent) -> Addressee:
        """The person who is written to so."""
        person = self.records[to.person].person if to.person in self.records else ""
        selves = dict.fromkeys([to.person, *(each.id for each in self.persons.get(person, ()))])
        return Addressee(self.now(to), tuple(selves), person)

    def address(self, user: str) -> str:
        """The address that a user has now, "" for none and for one who is not active."""
        there = self.records.get(user)
        active = isinstance(there, User) and self.owner and self.owner.state == there.state == "active"
        return same_mailbox(there.email) if there and active else ""

    def now(self, person: Correspondent) -> Correspondent:
        """A user's address may have changed since."""
        if person.kind != "user" or not self.room.customer or self.address(person.person) == person.address:
            return person
        user = self.records.get(person.person)
        author = Author(kind="user", id=person.person, name=user.name if user else person.name)
        known = Known(author, self.address(person.person))
        now = correspond(self.world, _install_of(person), self.room.id, known=known)
        return msgspec.structs.replace(now, muted=person.muted, sent_n=person.sent_n)


def people_to_write_to(
    world: World, install: Install, room: Room, *, lately: list[Message]
) -> tuple[list[Addressee], list[str]]:
    """Who is written to over this install, and which others write to the rest. Everybody who wrote by mail is; with
    `away`, the customer's users who spoke here in any way, too. One person gets one mail at one address, over its home:
    every install's worker reads the same facts, until the first message of `lately`, and so finds the same ones."""
    homes = _Homes(world, room, lately)
    found, others = [], []
    for selves in homes.people.groups():
        person = homes.chosen(selves)
        home = homes.of(person)
        if home is None:
            continue
        if home.id != install.id:
            others.append(f"{home.name} writes to them")
        elif known := homes.correspondent(install, person, selves=selves):
            found.append(homes.people.addressed(known))
    return found, others


def people_written_to(world: World, install: Install, room: Room) -> list[Addressee]:
    """Whom mails over this install told of the room, each person once: where the last one went."""
    listing: Listing[Correspondent] = Listing("correspondents", (room.id,))
    known = {each.person: each for each in world.store.page(listing, 100).items if each.install == install.id}
    people = People(world, room, {each.person: each.kind for each in known.values()})
    last = [max((known[id_] for id_ in selves), key=lambda each: each.sent_at) for selves in people.groups()]
    return [people.addressed(each) for each in last]


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
        kinds: dict[str, str] = {each.person: each.kind for each in self.known}
        self.people = People(world, room, kinds | dict.fromkeys(self.users, "user"))

    def chosen(self, selves: list[str]) -> str:
        """By which of those who are one person they are written to: of whom mail can reach, the one who wrote by mail
        last; else one whose address is proven; else a user."""
        if len(selves) == 1:
            return selves[0]
        wrote = [each.author.id for each in self.said if each.source.install in self.mail]
        proven = {each.person for each in self.known if each.proven}
        order = sorted(
            selves,
            key=lambda each: (wrote.index(each) if each in wrote else LATELY, each not in proven, each[:4] != "usr_"),
        )
        addresses = {each: self._address(each) for each in order if self.of(each)}
        wanted = [ref(Suppression, self.room.workspace, address) for address in addresses.values() if address]
        gone = {each.address for each in (self.world.store.many(wanted) if wanted else []) if each}
        return next((each for each, address in addresses.items() if address and address not in gone), order[0])

    def _address(self, person: str) -> str:
        """Where mail reaches somebody; "" for nowhere."""
        rows = self._rows(person)
        if person in self.users or any(each.kind == "user" for each in rows):
            return self.people.address(person)
        return next((each.address for each in rows if each.proven), "")

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
        user = self.people.records.get(person)
        address = same_mailbox(user.email) if isinstance(user, User) else ""
        box = ref(Mailbox, self.room.workspace, address, self.room.customer, person) if address else None
        found = self.world.store.one(box) if box else None
        return [found.install] if found and found.install else []

    def correspondent(self, install: Install, person: str, *, selves: list[str]) -> Correspondent | None:
        """They, as this install knows them. What was heard over another or at another address of theirs, or muted
        there, is so here, too."""
        rows = self._rows(person)
        own = next((each for each in rows if each.install == install.id), None)
        if own is None and rows:
            who = Author(kind=rows[0].kind, id=person, name=rows[0].name)
            known = Known(who, rows[0].address, proven=any(each.proven for each in rows))
            own = correspond(self.world, install, self.room.id, known=known)
        elif own is None:
            user = self.people.records.get(person)
            if isinstance(user, User) and user.email and user.state == "active":
                known = Known(self.users[person], same_mailbox(user.email))
                own = correspond(self.world, install, self.room.id, known=known)
        heard = [each for each in self.known if each.person in selves]
        if own is None or not heard:
            return own
        muted, sent_n = any(each.muted for each in heard), max(each.sent_n for each in heard)
        return msgspec.structs.replace(own, muted=muted, sent_n=sent_n)


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


def unheard(world: World, room: Room, person: Addressee, *, lately: list[Message]) -> list[Message]:
    """What they did not say themselves and have not read."""
    read = read_until(world, room, person)
    unheard = [each for each in lately if each.n > read and each.author.id not in person.selves and not each.deleted]
    unheard = [each for each in unheard if each.n not in person.to.had and not by_machines_mail(world, each)]
    return [each for each in unheard if each.author.kind != "system" and not each.forked_from]


def by_machines_mail(world: World, message: Message) -> bool:
    """Whether a machine wrote it by mail: nobody is written to for that, as two machines would answer each other."""
    return message.author.kind == "machine" and world.reach(message.source.channel) == "people"


def read_until(world: World, room: Room, person: Addressee) -> int:
    """The last change of the room that they have read."""
    found: list[Seen | None] = world.store.many([ref(Seen, each, room.id) for each in person.selves])
    marks = [read_mark(room, each, seen) for each, seen in zip(person.selves, found, strict=True)]
    return max((mark.n for mark in marks if mark), default=0)
