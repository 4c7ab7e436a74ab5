"""Write down what happened to an issue, in the transaction in which it happens."""

from ...desk.issues import Event, History
from ...ports import Put, World, new

MAX_DETAIL = 300


def history_entry(
    world: World, issue: str, workspace: str, *, what: Event, by: str = "", install: str = "", **detail: object
) -> Put:
    """The entry. `detail` is cut short; what is empty is left out."""
    words = {name: str(value)[:MAX_DETAIL] for name, value in detail.items() if value not in ("", None, ())}
    entry = History(
        version=1,
        issue=issue,
        id=world.fresh_id("his"),
        workspace=workspace,
        at=world.clock.now(),
        what=what,
        by=by,
        install=install,
        detail=words,
    )
    return new(entry)
