"""Add up what a day's ended clocks come to (roll-up, ADR 148): for the workspace, and each customer.

A day is added up from its clocks alone, whenever one of them has changed; what is the same already is not written.
"""

from ...desk.clocks import Clock
from ...desk.figures import DayFigures, DueFigures, folded
from ...desk.times import DAY_MS, HOUR_MS, from_date
from ...ports import Drop, Listing, Put, Store, Write, ref
from ..paging import every

AWAY_MS = 14 * HOUR_MS  # no clock on a wall is further from UTC
PAGE = 100


def fold_due(store: Store, workspace: str, day: str, *, due: int) -> None:
    """The figures of a day that was due; that it was is forgotten afterwards."""
    fold_day(store, workspace, day)
    store.spread(Drop(ref(DueFigures, workspace, day, due)))


def fold_day(store: Store, workspace: str, day: str) -> int:
    """The figures of a workspace's day; how many rows were written, or taken away."""
    start = from_date(day) or 0
    after, before = max(start - AWAY_MS, 1) - 1, start + DAY_MS + AWAY_MS
    ended: Listing[Clock] = Listing("ended-clocks", (workspace,), after=after, before=before)
    now = folded(clock for clock in every(store, ended, PAGE) if clock.day == day)
    rows: Listing[DayFigures] = Listing("day-figures", (workspace, day))
    there = {row.customer: row for row in every(store, rows, PAGE)}
    writes: list[Write] = []
    for customer, cuts in now.items():
        old = there.get(customer) or DayFigures(workspace=workspace, day=day, customer=customer)
        if cuts != old.cuts:
            writes.append(Put(old.changed(cuts=cuts), None))
    writes += [Drop(ref(DayFigures, workspace, day, customer)) for customer in there if customer not in now]
    store.spread(*writes)
    return len(writes)
