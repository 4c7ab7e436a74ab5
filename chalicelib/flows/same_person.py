"""Who of some users and visitors are one person: the one place that is asked wherever people are listed, counted,
found or written to (ADR 162).

Each member's record names its person. So who has read the records need read no more of those whom nothing ties; of the
others their persons are, and members as far as `within` a customer: a tie leads nobody out of it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ..desk.customers import User, Visitor
from ..desk.messages import Author
from ..desk.people import Member, Person, PersonOf, stands_for
from ..desk.rooms import Room
from ..ports import Ref, Store, ref


def person_of(store: Store, workspace: str, member: Member) -> Person | None:
    """The person that a member is a part of; None for somebody who is tied to nobody."""
    alias = store.one(ref(PersonOf, member.id))
    person = store.one(ref(Person, workspace, alias.person)) if alias else None
    return person if person and member.id in {each.id for each in person.members} else None


def member_in(room: Room, author: Author) -> Member:
    """Who spoke in a room, as persons name them: a user is of the room's customer."""
    return Member(id=author.id, customer=room.customer if author.kind == "user" else "")


def record_ref(member: Member) -> Ref[Any]:
    """Where a member's record is."""
    return ref(User, member.customer, member.id) if member.customer else ref(Visitor, member.id)


def records_of(store: Store, members: Iterable[Member]) -> list[User | Visitor]:
    """Who they are, as far as they are there."""
    refs = [record_ref(each) for each in members]
    return [each for each in store.many(refs) if each] if refs else []


def selves_of(store: Store, found: Sequence[User | Visitor]) -> dict[str, tuple[Member, ...]]:
    """All members of each person whom one of the found is a part of, by the person's id. No read, if nobody is."""
    tied = list(dict.fromkeys((each.workspace, each.person) for each in found if each.person))
    persons = store.many([ref(Person, *each) for each in tied]) if tied else []
    return {person.id: person.members for person in persons if person}


def selves_in(store: Store, room: Room, author: Author) -> list[str]:
    """The ids of all whom somebody is who spoke in a room, their own first."""
    persons = selves_of(store, records_of(store, [member_in(room, author)])).values()
    return list(dict.fromkeys([author.id, *(each.id for members in persons for each in members)]))


def users_of(store: Store, found: Sequence[User], *, within: str) -> dict[str, list[User]]:
    """The users `within` a customer that each person is whom one of the found is a part of, by the person's id."""
    selves = selves_of(store, found)
    at_hand: dict[str, Any] = {each.id: each for each in found}
    there = [each for members in selves.values() for each in members if each.customer == within]
    at_hand |= {each.id: each for each in records_of(store, [each for each in there if each.id not in at_hand])}
    return {
        person: [at_hand[each.id] for each in members if each.customer == within and each.id in at_hand]
        for person, members in selves.items()
    }


def once_each(store: Store, users: Sequence[User], *, within: str, first: str = "") -> list[User]:
    """Of a customer's users, in any part of them, the active ones by whom a person is shown: each once, whatever other
    parts there are."""
    known = users_of(store, users, within=within)
    active = [each for each in users if each.state == "active"]
    return [each for each in active if stands_for(known.get(each.person) or [each], first=first) == each]
