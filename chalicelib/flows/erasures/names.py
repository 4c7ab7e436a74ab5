"""What those are called now who are held or exported: records of these name them by id alone."""

from collections.abc import Iterable, Sequence
from typing import Any

from ...desk.customers import Customer, User, Visitor
from ...desk.exports import Export
from ...desk.holds import Hold
from ...desk.people import Person
from ...ports import Ref, World
from ..same_person import record_ref
from .start import PLACES

Named = Hold | Export


def names_of(world: World, asked: Sequence[Named]) -> list[str]:
    """Their names, in that order; of who gave none the address, "" for who is not there any more. Two reads at most."""
    places = [PLACES[each.of](each.workspace, each.target, each.customer) for each in asked]
    found = _there(world, places)
    firsts = {each.id: record_ref(each.members[0]) for each in found.values() if isinstance(each, Person)}
    found |= _there(world, firsts.values())
    return [_called(found.get(firsts.get(each.target, place))) for each, place in zip(asked, places, strict=True)]


def _there(world: World, places: Iterable[Ref[Any]]) -> dict[Ref[Any], Any]:
    unique = list(dict.fromkeys(places))
    found = world.store.many(unique) if unique else []
    return {place: each for place, each in zip(unique, found, strict=True) if each}


def _called(record: User | Visitor | Customer | None) -> str:
    if record is None:
        return ""
    return record.name or ("" if isinstance(record, Customer) else record.email)
