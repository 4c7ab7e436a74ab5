"""Hold back all that waits in a table that was restored to an earlier moment (quarantine, ADR 131), before anybody
works on it: a full scan, as `rebuild` is. Doing it again holds back what the first time left."""

from collections import Counter

from ...desk.held_back import held
from ...desk.issues import Tracking
from ...desk.record import Record
from ...ports import Put, Scanned, over


def hold_back(store: Scanned, restored_to: int, now: int) -> Counter[str]:
    """How many things of each sort stand still now, by what they are. `restored_to` and `now` in ms.

    Trackers are looked through at once when the stack runs again: what changed there meanwhile is found while it can
    still be told from what is new."""
    found: Counter[str] = Counter()
    for record in store.everything():
        if isinstance(record, Tracking):
            _look_soon(store, record, now)
        if stands := held(record, restored_to, now):
            still, kept = stands
            store.commit(Put(kept, None), *([over(still, record)] if still else []))
            found[kept.what] += 1
    return found


def _look_soon(store: Scanned, tracking: Record, now: int) -> None:
    if isinstance(tracking, Tracking) and tracking.due > now:
        store.commit(over(tracking.changed(due=now, cursor=""), tracking))
