"""Switch the speaking of one's own customer's coding agents off, or on again: their keys read alone meanwhile
(ADR 171)."""

from ...desk.customers import Customer, muted
from ...desk.errors import NotFound
from ...desk.permissions import Principal
from ...ports import World, over, ref
from ..audit import entry
from ..optimistic_retry import again


def mute_agents(world: World, who: Principal, *, off: bool) -> Customer:
    """The user's customer then. What the vendor has switched off is so still."""

    def attempt(_: int) -> Customer:
        old = world.store.one(ref(Customer, who.customer))
        if old is None:
            raise NotFound("no such customer")
        if ("customer" in old.agents_muted) is off:
            return old
        changed = old.changed(agents_muted=muted(old, "customer", by=who.id if off else ""))
        noted = entry(
            world,
            who.workspace,
            "customer.agents-muted" if off else "customer.agents-unmuted",
            subject=old.id,
            by=who.id,
            credential=who.credential,
        )
        world.store.commit(over(changed, old), noted)
        return changed

    return again(world, attempt)
