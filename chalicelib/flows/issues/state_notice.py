"""Write what customers are to be told of an issue's new state with that state itself (transactional outbox)."""

from ...desk.issues import CLOSED, Issue, Notice, Policy, Tracking
from ...desk.messages import Author
from ...desk.notices import state_notice_id, state_text
from ...ports import Put, Task, World, new, over, ref
from .name_customers import names_in

GRACE_MS = 2 * 60_000  # ms after which the clock looks after a notice whose wake-up was lost


def notice_of_state(
    world: World,
    old: Issue,
    turned: Issue,
    *,
    policy: Policy,
    author: Author,
    tracking: Tracking | None = None,
    words: str = "",
    resolve: bool = False,
    text: str = "",
) -> tuple[list[Put], list[Task]]:
    """What is written when an issue turns from `old` to `turned`: its notice, if its rooms are to hear of it; and what
    was drafted of the turn before is discarded. And the tasks to be handed on once that is stored. `text` is told
    instead of the install's own text."""
    writes: list[Put] = []
    if turned.closings == old.closings:
        return writes, []
    before = world.store.one(ref(Notice, state_notice_id(old, old.closings)))
    if before and before.state in ("draft", "sending"):
        writes.append(over(before.changed(state="discarded", held_because="the issue moved on", due=0), before))
    heard = before if before and before.state in ("sending", "sent") else None
    if turned.state not in CLOSED and not heard:
        return writes, []
    if policy == "quiet" and turned.state in CLOSED:
        return writes, []
    now, names = world.clock.now(), names_in(world, turned, words or text) if words or text else ()
    notice = Notice(
        version=1,
        id=state_notice_id(turned, turned.closings),
        issue=turned.id,
        workspace=turned.workspace,
        about="state",
        text=text or state_text(tracking, turned.state, words),
        at=now,
        author=author,
        state="sending" if policy == "tell" else "draft",
        becomes=turned.state,
        closing=turned.closings,
        install=tracking.install if tracking else "",
        resolve=resolve and turned.state in CLOSED,
        names=names,
        undoes=heard.id if heard and turned.state not in CLOSED else "",
        approved_by=author.id if policy == "tell" else "",
        due=now + GRACE_MS if policy == "tell" else 0,
    )
    tasks = [Task("tell", notice.id, why="first")] if notice.state == "sending" else []
    return [*writes, new(notice)], tasks
