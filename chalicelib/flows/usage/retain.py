"""The raw log of usage ends by its days, as long as its workspace keeps it (retention): each day what is older goes,
with what a fold keeps to find it again."""

from ...desk.times import DAY_MS
from ...desk.usage_meters import REPEATS_DAYS, FoldedDay, day_of
from ...desk.usage_sources import UsageLog
from ...desk.workspaces import Workspace
from ...ports import Drop, Listing, World, over, ref
from ..optimistic_retry import again
from ..paging import every
from .seen_before import places_of_days

TEST_DAYS = 30  # for which what test keys sent is kept at most: no fold notes whom it tells of
MOST_PIECES = 20  # thousands of objects that one run removes


def next_day(now: int) -> int:
    """An hour after the next midnight (UTC): what came before it is in the log then."""
    return (now // DAY_MS + 1) * DAY_MS + DAY_MS // 24


def retain(world: World, workspace: str, due: int) -> int:
    """Remove the days that are no longer kept; how many objects they had. What one run leaves the next minute's takes:
    only one that is through moves the clock on."""
    log, tenant = world.store.many([ref(UsageLog, workspace), ref(Workspace, workspace)])
    if log is None or log.due != due or log.due > world.clock.now():
        return 0
    kept, removed = tenant.raw_days if tenant else 0, 0
    _forget_days(world, workspace, kept)
    for day in _older(world, workspace, kept):
        while keys := world.files.keys(day):
            if removed >= MOST_PIECES * 1000:
                return removed
            world.files.remove_all(keys)
            removed += len(keys)
    again(world, lambda _: _moved_on(world, workspace))
    return removed


def _forget_days(world: World, workspace: str, kept: int) -> None:
    """The rows of days that are over: from now on nobody looks for what lies in the bucket for them."""
    listing: Listing[FoldedDay] = Listing("folded-days", (workspace,))
    first = _first(world, max(kept, REPEATS_DAYS))
    ended = [row for row in every(world.store, listing) if row.day < first]
    world.store.spread(*(Drop(world.store.place(row)) for row in ended))


def _older(world: World, workspace: str, kept: int) -> list[str]:
    """The prefixes of the days that are no longer kept: of the log, and of what is kept to find it again, which knows
    repeats of the last seven days, too."""
    places = {place: max(kept, REPEATS_DAYS) for place in places_of_days(workspace)}
    for mode in world.files.folders(f"usage/{workspace}/"):
        places[mode] = min(kept, TEST_DAYS) if mode.endswith("mode=test/") else kept
    return [
        day
        for place, days in places.items()
        for day in world.files.folders(place)
        if day.rstrip("/").rpartition("/")[2].removeprefix("date=") < _first(world, days)
    ]


def _first(world: World, days: int) -> str:
    """The first of the days of which so many are kept."""
    return day_of(world.clock.now() - days * DAY_MS)


def _moved_on(world: World, workspace: str) -> None:
    log = world.store.one(ref(UsageLog, workspace))
    if log:
        world.store.commit(over(log.changed(due=next_day(world.clock.now())), log))
