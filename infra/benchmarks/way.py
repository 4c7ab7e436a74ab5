"""The figures of scenes.py: AWS calls by kind and capacity units, each beside the budget of its calls."""

from functools import cache

from infra.benchmarks import clocks, mass, scenes
from infra.benchmarks.figures import Figure
from infra.benchmarks.meter import Count
from infra.benchmarks.scenes import LARGE, PAGE, SMALL, Counts

SECTION = "AWS calls, and DynamoDB's capacity units (RCU read, WCU written)"
FLAT = f"Pages of {PAGE} at {SMALL:,} and at {LARGE:,} messages and rooms"
# Calls that a scene may make.
BUDGETS = {
    "webhook, cold": 3,
    "webhook, warm": 1,
    "posted by an agent": 2,
    "posted by a user": 2,
}
# Queries that a page may make. The other call of a page reads the credential with the room; the inbox reads its marks.
QUERIES = {"user's room page": 1, "agent's room page": 2, "inbox page": 1, "changes page": None}


@cache
def counted() -> Counts:
    """Played once a process."""
    return scenes.play(masses=mass.SIZES)


def figures() -> list[Figure]:
    """A row a scene."""
    counts = counted()
    ways = [name for name in counts if not name[-1].isdigit() and name not in mass.POSTED]
    pages = [figure for name in QUERIES for figure in _pages(name, counts)]
    return [_way(name, counts[name]) for name in ways] + pages + mass.figures(counts) + clocks.figures(counts)


def _way(name: str, count: Count) -> Figure:
    budget = BUDGETS.get(name)
    return Figure(
        SECTION,
        name,
        count.total,
        words(count),
        budget,
        f"≤ {budget} call{'s' if budget > 1 else ''}" if budget else "",
    )


def _pages(name: str, counts: Counts) -> list[Figure]:
    found = [counts[f"{name}, {size}"] for size in (SMALL, LARGE)]
    budget = QUERIES[name]
    limit = f"≤ {budget} {'query' if budget == 1 else 'queries'}" if budget else ""
    few = Figure(FLAT, name, found[1].calls["Query"], words(found[1]), budget, limit)
    grown = found[1].reads / found[0].reads
    return [few, Figure(FLAT, "  as it grows tenfold", round(grown, 3), f"{grown:.2f}× RCU", 1.0, "1×, flat")]


def words(count: Count) -> str:
    """`2 calls: GetItem + Query; 3 RCU`."""
    units = [f"{amount:g} {unit}" for amount, unit in ((count.reads, "RCU"), (count.writes, "WCU")) if amount]
    calls = f"{count.total} call{'s' if count.total != 1 else ''}: {count.words()}"
    return "; ".join([calls, ", ".join(units)] if units else [calls])
