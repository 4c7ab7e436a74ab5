"""Change an issue, its state too."""

from typing import Any

from ...desk.errors import Stale
from ...desk.issues import Issue, Policy, turned
from ...desk.messages import Author
from ...desk.permissions import Principal
from ...ports import Task, World, Write, over
from ..audit import audit
from ..optimistic_retry import again
from .history import history_entry
from .state_notice import notice_of_state
from .tie_room import own_issue


def change_issue(
    world: World,
    who: Principal,
    issue_id: str,
    *,
    fields: dict[str, Any],
    policy: Policy = "draft",
    words: str = "",
    resolve: bool = False,
    if_version: int | None = None,
) -> Issue:
    """The issue with `fields` changed. A new state is told to its rooms as `policy` says, with `words` behind it."""
    tasks: list[Task] = []

    def attempt(_: int) -> Issue:
        tasks.clear()
        issue = own_issue(world, who.workspace, issue_id)
        if if_version is not None and issue.version != if_version:
            raise Stale("the issue has changed since", "If-Match")
        differing = {name: value for name, value in fields.items() if getattr(issue, name) != value}
        if not differing:
            return issue
        state, reason = differing.pop("state", None), differing.pop("reason", issue.reason)
        changed = issue.changed(**differing)
        writes: list[Write] = []
        if state:
            changed = turned(changed, state, reason, now=world.clock.now())
            author = Author(kind="agent", id=who.id, name=who.name)
            notices, follow = notice_of_state(
                world, issue, changed, policy=policy, author=author, tracking=None, words=words, resolve=resolve
            )
            writes += notices
            tasks.extend(follow)
            entry = history_entry(
                world,
                issue.id,
                issue.workspace,
                what="state",
                by=who.id,
                was=issue.state,
                now=state,
                reason=changed.reason,
            )
            writes.append(entry)
        elif reason != issue.reason:
            changed = changed.changed(reason=reason)
            differing["reason"] = reason
        if differing:
            names = ", ".join(sorted(differing))
            writes.append(history_entry(world, issue.id, issue.workspace, what="changed", by=who.id, fields=names))
        world.store.commit(
            over(changed, issue), *writes, *audit(world, who, "issue.changed", subject=issue.id, fields=fields)
        )
        return changed

    issue = again(world, attempt)
    world.queues.sync(tasks)
    return issue
