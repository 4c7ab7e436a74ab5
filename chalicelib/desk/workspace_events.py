"""Events of what belongs to no room (ADR 166): what an agent or a key changed is read off what is audited, what became
of an issue off its history, the rest off the record before and after."""

from collections.abc import Callable
from typing import Any

from .agent_keys import AgentKey
from .broadcasts import Broadcast
from .customers import Customer, User
from .deliveries import Delivery
from .erasures import Erasure
from .issues import History, Issue, Notice
from .people import Person
from .proposals import Proposal
from .record import Part, Record
from .retention import Retention
from .times import rfc3339
from .usage_reasons import Reason
from .usage_signals import Finding, Signal, explained
from .workspaces import Agent, ApiKey, Audit, Install

Kind = type[Record]

# What of a record is told as its state now. No secret and no config, which may hold some, is among it.
SHOWN: dict[Kind, tuple[str, ...]] = {
    Customer: ("external_id", "name", "state", "attributes", "domains", "contact", "language", "timezone", "calendar")
    + ("agents_speak",),
    User: ("external_id", "name", "email", "state", "attributes"),
    Issue: ("kind", "title", "public_title", "state", "reason", "priority", "labels", "rooms", "customers"),
    Notice: ("issue", "about", "state", "text", "becomes"),
    Broadcast: ("kind", "state", "text", "segment", "planned", "skipped", "reason"),
    Person: ("members",),
    Install: ("kind", "name", "state", "disabled_because"),
    ApiKey: ("name", "kind", "agent", "scopes", "expires_at", "revoked_at"),
    AgentKey: ("name", "customer", "user", "scopes", "revoked_at"),
    Agent: ("name", "role", "state"),
    Erasure: ("of", "state", "stand_in"),
    Retention: ("gone", "held"),
    Delivery: ("room", "install", "channel", "what", "state", "attempts", "reason"),
    Proposal: ("room", "key", "name", "text", "state", "reason", "edited"),
    Signal: ("segment", "kind", "owner", "found", "room", "reason"),
    Reason: ("kind", "from_day", "until_day", "cause", "text", "by", "message", "signal"),
}
# The audit log's words that are told, and of what kind of record each is.
VERBS: dict[str, Kind] = {
    "install.connected": Install,
    "install.changed": Install,
    "install.secret-rolled": Install,
    "install.removed": Install,
    "install.paused": Install,
    "install.disabled": Install,
    "key.issued": ApiKey,
    "key.revoked": ApiKey,
    "key.agent-issued": AgentKey,
    "key.agent-revoked": AgentKey,
    "agent.added": Agent,
    "agent.changed": Agent,
    "erasure.begun": Erasure,
    "erasure.done": Erasure,
    "retention.done": Retention,
    "person.tied": Person,
    "person.untied": Person,
}
# What an issue's history is told as. What our own worker notes for itself is not.
HAPPENED = {
    "raised": "issue.raised",
    "changed": "issue.changed",
    "state": "issue.moved",
    "tied": "issue.tied",
    "untied": "issue.untied",
    "merged": "issue.merged",
    "told": "issue.told",
    "linked": "ticket.linked",
    "unlinked": "ticket.unlinked",
    "comment": "ticket.commented",
    "comment_changed": "ticket.commented",
    "comment_deleted": "ticket.commented",
    "written": "ticket.commented",
    "conflict": "ticket.failed",
    "failed": "ticket.failed",
    "lost": "ticket.failed",
}


FAILED = "delivery.failed"


class Happened(Part, frozen=True):
    """Something that happened to a `thing` (its kind of record, and its id): in whose order (`subject`, an id), what it
    follows from (`source`: it is told once), by whom, what changed, and when (ms; 0: nobody noted that). `now` is the
    record, where it is at hand; it belongs to a customer's `external_id` where it belongs to one."""

    workspace: str
    subject: str
    source: str
    type: str
    thing: Kind
    id: str
    changed: dict[str, Any]
    by: str = ""
    at: int = 0
    now: Any = None


def happened(now: Record | None, before: Record | None) -> list[Happened]:
    """What a change of the table tells, if anything."""
    read = READ.get(type(now))
    return read(now, before) if read else []


def _audited(entry: Audit, _: Any) -> list[Happened]:
    thing = VERBS.get(entry.verb)
    if thing is None:
        return []
    return [
        Happened(
            workspace=entry.workspace,
            subject=entry.workspace,
            source=entry.id,
            type=entry.verb.replace("-", "_"),
            thing=thing,
            id=entry.subject,
            changed={"ids" if thing is Person else "fields": list(entry.fields)},
            by=entry.actor,
            at=entry.at,
        )
    ]


def _of_issue(entry: History, _: Any) -> list[Happened]:
    type_ = HAPPENED.get(entry.what)
    if type_ is None or entry.version > 1:  # a merge has brought it here
        return []
    return [
        Happened(
            workspace=entry.workspace,
            subject=entry.issue,
            source=entry.id,
            type=type_,
            thing=Issue,
            id=entry.issue,
            changed={"what": entry.what, "install": entry.install or None, "detail": dict(entry.detail)},
            by=entry.by,
            at=entry.at,
        )
    ]


def _compared(now: Customer | User, before: Any) -> list[Happened]:
    old = before if isinstance(before, type(now)) else None
    fields = [name for name in SHOWN[type(now)] if old is None or getattr(now, name) != getattr(old, name)]
    if not fields or old is None and now.version > 1:  # written anew as it was
        return []
    noun = "customer" if isinstance(now, Customer) else "user"
    return [
        Happened(
            workspace=now.workspace,
            subject=now.id if isinstance(now, Customer) else now.customer,
            source=f"{now.id}:{now.version}",
            type=f"{noun}.{'changed' if old else 'created'}",
            thing=type(now),
            id=now.id,
            changed={"fields": fields if old else []},
            now=now,
        )
    ]


def _moved_on(now: Notice | Broadcast, before: Any) -> list[Happened]:
    old = before if isinstance(before, type(now)) else None
    if old.state == now.state if old else now.version > 1:
        return []
    return [
        Happened(
            workspace=now.workspace,
            subject=now.issue if isinstance(now, Notice) else now.workspace,
            source=f"{now.id}:{now.version}",
            type="notice.changed" if isinstance(now, Notice) else "broadcast.changed",
            thing=type(now),
            id=now.id,
            changed={"state": now.state},
            by=now.approved_by,
            now=now,
        )
    ]


def _of_usage(now: Signal | Reason, before: Any) -> list[Happened]:
    """A signal that a reason explained beforehand is told, too: with it."""
    if before is not None or now.version > 1:
        return []
    return [
        Happened(
            workspace=now.workspace,
            subject=now.customer,
            source=now.id,
            type="signal.raised" if isinstance(now, Signal) else "reason.given",
            thing=type(now),
            id=now.id,
            changed={"kind": now.kind},
            by=now.by if isinstance(now, Reason) else "",
            at=now.at,
            now=now,
        )
    ]


DRAFTED = {"open": "proposal.made", "sent": "proposal.sent", "discarded": "proposal.discarded"}


def _drafted(now: Proposal, before: Any) -> list[Happened]:
    """What machines draft in shadow is told nobody."""
    old = before if isinstance(before, Proposal) else None
    known = old.state == now.state if old else now.state == "open" and now.version > 1
    if now.shadow or known or now.state not in DRAFTED:
        return []
    return [
        Happened(
            workspace=now.workspace,
            subject=now.room,
            source=f"{now.id}:{now.state}",
            type=DRAFTED[now.state],
            thing=Proposal,
            id=now.id,
            changed={"state": now.state},
            by=now.by or now.key,
            at=now.at or now.created_at,
            now=now,
        )
    ]


def given_up(row: Delivery) -> list[Happened]:
    """That a delivery has failed for good. That this could not be told is told nobody."""
    if row.state != "failed" or FAILED in row.events:
        return []
    return [
        Happened(
            workspace=row.workspace,
            subject=row.room,
            source=f"{row.id}:{row.version}",
            type=FAILED,
            thing=Delivery,
            id=row.id,
            changed={"state": row.state},
            now=row,
        )
    ]


READ: dict[Any, Callable[[Any, Any], list[Happened]]] = {
    Audit: _audited,
    History: _of_issue,
    Customer: _compared,
    User: _compared,
    Notice: _moved_on,
    Broadcast: _moved_on,
    Proposal: _drafted,
    Signal: _of_usage,
    Reason: _of_usage,
}


NOUNS: dict[Kind, str] = {
    Customer: "customer",
    User: "user",
    Issue: "issue",
    Notice: "notice",
    Broadcast: "broadcast",
    Person: "person",
    Install: "install",
    ApiKey: "key",
    AgentKey: "agent_key",
    Agent: "agent",
    Erasure: "erasure",
    Retention: "retention",
    Delivery: "delivery",
    Proposal: "proposal",
    Signal: "signal",
    Reason: "reason",
}


def now_of(record: Record | None) -> dict[str, Any] | None:
    """How it stands with it; None where it is gone."""
    if record is None:
        return None
    return {name: _shown(name, getattr(record, name)) for name in SHOWN[type(record)]}


def _shown(name: str, value: Any) -> Any:
    if name.endswith("_at"):
        return rfc3339(value) if value else None
    if isinstance(value, Finding):
        return {"day": value.day, "words": explained(value), "count": value.count, "usual": value.usual}
    if name == "members":
        return [member.id for member in value]
    return list(value) if isinstance(value, tuple) else value if value != "" else None


def body_of(thing: Happened, record: Record | None) -> dict[str, Any]:
    """What its event says: what it is about, what changed, and its state now."""
    data = {"by": thing.by or None, "changed": thing.changed, "now": now_of(record)}
    return {NOUNS[thing.thing]: {"id": thing.id}, "data": data}
