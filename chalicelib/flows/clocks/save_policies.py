"""Save policies, their order, calendars, and which segments are measured: all in one row, whose version the workspace
names.
"""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from ...desk.calendars import Calendar, check_calendar
from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.hours import zone
from ...desk.permissions import Principal
from ...desk.policies import MAX_CALENDARS, MAX_POLICIES, NoAnswer, Policies, Policy
from ...desk.workspaces import Agent, Workspace
from ...ports import World, over, ref
from ..audit import audit
from ..customers.save_segment import segment_of
from ..once import KEYLESS, Once
from ..optimistic_retry import again

T = TypeVar("T", Policy, Calendar)
R = TypeVar("R")
Changed = tuple[Policies, R, Collection[str]]  # the policies, what is answered, the fields that differ

MAX_BYTES = 300_000  # an item of DynamoDB takes 400 KB


def make_policy(
    world: World, who: Principal, position: int, *, fields: dict[str, Any], once: Once = KEYLESS
) -> tuple[Policy, int]:
    """A new policy, and its position: the one that was asked for (from 1), or the last (0)."""
    policy = _from_now_on(world, Policy(id=world.fresh_id("pol"), **fields), None)

    def change(old: Policies) -> Changed[tuple[Policy, int]]:
        if len(active(old)) >= MAX_POLICIES:
            raise Conflict(f"a workspace has at most {MAX_POLICIES} policies")
        check_references(world, old, policy)
        return *_placed(old, policy, position or MAX_POLICIES), ()

    return _saved(world, who, "policy.made", subject=policy.id, change=change, once=once)


def change_policy(
    world: World, who: Principal, id_: str, *, position: int, fields: dict[str, Any]
) -> tuple[Policy, int]:
    """The policy with these fields, at a position (from 1; 0: where it is). What differs makes a new revision."""

    def change(old: Policies) -> Changed[tuple[Policy, int]]:
        policy = policy_in(old, id_)
        asked = {name: value for name, value in fields.items() if name != "no_answer"}
        if "no_answer" in fields:
            wanted = replace(policy, no_answer=fields["no_answer"])
            asked["no_answer"] = _from_now_on(world, wanted, policy.no_answer).no_answer
        revised, differing = _revised(policy, asked)
        check_references(world, old, revised)
        at = position or active(old).index(policy) + 1
        return *_placed(old, revised, at), [*differing, *(["position"] if position else [])]

    return _saved(world, who, "policy.changed", subject=id_, change=change)


def _from_now_on(world: World, policy: Policy, before: NoAnswer | None) -> Policy:
    """What nobody answers is closed of what is said from now on: who asks for it does not write to all of last year."""
    if policy.no_answer is None:
        return policy
    since = before.since if before else world.clock.now()
    return replace(policy, no_answer=replace(policy.no_answer, since=since))


def remove_policy(world: World, who: Principal, id_: str) -> None:
    """No ask that begins from now on is its. The last ones that were removed keep their names."""

    def change(old: Policies) -> Changed[None]:
        gone, _ = _revised(policy_in(old, id_), {"state": "gone"})
        others = [each for each in old.policies if each.id != id_ and each.state == "gone"]
        left = [each for each in active(old) if each.id != id_]
        return _with(old, policies=(*left, gone, *others[: MAX_POLICIES - 1])), None, ()

    _saved(world, who, "policy.removed", subject=id_, change=change)


def make_calendar(world: World, who: Principal, fields: dict[str, Any], *, once: Once = KEYLESS) -> Calendar:
    """A new calendar."""
    calendar = Calendar(id=world.fresh_id("cal"), **fields)
    check_calendar(calendar)

    def change(old: Policies) -> Changed[Calendar]:
        if len(old.calendars) >= MAX_CALENDARS:
            raise Conflict(f"a workspace has at most {MAX_CALENDARS} calendars")
        return _with(old, calendars=(*old.calendars, calendar)), calendar, ()

    return _saved(world, who, "calendar.made", subject=calendar.id, change=change, once=once)


def change_calendar(
    world: World, who: Principal, id_: str, *, changing: Callable[[Calendar], dict[str, Any]], once: Once = KEYLESS
) -> Calendar:
    """The calendar with the fields that `changing` says for it. What differs makes a new revision."""

    def change(old: Policies) -> Changed[Calendar]:
        calendar = calendar_in(old, id_)
        revised, differing = _revised(calendar, changing(calendar))
        check_calendar(revised)
        calendars = tuple(revised if each.id == id_ else each for each in old.calendars)
        return _with(old, calendars=calendars), revised, differing

    return _saved(world, who, "calendar.changed", subject=id_, change=change, once=once)


def remove_calendar(world: World, who: Principal, id_: str) -> None:
    """Customers that named it have the hours of their policy again; Conflict while a policy names it."""

    def change(old: Policies) -> Changed[None]:
        calendar_in(old, id_)
        user = next((policy for policy in active(old) if policy.calendar == id_), None)
        if user:
            raise Conflict(f"the policy “{user.name}” counts by this calendar")
        return _with(old, calendars=tuple(each for each in old.calendars if each.id != id_)), None, ()

    _saved(world, who, "calendar.removed", subject=id_, change=change)


def measure(world: World, who: Principal, fields: dict[str, Any]) -> Policies:
    """The policies with another way to measure: the segments (`measured`) that an ended clock remembers its customer
    in, the `timezone` whose days count, and whether figures are `shared` with whose they are."""
    if "timezone" in fields:
        zone(fields["timezone"] or "?")

    def change(old: Policies) -> Changed[Policies]:
        for place, id_ in enumerate(fields.get("measured", ())):
            segment_of(world, old.workspace, id_, field=f"segments[{place}]")
        changed = _with(old, **fields)
        return changed, changed, [name for name in fields if getattr(changed, name) != getattr(old, name)]

    return _saved(world, who, "segments.measured", subject=who.workspace, change=change)


def active(policies: Policies) -> list[Policy]:
    """The policies that hold, in their order."""
    return [policy for policy in policies.policies if policy.state == "active"]


def policy_in(policies: Policies, id_: str) -> Policy:
    """The policy of that id; NotFound, also for one that was removed."""
    return _named(active(policies), id_, "no such policy")


def calendar_in(policies: Policies, id_: str) -> Calendar:
    """The calendar of that id; NotFound."""
    return _named(policies.calendars, id_, "no such calendar")


def _named(of: Collection[T], id_: str, missing: str) -> T:
    found = next((each for each in of if each.id == id_), None)
    if found is None:
        raise NotFound(missing)
    return found


def _placed(old: Policies, policy: Policy, position: int) -> tuple[Policies, tuple[Policy, int]]:
    """The policies with that one at a position, and where it came to be."""
    order = [each for each in active(old) if each.id != policy.id]
    order.insert(position - 1, policy)
    gone = [each for each in old.policies if each.state == "gone"]
    return _with(old, policies=(*order, *gone)), (policy, order.index(policy) + 1)


def _revised(old: T, fields: dict[str, Any]) -> tuple[T, list[str]]:
    differing = [name for name, value in fields.items() if getattr(old, name) != value]
    if not differing:
        return old, []
    return msgspec.structs.replace(old, **fields, revision=old.revision + 1), differing


def _with(old: Policies, **fields: Any) -> Policies:
    return msgspec.structs.replace(old, **fields)


def check_references(world: World, old: Policies, policy: Policy) -> None:
    """Invalid, naming the field, for a segment, a calendar or an agent that is not there."""
    if policy.segment:
        segment_of(world, old.workspace, policy.segment, field="segment")
    if policy.calendar and policy.calendar not in {each.id for each in old.calendars}:
        raise Invalid("no such calendar", "calendar")
    if policy.escalate:
        agents = world.store.many([ref(Agent, old.workspace, each) for each in policy.escalate])
        for place, agent in enumerate(agents):
            if agent is None:
                raise Invalid("no such agent", f"escalate[{place}]")


def _saved(
    world: World,
    who: Principal,
    verb: str,
    *,
    subject: str,
    change: Callable[[Policies], Changed[R]],
    once: Once = KEYLESS,
) -> R:
    def attempt(_: int) -> R:
        workspace, row = world.store.many([ref(Workspace, who.workspace), ref(Policies, who.workspace)])
        if workspace is None:
            raise NotFound("no such workspace")
        old = row or Policies(workspace=who.workspace)
        changed, result, fields = change(old)
        kept = once.writes(result, world.clock.now())
        if changed != old:
            since = changed.since or (world.clock.now() if changed.policies else 0)
            changed = changed.changed(since=since)
            if len(msgspec.json.encode(changed)) > MAX_BYTES:
                raise Conflict(f"policies and calendars take at most {MAX_BYTES} bytes in all")
            entry = audit(world, who, verb, subject=subject, fields=fields)
            writes = [over(changed, old), over(workspace.changed(policies=changed.version), workspace), *entry]
            world.store.commit(*writes, *kept)
        elif kept:
            world.store.commit(*kept)
        return result

    return again(world, attempt, once)
