"""Policies (SLA): how soon whom is answered, whose hours count, and when agents are warned. Pure (ADR 98).

A policy says what is owed by when; what is owed, and since when, follows from the room alone.
"""

from collections.abc import Collection
from typing import Literal

from .calendars import Calendar
from .record import Part, Record
from .rooms import Priority
from .times import MINUTE_MS, WEEK_MS

MAX_POLICIES = 50
MAX_CALENDARS = 50
MAX_MEASURED = 10
MAX_ESCALATE = 20
MAX_TARGET_MS = 366 * 24 * 60 * MINUTE_MS
WARN_MS = 30 * MINUTE_MS
NO_TARGET = -1  # of a priority, where the policy has one


class Targets(Part, frozen=True):
    """How long (ms of business time) the first answer, each next one, progress, and the end may take; 0: no target."""

    first: int = 0
    next: int = 0
    update: int = 0
    outcome: int = 0


class NoAnswer(Part, frozen=True):
    """Who does not answer is reminded twice, with these `texts`, after `wait` (ms of business time) each, and after one
    more wait the room is closed. It holds for what was said `since` (ms): when it was asked for."""

    wait: int
    texts: tuple[str, str]
    since: int = 0


class Policy(Part, frozen=True):
    """Holds for the customers of a `segment` ("": all), by the hours of a `calendar` ("": the clock round).
    `priorities` have what differs for a priority: 0 is the policy's own target, -1 none. Agents are warned `warn` ms of
    business time before something is due (0: never). An ask after `episode` ms of silence begins a new episode. `words`
    are what the customer is shown of it, if anything. With `no_answer` what the customer does not answer is closed. Of
    what was missed the agents `escalate` are told, too."""

    id: str
    name: str
    revision: int = 1
    segment: str = ""
    targets: Targets = Targets()
    priorities: dict[Priority, Targets] = {}
    calendar: str = ""
    warn: int = WARN_MS
    episode: int = WEEK_MS
    words: str = ""
    no_answer: NoAnswer | None = None
    escalate: tuple[str, ...] = ()
    state: Literal["active", "gone"] = "active"


class Policies(Record, frozen=True):
    """A workspace's policies in their order: the first that matches holds. `calendars` are theirs and customers';
    `measured` are the segments that an ended clock remembers its customer in; days are counted by the clock of
    `timezone`; with `shared` a customer's own team sees its figures. Clocks are kept of what was asked `since` (ms):
    when the first policy was made."""

    workspace: str
    policies: tuple[Policy, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    measured: tuple[str, ...] = ()
    since: int = 0
    timezone: str = "UTC"
    shared: bool = False


def policy_of(policies: Policies, segments: Collection[str]) -> Policy | None:
    """The policy that holds for a customer of these segments."""
    active = (policy for policy in policies.policies if policy.state == "active")
    return next((policy for policy in active if not policy.segment or policy.segment in segments), None)


def policy_called(policies: Policies, id_: str) -> Policy | None:
    """The policy of that id, also one that is gone."""
    return next((policy for policy in policies.policies if policy.id == id_), None)


def targets_of(policy: Policy, priority: Priority) -> Targets:
    """What a policy asks for of a room of that priority."""
    own, differing = policy.targets, policy.priorities.get(priority, Targets())
    return Targets(
        first=max(differing.first or own.first, 0),
        next=max(differing.next or own.next, 0),
        update=max(differing.update or own.update, 0),
        outcome=max(differing.outcome or own.outcome, 0),
    )


def calendar_of(policies: Policies, policy: Policy, customer_calendar: str = "") -> Calendar | None:
    """Whose hours count: a customer's own, else the policy's; None is the clock round. One that is gone is none."""
    found = {calendar.id: calendar for calendar in policies.calendars}
    return found.get(customer_calendar) or found.get(policy.calendar)
