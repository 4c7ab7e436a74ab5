"""Tie members to one person, and untie them: a transaction on all whom that moves (ADR 158)."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ...desk.customers import User, Visitor
from ...desk.domains import same_mailbox
from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.mails import Mailbox
from ...desk.people import MAX_MEMBERS, Member, Person, PersonOf, Reason, Tie, Untied, persons_of, tie_id
from ...desk.permissions import Principal
from ...ports import Drop, Listing, Put, World, Write, new, over, ref
from ..audit import audit
from ..fence import fenced
from ..optimistic_retry import again

PROOFS: frozenset[Reason] = frozenset({"address", "code", "token"})
MAX_BOXES = 20


def person_of(world: World, workspace: str, member: Member) -> Person | None:
    """The person that a member is a part of; None for somebody who is tied to nobody."""
    alias = world.store.one(ref(PersonOf, member.id))
    person = world.store.one(ref(Person, workspace, alias.person)) if alias else None
    return person if person and member.id in {each.id for each in person.members} else None


def tie(
    world: World, workspace: str, pair: tuple[Member, Member], *, reason: Reason, by: str, along: Sequence[Put] = ()
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
        return _written(world, there, [person], also=[*gone, *along])[0]

    return again(world, attempt)


def untie(world: World, who: Principal, person_id: str, *, tie_: str) -> None:
    """The two are not one by this tie any more. NotFound for a tie that the person does not have."""

    def attempt(_: int) -> None:
        person = fenced(world.store.one(ref(Person, who.workspace, person_id)), who.workspace)
        if person is None or tie_ not in {each.id for each in person.ties}:
            raise NotFound("no such tie")
        left = persons_of(who.workspace, [each for each in person.ties if each.id != tie_])
        undone = Untied(version=1, workspace=who.workspace, tie=tie_, by=who.id, at=world.clock.now())
        entry = audit(world, who, "person.untied", subject=person.id, fields=[tie_])
        _written(world, [person], left, also=[Put(undone, None), *entry])

    again(world, attempt)


def _persons(world: World, workspace: str, members: Iterable[Member]) -> list[Person]:
    found = [person_of(world, workspace, member) for member in members]
    return list({person.id: person for person in found if person}.values())


def _written(world: World, before: Sequence[Person], after: Sequence[Person], *, also: Sequence[Write]) -> list[Person]:
    """Write what becomes of persons, and the way to each from its members; those of after."""
    old = {person.id: person for person in before}
    kept = [replace(each, version=old[each.id].version + 1 if each.id in old else 1) for each in after]
    writes: list[Write] = [over(each, old[each.id]) if each.id in old else new(each) for each in kept]
    writes += [Drop(ref(Person, each.workspace, each.id)) for each in before if each.id not in {k.id for k in kept}]
    ways = {member.id: (each.workspace, each.id) for each in kept for member in each.members}
    for member in {member.id for each in before for member in each.members} - set(ways):
        writes.append(Drop(ref(PersonOf, member)))
    writes += [
        Put(PersonOf(version=1, member=member, workspace=workspace, person=person), None)
        for member, (workspace, person) in ways.items()
    ]
    world.store.commit(*writes, *also)
    return kept


def tie_users(world: World, customer: str, user_id: str) -> None:
    """Tie a user to the others of the workspace for whose same address the vendor's own tokens vouch."""
    user = world.store.one(ref(User, customer, user_id))
    if user is None or not user.vouched:
        return
    listing: Listing[Mailbox] = Listing("mailboxes", (user.workspace, user.vouched))
    for box in world.store.page(listing, MAX_BOXES).items:
        other = world.store.one(ref(User, box.customer, box.user))
        if other and other.id != user.id and other.vouched == user.vouched == same_mailbox(other.email):
            _by_proof(world, user.workspace, (as_member(user), as_member(other)), reason="address", by=user.id)


def tie_by_proof(world: World, user: User, visitor: str, *, reason: Reason) -> None:
    """Tie a user and the visitor whom they were."""
    _by_proof(world, user.workspace, (as_member(user), Member(id=visitor)), reason=reason, by=user.id)


def _by_proof(world: World, workspace: str, pair: tuple[Member, Member], *, reason: Reason, by: str) -> None:
    try:
        tie(world, workspace, pair, reason=reason, by=by)
    except (NotFound, Conflict):
        return


def as_member(user: User) -> Member:
    """A user, as persons name them."""
    return Member(id=user.id, customer=user.customer)


def records_of(world: World, members: Sequence[Member]) -> list[User | Visitor]:
    """Who they are, as far as they are there."""
    refs = [ref(User, each.customer, each.id) if each.customer else ref(Visitor, each.id) for each in members]
    return [each for each in world.store.many(refs) if each] if refs else []
