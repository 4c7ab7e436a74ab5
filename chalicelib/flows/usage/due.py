"""Windows of the raw log that are to be folded, and customers who became known (scheduling).

A window's row is read before it is written: of all the objects of a window one writes. Who finds it due already moves
it on, so that a fold that has listed the window before cannot call it done.
"""

from collections.abc import Iterable
from typing import Any

from ...desk.customers import Customer, User
from ...desk.record import Record
from ...desk.usage_meters import SETTLE_MS, DueFold, UsageFold, window_due
from ...ports import Store, World, new, over, ref
from ..optimistic_retry import again

LATE_S = 10  # seconds after which indexes have who has become known


def make_due(world: World, workspace: str, window: int) -> None:
    """Have a window folded, once it has ended and its objects are there."""

    def attempt(_: int) -> None:
        there, now = world.store.one(ref(DueFold, workspace, window)), world.clock.now()
        if there is None:
            due = max(window_due(window), now)
            world.store.commit(new(DueFold(workspace=workspace, window=window, due=due)))
        elif there.due <= now:
            world.store.commit(over(there.changed(due=max(window_due(window), now + SETTLE_MS)), there))

    again(world, attempt)


def known_now(store: Store, now: Record | None, before: Record | None) -> tuple[str, str] | None:
    """The workspace, and who is known there now: a customer or a user of whom usage may have told before."""
    if before is not None or not isinstance(now, Customer | User) or store.one(ref(UsageFold, now.workspace)) is None:
        return None
    return now.workspace, f"{'c' if isinstance(now, Customer) else 'u'}:{now.external_id}"


def lates(known: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """What the worker is told of them."""
    named: dict[str, list[str]] = {}
    for workspace, who in known:
        named.setdefault(workspace, []).append(who)
    return [{"workspace": workspace, "fold": [], "known": some} for workspace, some in named.items()]


def folds(due: Iterable[DueFold]) -> list[dict[str, Any]]:
    """What the worker is told of windows that are due: a message a workspace, since its folds go one by one."""
    windows: dict[str, list[int]] = {}
    for each in due:
        windows.setdefault(each.workspace, []).append(each.window)
    return [{"workspace": workspace, "fold": sorted(some), "known": []} for workspace, some in windows.items()]
