"""Hold what there is of somebody (legal hold; ADR 161): an erasure of theirs waits, and runs once nobody holds them."""

from collections.abc import Iterable, Iterator

from ...desk.erasures import Erasure, Of
from ...desk.holds import Hold, Reach
from ...desk.ids import derived
from ...desk.people import Person
from ...desk.permissions import Principal
from ...ports import Drop, Listing, World, new, ref
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..paging import every
from .start import PLACES, next_piece


def hold(
    world: World, who: Principal, *, of: Of, id_: str, customer: str = "", reason: str = "", once: Once = KEYLESS
) -> Hold:
    """The hold of a user of a customer, a visitor, a person or a customer, by our ids; that which is there already, if
    there is one. NotFound for nobody of the workspace."""
    own(world, who.workspace, PLACES[of](who.workspace, id_, customer))
    place = ref(Hold, who.workspace, derived("hol", who.workspace, of, id_))

    def attempt(_: int) -> Hold:
        found = world.store.one(place)
        if found:
            return found
        now = world.clock.now()
        made = Hold(
            id=str(place.ids[1]),
            workspace=who.workspace,
            of=of,
            target=id_,
            customer=customer,
            by=who.id,
            created_at=now,
            reason=reason,
        )
        world.store.commit(
            new(made), *audit(world, who, "hold.placed", subject=made.id, fields=[of]), *once.writes(made, now)
        )
        return made

    return again(world, attempt, once)


def release(world: World, who: Principal, id_: str) -> None:
    """Hold them no longer: erasures that waited for that go on, unless another hold is in their way."""
    place = ref(Hold, who.workspace, id_)
    there = own(world, who.workspace, place)
    world.store.commit(Drop(place), *audit(world, who, "hold.released", subject=there.id, fields=[there.of]))
    listing: Listing[Erasure] = Listing("erasures", (who.workspace,), newest_first=True)
    waiting = [each for each in every(world.store, listing) if each.state == "held"]
    world.queues.jobs([next_piece(each) for each in waiting])


def held(world: World, erasure: Erasure) -> bool:
    """Whether somebody whom an erasure is about is held."""
    return any(_meeting(world, erasure))


def in_the_way(world: World, who: Principal, *, of: Of, id_: str, customer: str = "") -> list[Hold]:
    """The holds that an erasure of a user of a customer, a visitor, a person or a customer would meet, by our ids."""
    own(world, who.workspace, PLACES[of](who.workspace, id_, customer))
    asked = Hold(id="", workspace=who.workspace, of=of, target=id_, customer=customer, by=who.id, created_at=0)
    return list(_meeting(world, asked))


def _meeting(world: World, of: Hold | Erasure) -> Iterator[Hold]:
    """The workspace's holds of anybody whom it is about."""
    listing: Listing[Hold] = Listing("holds", (of.workspace,))
    holds = list(every(world.store, listing))
    theirs = _reach(world, of) if holds else Reach()
    return (each for each in holds if theirs.meets(_reach(world, each)))


def held_by_any(world: World, workspace: str) -> Reach:
    """All who are held in a workspace."""
    listing: Listing[Hold] = Listing("holds", (workspace,))
    reaches = [_reach(world, each) for each in every(world.store, listing)]
    return Reach(
        people=frozenset(id_ for each in reaches for id_ in each.people),
        within=frozenset(id_ for each in reaches for id_ in each.within),
        customers=frozenset(id_ for each in reaches for id_ in each.customers),
    )


def _reach(world: World, of: Hold | Erasure) -> Reach:
    """Whom it is about, by now; of an erasure that has begun, also those whom it found then."""
    subject = of.subject.selves if isinstance(of, Erasure) else ()
    found = [(each.id, each.customer) for each in subject] + list(_members(world, of))
    whole = frozenset([of.target]) if of.of == "customer" else frozenset[str]()
    return Reach(
        people=frozenset(id_ for id_, _ in found),
        within=frozenset(customer for _, customer in found if customer),
        customers=whole,
    )


def _members(world: World, of: Hold | Erasure) -> Iterable[tuple[str, str]]:
    if of.of == "person":
        person = world.store.one(ref(Person, of.workspace, of.target))
        yield from ((each.id, each.customer) for each in (person.members if person else ()))
    elif of.of != "customer":
        yield of.target, of.customer
