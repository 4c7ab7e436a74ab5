"""A person as an agent sees them: who they are on each way, their rooms, and who else they may be (ADR 158)."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...desk.customers import Customer, User, Visitor
from ...desk.domains import same_mailbox
from ...desk.errors import NotFound
from ...desk.mails import Mailbox
from ...desk.people import Member, Person, Tie
from ...desk.permissions import Principal
from ...desk.rooms import Room, Seen
from ...ports import Listing, World, ref
from ..fence import fenced
from ..same_person import person_of, records_of
from ..search.said_by import SaidBy, said_by
from .tie import MAX_BOXES, as_member

MAX_ROOMS = 50


@dataclass(frozen=True)
class WholePerson:
    """`rooms` are those in which they spoke, that are theirs, or that they have read, and may read now, the latest
    first; `likely` may be the same person."""

    id: str
    members: list[User | Visitor]
    ties: tuple[Tie, ...]
    rooms: list[Room]
    said: SaidBy
    likely: list[User | Visitor]
    customers: dict[str, Customer]


def whole_person(world: World, who: Principal, id_: str, *, customer: Customer | None = None) -> WholePerson:
    """The person with this id, or of whom this is a member: a visitor, or a user of `customer`. NotFound for nobody."""
    workspace = who.workspace
    if id_.startswith("per_"):
        person = fenced(world.store.one(ref(Person, workspace, id_)), workspace)
        if person is None:
            raise NotFound("no such person")
        return _whole(world, who, person.id, members=records_of(world.store, person.members), ties=person.ties)
    member = Member(id=id_, customer=customer.id if customer and id_.startswith("usr_") else "")
    found = [each for each in records_of(world.store, [member]) if fenced(each, workspace)]
    if not found:
        raise NotFound("no such person")
    tied = person_of(world.store, workspace, member)
    if tied:
        return _whole(world, who, tied.id, members=records_of(world.store, tied.members), ties=tied.ties)
    return _whole(world, who, id_, members=found, ties=())


def _whole(
    world: World, who: Principal, id_: str, *, members: Sequence[User | Visitor], ties: tuple[Tie, ...]
) -> WholePerson:
    likely = _likely(world, who.workspace, members)
    said = said_by(world, who, [each.id for each in members])
    owners = sorted({each.customer for each in [*members, *likely] if isinstance(each, User)})
    found = world.store.many([ref(Customer, owner) for owner in owners]) if owners else []
    return WholePerson(
        id=id_,
        members=list(members),
        ties=ties,
        rooms=_rooms(world, members, spoken=list(said.rooms)),
        said=said,
        likely=likely,
        customers={each.id: each for each in found if each},
    )


def _rooms(world: World, members: Sequence[User | Visitor], *, spoken: Sequence[str]) -> list[Room]:
    ids: dict[str, None] = dict.fromkeys(spoken[:MAX_ROOMS])
    for each in members:
        seen: Listing[Seen] = Listing("seen", (each.id,))
        ids |= dict.fromkeys(mark.room for mark in world.store.page(seen, MAX_ROOMS).items)
        if isinstance(each, Visitor):
            own: Listing[Room] = Listing("visitor-rooms", (each.id,))
            ids |= dict.fromkeys(each.adopted)
            ids |= dict.fromkeys(room.id for room in world.store.page(own, MAX_ROOMS).items)
    found = world.store.many([ref(Room, id_) for id_ in list(ids)[: 2 * MAX_ROOMS]]) if ids else []
    theirs = {each.customer if isinstance(each, User) else each.id for each in members}
    rooms = [room for room in found if room and theirs & {room.customer, room.visitor}]
    return sorted(rooms, key=lambda room: -room.last_message_at)[:MAX_ROOMS]


def _likely(world: World, workspace: str, members: Sequence[User | Visitor]) -> list[User | Visitor]:
    """Who else has an address of theirs."""
    addresses = dict.fromkeys(same_mailbox(each.email) for each in members if each.email)
    found: dict[str, User | Visitor] = {}
    for address in addresses:
        boxes: Listing[Mailbox] = Listing("mailboxes", (workspace, address))
        users = [Member(id=box.user, customer=box.customer) for box in world.store.page(boxes, MAX_BOXES).items]
        visitors: Listing[Visitor] = Listing("visitors-by-mail", (workspace, address))
        each: User | Visitor
        for each in [*records_of(world.store, users), *world.store.page(visitors, MAX_BOXES).items]:
            if same_mailbox(each.email) == address:
                found[each.id] = each
    known = {each.id for each in members}
    return [each for id_, each in found.items() if id_ not in known]


def named_member(world: World, workspace: str, found: User | Visitor | None) -> Member:
    """Somebody of the workspace, as ties name them; NotFound."""
    if found is None or not fenced(found, workspace):
        raise NotFound("no such member")
    return as_member(found)
