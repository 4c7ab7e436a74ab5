"""Begin to forget somebody: the erasure's record, and the wake-up of its worker. Should that be lost, the clock finds
it in the time index."""

from typing import Any

from ...desk.customers import Customer, User, Visitor
from ...desk.erasures import WAKE_AFTER_MS, Erasure, Of
from ...desk.forgetting import STAND_IN
from ...desk.people import Person
from ...desk.permissions import Principal
from ...ports import Listing, Ref, World, new, ref
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..paging import every

PLACES: dict[Of, Any] = {
    "visitor": lambda workspace, id_, customer: ref(Visitor, id_),
    "user": lambda workspace, id_, customer: ref(User, customer, id_),
    "person": lambda workspace, id_, customer: ref(Person, workspace, id_),
    "customer": lambda workspace, id_, customer: ref(Customer, id_),
}


def next_piece(erasure: Erasure) -> dict[str, Any]:
    """What its worker is told."""
    return {"erasure": erasure.id, "workspace": erasure.workspace, "piece": erasure.piece}


def erase(world: World, who: Principal, *, of: Of, id_: str, customer: str = "", once: Once = KEYLESS) -> Erasure:
    """The erasure of a user of a customer, a visitor, a person or a customer, by our ids; that which is on already, if
    there is one. NotFound for nobody of the workspace."""
    place: Ref[Any] = PLACES[of](who.workspace, id_, customer)
    own(world, who.workspace, place)

    def attempt(_: int) -> Erasure:
        running = _running(world, who.workspace, id_)
        if running:
            return running
        now = world.clock.now()
        made = Erasure(
            version=1,
            id=world.fresh_id("ers"),
            workspace=who.workspace,
            of=of,
            by=who.id,
            created_at=now,
            stand_in=world.fresh_id(STAND_IN),
            target=id_,
            customer=customer,
            next_at=now + WAKE_AFTER_MS,
        )
        noted = audit(world, who, "erasure.begun", subject=made.id, fields=[of])
        world.store.commit(new(made), *noted, *once.writes(made, now))
        return made

    erasure = again(world, attempt, once)
    world.queues.jobs([next_piece(erasure)])
    return erasure


def _running(world: World, workspace: str, target: str) -> Erasure | None:
    listing: Listing[Erasure] = Listing("erasures", (workspace,), newest_first=True)
    return next((each for each in every(world.store, listing) if each.target == target), None)
