"""Say for how long a workspace keeps what, and see beforehand what would go."""

from dataclasses import dataclass

from msgspec.structs import asdict

from ...desk.permissions import Principal
from ...desk.retention import KEEPS, Retention, Terms, checked
from ...desk.times import DAY_MS
from ...ports import Put, World, ref
from ..audit import audit
from ..optimistic_retry import again
from .due import look, page_of

LOOKED_AT = 100  # things of a kind that are counted, the oldest first


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How many of a kind would go at the first run, and how many a hold keeps, of those that were looked at; since when
    (ms) the oldest has been quiet. There may be more of both, if not all were looked at."""

    keeps: str
    days: int
    count: int = 0
    held: int = 0
    oldest: int = 0
    more: bool = False


def retention_of(world: World, workspace: str) -> Retention:
    """A workspace's retention; version 0 where nobody has said anything."""
    return world.store.one(ref(Retention, workspace)) or Retention(workspace=workspace)


def keep_for(world: World, who: Principal, terms: Terms) -> Retention:
    """The retention with these terms: what is shorter than before acts a day later. The same terms again change
    nothing."""
    checked(terms)

    def attempt(_: int) -> Retention:
        old = retention_of(world, who.workspace)
        if old.terms == terms:
            return old
        saved = old.with_terms(terms, world.clock.now())
        fields = [name for name, days in asdict(terms).items() if days != old.terms.of(name)]
        noted = audit(world, who, "retention.changed", subject=who.workspace, fields=fields)
        world.store.commit(Put(saved, old.version), *noted)
        return saved

    return again(world, attempt)


def foresee(world: World, workspace: str, terms: Terms) -> list[Foreseen]:
    """What would go of each kind if these were the terms and acted now. Nothing is written."""
    checked(terms)
    return [_foreseen(world, workspace, keeps, days=terms.of(keeps)) for keeps in KEEPS]


def _foreseen(world: World, workspace: str, keeps: str, *, days: int) -> Foreseen:
    if not days:
        return Foreseen(keeps, 0)
    found, rest = page_of(keeps, look(world, workspace, world.clock.now() - days * DAY_MS), limit=LOOKED_AT)
    over = [each for each in found if each.over]
    going = [each for each in over if not each.held]
    return Foreseen(
        keeps,
        days,
        count=len(going),
        held=len(over) - len(going),
        oldest=min((each.since for each in going), default=0),
        more=rest is not None and (keeps != "dead_letters" or len(over) == len(found)),
    )
