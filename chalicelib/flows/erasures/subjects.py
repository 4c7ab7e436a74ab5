"""Whom an erasure or an export is about, and all that they are known by."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ...desk.customers import User, Visitor
from ...desk.erasures import Erasure, Self, Subject
from ...desk.forgetting import named
from ...desk.outside_people import OutsideName, OutsidePerson
from ...desk.people import Member, Person
from ...ports import Listing, World, ref
from ..paging import every
from ..same_person import records_of
from .places import Ground, Sought
from .walk import records_at

TOGETHER = 200  # of a customer's people who are forgotten at once: all that they are known by is in one record


def subject_of(world: World, sought: Sought, ground: Ground) -> Subject:
    """All that they are known by."""
    selves = _selves(world, sought)
    records = records_of(world.store, members_of(selves))
    aliases: list[Any] = records_at(
        world, [ref(OutsideName, install, each.id) for install in ground.installs for each in selves]
    )
    faces: list[Any] = records_at(world, [ref(OutsidePerson, each.install, each.outside) for each in aliases])
    names = [each.name for each in (*records, *aliases, *faces)]
    addresses = [each.email for each in (*records, *faces)]
    return Subject(
        selves=tuple(selves),
        names=tuple(dict.fromkeys(name for name in names if named(name))),
        addresses=tuple(dict.fromkeys(each for each in addresses if each)),
        outside=tuple(dict.fromkeys(each.outside for each in aliases)),
        called=tuple(each.external_id for each in records if isinstance(each, User)),
        visited=tuple(dict.fromkeys(each.customer for each in records if isinstance(each, Visitor) and each.customer)),
    )


def people_of(world: World, sought: Sought) -> Iterator[User]:
    """The users of a customer; who came since it is to be forgotten goes with the customer itself."""
    users: Listing[User] = Listing("users", (sought.target,))
    there = every(world.store, users)
    return (each for each in there if each.created_at <= sought.created_at) if isinstance(sought, Erasure) else there


def members_of(selves: Iterable[Self]) -> list[Member]:
    """The same, as persons name them."""
    return [Member(id=each.id, customer=each.customer) for each in selves]


def _selves(world: World, sought: Sought) -> list[Self]:
    if sought.of == "person":
        person = world.store.one(ref(Person, sought.workspace, sought.target))
        return [Self(id=each.id, customer=each.customer) for each in person.members] if person else []
    if sought.of == "customer":
        there = islice(people_of(world, sought), TOGETHER if isinstance(sought, Erasure) else None)
        return [Self(id=each.id, customer=each.customer) for each in there]
    return [Self(id=sought.target, customer=sought.customer)]
