"""Put a room behind the issue of a ticket that is there; one is raised for a ticket that has none (find or create).

The issue, its room, its ticket and the claim on that are one transaction: there is all of it, or nothing.
"""

from typing import Any

from ...desk.issues import MAX_TITLE, Issue, IssueTie
from ...desk.messages import Message
from ...desk.permissions import Principal
from ...desk.tickets import TicketSeen
from ...desk.workspaces import Install
from ...ports import World, new
from ..issues.link_ticket import linked
from ..issues.raise_issue import raised
from ..issues.tie_room import count_behind, tie_room
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .tracker import issue_of_ticket


def raise_for_ticket(
    world: World,
    who: Principal,
    fields: dict[str, Any],
    *,
    messages: list[Message],
    tie: IssueTie,
    install: Install,
    seen: TicketSeen,
    once: Once = KEYLESS,
) -> Issue:
    """The ticket's issue with the room of `tie` behind it. A new one is named for the ticket where `fields` tell no
    title."""
    fields = fields | {"title": fields.get("title") or " ".join(seen.title.split())[:MAX_TITLE]}

    def attempt(_: int) -> Issue:
        known = issue_of_ticket(world, install, seen.id)
        if known:
            return tie_room(world, who, known, tie=tie, once=once)
        now = world.clock.now()
        issue, writes = raised(world, who, fields, messages=messages, tie=tie, now=now)
        issue, more = linked(world, who, issue, install=install, seen=seen, now=now)
        world.store.commit(new(issue), *writes, *more, *once.writes(issue, now))
        return issue

    issue = again(world, attempt, once)
    if tie.customer:
        count_behind(world, tie.customer, issue.id)
    return issue
