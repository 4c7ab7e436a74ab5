"""The raw log of usage ends by its days, as long as its workspace keeps it (retention): each day what is older goes."""

from ...desk.times import DAY_MS, rfc3339
from ...desk.usage_sources import UsageLog
from ...desk.workspaces import Workspace
from ...ports import World, over, ref
from ..optimistic_retry import again

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
    kept = tenant.raw_days if tenant else 0
    removed = 0
    for day in _older(world, workspace, kept):
        while keys := world.files.keys(day):
            if removed >= MOST_PIECES * 1000:
                return removed
            world.files.remove_all(keys)
            removed += len(keys)
    again(world, lambda _: _moved_on(world, workspace))
    return removed


def _older(world: World, workspace: str, kept: int) -> list[str]:
    """The prefixes of the days that are no longer kept."""
    found = []
    for mode in world.files.folders(f"usage/{workspace}/"):
        days = min(kept, TEST_DAYS) if mode.endswith("mode=test/") else kept
        first = rfc3339(world.clock.now() - days * DAY_MS)[:10]
        found += [day for day in world.files.folders(mode) if day.rstrip("/").rpartition("date=")[2] < first]
    return found


def _moved_on(world: World, workspace: str) -> None:
    log = world.store.one(ref(UsageLog, workspace))
    if log:
        world.store.commit(over(log.changed(due=next_day(world.clock.now())), log))
