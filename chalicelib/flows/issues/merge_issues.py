"""Merge an issue into another: its rooms, its tickets and its history move, and its id leads to the other."""

from typing import Any

from msgspec.structs import replace

from ...desk.errors import Conflict, Invalid
from ...desk.issues import Comment, History, Issue, IssueTie, Notice, NoticeReceipt, PendingComment, Ticket, TicketOwner
from ...desk.permissions import Principal
from ...ports import Drop, Listing, Put, Task, World, Write, new, over, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..paging import every
from .history import history_entry
from .state_notice import GRACE_MS
from .tie_room import own_issue, tied

PIECE = 40  # entries that are moved in one transaction


def merge_issues(world: World, who: Principal, from_id: str, *, into_id: str, once: Once = KEYLESS) -> Issue:
    """The issue that the other went into. From now on its id leads there; its rooms follow at once after."""

    def attempt(_: int) -> Issue:
        old, into = own_issue(world, who.workspace, from_id), own_issue(world, who.workspace, into_id)
        if old.id == into.id:
            raise Invalid("an issue is not merged into itself", "into")
        both = {link.install for link in old.tickets} & {link.install for link in into.tickets}
        if both:
            raise Conflict("both have a ticket in the same tracker: unlink one of them first", "into")
        now = world.clock.now()
        merged = old.changed(merged_into=into.id, due=now + GRACE_MS, tickets=())
        labels = tuple(dict.fromkeys((*into.labels, *old.labels)))
        grown = into.changed(tickets=(*into.tickets, *old.tickets), labels=labels)
        entries = [
            history_entry(world, into.id, into.workspace, what="merged", by=who.id, was=old.id, title=old.title),
            *audit(world, who, "issue.merged", subject=old.id),
        ]
        moved = _tickets(world, old, into)
        world.store.commit(over(merged, old), over(grown, into), *moved, *entries, *once.writes(grown, now))
        return grown

    into = again(world, attempt, once)
    world.queues.sync([Task("merge", from_id, why="first")])
    return into


def _tickets(world: World, old: Issue, into: Issue) -> list[Write]:
    """The records of its tickets, under the other issue."""
    writes: list[Write] = []
    for link in old.tickets:
        ticket = world.store.one(ref(Ticket, old.id, link.install))
        owner = world.store.one(ref(TicketOwner, link.install, link.ticket)) if link.ticket else None
        if ticket:
            writes += [Drop(ref(Ticket, old.id, link.install)), new(replace(ticket, issue=into.id, version=1))]
        if owner:
            writes.append(over(owner.changed(issue=into.id), owner))
    return writes


def merge_rest(world: World, issue_id: str) -> None:
    """Move what is left of a merged issue, piece by piece. Doing it again moves nothing twice."""
    old = world.store.one(ref(Issue, issue_id))
    if old is None or not old.merged_into:
        return
    into = own_issue(world, old.workspace, old.merged_into)
    notices = _all(world, Listing("issue-notices", (old.id,)))
    if any(notice.state == "sending" for notice in notices):
        return  # its rooms are told to the end where they are: the clock comes again
    for notice in notices:
        again(world, lambda _, id_=notice.id: _notice(world, id_, into.id))  # type: ignore[misc]
    for tie in _all(world, Listing("ties", (old.id,))):
        again(world, lambda _, tie=tie: _tie(world, tie, into.id))  # type: ignore[misc]
    for name in ("history", "comments", "owed", "told"):
        rows = _all(world, Listing(name, (old.id,)))
        for start in range(0, len(rows), PIECE):
            writes: list[Write] = []
            for row in rows[start : start + PIECE]:
                writes += [_gone(row), Put(row.changed(issue=into.id), None)]
            world.store.commit(*writes)
    again(world, lambda _: _ended(world, old.id))


def _notice(world: World, id_: str, into_id: str) -> None:
    """A notice under the other issue. A draft that the merged one was closed or reopened is of nobody's state now."""
    notice = world.store.one(ref(Notice, id_))
    if notice is None or notice.issue == into_id:
        return
    stale = notice.state == "draft" and notice.about == "state"
    ended = {"state": "discarded", "held_because": "the issue was merged into another"} if stale else {}
    world.store.commit(over(notice.changed(issue=into_id, **ended), notice))


def _tie(world: World, tie: IssueTie, into_id: str) -> None:
    into = world.store.one(ref(Issue, into_id))
    there, here = world.store.many([ref(IssueTie, into_id, tie.room), ref(IssueTie, tie.issue, tie.room)])
    if into is None or here is None:
        return
    gone = Drop(ref(IssueTie, tie.issue, tie.room))
    if there:
        world.store.commit(gone)
        return
    moved, writes = tied(world, into, replace(tie, version=1))
    world.store.commit(over(moved, into), *writes, gone)


def _gone(row: History | Comment | PendingComment | NoticeReceipt) -> Drop:
    if isinstance(row, NoticeReceipt):
        return Drop(ref(NoticeReceipt, row.issue, row.room, row.notice))
    if isinstance(row, History):
        return Drop(ref(History, row.issue, row.at, row.id))
    return Drop(ref(type(row), row.issue, row.install, row.id))


def _ended(world: World, issue_id: str) -> None:
    old = world.store.one(ref(Issue, issue_id))
    if old and old.due:
        world.store.commit(over(old.changed(due=0, rooms=0, customers=0, arr=0), old))


def _all(world: World, listing: Listing[Any]) -> list[Any]:
    """Read before any of it moves."""
    return list(every(world.store, listing))
