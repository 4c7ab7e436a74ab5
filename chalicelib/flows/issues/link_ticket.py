"""Link an issue to a ticket: one that is there, or one to be made. And take it off again."""

from msgspec.structs import replace

from ...desk.errors import Conflict, NotFound
from ...desk.issues import Issue, Link, PendingComment, Ticket, TicketOwner
from ...desk.permissions import Principal
from ...desk.tickets import TicketSeen
from ...desk.workspaces import Install
from ...ports import Drop, Put, Task, World, Write, new, over, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .history import history_entry
from .raise_issue import SOON_MS, making
from .tie_room import own_issue


def link_ticket(
    world: World, who: Principal, issue_id: str, *, install: Install, seen: TicketSeen | None, once: Once = KEYLESS
) -> Issue:
    """The issue with a ticket in an install: `seen`, whose state and comments are imported, or one that is made."""

    def attempt(_: int) -> Issue:
        issue, now = own_issue(world, who.workspace, issue_id), world.clock.now()
        link = issue.link(install.id)
        if link and seen and link.ticket == seen.id:
            return issue
        if link:
            raise Conflict("the issue has a ticket there already")
        changed, writes = linked(world, who, issue, install=install, seen=seen, now=now)
        world.store.commit(over(changed, issue), *writes, *once.writes(changed, now))
        return changed

    issue = again(world, attempt, once)
    if seen:  # of one that was linked before, and was lost, somebody has just seen that it is there
        world.queues.sync([Task("look", issue.id, install.id, seen.id, why=f"project:linked:{world.clock.now()}")])
    return issue


def linked(
    world: World, who: Principal, issue: Issue, *, install: Install, seen: TicketSeen | None, now: int
) -> tuple[Issue, list[Write]]:
    """The issue with a ticket more, and what is written besides it."""
    link, writes = Link(install=install.id), [new(_ticket(issue, install, seen, now=now))]
    if seen:
        link = Link(install=install.id, ticket=seen.id, key=seen.key, url=seen.url)
        named = {"key": seen.key, "url": seen.url}
        writes.append(_held(world, issue, install, seen=seen))
        writes.append(
            history_entry(world, issue.id, issue.workspace, what="linked", by=who.id, install=install.id, **named)
        )
    changed = issue.changed(tickets=(*issue.tickets, link))
    return changed, [*writes, *audit(world, who, "issue.linked", subject=issue.id)]


def _ticket(issue: Issue, install: Install, seen: TicketSeen | None, *, now: int) -> Ticket:
    made = making(issue, install, now)
    return replace(made, standing="new", ticket=seen.id, key=seen.key, url=seen.url) if seen else made


def _held(world: World, issue: Issue, install: Install, *, seen: TicketSeen) -> Put:
    owner = world.store.one(ref(TicketOwner, install.id, seen.id))
    if owner and owner.issue != issue.id:
        raise Conflict(f"the ticket belongs to the issue {owner.issue}: tie the room to that, or merge")
    fresh = TicketOwner(version=1, install=install.id, ticket=seen.id, workspace=issue.workspace, issue=issue.id)
    return over(owner.changed(), owner) if owner else new(fresh)


def unlink_ticket(world: World, who: Principal, issue_id: str, *, install_id: str) -> Issue:
    """The issue without its ticket in an install. The ticket itself stays as it is."""

    def attempt(_: int) -> Issue:
        issue = own_issue(world, who.workspace, issue_id)
        link, ticket = issue.link(install_id), world.store.one(ref(Ticket, issue.id, install_id))
        if link is None:
            raise NotFound("the issue has no ticket there")
        gone: list[Write] = [Drop(ref(Ticket, issue.id, install_id))] if ticket else []
        if link.ticket:
            gone.append(Drop(ref(TicketOwner, install_id, link.ticket)))
        unlinked = issue.changed(tickets=tuple(each for each in issue.tickets if each.install != install_id))
        entry = history_entry(
            world, issue.id, issue.workspace, what="unlinked", by=who.id, install=install_id, key=link.key
        )
        world.store.commit(over(unlinked, issue), *gone, entry, *audit(world, who, "issue.unlinked", subject=issue.id))
        return unlinked

    return again(world, attempt)


def comment_on(
    world: World, who: Principal, issue_id: str, *, text: str, once: Once = KEYLESS, for_strangers: bool = False
) -> list[PendingComment]:
    """What an agent says on each ticket of an issue. It is on its way when this returns. It goes where strangers read
    only `for_strangers`."""

    def attempt(_: int) -> list[PendingComment]:
        issue, now = own_issue(world, who.workspace, issue_id), world.clock.now()
        if not issue.tickets:
            raise Conflict("the issue has no ticket to comment on")
        tickets = world.store.many([ref(Ticket, issue.id, link.install) for link in issue.tickets])
        rows = [
            PendingComment(
                version=1,
                issue=issue.id,
                install=link.install,
                id=world.fresh_id("cmt"),
                workspace=issue.workspace,
                text=text,
                by=who.id,
                name=who.name,
                at=now,
                for_strangers=for_strangers,
            )
            for link in issue.tickets
        ]
        due = [over(ticket.changed(due=now + SOON_MS), ticket) for ticket in tickets if ticket]
        world.store.commit(*map(new, rows), *due, *once.writes(rows, now))
        return rows

    rows = again(world, attempt, once)
    issue = own_issue(world, who.workspace, issue_id)
    world.queues.sync(Task("look", issue.id, link.install, link.ticket, why=rows[0].id) for link in issue.tickets)
    return rows
