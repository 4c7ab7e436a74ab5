"""Tie members to one person, and untie them: a transaction on all whom that moves (ADR 158). Whatever proves an address
ties all who have it (ADR 164)."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from msgspec.structs import replace

from ...desk.customers import User, Visitor
from ...desk.domains import same_mailbox
from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.mails import Mailbox
from ...desk.people import MAX_MEMBERS, Member, Person, PersonOf, Reason, Tie, Untied, persons_of, tie_id
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...ports import Drop, Listing, Put, World, Write, new, over, ref
from ..audit import audit, entry
from ..fence import fenced
from ..optimistic_retry import again
from ..same_person import person_of, record_ref, records_of

PROOFS: frozenset[Reason] = frozenset({"address", "code", "token"})
MAX_BOXES, MAX_VISITORS = 20, 50  # with one address, that are looked at


def tie(
    world: World, workspace: str, pair: tuple[Member, Member], *, reason: Reason, by: str, credential: str = ""
) -> Person:
    """The person whom the two are, as it is where they were one by this tie already. What an agent has undone, no proof
    does again: then NotFound."""
    one, other = sorted(pair, key=lambda member: member.id)
    if one.id == other.id:
        raise Invalid("a person is tied to somebody else", "member")

    def attempt(_: int) -> Person:
        undone = world.store.one(ref(Untied, workspace, tie_id(one, other)))
        if undone and reason in PROOFS:
            raise NotFound("an agent has said that they are two")
        there = _persons(world, workspace, pair)
        made = Tie(one=one, other=other, reason=reason, by=by, at=world.clock.now())
        known = [each for person in there for each in person.ties]
        if made.id in {each.id for each in known}:
            return there[0]
        [person] = persons_of(workspace, [*known, made])
        if len(person.members) > MAX_MEMBERS:
            raise Conflict(f"a person has at most {MAX_MEMBERS} members", "member")
        gone: list[Write] = [Drop(ref(Untied, workspace, made.id))] if undone else []
        ids = (one.id, other.id)
        gone.append(entry(world, workspace, "person.tied", subject=person.id, by=by, credential=credential, fields=ids))
        return _written(world, there, [person], also=gone, tied=pair)[0]

    return again(world, attempt)


def untie(world: World, who: Principal, person_id: str, *, tie_: str) -> None:
    """The two are not one by this tie any more. NotFound for a tie that the person does not have."""

    def attempt(_: int) -> None:
        person = fenced(world.store.one(ref(Person, who.workspace, person_id)), who.workspace)
        if person is None or tie_ not in {each.id for each in person.ties}:
            raise NotFound("no such tie")
        left = persons_of(who.workspace, [each for each in person.ties if each.id != tie_])
        undone = Untied(version=1, workspace=who.workspace, tie=tie_, by=who.id, at=world.clock.now())
        noted = audit(world, who, "person.untied", subject=person.id, fields=[tie_])
        _written(world, [person], left, also=[Put(undone, None), *noted])

    again(world, attempt)


def leave_person(world: World, workspace: str, member: Member) -> None:
    """Take a member out of the person that they are a part of, with all of their ties; the others stay who they are."""

    def attempt(_: int) -> None:
        person = person_of(world.store, workspace, member)
        if person:
            others = [each for each in person.ties if member.id not in (each.one.id, each.other.id)]
            _written(world, [person], persons_of(workspace, others), also=[])

    again(world, attempt)


def _persons(world: World, workspace: str, members: Iterable[Member]) -> list[Person]:
    found = [person_of(world.store, workspace, member) for member in members]
    return list({person.id: person for person in found if person}.values())


def _written(
    world: World,
    before: Sequence[Person],
    after: Sequence[Person],
    *,
    also: Sequence[Write],
    tied: Sequence[Member] = (),
) -> list[Person]:
    """Write what becomes of persons, and the way to each from its members; those of after. NotFound where one of the
    `tied` is gone."""
    old = {person.id: person for person in before}
    kept = [replace(each, version=old[each.id].version + 1 if each.id in old else 1) for each in after]
    writes: list[Write] = [over(each, old[each.id]) if each.id in old else new(each) for each in kept]
    writes += [Drop(ref(Person, each.workspace, each.id)) for each in before if each.id not in {k.id for k in kept}]
    world.store.commit(*writes, *_ways(world, before, kept, tied=tied), *also)
    return kept


def _ways(world: World, before: Sequence[Person], after: Sequence[Person], *, tied: Sequence[Member]) -> list[Write]:
    """The way from each member to their person: by a row, and in their own record, as far as that is there."""
    whole = {member: each for each in after for member in each.members}
    members = list(dict.fromkeys([*(member for each in before for member in each.members), *whole]))
    writes: list[Write] = []
    for member, record in zip(members, world.store.many([record_ref(each) for each in members]), strict=True):
        person = whole.get(member)
        if record is None and member in tied:
            raise NotFound("no such member")
        way = PersonOf(version=1, member=member.id, workspace=person.workspace, person=person.id) if person else None
        writes.append(Put(way, None) if way else Drop(ref(PersonOf, member.id)))
        if record and record.person != (person.id if person else ""):
            writes.append(over(record.changed(person=person.id if person else ""), record))
    return writes


def tie_same_address(world: World, customer: str, id_: str) -> None:
    """Tie a user, or a visitor who has no customer, to all of the workspace of whom the same address is proven."""
    found = next(iter(records_of(world.store, [Member(id=id_, customer=customer)])), None)
    address = proven_address(found) if found else ""
    if found is None or not address:
        return
    listing: Listing[Mailbox] = Listing("mailboxes", (found.workspace, address))
    users = [Member(id=box.user, customer=box.customer) for box in world.store.page(listing, MAX_BOXES).items]
    visitors: Listing[Visitor] = Listing("visitors-by-mail", (found.workspace, address))
    for other in [*records_of(world.store, users), *world.store.page(visitors, MAX_VISITORS).items]:
        if other.id != found.id and proven_address(other) == address:
            _by_proof(world, found.workspace, (found, other))


def proven_address(who: User | Visitor) -> str:
    """The address that is proven to be theirs: by a token of the vendor's, a mail that passed, a code; "" for none."""
    address = same_mailbox(who.email)
    if isinstance(who, User):
        return address if who.vouched == address else ""
    return address if who.proven else ""


def tie_taker(world: World, room_id: str, *, customer: str, user_id: str) -> None:
    """Tie a user who took a visitor's room as their own to that visitor."""
    room = world.store.one(ref(Room, room_id))
    user = world.store.one(ref(User, customer, user_id))
    visitor = world.store.one(ref(Visitor, room.visitor)) if room else None
    if user and visitor:
        _by_proof(world, user.workspace, (user, visitor), reason="token")


def _by_proof(
    world: World, workspace: str, pair: tuple[User | Visitor, User | Visitor], *, reason: Reason = "address"
) -> None:
    """A mailed code is said to be the reason wherever there was one, whoever comes first."""
    if "code" in {each.proven for each in pair if isinstance(each, Visitor)}:
        reason = "code"
    one, other = pair
    by = one.id if isinstance(one, User) or isinstance(other, Visitor) else other.id
    with suppress(NotFound, Conflict):
        tie(world, workspace, (as_member(one), as_member(other)), reason=reason, by=by)


def as_member(who: User | Visitor) -> Member:
    """A user or a visitor, as persons name them."""
    return Member(id=who.id, customer=who.customer if isinstance(who, User) else "")
