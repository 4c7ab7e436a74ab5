"""Read a customer's days of usage, and who called on them."""

from ...desk.usage_meters import UsageActor, UsageDay
from ...ports import Listing, World
from ..paging import every

LISTED = 1000


def read_days(world: World, customer: str, *, since: int, until: int) -> list[UsageDay]:
    """The days of a customer that begin between two moments (ms, the latter not included)."""
    listing: Listing[UsageDay] = Listing("usage-days", (customer,), after=max(since, 1) - 1, before=until)
    return list(every(world.store, listing, LISTED))


def read_actors(world: World, customer: str, *, since: int, until: int | None = None) -> list[UsageActor]:
    """Who called on those days."""
    listing: Listing[UsageActor] = Listing("usage-actors", (customer,), after=max(since, 1) - 1, before=until)
    return list(every(world.store, listing, LISTED))
