"""Tie rooms to an issue, and take them off: the customers and the ARR behind it move in the same transaction
(ADR 43)."""

from typing import Any

import msgspec

from ...desk.customers import Customer
from ...desk.errors import Conflict, NotFound
from ...desk.issues import Issue, IssueCustomer, IssueTie, arr_of
from ...desk.messages import Author
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...ports import Drop, Listing, World, Write, new, over, ref
from ..audit import audit
from ..fence import fenced
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..paging import every
from .history import history_entry


def own_issue(world: World, workspace: str, issue_id: str) -> Issue:
    """An issue of the workspace, as it is now: a merged one is the one that it went into."""
    for _ in range(10):
        issue = fenced(world.store.one(ref(Issue, issue_id)), workspace)
        if issue is None:
            break
        if not issue.merged_into:
            return issue
        issue_id = issue.merged_into
    raise NotFound("no such issue")


def tie_of(world: World, who: Principal, room: Room, *, first: int, last: int, asked_by: Author | None) -> IssueTie:
    """A tie of a room, yet without its issue."""
    by = Author(kind="agent", id=who.id, name=who.name)
    return IssueTie(
        version=1,
        issue="",
        room=room.id,
        workspace=room.workspace,
        at=world.clock.now(),
        by=by,
        customer=room.customer,
        first=first,
        last=last,
        asked_by=asked_by,
    )


def tie_room(world: World, who: Principal, issue_id: str, *, tie: IssueTie, once: Once = KEYLESS) -> Issue:
    """The issue with the room behind it. A room that is tied already stays as it is."""

    def attempt(_: int) -> Issue:
        issue = own_issue(world, who.workspace, issue_id)
        if world.store.one(ref(IssueTie, issue.id, tie.room)):
            return issue
        moved, writes = tied(world, issue, tie)
        entry = history_entry(world, issue.id, issue.workspace, what="tied", by=who.id, room=tie.room)
        audited = audit(world, who, "issue.tied", subject=issue.id)
        world.store.commit(over(moved, issue), *writes, entry, *audited, *once.writes(moved, world.clock.now()))
        return moved

    issue = again(world, attempt, once)
    if tie.customer:
        count_behind(world, tie.customer, issue.id)  # its ARR may have moved between our read and our write
    return issue


def tied(world: World, issue: Issue, tie: IssueTie) -> tuple[Issue, list[Write]]:
    """The issue with one more room behind it, and what is written besides it."""
    tie = _of(tie, issue.id)
    if not tie.customer:
        return issue.changed(rooms=issue.rooms + 1), [new(tie)]
    customer, behind = world.store.many([ref(Customer, tie.customer), ref(IssueCustomer, issue.id, tie.customer)])
    if behind:
        return issue.changed(rooms=issue.rooms + 1), [new(tie), over(behind.changed(rooms=behind.rooms + 1), behind)]
    first = IssueCustomer(
        version=1,
        issue=issue.id,
        customer=tie.customer,
        workspace=issue.workspace,
        name=customer.name if customer else "",
        rooms=1,
        arr=arr_of(customer),
    )
    arr = round(issue.arr + first.arr, 2)
    return issue.changed(rooms=issue.rooms + 1, customers=issue.customers + 1, arr=arr), [new(tie), new(first)]


def _of(tie: IssueTie, issue: str) -> IssueTie:
    return msgspec.structs.replace(tie, issue=issue)


def untie_room(world: World, who: Principal, issue_id: str, *, room: str) -> Issue:
    """The issue without the room."""

    def attempt(_: int) -> Issue:
        issue = own_issue(world, who.workspace, issue_id)
        tie = world.store.one(ref(IssueTie, issue.id, room))
        if tie is None:
            raise NotFound("the room is not tied to it")
        moved, writes = untied(world, issue, tie)
        entry = history_entry(world, issue.id, issue.workspace, what="untied", by=who.id, room=room)
        world.store.commit(over(moved, issue), *writes, entry, *audit(world, who, "issue.untied", subject=issue.id))
        return moved

    return again(world, attempt)


def untied(world: World, issue: Issue, tie: IssueTie) -> tuple[Issue, list[Write]]:
    """The issue with one room less behind it, and what is written besides it."""
    gone: list[Write] = [Drop(ref(IssueTie, issue.id, tie.room))]
    fields: dict[str, Any] = {"rooms": max(0, issue.rooms - 1)}
    behind = world.store.one(ref(IssueCustomer, issue.id, tie.customer)) if tie.customer else None
    if behind and behind.rooms > 1:
        gone.append(over(behind.changed(rooms=behind.rooms - 1), behind))
    elif behind:
        gone.append(Drop(ref(IssueCustomer, issue.id, behind.customer)))
        fields |= {"customers": max(0, issue.customers - 1), "arr": round(issue.arr - behind.arr, 2)}
    return issue.changed(**fields), gone


def count_customer(world: World, customer_id: str) -> None:
    """Bring the ARR of every issue that a customer is behind up to date."""
    listing: Listing[IssueCustomer] = Listing("customer-issues", (customer_id,))
    for behind in every(world.store, listing):
        count_behind(world, customer_id, behind.issue)


def count_behind(world: World, customer_id: str, issue_id: str) -> None:
    """Bring what one issue holds of one customer up to date: its name and its ARR."""

    def attempt(_: int) -> None:
        customer, behind, issue = world.store.many(
            [ref(Customer, customer_id), ref(IssueCustomer, issue_id, customer_id), ref(Issue, issue_id)]
        )
        if behind is None or customer is None or issue is None:
            return
        fresh = behind.changed(arr=arr_of(customer), name=customer.name)
        if (fresh.arr, fresh.name) != (behind.arr, behind.name):
            moved = issue.changed(arr=round(issue.arr - behind.arr + fresh.arr, 2))
            world.store.commit(over(moved, issue), over(fresh, behind))

    again(world, attempt)


def check_room(room: Room) -> None:
    """Raise Conflict for a room that nothing can be behind."""
    if room.kind == "internal":
        raise Conflict("an internal room asks for nothing: tie a customer's")
